/* graph/cost.h: the cheapest way from a set of nodes to every node, or from every node to a set.
 *
 * Costs of edges add up to APL_COST_MAX, which stands for all that is dearer: at a cost of 1,000 for a likelihood of
 * e^-7, more than ten thousand of the dearest steps cannot be told from never. */
#ifndef APL_GRAPH_COST_H
#define APL_GRAPH_COST_H

#include "graph/graph.h"

#define APL_COST_NONE UINT32_MAX /* there is no way */
#define APL_COST_MAX 10000000u

/* Fills costs[node_count]: forward, what it costs to come from the cheapest of `sources` to the node; backward, from
 * the node to the cheapest of them. 0 at a source, APL_COST_NONE where there is no way and for nodes outside the view.
 * Every thread may call it. O(edges + nodes + dearest cost); 4 bytes an edge that made a way cheaper. */
void apl_costs(uint32_t *costs, const apl_graph_view *view, apl_direction direction, apl_nodes sources);

/* How a cheapest way comes to a node: over which edge, from which node; neither at a source and where there is no way.
 */
typedef struct apl_cost_way {
    apl_edge_id by;
    apl_node_id from;
} apl_cost_way;

/* Costs, and one cheapest way to each node. Plain and owned by who made it; 12 bytes a node. */
typedef struct apl_cost_tree {
    uint32_t *costs;
    apl_cost_way *ways;
} apl_cost_tree;

/* The same as apl_costs, with the ways. */
apl_cost_tree *apl_cost_tree_new(const apl_graph_view *view, apl_direction direction, apl_nodes sources);
void apl_cost_tree_free(apl_cost_tree *tree); /* NULL is allowed */

/* The sum of two costs that there are. */
static inline uint32_t apl_cost_add(uint32_t a, uint32_t b)
{
    return a + b > APL_COST_MAX ? APL_COST_MAX : a + b;
}

#endif
