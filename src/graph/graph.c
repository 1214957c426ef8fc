/* graph/graph.c: from edges in any order to a graph in two directions.
 *
 * Forward: a counting sort by the node that an edge leaves, then each node's edges by (cost, to, tag) in a small
 * buffer. Backward: a counting sort of the forward edges by the node where they arrive, which is stable, so that the
 * edges that arrive at a node stand in the order of their numbers. It has no word of what nodes and edges mean. */
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

/* Counts in first[n + 1] become the places where the edges of n begin. */
static void sum_counts(uint32_t *first, uint32_t node_count)
{
    for (uint32_t n = 0; n < node_count; n++)
        first[n + 1] += first[n];
}

/* After placing, first[n] is where the edges of n end; puts the beginnings back. */
static void shift_back(uint32_t *first, uint32_t node_count)
{
    memmove(first + 1, first, (size_t)node_count * sizeof *first);
    first[0] = 0;
}

static void place_forward(apl_graph *graph, const added_edge *edges)
{
    uint32_t *first = graph->out_first;

    for (uint32_t e = 0; e < graph->edge_count; e++)
        first[edges[e].from + 1]++;
    sum_counts(first, graph->node_count);
    for (uint32_t e = 0; e < graph->edge_count; e++) {
        uint32_t at = first[edges[e].from]++;
        graph->out_node[at] = edges[e].to;
        graph->out_cost[at] = (uint16_t)edges[e].cost;
        graph->out_tag[at] = edges[e].tag;
    }
    shift_back(first, graph->node_count);
}

/* What the edges of one node are sorted by: cost and node in one number, then the tag. */
typedef struct edge_key {
    uint64_t cost_and_node;
    uint32_t tag;
} edge_key;

static inline bool is_before(edge_key a, edge_key b)
{
    return a.cost_and_node != b.cost_and_node ? a.cost_and_node < b.cost_and_node : a.tag < b.tag;
}

#define INSERTION_MAX 24u /* longer rows of edges are cut into runs of this many and merged */

static void sort_run(edge_key *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        edge_key key = keys[i];
        size_t at = i;
        for (; at > 0 && is_before(key, keys[at - 1]); at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

static void merge_runs(edge_key *to, const edge_key *from, size_t middle, size_t end)
{
    size_t left = 0;
    size_t right = middle;

    for (size_t i = 0; i < end; i++) {
        bool takes_right = left == middle || (right < end && is_before(from[right], from[left]));
        to[i] = takes_right ? from[right++] : from[left++];
    }
}

/* Returns the sorted keys, which are in `keys` or in `spare`. */
static edge_key *sort_keys(edge_key *keys, edge_key *spare, size_t count)
{
    for (size_t i = 0; i < count; i += INSERTION_MAX)
        sort_run(keys + i, count - i < INSERTION_MAX ? count - i : INSERTION_MAX);
    for (size_t width = INSERTION_MAX; width < count; width *= 2) {
        for (size_t i = 0; i < count; i += 2 * width) {
            size_t end = count - i < 2 * width ? count - i : 2 * width;
            merge_runs(spare + i, keys + i, width < end ? width : end, end);
        }
        edge_key *sorted = spare;
        spare = keys;
        keys = sorted;
    }
    return keys;
}

static void sort_forward(apl_graph *graph)
{
    uint32_t longest = 1;

    for (uint32_t n = 0; n < graph->node_count; n++) {
        uint32_t count = graph->out_first[n + 1] - graph->out_first[n];
        longest = count > longest ? count : longest;
    }
    edge_key *keys = apl_memory_new(2 * (size_t)longest * sizeof *keys);

    for (uint32_t n = 0; n < graph->node_count; n++) {
        uint32_t from = graph->out_first[n];
        uint32_t count = graph->out_first[n + 1] - from;
        if (count < 2)
            continue;
        for (uint32_t i = 0; i < count; i++)
            keys[i] = (edge_key){(uint64_t)graph->out_cost[from + i] << 32 | graph->out_node[from + i],
                                 graph->out_tag[from + i]};
        const edge_key *sorted = sort_keys(keys, keys + longest, count);
        for (uint32_t i = 0; i < count; i++) {
            graph->out_cost[from + i] = (uint16_t)(sorted[i].cost_and_node >> 32);
            graph->out_node[from + i] = (apl_node_id)sorted[i].cost_and_node;
            graph->out_tag[from + i] = sorted[i].tag;
        }
    }
    apl_memory_free(keys);
}

static void place_backward(apl_graph *graph)
{
    uint32_t *first = graph->in_first;

    for (uint32_t e = 0; e < graph->edge_count; e++)
        first[graph->out_node[e] + 1]++;
    sum_counts(first, graph->node_count);
    for (uint32_t n = 0; n < graph->node_count; n++) {
        for (uint32_t e = graph->out_first[n]; e < graph->out_first[n + 1]; e++) {
            uint32_t at = first[graph->out_node[e]]++;
            graph->in_node[at] = n;
            graph->in_cost[at] = graph->out_cost[e];
            graph->in_edge[at] = e;
        }
    }
    shift_back(first, graph->node_count);
}

apl_status apl_graph_freeze(apl_graph **out, apl_graph_builder *builder)
{
    size_t edges = builder->edges.count;

    *out = NULL;
    if (builder->has_too_many)
        return apl_fail(APL_E_LIMIT, "the attack graph has more than %u nodes or %u edges", APL_GRAPH_NODES_MAX,
                        APL_GRAPH_EDGES_MAX);
    apl_graph *graph = apl_memory_new(sizeof *graph);
    graph->node_count = builder->node_count;
    graph->edge_count = (uint32_t)edges;
    graph->out_first = apl_memory_new(((size_t)graph->node_count + 1) * sizeof *graph->out_first);
    graph->out_node = apl_memory_new(edges * sizeof *graph->out_node);
    graph->out_cost = apl_memory_new(edges * sizeof *graph->out_cost);
    graph->out_tag = apl_memory_new(edges * sizeof *graph->out_tag);
    place_forward(graph, builder->edges.items);
    apl_memory_free(builder->edges.items);
    *builder = (apl_graph_builder){0};
    sort_forward(graph);

    graph->in_first = apl_memory_new(((size_t)graph->node_count + 1) * sizeof *graph->in_first);
    graph->in_node = apl_memory_new(edges * sizeof *graph->in_node);
    graph->in_cost = apl_memory_new(edges * sizeof *graph->in_cost);
    graph->in_edge = apl_memory_new(edges * sizeof *graph->in_edge);
    place_backward(graph);
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
