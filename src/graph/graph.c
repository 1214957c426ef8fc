/* graph/graph.c: from edges in any order to a graph in two directions.
 *
 * A counting sort of millions of edges by millions of nodes would wait for memory at each edge, so edges go into piles
 * of a few thousand neighbouring nodes first; a pile fits the cache and is sorted there, by cost and then by node, both
 * times by counting, and edges equal in both by (to, tag). Backward the same with the edges in forward order: counting
 * sorts are stable, so that the edges that arrive at a node stand in the order of their numbers. It has no word of what
 * nodes and edges mean. */
#include "graph/graph.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "graph/overlay.h"

/* An edge as it was added. */
typedef struct added_edge {
    apl_node_id from;
    apl_node_id to;
    uint32_t tag;
    uint32_t cost;
} added_edge;

struct apl_graph_builder {
    APL_VECTOR(added_edge) edges;
    uint32_t node_count;
    bool has_too_many;
};

apl_graph_builder *apl_graph_builder_new(void)
{
    return apl_memory_new(sizeof(apl_graph_builder));
}

void apl_graph_builder_free(apl_graph_builder *builder)
{
    if (builder == NULL)
        return;
    apl_memory_free(builder->edges.items);
    apl_memory_free(builder);
}

apl_node_id apl_graph_add_nodes(apl_graph_builder *builder, uint32_t count)
{
    apl_node_id first = builder->node_count;

    if (count > APL_GRAPH_NODES_MAX - first) {
        /* The caller goes on with numbers that name a node; freezing fails. */
        builder->has_too_many = true;
        return 0;
    }
    builder->node_count += count;
    return first;
}

void apl_graph_add_edge(apl_graph_builder *builder, apl_node_id from, apl_node_id to, uint32_t cost, uint32_t tag)
{
    APL_ASSERT(cost <= APL_EDGE_COST_MAX);
    if (builder->edges.count == APL_GRAPH_EDGES_MAX || builder->has_too_many) {
        builder->has_too_many = true;
        return;
    }
    APL_ASSERT(from < builder->node_count);
    APL_ASSERT(to < builder->node_count);
    APL_PUSH(&builder->edges, ((added_edge){from, to, tag, cost}));
}

#define PILES_MAX 1024u /* more would be more places to write to than the processor keeps translated addresses of */
#define PILE_NODES_MIN 4096u /* with eight edges each, half a megabyte */

/* Edges in piles: pile p is edges[begin[p]] to edges[begin[p + 1] - 1] and has those whose node is in
 * [p << shift, (p + 1) << shift). */
typedef struct piles {
    added_edge *edges;
    uint32_t shift;
    uint32_t count;
    uint32_t longest;
    uint32_t begin[PILES_MAX + 2];
} piles;

static piles *piles_new(const apl_graph *graph)
{
    piles *made = apl_memory_new(sizeof *made);

    made->edges = apl_memory_new((size_t)graph->edge_count * sizeof *made->edges);
    while (PILE_NODES_MIN >> made->shift > 1 || graph->node_count >> made->shift >= PILES_MAX)
        made->shift++;
    made->count = (graph->node_count >> made->shift) + 1;
    return made;
}

static void piles_free(piles *p)
{
    apl_memory_free(p->edges);
    apl_memory_free(p);
}

/* begin[p + 2] has the edges of pile p; makes begin[p + 1] the place where its next edge goes. When all are there, that
 * is where the next pile begins. */
static void begin_piles(piles *p)
{
    p->longest = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        p->longest = p->begin[i + 2] > p->longest ? p->begin[i + 2] : p->longest;
        p->begin[i + 2] += p->begin[i + 1];
    }
}

static void pile_by_from(piles *p, const added_edge *edges, uint32_t count)
{
    memset(p->begin, 0, sizeof p->begin);
    for (uint32_t e = 0; e < count; e++)
        p->begin[(edges[e].from >> p->shift) + 2]++;
    begin_piles(p);
    for (uint32_t e = 0; e < count; e++)
        p->edges[p->begin[(edges[e].from >> p->shift) + 1]++] = edges[e];
}

static bool is_before(const added_edge *a, const added_edge *b)
{
    return a->to != b->to ? a->to < b->to : a->tag < b->tag;
}

#define RUN_EDGES 24u /* sorted by insertion; longer rows are merged from runs of this many */

static void sort_run(added_edge *edges, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        added_edge edge = edges[i];
        size_t at = i;
        for (; at > 0 && is_before(&edge, &edges[at - 1]); at--)
            edges[at] = edges[at - 1];
        edges[at] = edge;
    }
}

static void merge_runs(added_edge *to, const added_edge *from, size_t middle, size_t end)
{
    size_t left = 0;
    size_t right = middle;

    for (size_t i = 0; i < end; i++) {
        bool takes_right = left == middle || (right < end && is_before(&from[right], &from[left]));
        to[i] = takes_right ? from[right++] : from[left++];
    }
}

/* By (to, tag), for edges of one node and cost; `spare` has room for as many. */
static void sort_equals(added_edge *edges, added_edge *spare, size_t count)
{
    added_edge *from = edges;
    added_edge *to = spare;

    for (size_t i = 0; i < count; i += RUN_EDGES)
        sort_run(edges + i, count - i < RUN_EDGES ? count - i : RUN_EDGES);
    for (size_t width = RUN_EDGES; width < count; width *= 2) {
        for (size_t i = 0; i < count; i += 2 * width) {
            size_t end = count - i < 2 * width ? count - i : 2 * width;
            merge_runs(to + i, from + i, width < end ? width : end, end);
        }
        added_edge *merged = to;
        to = from;
        from = merged;
    }
    if (from != edges)
        memcpy(edges, from, count * sizeof *edges);
}

/* Counts to the places where each begins. */
static void begin_counts(uint32_t *counts, uint32_t count)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t next = sum + counts[i];
        counts[i] = sum;
        sum = next;
    }
}

/* By (node, cost, to, tag). `counts` has room for the nodes of a pile. */
static void sort_pile(added_edge *edges, added_edge *spare, uint32_t *counts, uint32_t count, uint32_t shift)
{
    uint32_t costs[APL_EDGE_COST_MAX + 1] = {0};
    uint32_t mask = (1u << shift) - 1;

    for (uint32_t e = 0; e < count; e++)
        costs[edges[e].cost]++;
    begin_counts(costs, APL_EDGE_COST_MAX + 1);
    memset(counts, 0, ((size_t)mask + 1) * sizeof *counts);
    for (uint32_t e = 0; e < count; e++) {
        spare[costs[edges[e].cost]++] = edges[e];
        counts[edges[e].from & mask]++;
    }
    begin_counts(counts, mask + 1);
    for (uint32_t e = 0; e < count; e++)
        edges[counts[spare[e].from & mask]++] = spare[e];
    for (uint32_t e = 0; e < count;) {
        uint32_t next = e + 1;
        while (next < count && edges[next].from == edges[e].from && edges[next].cost == edges[e].cost)
            next++;
        if (next - e > 1)
            sort_equals(edges + e, spare, next - e);
        e = next;
    }
}

static void write_forward(apl_graph *graph, const added_edge *edges, uint32_t from, uint32_t to)
{
    for (uint32_t e = from; e < to; e++) {
        graph->out_first[edges[e].from + 1]++;
        graph->out_node[e] = edges[e].to;
        graph->out_cost[e] = (uint16_t)edges[e].cost;
        graph->out_tag[e] = edges[e].tag;
    }
}

static void make_forward(apl_graph *graph, piles *p)
{
    added_edge *spare = apl_memory_new(p->longest * sizeof *spare);
    uint32_t *counts = apl_memory_new(((size_t)1 << p->shift) * sizeof *counts);

    graph->out_first = apl_memory_new(((size_t)graph->node_count + 1) * sizeof *graph->out_first);
    graph->out_node = apl_memory_new((size_t)graph->edge_count * sizeof *graph->out_node);
    graph->out_cost = apl_memory_new((size_t)graph->edge_count * sizeof *graph->out_cost);
    graph->out_tag = apl_memory_new((size_t)graph->edge_count * sizeof *graph->out_tag);
    for (uint32_t i = 0; i < p->count; i++) {
        sort_pile(p->edges + p->begin[i], spare, counts, p->begin[i + 1] - p->begin[i], p->shift);
        write_forward(graph, p->edges, p->begin[i], p->begin[i + 1]);
    }
    for (uint32_t n = 0; n < graph->node_count; n++)
        graph->out_first[n + 1] += graph->out_first[n];
    apl_memory_free(spare);
    apl_memory_free(counts);
}

/* The edges of the graph in the order of their numbers, which take the place of the tags. */
static void pile_by_to(piles *p, const apl_graph *graph)
{
    memset(p->begin, 0, sizeof p->begin);
    for (uint32_t e = 0; e < graph->edge_count; e++)
        p->begin[(graph->out_node[e] >> p->shift) + 2]++;
    begin_piles(p);
    for (uint32_t n = 0; n < graph->node_count; n++) {
        for (uint32_t e = graph->out_first[n]; e < graph->out_first[n + 1]; e++) {
            apl_node_id to = graph->out_node[e];
            p->edges[p->begin[(to >> p->shift) + 1]++] = (added_edge){n, to, e, graph->out_cost[e]};
        }
    }
}

static void make_backward(apl_graph *graph, const piles *p)
{
    uint32_t *first = apl_memory_new(((size_t)graph->node_count + 2) * sizeof *first);

    graph->in_first = first;
    graph->in_node = apl_memory_new((size_t)graph->edge_count * sizeof *graph->in_node);
    graph->in_cost = apl_memory_new((size_t)graph->edge_count * sizeof *graph->in_cost);
    graph->in_edge = apl_memory_new((size_t)graph->edge_count * sizeof *graph->in_edge);
    for (uint32_t e = 0; e < graph->edge_count; e++)
        first[p->edges[e].to + 2]++;
    for (uint32_t n = 0; n < graph->node_count; n++)
        first[n + 2] += first[n + 1];
    for (uint32_t e = 0; e < graph->edge_count; e++) {
        const added_edge *edge = &p->edges[e];
        uint32_t at = first[edge->to + 1]++;
        graph->in_node[at] = edge->from;
        graph->in_cost[at] = (uint16_t)edge->cost;
        graph->in_edge[at] = edge->tag;
    }
}

apl_status apl_graph_freeze(apl_graph **out, apl_graph_builder *builder)
{
    *out = NULL;
    if (builder->has_too_many)
        return apl_fail(APL_E_LIMIT, "the attack graph has more than %u nodes or %u edges", APL_GRAPH_NODES_MAX,
                        APL_GRAPH_EDGES_MAX);
    apl_graph *graph = apl_memory_new(sizeof *graph);
    graph->node_count = builder->node_count;
    graph->edge_count = (uint32_t)builder->edges.count;
    piles *p = piles_new(graph);
    pile_by_from(p, builder->edges.items, graph->edge_count);
    apl_memory_free(builder->edges.items);
    *builder = (apl_graph_builder){0};
    make_forward(graph, p);
    pile_by_to(p, graph);
    make_backward(graph, p);
    piles_free(p);
    *out = graph;
    return APL_OK;
}

void apl_graph_free(apl_graph *graph)
{
    if (graph == NULL)
        return;
    apl_memory_free(graph->out_first);
    apl_memory_free(graph->out_node);
    apl_memory_free(graph->out_cost);
    apl_memory_free(graph->out_tag);
    apl_memory_free(graph->in_first);
    apl_memory_free(graph->in_node);
    apl_memory_free(graph->in_cost);
    apl_memory_free(graph->in_edge);
    apl_memory_free(graph);
}

/* The node whose edges the number falls among: the last one that begins at or before it. */
static apl_node_id from_of(const apl_graph *graph, apl_edge_id edge)
{
    uint32_t low = 0;
    uint32_t high = graph->node_count;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (graph->out_first[middle] <= edge)
            low = middle;
        else
            high = middle;
    }
    return low;
}

apl_edge apl_graph_edge(const apl_graph_view *view, apl_edge_id edge)
{
    const apl_graph *graph = view->graph;

    if (edge < graph->edge_count)
        return (apl_edge){from_of(graph, edge), graph->out_node[edge], graph->out_cost[edge], graph->out_tag[edge]};
    APL_ASSERT(view->overlay != NULL);
    APL_ASSERT(edge - graph->edge_count < view->overlay->added.count);
    return view->overlay->added.items[edge - graph->edge_count].edge;
}
