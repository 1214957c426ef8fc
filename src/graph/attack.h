/* graph/attack.h: the attack graph of one estate: who can move where, and why.
 *
 * Made in two steps, because the second needs the access engine, which needs all assets: apl_attack_match finds where
 * techniques hold and adds the assets that only they know (entries, account keys); apl_attack_connect turns that and
 * the grants into a graph of numbers. A node is (asset, capability) or a hub: a technique on everything below a scope.
 * Read-only after connecting; any number of threads may search it. */
#ifndef APL_GRAPH_ATTACK_H
#define APL_GRAPH_ATTACK_H

#include "access/access.h"
#include "graph/graph.h"
#include "graph/technique.h"
#include "normalize/services.h"

#define APL_CAUSE_NONE UINT32_MAX

/* Why an edge is there. */
typedef struct apl_cause {
    uint32_t technique; /* number in apl_techniques.items; APL_CAUSE_NONE: a move inside one asset */
    apl_asset_id on;    /* the asset whose settings make it hold; APL_ASSET_NONE: a grant */
    uint32_t grant;     /* of the access engine, else APL_CAUSE_NONE */
    uint32_t relation;  /* number in estate->relations, else APL_CAUSE_NONE */
    bool is_uncertain;  /* a setting it rests on was not read */
} apl_cause;

typedef struct apl_attack_node {
    apl_asset_id asset; /* APL_ASSET_NONE: a hub */
    uint8_t capability; /* apl_capability */
} apl_attack_node;

/* A node worth reaching. */
typedef struct apl_attack_target {
    apl_node_id node;
    uint32_t target; /* number in apl_techniques.targets: the one with the most impact */
    double impact;   /* 0 to 100, weighed by sensitivity and criticality */
} apl_attack_target;

/* One move between assets, before it is an edge. */
typedef struct apl_move {
    apl_asset_id from;
    apl_asset_id to;
    uint32_t cause; /* number in causes */
    uint8_t takes;  /* apl_capability */
    uint8_t gives;
} apl_move;

typedef APL_VECTOR(apl_move) apl_moves;

typedef struct apl_attack {
    const apl_techniques *techniques;
    apl_estate *estate;
    apl_arena *arena; /* of the estate, for paths and edges alone: they are made while other threads judge */
    const apl_access *access;
    APL_VECTOR(apl_cause) causes;
    apl_moves moves;       /* with both ends known; until they are edges */
    apl_moves permissions; /* the same, but `from` is whoever has the permission */
    APL_VECTOR(apl_attack_node) nodes;
    apl_graph *graph;
    APL_VECTOR(apl_node_id) entries;
    APL_VECTOR(apl_attack_target) targets; /* sorted by node */
} apl_attack;

/* Where techniques hold. New assets are added to the estate and sorted in, so numbers of assets change. After exposure;
 * `threads` as everywhere. */
void apl_attack_match(apl_attack *attack, apl_estate *estate, const apl_techniques *techniques, unsigned threads);

/* Makes the graph. `access` must have been made after apl_attack_match, and not yet compiled. Edges that lead to no
 * target are left out, which changes no path, unless `keeps_all` says that somebody wants to see them. */
apl_status apl_attack_connect(apl_attack *attack, apl_access *access, bool keeps_all, unsigned threads);

void apl_attack_free(apl_attack *attack);

#endif
