/* graph/dial.h: the ring of buckets that cost.c and what_if.c share; not for other callers.
 *
 * Edges cost at most 1,000, so that at any time only the next 1,000 costs can be waiting: a ring of buckets serves. A
 * node is put into a bucket whenever its way gets cheaper and is passed over there when it has got cheaper still. Edges
 * of cost 0 put nodes into the bucket that is being emptied. */
#ifndef APL_GRAPH_DIAL_H
#define APL_GRAPH_DIAL_H

#include "base/memory.h"
#include "graph/cost.h"
#include "graph/walk.h"

#define APL_DIAL_RING 1024u /* a power of two above APL_EDGE_COST_MAX */
#define APL_DIAL_AHEAD 8u   /* entries of a bucket whose memory is asked for early; half of them for the second step */

_Static_assert(APL_DIAL_RING > APL_EDGE_COST_MAX, "each waiting cost has a bucket of its own");

typedef APL_VECTOR(apl_node_id) apl_dial_bucket;

typedef struct apl_dial {
    const apl_graph_view *view;
    apl_direction direction;
    uint32_t *costs;
    apl_cost_way *ways; /* NULL when nobody asks for them */
    size_t waiting;
    apl_dial_bucket ring[APL_DIAL_RING];
} apl_dial;

/* A way to the node; the cost is not below that of the bucket being emptied, nor more than 1,000 above it. */
static inline void apl_dial_offer(apl_dial *dial, apl_node_id node, uint32_t cost, apl_cost_way way)
{
    if (cost >= dial->costs[node])
        return;
    dial->costs[node] = cost;
    if (dial->ways)
        dial->ways[node] = way;
    apl_dial_bucket *bucket = &dial->ring[cost & (APL_DIAL_RING - 1)];
    APL_PUSH(bucket, node);
    dial->waiting++;
}

static inline void apl_dial_prefetch(const apl_dial *dial, const apl_dial_bucket *bucket, size_t at)
{
    const apl_graph *graph = dial->view->graph;
    bool is_forward = dial->direction == APL_FORWARD;
    const uint32_t *first = is_forward ? graph->out_first : graph->in_first;

    if (at + APL_DIAL_AHEAD < bucket->count) {
        apl_node_id node = bucket->items[at + APL_DIAL_AHEAD];
        __builtin_prefetch(&first[node]);
        __builtin_prefetch(&dial->costs[node]);
    }
    if (at + APL_DIAL_AHEAD / 2 < bucket->count) {
        uint32_t edge = first[bucket->items[at + APL_DIAL_AHEAD / 2]];
        __builtin_prefetch(is_forward ? &graph->out_node[edge] : &graph->in_node[edge]);
        __builtin_prefetch(is_forward ? &graph->out_cost[edge] : &graph->in_cost[edge]);
    }
}

/* Settles the nodes whose way costs this much. */
static inline void apl_dial_empty(apl_dial *dial, uint32_t cost)
{
    apl_dial_bucket *bucket = &dial->ring[cost & (APL_DIAL_RING - 1)];

    for (size_t i = 0; i < bucket->count; i++) {
        apl_node_id node = bucket->items[i];
        apl_dial_prefetch(dial, bucket, i);
        if (dial->costs[node] != cost)
            continue;
        apl_arcs arcs = apl_arcs_of(dial->view, dial->direction, node);
        while (apl_arcs_next(&arcs))
            apl_dial_offer(dial, arcs.node, apl_cost_add(cost, arcs.cost), (apl_cost_way){apl_arcs_edge(&arcs), node});
    }
    dial->waiting -= bucket->count;
    bucket->count = 0;
}

static inline void apl_dial_free(apl_dial *dial)
{
    for (size_t i = 0; i < APL_DIAL_RING; i++)
        apl_memory_free(dial->ring[i].items);
    apl_memory_free(dial);
}

#endif
