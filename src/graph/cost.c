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
    if (dial->by)
        memset(dial->by, 0xFF, count * sizeof *dial->by);
    set_outside(dial, 0);
    for (size_t i = 0; i < sources.count; i++)
        apl_dial_offer(dial, sources.items[i], 0, APL_EDGE_NONE);
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

void apl_cost_tree_fill(const apl_cost_tree *tree, const apl_graph_view *view, apl_direction direction,
                        apl_nodes sources)
{
    apl_dial *dial = apl_memory_new(sizeof *dial);

    dial->view = view;
    dial->direction = direction;
    dial->costs = tree->costs;
    dial->by = tree->by;
    run(dial, sources);
    apl_dial_free(dial);
}
