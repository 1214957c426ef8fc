/* graph/connecting.h: what the files that make the attack graph share.
 *
 * Nobody outside of graph includes this. A connecting lives for one call of apl_attack_connect. */
#ifndef APL_GRAPH_CONNECTING_H
#define APL_GRAPH_CONNECTING_H

#include "graph/attack.h"

/* What is worth reaching, whether or not anybody gets there: sorted by asset and capability. */
typedef struct apl_worth {
    apl_asset_id asset;
    uint32_t target; /* number in apl_techniques.targets: the one with the most impact */
    unsigned capability;
    double impact;
} apl_worth;

typedef struct apl_connecting {
    apl_attack *attack;
    apl_access *access;
    apl_graph_builder *builder;
    apl_arena *arena;  /* scratch */
    uint32_t *node_of; /* asset x capability -> node + 1, 0: none */
    uint8_t *leads;    /* by asset: a bit for each capability with which a target may be reached; see lead.c */
    APL_VECTOR(apl_worth) worths;
} apl_connecting;

/* The node of an asset with a capability; made when it is new. */
apl_node_id apl_attack_node_of(apl_connecting *at, apl_asset_id asset, unsigned capability);

/* A new node that is no asset. */
apl_node_id apl_attack_hub(apl_connecting *at);

/* What the move costs, when its likelihood is multiplied by `factor`. */
uint32_t apl_attack_move_cost(const apl_attack *attack, const apl_move *move, double factor);

/* False when nobody who holds the capability at the asset reaches a target by it: edges to there are on no path. */
static inline bool apl_attack_leads(const apl_connecting *at, apl_asset_id asset, unsigned capability)
{
    return (at->leads[asset] & (1u << capability)) != 0;
}

/* Fills `leads`; after apl_attack_find_worths, before any edge is added. With `keeps_all` everything leads. */
void apl_attack_find_leads(apl_connecting *at, bool keeps_all);

/* Fills `worths`, on all threads. */
void apl_attack_find_worths(apl_connecting *at, unsigned threads);

/* Nodes for targets that no edge names, so that they can be reached by what control implies. */
void apl_attack_add_target_nodes(apl_connecting *at);

/* Fills attack->targets; when all nodes are there. */
void apl_attack_find_targets(apl_connecting *at);

/* Edges of all permissions. */
void apl_attack_add_grants(apl_connecting *at);

#endif
