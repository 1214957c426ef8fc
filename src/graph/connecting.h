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
    apl_arena *arena; /* scratch */
} apl_connecting;

/* The node of an asset with a capability; made when it is new. */
apl_node_id apl_attack_node_of(apl_connecting *at, apl_asset_id asset, unsigned capability);

/* A new node that is no asset. */
apl_node_id apl_attack_hub(apl_connecting *at);

/* What the move costs, when its likelihood is multiplied by `factor`. */
uint32_t apl_attack_move_cost(const apl_attack *attack, const apl_move *move, double factor);

/* Edges of all permissions. */
void apl_attack_add_grants(apl_connecting *at);

#endif
