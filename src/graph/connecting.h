/* graph/connecting.h: what the files that make the attack graph share.
 *
 * Nobody outside of graph includes this. A connecting lives for one call of apl_attack_connect. */
#ifndef APL_GRAPH_CONNECTING_H
#define APL_GRAPH_CONNECTING_H

#include "graph/attack.h"

typedef struct apl_connecting {
    apl_attack *attack;
    apl_access *access;
    apl_graph_builder *builder;
    apl_arena *arena;  /* scratch */
    uint32_t *node_of; /* asset x capability -> node + 1, 0: none */
    uint8_t *leads;    /* by asset: a bit for each capability with which a target may be reached; see lead.c */
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
    return (at->leads[asset] >> capability & 1u) != 0;
}

/* Fills `leads`; before any edge is added. With `keeps_all` everything leads. */
void apl_attack_find_leads(apl_connecting *at, bool keeps_all);

/* Bits of the capabilities at which assets of one type and kind may be targets. */
typedef struct apl_target_mask {
    const char *type; /* its address: the name of a type is one text for all its assets */
    uint32_t type_size;
    apl_kind kind;
    uint8_t needs;
} apl_target_mask;

#define APL_TARGET_MASKS 256u /* a power of two; more types than this only cost time */

/* The bits for one asset; `known` has APL_TARGET_MASKS places, zeroed before the first call. */
uint8_t apl_attack_target_needs(apl_target_mask *known, const apl_attack *attack, const apl_asset *asset);

/* Nodes for targets that no edge names, so that they can be reached by what control implies. */
void apl_attack_add_target_nodes(apl_connecting *at);

/* Fills attack->targets; when all nodes are there. */
void apl_attack_find_targets(apl_connecting *at);

/* Edges of all permissions. */
void apl_attack_add_grants(apl_connecting *at);

#endif
