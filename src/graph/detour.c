/* graph/detour.c: a search backward from a node, led by the costs from the entries to every node.
 *
 * Nodes come up by (cost to the start + cost from the entries), which no way can beat, and the search is over at the
 * first whose own cheapest way meets none of the nodes to go round: then the sum is exact. A way that meets a node that
 * came up before is no news either, for that one's way was blocked. An entry has no way before it, and so ends the
 * search. */
#include "graph/detour.h"

#include "base/memory.h"
#include "graph/walk.h"

typedef struct waiting {
    uint32_t least; /* no way over the node costs less */
    uint32_t cost;  /* from the node to the start */
    apl_node_id node;
} waiting;

/* Marks of nodes: twice the number of the search for one that waits, one more when it came up or is to be gone round.
 */
struct apl_detour {
    apl_graph_view view;
    const apl_cost_tree *tree;
    uint32_t *marks;
    uint32_t *costs;
    uint32_t *dead; /* number plus 1 of the path end that the node has no way round */
    uint32_t search;
    APL_VECTOR(waiting) heap;
    APL_VECTOR(apl_node_id) blocked; /* came up in this search */
    APL_VECTOR(apl_node_id) dead_nodes;
};

#define SEARCHES_MAX (UINT32_MAX / 2 - 1)

apl_detour *apl_detour_new(const apl_graph_view *view, const apl_cost_tree *tree)
{
    apl_detour *made = apl_memory_new(sizeof *made);
    size_t count = view->graph->node_count;

    made->view = *view;
    made->tree = tree;
    made->marks = apl_memory_new(count * sizeof *made->marks);
    made->costs = apl_memory_new(count * sizeof *made->costs);
    made->dead = apl_memory_new(count * sizeof *made->dead);
    return made;
}

void apl_detour_free(apl_detour *detour)
{
    if (detour == NULL)
        return;
    apl_memory_free(detour->marks);
    apl_memory_free(detour->costs);
    apl_memory_free(detour->dead);
    apl_memory_free(detour->heap.items);
    apl_memory_free(detour->blocked.items);
    apl_memory_free(detour->dead_nodes.items);
    apl_memory_free(detour);
}

void apl_detour_reset(apl_detour *detour)
{
    for (size_t i = 0; i < detour->dead_nodes.count; i++)
        detour->dead[detour->dead_nodes.items[i]] = 0;
    detour->dead_nodes.count = 0;
}

static bool is_dead(const apl_detour *d, apl_node_id node, const apl_detour_round *around)
{
    for (size_t i = 0; d->dead[node] && i < around->count; i++) {
        if (d->dead[node] == around->ends[i] + 1)
            return true;
    }
    return false;
}

static inline bool is_less(const waiting *a, const waiting *b)
{
    return a->least != b->least ? a->least < b->least : a->node < b->node;
}

static void push(apl_detour *d, waiting made)
{
    APL_PUSH(&d->heap, made);
    waiting *heap = d->heap.items;
    size_t at = d->heap.count - 1;
    for (; at > 0 && is_less(&made, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = made;
}

static waiting pop(apl_detour *d)
{
    waiting *heap = d->heap.items;
    waiting least = heap[0];
    size_t count = --d->heap.count;
    waiting sinking = heap[count];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && is_less(&heap[child + 1], &heap[child]))
            child++;
        if (!is_less(&heap[child], &sinking))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = sinking;
    return least;
}

/* True when the node's own cheapest way meets no node that came up or is to be gone round. */
static bool is_way_free(const apl_detour *d, apl_node_id node, uint64_t *work)
{
    for (apl_node_id at = d->tree->ways[node].from; at != APL_NODE_NONE; at = d->tree->ways[at].from) {
        ++*work;
        if (d->marks[at] == 2 * d->search + 1)
            return false;
    }
    return true;
}

static void offer_before(apl_detour *d, const waiting *after, const apl_detour_round *around, uint64_t *work)
{
    apl_arcs arcs = apl_arcs_of(&d->view, APL_BACKWARD, after->node);

    while (apl_arcs_next(&arcs)) {
        uint32_t mark = d->marks[arcs.node];
        uint32_t before = d->tree->costs[arcs.node];
        ++*work;
        if (before == APL_COST_NONE || mark == 2 * d->search + 1)
            continue;
        uint32_t cost = apl_cost_add(after->cost, arcs.cost);
        if ((mark == 2 * d->search && d->costs[arcs.node] <= cost) || is_dead(d, arcs.node, around))
            continue;
        d->marks[arcs.node] = 2 * d->search;
        d->costs[arcs.node] = cost;
        push(d, (waiting){apl_cost_add(cost, before), cost, arcs.node});
    }
}

static void bury(apl_detour *d, uint32_t end)
{
    for (size_t i = 0; i < d->blocked.count; i++) {
        apl_node_id node = d->blocked.items[i];
        if (d->dead[node] == 0)
            APL_PUSH(&d->dead_nodes, node);
        d->dead[node] = end + 1;
    }
}

apl_detour_cost apl_detour_find(apl_detour *detour, apl_node_id node, const apl_detour_round *around, size_t nodes_max,
                                uint64_t *work)
{
    if (is_dead(detour, node, around))
        return (apl_detour_cost){APL_COST_NONE, true};
    APL_ASSERT(detour->search < SEARCHES_MAX);
    detour->search++;
    detour->heap.count = 0;
    detour->blocked.count = 0;
    for (size_t i = 0; i < around->count; i++)
        detour->marks[around->nodes[i]] = 2 * detour->search + 1;
    push(detour, (waiting){detour->tree->costs[node], 0, node});
    while (detour->heap.count) {
        waiting next = pop(detour);
        if (detour->marks[next.node] == 2 * detour->search + 1)
            continue;
        if (is_way_free(detour, next.node, work))
            return (apl_detour_cost){next.least, true};
        if (detour->blocked.count == nodes_max)
            return (apl_detour_cost){next.least, false};
        detour->marks[next.node] = 2 * detour->search + 1;
        APL_PUSH(&detour->blocked, next.node);
        offer_before(detour, &next, around, work);
    }
    bury(detour, around->ends[0]);
    return (apl_detour_cost){APL_COST_NONE, true};
}
