/* graph/what_if.c: repairs the costs for an overlay, reads the targets off and puts the costs back.
 *
 * Only nodes whose way in the tree of cheapest ways uses a removed edge can get dearer: those are found downward from
 * the removed edges. They lose their cost; each takes the best that a node whose cost stands brings it over an edge
 * that is left; from these offers and those of added edges, in the order of their costs, buckets spread what is new.
 * Each cost that changes is written down first, so that the next question starts from the same tree. */
#include "graph/what_if.h"

#include <stdlib.h>

#include "graph/dial.h"

/* What a node had before. */
typedef struct change {
    apl_node_id node;
    uint32_t cost;
} change;

/* A way to a node from one whose cost stands. */
typedef struct offer {
    uint32_t cost;
    apl_node_id node;
} offer;

struct apl_what_if {
    apl_graph_view view; /* with the overlay of the present try */
    apl_nodes targets;
    apl_cost_tree *tree;
    uint32_t *noted_in; /* the try in which each node was last written down */
    uint32_t try_number;
    apl_dial *dial;
    APL_VECTOR(change) changes;
    APL_VECTOR(offer) offers;
};

apl_what_if *apl_what_if_new(const apl_graph_view *view, apl_nodes entries, apl_nodes targets)
{
    apl_what_if *made = apl_memory_new(sizeof *made);

    APL_ASSERT(view->overlay == NULL);
    made->view = *view;
    made->targets = targets;
    made->tree = apl_cost_tree_new(view, APL_FORWARD, entries);
    made->noted_in = apl_memory_new(view->graph->node_count * sizeof *made->noted_in);
    made->dial = apl_memory_new(sizeof *made->dial);
    made->dial->view = &made->view;
    made->dial->direction = APL_FORWARD;
    made->dial->costs = made->tree->costs;
    return made;
}

void apl_what_if_free(apl_what_if *what_if)
{
    if (what_if == NULL)
        return;
    apl_cost_tree_free(what_if->tree);
    apl_memory_free(what_if->noted_in);
    apl_dial_free(what_if->dial);
    apl_memory_free(what_if->changes.items);
    apl_memory_free(what_if->offers.items);
    apl_memory_free(what_if);
}

const uint32_t *apl_what_if_costs(const apl_what_if *what_if)
{
    return what_if->tree->costs;
}

/* Writes down what the node has before it changes for the first time. */
static inline void note(apl_what_if *w, apl_node_id node)
{
    if (w->noted_in[node] == w->try_number)
        return;
    w->noted_in[node] = w->try_number;
    APL_PUSH(&w->changes, ((change){node, w->tree->costs[node]}));
}

/* Notes the node when its way in the tree comes over this edge. */
static inline void lose_way(apl_what_if *w, apl_edge_id edge)
{
    apl_node_id to = w->view.graph->out_node[edge];

    if (w->tree->ways[to].by == edge)
        note(w, to);
}

/* Takes the cost of every node whose way uses a removed edge. */
static void lose_ways(apl_what_if *w)
{
    const apl_graph *graph = w->view.graph;
    const apl_overlay *overlay = w->view.overlay;
    uint32_t left = overlay->removed_count;

    for (size_t word = 0; left; word++) {
        for (uint64_t bits = overlay->removed[word]; bits; bits &= bits - 1, left--)
            lose_way(w, (apl_edge_id)(word * 64) + (apl_edge_id)__builtin_ctzll(bits));
    }
    for (size_t i = 0; i < w->changes.count; i++) {
        apl_node_id node = w->changes.items[i].node;
        for (uint32_t edge = graph->out_first[node]; edge < graph->out_first[node + 1]; edge++)
            lose_way(w, edge);
    }
    for (size_t i = 0; i < w->changes.count; i++)
        w->tree->costs[w->changes.items[i].node] = APL_COST_NONE;
}

/* Offers to the nodes that lost their way from those that kept it, and over added edges. */
static void gather_offers(apl_what_if *w)
{
    const apl_overlay *overlay = w->view.overlay;
    const uint32_t *costs = w->tree->costs;

    w->offers.count = 0;
    for (size_t i = 0; i < w->changes.count; i++) {
        offer best = {APL_COST_NONE, w->changes.items[i].node};
        apl_arcs arcs = apl_arcs_of(&w->view, APL_BACKWARD, best.node);
        while (apl_arcs_next(&arcs)) {
            if (costs[arcs.node] == APL_COST_NONE)
                continue;
            uint32_t cost = apl_cost_add(costs[arcs.node], arcs.cost);
            best.cost = cost < best.cost ? cost : best.cost;
        }
        if (best.cost != APL_COST_NONE)
            APL_PUSH(&w->offers, best);
    }
    for (size_t i = 0; i < overlay->added.count; i++) {
        const apl_edge *edge = &overlay->added.items[i].edge;
        if (costs[edge->from] != APL_COST_NONE)
            APL_PUSH(&w->offers, ((offer){apl_cost_add(costs[edge->from], edge->cost), edge->to}));
    }
}

static int cheapest_first(const void *a, const void *b)
{
    const offer *x = a;
    const offer *y = b;

    return (x->cost > y->cost) - (x->cost < y->cost);
}

static inline void take_offer(apl_what_if *w, apl_node_id node, uint32_t cost)
{
    if (cost >= w->tree->costs[node] || !apl_view_has(&w->view, node))
        return;
    note(w, node);
    apl_dial_offer(w->dial, node, cost, (apl_cost_way){APL_EDGE_NONE, APL_NODE_NONE});
}

static void empty_bucket(apl_what_if *w, uint32_t cost)
{
    apl_dial_bucket *bucket = &w->dial->ring[cost & (APL_DIAL_RING - 1)];

    for (size_t i = 0; i < bucket->count; i++) {
        apl_dial_prefetch(w->dial, bucket, i);
        if (w->tree->costs[bucket->items[i]] != cost)
            continue;
        apl_arcs arcs = apl_arcs_of(&w->view, APL_FORWARD, bucket->items[i]);
        while (apl_arcs_next(&arcs))
            take_offer(w, arcs.node, apl_cost_add(cost, arcs.cost));
    }
    w->dial->waiting -= bucket->count;
    bucket->count = 0;
}

static void spread_offers(apl_what_if *w)
{
    size_t next = 0;
    uint32_t cost = 0;

    while (next < w->offers.count || w->dial->waiting) {
        if (w->dial->waiting == 0)
            cost = w->offers.items[next].cost;
        for (; next < w->offers.count && w->offers.items[next].cost == cost; next++)
            take_offer(w, w->offers.items[next].node, cost);
        empty_bucket(w, cost);
        cost++;
    }
}

size_t apl_what_if_try(uint32_t *after, apl_what_if *what_if, const apl_overlay *overlay)
{
    APL_ASSERT(overlay->graph == what_if->view.graph);
    what_if->try_number++;
    what_if->changes.count = 0;
    what_if->view.overlay = overlay;
    lose_ways(what_if);
    gather_offers(what_if);
    if (what_if->offers.count)
        qsort(what_if->offers.items, what_if->offers.count, sizeof *what_if->offers.items, cheapest_first);
    spread_offers(what_if);
    for (size_t i = 0; i < what_if->targets.count; i++)
        after[i] = what_if->tree->costs[what_if->targets.items[i]];
    for (size_t i = what_if->changes.count; i-- > 0;)
        what_if->tree->costs[what_if->changes.items[i].node] = what_if->changes.items[i].cost;
    return what_if->changes.count;
}
