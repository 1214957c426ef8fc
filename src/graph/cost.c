/* graph/cost.c: Dial's algorithm, Dijkstra's with a bucket for each cost instead of a heap.
 *
 * Edges cost at most 1,000, so that at any time only the next 1,000 costs can be waiting: a ring of buckets serves. A
 * node is put into a bucket whenever its way gets cheaper and is passed over there when it has got cheaper still. Edges
 * of cost 0 put nodes into the bucket that is being emptied. Nodes outside the view start at cost 0, which nothing
 * beats, so that the loop over edges has no word about them. */
#include "graph/cost.h"

#include <string.h>

#include "base/memory.h"
#include "graph/walk.h"

#define RING_SIZE 1024u /* a power of two above APL_EDGE_COST_MAX */
#define RING_MASK (RING_SIZE - 1)
#define AHEAD 8u /* entries of a bucket whose memory is asked for early; half of them for the second step */

_Static_assert(RING_SIZE > APL_EDGE_COST_MAX, "each waiting cost has a bucket of its own");

typedef APL_VECTOR(apl_node_id) bucket;

typedef struct dial {
    const apl_graph_view *view;
    apl_direction direction;
    uint32_t *costs;
    bucket ring[RING_SIZE];
    size_t waiting;
} dial;

static inline void offer(dial *d, apl_node_id node, uint32_t cost)
{
    if (cost >= d->costs[node])
        return;
    d->costs[node] = cost;
    APL_PUSH(&d->ring[cost & RING_MASK], node);
    d->waiting++;
}

static inline void prefetch_ahead(const dial *d, const bucket *from, size_t at)
{
    const apl_graph *graph = d->view->graph;
    const uint32_t *first = d->direction == APL_FORWARD ? graph->out_first : graph->in_first;

    if (at + AHEAD < from->count) {
        __builtin_prefetch(&first[from->items[at + AHEAD]]);
        __builtin_prefetch(&d->costs[from->items[at + AHEAD]]);
    }
    if (at + AHEAD / 2 < from->count) {
        uint32_t edge = first[from->items[at + AHEAD / 2]];
        __builtin_prefetch(d->direction == APL_FORWARD ? &graph->out_node[edge] : &graph->in_node[edge]);
        __builtin_prefetch(d->direction == APL_FORWARD ? &graph->out_cost[edge] : &graph->in_cost[edge]);
    }
}

static void empty_bucket(dial *d, uint32_t cost)
{
    bucket *from = &d->ring[cost & RING_MASK];

    for (size_t i = 0; i < from->count; i++) {
        apl_node_id node = from->items[i];
        prefetch_ahead(d, from, i);
        if (d->costs[node] != cost)
            continue;
        apl_arcs arcs = apl_arcs_of(d->view, d->direction, node);
        while (apl_arcs_next(&arcs))
            offer(d, arcs.node, apl_cost_add(cost, arcs.cost));
    }
    d->waiting -= from->count;
    from->count = 0;
}

static void start_costs(const dial *d)
{
    const uint32_t count = d->view->graph->node_count;

    memset(d->costs, 0xFF, (size_t)count * sizeof *d->costs);
    for (uint32_t n = 0; d->view->nodes && n < count; n++) {
        if (!apl_bit(d->view->nodes, n))
            d->costs[n] = 0;
    }
}

static void finish_costs(const dial *d)
{
    const uint32_t count = d->view->graph->node_count;

    for (uint32_t n = 0; d->view->nodes && n < count; n++) {
        if (!apl_bit(d->view->nodes, n))
            d->costs[n] = APL_COST_NONE;
    }
}

void apl_costs(uint32_t *costs, const apl_graph_view *view, apl_direction direction, apl_nodes sources)
{
    dial *d = apl_memory_new(sizeof *d);

    d->view = view;
    d->direction = direction;
    d->costs = costs;
    start_costs(d);
    for (size_t i = 0; i < sources.count; i++)
        offer(d, sources.items[i], 0);
    for (uint32_t cost = 0; d->waiting; cost++)
        empty_bucket(d, cost);
    finish_costs(d);
    for (size_t i = 0; i < RING_SIZE; i++)
        apl_memory_free(d->ring[i].items);
    apl_memory_free(d);
}
