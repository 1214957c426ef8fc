/* graph/detour.h: the cheapest way from the entries to a node that goes round some nodes; for route.c.
 *
 * The costs of the whole graph are a lower bound and lead the search, so that it seldom looks at more than a few nodes.
 * What it learns in vain it keeps: a node that was found to have no way round the nodes of a path end has none round
 * any path end that continues it. */
#ifndef APL_GRAPH_DETOUR_H
#define APL_GRAPH_DETOUR_H

#include "graph/cost.h"

typedef struct apl_detour apl_detour;

/* The path end to go round: its nodes from the first to the target, and for each the number of the path end that begins
 * there. */
typedef struct apl_detour_round {
    const apl_node_id *nodes;
    const uint32_t *ends;
    size_t count;
} apl_detour_round;

/* What is handed in must outlive the result. 12 bytes a node, touched only where a search comes. */
apl_detour *apl_detour_new(const apl_graph_view *view, const apl_cost_tree *tree);
void apl_detour_free(apl_detour *detour); /* NULL is allowed */

/* Forgets what was learned, because the numbers of path ends begin anew. */
void apl_detour_reset(apl_detour *detour);

/* What a search found. Without `is_exact` no such way costs less than `cost`. */
typedef struct apl_detour_cost {
    uint32_t cost; /* APL_COST_NONE when there is no way */
    bool is_exact;
} apl_detour_cost;

/* Looks for the cheapest such way to `node`, at no more than `nodes_max` nodes; adds the edges looked at to *work. The
 * node is reached from the entries and is not among those to go round. */
apl_detour_cost apl_detour_find(apl_detour *detour, apl_node_id node, const apl_detour_round *around, size_t nodes_max,
                                uint64_t *work);

#endif
