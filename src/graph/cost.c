/* graph/cost.c: Dial's algorithm, Dijkstra's with a bucket for each cost instead of a heap.
 *
 * The buckets are those of dial.h. Nodes outside the view start at cost 0, which nothing beats, so that the loop over
 * edges has no word about them. */
#include "graph/cost.h"

#include <string.h>

#include "graph/dial.h"

/* Gives the nodes outside the view this cost. */
static void set_outside(const apl_dial *dial, uint32_t cost)
{
    const apl_graph_view *view = dial->view;

    for (uint32_t n = 0; view->nodes && n < view->graph->node_count; n++) {
        if (!apl_bit(view->nodes, n))
            dial->costs[n] = cost;
    }
}

static void run(apl_dial *dial, apl_nodes sources)
{
    size_t count = dial->view->graph->node_count;

    memset(dial->costs, 0xFF, count * sizeof *dial->costs);
    set_outside(dial, 0);
    for (size_t i = 0; i < sources.count; i++)
        apl_dial_offer(dial, sources.items[i], 0, (apl_cost_way){APL_EDGE_NONE, APL_NODE_NONE});
    for (uint32_t cost = 0; dial->waiting; cost++)
        apl_dial_empty(dial, cost);
    set_outside(dial, APL_COST_NONE);
}

void apl_costs(uint32_t *costs, const apl_graph_view *view, apl_direction direction, apl_nodes sources)
{
    apl_dial *dial = apl_memory_new(sizeof *dial);

    dial->view = view;
    dial->direction = direction;
    dial->costs = costs;
    run(dial, sources);
    apl_dial_free(dial);
}

apl_cost_tree *apl_cost_tree_new(const apl_graph_view *view, apl_direction direction, apl_nodes sources)
{
    apl_dial *dial = apl_memory_new(sizeof *dial);
    apl_cost_tree *tree = apl_memory_new(sizeof *tree);
    size_t count = view->graph->node_count;

    tree->costs = apl_memory_new(count * sizeof *tree->costs);
    tree->ways = apl_memory_new(count * sizeof *tree->ways);
    memset(tree->ways, 0xFF, count * sizeof *tree->ways);
    dial->view = view;
    dial->direction = direction;
    dial->costs = tree->costs;
    dial->ways = tree->ways;
    run(dial, sources);
    apl_dial_free(dial);
    return tree;
}

void apl_cost_tree_free(apl_cost_tree *tree)
{
    if (tree == NULL)
        return;
    apl_memory_free(tree->costs);
    apl_memory_free(tree->ways);
    apl_memory_free(tree);
}
