/* graph/route.c: best-first search over path ends, from the target backward, with the cost of the rest known.
 *
 * A path end is a list of edges that leads to the target; no path through it costs less than itself plus the cost from
 * the entries to its first node, which is known for every node. Each node that the search comes to gets its arriving
 * edges in a heap by (cost from the entries + edge), once a target. What waits is not a path end but the next step of
 * one: (path end, rank of the arriving edge); taking it puts the same path end with the next rank back, so that a node
 * with a hundred thousand arriving edges costs only those that are used.
 *
 * The bound is exact unless the cheapest way to the first node leads over the path end itself, as around a target that
 * is itself the way into the core of the estate. Then detour.c finds the cheapest way that does not, and the path end
 * waits with that cost or is dropped: every path end that is continued has a path, and few are continued for nothing.
 */
#include "graph/route.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "graph/detour.h"
#include "graph/walk.h"

#define NO_END UINT32_MAX
#define RANK_WAIT UINT32_MAX
#define EXACT UINT32_MAX

/* Nodes that the first search for a detour looks at; each further one for the same path end looks at four times as
 * many. */
#define DETOUR_NODES_FIRST 16u

/* A path end: `node`, then the edge to the first node of the path end `rest`. The target alone has no rest. */
typedef struct path_end {
    apl_node_id node;
    apl_edge_id edge;
    uint32_t rest;
    uint32_t cost;
    uint32_t depth;
    uint32_t least; /* no path through it costs less */
    uint32_t list;
    uint32_t
        searches; /* for a way to its first node that does not meet the rest; EXACT when `least` is what that costs */
} path_end;

/* An edge that arrives at a node, and what the cheapest way from the entries over it costs. */
typedef struct arrival {
    uint32_t cost;
    uint32_t edge_cost;
    apl_node_id node;
    apl_edge_id edge;
} arrival;

/* The arrivals of one node stand in the row of all arrivals from `first` on: a heap of heap_count, behind it those that
 * were taken, the cheapest last. */
typedef struct arrival_list {
    apl_node_id node;
    uint32_t first;
    uint32_t count;
    uint32_t heap_count;
} arrival_list;

/* The next step of a path end; with rank RANK_WAIT the path end has not come up yet, only its cost is known. */
typedef struct step {
    uint32_t cost;
    uint32_t depth;
    uint32_t end;
    uint32_t rank;
} step;

struct apl_routes {
    apl_routes_options options;
    apl_detour *detour; /* made when it is first needed */
    apl_node_id target;
    bool has_target_alone; /* the target is an entry: the path without an edge is to be given */
    bool is_cut;
    uint64_t work;
    APL_VECTOR(path_end) ends;
    APL_VECTOR(step) steps;
    APL_VECTOR(arrival) arrivals;
    APL_VECTOR(arrival_list) lists;
    uint32_t *slots; /* open addressing by node: number of its list plus 1 */
    size_t slot_count;
    APL_VECTOR(apl_node_id) nodes;
    APL_VECTOR(apl_edge_id) edges;
    APL_VECTOR(uint32_t) round_ends;
};

#define SLOTS_FIRST 256u

apl_routes *apl_routes_new(const apl_routes_options *options)
{
    apl_routes *routes = apl_memory_new(sizeof *routes);

    routes->options = *options;
    if (routes->options.work_max == 0)
        routes->options.work_max = APL_ROUTES_WORK_MAX;
    routes->slot_count = SLOTS_FIRST;
    routes->slots = apl_memory_new(SLOTS_FIRST * sizeof *routes->slots);
    return routes;
}

void apl_routes_free(apl_routes *routes)
{
    if (routes == NULL)
        return;
    apl_memory_free(routes->ends.items);
    apl_memory_free(routes->steps.items);
    apl_memory_free(routes->arrivals.items);
    apl_memory_free(routes->lists.items);
    apl_memory_free(routes->slots);
    apl_memory_free(routes->nodes.items);
    apl_memory_free(routes->edges.items);
    apl_memory_free(routes->round_ends.items);
    apl_detour_free(routes->detour);
    apl_memory_free(routes);
}

bool apl_routes_is_cut(const apl_routes *routes)
{
    return routes->is_cut;
}

uint64_t apl_routes_work(const apl_routes *routes)
{
    return routes->work;
}

/* The slot that holds the list of the node, or the free one where it belongs. */
static size_t slot_of(const apl_routes *routes, apl_node_id node)
{
    size_t mask = routes->slot_count - 1;
    size_t at = (size_t)((node * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & mask;

    while (routes->slots[at] && routes->lists.items[routes->slots[at] - 1].node != node)
        at = (at + 1) & mask;
    return at;
}

static void fill_slots(apl_routes *routes)
{
    memset(routes->slots, 0, routes->slot_count * sizeof *routes->slots);
    for (uint32_t i = 0; i < routes->lists.count; i++)
        routes->slots[slot_of(routes, routes->lists.items[i].node)] = i + 1;
}

/* By cost, then by number of the edge. */
static inline bool arrives_before(const arrival *a, const arrival *b)
{
    return a->cost != b->cost ? a->cost < b->cost : a->edge < b->edge;
}

static void sink_arrival(arrival *heap, uint32_t count, uint32_t at)
{
    arrival sinking = heap[at];

    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && arrives_before(&heap[child + 1], &heap[child]))
            child++;
        if (!arrives_before(&heap[child], &sinking))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = sinking;
}

/* Appends the edges that arrive at the node and lead from the entries. Parallel edges stand side by side in the graph,
 * the cheapest first, so that leaving out all but the first is a look at the one before; an added edge is looked for.
 */
static void gather_arrivals(apl_routes *routes, apl_node_id node, size_t first)
{
    const apl_graph_view *view = routes->options.view;
    apl_arcs arcs = apl_arcs_of(view, APL_BACKWARD, node);

    while (apl_arcs_next(&arcs)) {
        uint32_t before = routes->options.tree->costs[arcs.node];
        routes->work++;
        if (before == APL_COST_NONE || arcs.node == node)
            continue;
        arrival found = {apl_cost_add(before, arcs.cost), arcs.cost, arcs.node, apl_arcs_edge(&arcs)};
        if (routes->options.only_best_of_parallel) {
            size_t at = routes->arrivals.count;
            size_t stop = apl_arcs_edge(&arcs) < view->graph->edge_count && at > first ? at - 1 : first;
            while (at > stop && routes->arrivals.items[at - 1].node != arcs.node)
                at--;
            if (at > stop) {
                if (found.edge_cost < routes->arrivals.items[at - 1].edge_cost)
                    routes->arrivals.items[at - 1] = found;
                continue;
            }
        }
        APL_PUSH(&routes->arrivals, found);
    }
}

/* The number of the node's list, which is made when it is not there yet. */
static uint32_t list_of(apl_routes *routes, apl_node_id node)
{
    size_t slot = slot_of(routes, node);

    if (routes->slots[slot])
        return routes->slots[slot] - 1;
    size_t first = routes->arrivals.count;
    gather_arrivals(routes, node, first);
    uint32_t count = (uint32_t)(routes->arrivals.count - first);
    for (uint32_t i = count / 2; i-- > 0;)
        sink_arrival(routes->arrivals.items + first, count, i);
    APL_PUSH(&routes->lists, ((arrival_list){node, (uint32_t)first, count, count}));
    routes->slots[slot] = (uint32_t)routes->lists.count;
    if (routes->lists.count * 2 > routes->slot_count) {
        routes->slot_count *= 2;
        routes->slots = apl_memory_grow(routes->slots, routes->slot_count * sizeof *routes->slots);
        fill_slots(routes);
    }
    return (uint32_t)routes->lists.count - 1;
}

/* The arrival of this rank, the cheapest having rank 0; NULL after the last. */
static const arrival *arrival_at(apl_routes *routes, uint32_t number, uint32_t rank)
{
    arrival_list *list = &routes->lists.items[number];
    arrival *row = routes->arrivals.items + list->first;

    if (rank >= list->count)
        return NULL;
    while (list->count - list->heap_count <= rank) {
        arrival cheapest = row[0];
        list->heap_count--;
        row[0] = row[list->heap_count];
        sink_arrival(row, list->heap_count, 0);
        row[list->heap_count] = cheapest;
    }
    return &row[list->count - 1 - rank];
}

/* By cost; of the same cost the longer path end first, for it is nearer to an entry. The rest makes the order total. */
static inline bool step_before(const step *a, const step *b)
{
    if (a->cost != b->cost)
        return a->cost < b->cost;
    if (a->depth != b->depth)
        return a->depth > b->depth;
    return a->end != b->end ? a->end < b->end : a->rank < b->rank;
}

static void push(apl_routes *routes, step made)
{
    APL_PUSH(&routes->steps, made);
    step *heap = routes->steps.items;
    size_t at = routes->steps.count - 1;
    for (; at > 0 && step_before(&made, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = made;
}

static void push_step(apl_routes *routes, uint32_t end, uint32_t rank)
{
    const path_end *from = &routes->ends.items[end];
    const arrival *next = arrival_at(routes, from->list, rank);

    if (next == NULL)
        return;
    uint32_t cost = apl_cost_add(from->cost, next->cost);
    push(routes, (step){cost > from->least ? cost : from->least, from->depth, end, rank});
}

static step pop_step(apl_routes *routes)
{
    step *heap = routes->steps.items;
    step cheapest = heap[0];
    size_t count = --routes->steps.count;
    step sinking = heap[count];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && step_before(&heap[child + 1], &heap[child]))
            child++;
        if (!step_before(&heap[child], &sinking))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = sinking;
    return cheapest;
}

static uint32_t add_end(apl_routes *routes, const path_end *end)
{
    APL_PUSH(&routes->ends, *end);
    return (uint32_t)routes->ends.count - 1;
}

void apl_routes_start(apl_routes *routes, apl_node_id target)
{
    routes->target = target;
    routes->is_cut = false;
    routes->work = 0;
    routes->ends.count = 0;
    routes->steps.count = 0;
    routes->arrivals.count = 0;
    routes->lists.count = 0;
    fill_slots(routes);
    if (routes->detour)
        apl_detour_reset(routes->detour);
    bool is_reached = routes->options.tree->costs[target] != APL_COST_NONE;
    routes->has_target_alone = is_reached && apl_bit(routes->options.entries, target);
    if (!is_reached || routes->has_target_alone)
        return;
    path_end alone = {.node = target, .edge = APL_EDGE_NONE, .rest = NO_END, .list = list_of(routes, target)};
    push_step(routes, add_end(routes, &alone), 0);
}

static bool has_node(apl_routes *routes, uint32_t end, apl_node_id node)
{
    for (; end != NO_END; end = routes->ends.items[end].rest) {
        routes->work++;
        if (routes->ends.items[end].node == node)
            return true;
    }
    return false;
}

static void write_route(apl_route *out, apl_routes *routes, uint32_t end)
{
    routes->nodes.count = 0;
    routes->edges.count = 0;
    out->cost = routes->ends.items[end].cost;
    for (; end != NO_END; end = routes->ends.items[end].rest) {
        APL_PUSH(&routes->nodes, routes->ends.items[end].node);
        if (routes->ends.items[end].rest != NO_END)
            APL_PUSH(&routes->edges, routes->ends.items[end].edge);
    }
    out->edge_count = (uint32_t)routes->edges.count;
    out->nodes = routes->nodes.items;
    out->edges = routes->edges.items;
}

/* True when the cheapest way to the node meets the path end. */
static bool is_way_blocked(apl_routes *routes, apl_node_id node, uint32_t end)
{
    const apl_cost_tree *tree = routes->options.tree;

    for (apl_node_id at = tree->ways[node].from; at != APL_NODE_NONE; at = tree->ways[at].from) {
        if (has_node(routes, end, at))
            return true;
    }
    return false;
}

/* Looks for the cheapest way to the first node of the path end that does not meet the rest of it; each time further. */
static apl_detour_cost search_round(apl_routes *routes, path_end *end)
{
    if (routes->detour == NULL)
        routes->detour = apl_detour_new(routes->options.view, routes->options.tree);
    routes->nodes.count = 0;
    routes->round_ends.count = 0;
    for (uint32_t rest = end->rest; rest != NO_END; rest = routes->ends.items[rest].rest) {
        APL_PUSH(&routes->nodes, routes->ends.items[rest].node);
        APL_PUSH(&routes->round_ends, rest);
    }
    const apl_detour_round around = {routes->nodes.items, routes->round_ends.items, routes->nodes.count};
    size_t nodes_max = (size_t)DETOUR_NODES_FIRST << 2 * end->searches;
    apl_detour_cost found = apl_detour_find(routes->detour, end->node, &around, nodes_max, &routes->work);
    end->searches = found.is_exact ? EXACT : end->searches + 1;
    return found;
}

/* A path end whose bound is not exact: true when it may be continued now; else it waits with a better bound, or is
 * dropped when it has no way. */
static bool is_next(apl_routes *routes, uint32_t number, uint32_t cost)
{
    path_end *end = &routes->ends.items[number];

    if (end->searches == EXACT)
        return true;
    apl_detour_cost found = search_round(routes, end);
    if (found.cost == APL_COST_NONE)
        return false;
    end->least = apl_cost_add(end->cost, found.cost);
    if (end->least < cost)
        end->least = cost;
    if (found.is_exact && end->least == cost)
        return true;
    push(routes, (step){end->least, end->depth, number, RANK_WAIT});
    return false;
}

/* Makes the step; returns the path end to continue, or NO_END when it closes a loop, is a dead end, or has to wait. */
static uint32_t take_step(apl_routes *routes, step taken)
{
    if (taken.rank == RANK_WAIT)
        return is_next(routes, taken.end, taken.cost) ? taken.end : NO_END;
    const path_end rest = routes->ends.items[taken.end];
    const arrival over = *arrival_at(routes, rest.list, taken.rank);
    path_end made = {.node = over.node,
                     .edge = over.edge,
                     .rest = taken.end,
                     .cost = apl_cost_add(rest.cost, over.edge_cost),
                     .depth = rest.depth + 1,
                     .least = taken.cost};

    push_step(routes, taken.end, taken.rank + 1);
    if (has_node(routes, taken.end, over.node))
        return NO_END;
    made.searches = is_way_blocked(routes, over.node, taken.end) ? 0 : EXACT;
    uint32_t end = add_end(routes, &made);
    return is_next(routes, end, taken.cost) ? end : NO_END;
}

bool apl_routes_next(apl_route *out, apl_routes *routes)
{
    if (routes->has_target_alone) {
        path_end alone = {.node = routes->target, .edge = APL_EDGE_NONE, .rest = NO_END};
        routes->has_target_alone = false;
        write_route(out, routes, add_end(routes, &alone));
        return true;
    }
    while (routes->steps.count && !routes->is_cut) {
        uint32_t end = take_step(routes, pop_step(routes));
        routes->is_cut = ++routes->work > routes->options.work_max;
        if (end == NO_END)
            continue;
        if (apl_bit(routes->options.entries, routes->ends.items[end].node)) {
            write_route(out, routes, end);
            return true;
        }
        uint32_t list = list_of(routes, routes->ends.items[end].node);
        routes->ends.items[end].list = list;
        push_step(routes, end, 0);
    }
    return false;
}
