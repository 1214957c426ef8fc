/* unit/test_graph.h: random small graphs of several shapes, and the slow and obvious answers to compare with.
 *
 * A test graph is a plain list of edges; from it come the frozen graph, the same graph with its edges added in another
 * order, and a graph with an overlay that amounts to the same edges. */
#ifndef APL_TESTS_UNIT_TEST_GRAPH_H
#define APL_TESTS_UNIT_TEST_GRAPH_H

#include "graph/bits.h"
#include "graph/graph.h"
#include "unit/test_random.h"

#define TEST_NODES_MAX 16u
#define TEST_EDGES_MAX 64u
#define TEST_GRAPHS 10000u

typedef struct test_graph {
    uint32_t node_count;
    uint32_t edge_count;
    apl_edge edges[TEST_EDGES_MAX];
    apl_node_id entries[TEST_NODES_MAX];
    uint32_t entry_count;
    apl_node_id targets[TEST_NODES_MAX];
    uint32_t target_count;
} test_graph;

enum test_shape { TEST_SPARSE, TEST_DENSE, TEST_ACYCLIC, TEST_CYCLIC, TEST_TREE, TEST_PARALLEL, TEST_SHAPES };

static inline uint32_t test_cost(random_source *random)
{
    switch (random_below(random, 4)) {
    case 0:
        return 0;
    case 1:
        return 1 + random_below(random, 3);
    default:
        return random_below(random, APL_EDGE_COST_MAX + 1);
    }
}

static inline apl_edge test_edge(random_source *random, enum test_shape shape, uint32_t count, uint32_t number)
{
    apl_edge edge = {random_below(random, count), random_below(random, count), test_cost(random),
                     random_below(random, 5)};

    if (shape == TEST_ACYCLIC && edge.from > edge.to) {
        apl_node_id later = edge.from;
        edge.from = edge.to;
        edge.to = later;
    } else if (shape == TEST_CYCLIC && number < count) {
        edge.from = number;
        edge.to = (number + 1) % count;
    } else if (shape == TEST_TREE && number + 1 < count) {
        edge.to = number + 1;
        edge.from = random_below(random, number + 1);
    } else if (shape == TEST_PARALLEL) {
        edge.from %= 3;
        edge.to = edge.to % 3 + (count > 3);
    }
    return edge;
}

static inline uint32_t test_some_nodes(apl_node_id *nodes, random_source *random, uint32_t count)
{
    uint32_t wanted = random_below(random, 4) == 0 ? random_below(random, count + 1) : 1 + random_below(random, 2);
    uint32_t made = 0;

    for (uint32_t i = 0; i < wanted; i++) {
        apl_node_id node = random_below(random, count);
        bool is_new = true;
        for (uint32_t j = 0; j < made; j++)
            is_new = is_new && nodes[j] != node;
        if (is_new)
            nodes[made++] = node;
    }
    return made;
}

/* The graph with this number; nodes_max and edges_max bound its size. */
static inline test_graph test_graph_of(uint64_t number, uint32_t nodes_max, uint32_t edges_max)
{
    random_source random = {number * 7919 + 1};
    enum test_shape shape = (enum test_shape)(number % TEST_SHAPES);
    test_graph graph = {.node_count = 1 + random_below(&random, nodes_max)};
    uint32_t wanted = random_below(&random, shape == TEST_SPARSE ? graph.node_count * 2 : edges_max + 1);

    if (shape == TEST_DENSE)
        wanted = edges_max;
    if (shape == TEST_PARALLEL && graph.node_count > 4)
        graph.node_count = 4;
    if (shape == TEST_PARALLEL && graph.node_count < 4)
        graph.node_count = 3;
    for (uint32_t i = 0; i < wanted && i < edges_max; i++)
        graph.edges[graph.edge_count++] = test_edge(&random, shape, graph.node_count, i);
    graph.entry_count = test_some_nodes(graph.entries, &random, graph.node_count);
    graph.target_count = test_some_nodes(graph.targets, &random, graph.node_count);
    return graph;
}

static inline void test_shuffle(apl_edge *edges, uint32_t count, random_source *random)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t other = random_below(random, i);
        apl_edge edge = edges[i - 1];
        edges[i - 1] = edges[other];
        edges[other] = edge;
    }
}

static inline apl_graph *test_freeze(const apl_edge *edges, uint32_t edge_count, uint32_t node_count)
{
    apl_graph_builder *builder = apl_graph_builder_new();
    apl_graph *graph = NULL;

    assert_int_equal(apl_graph_add_nodes(builder, node_count), 0);
    for (uint32_t i = 0; i < edge_count; i++)
        apl_graph_add_edge(builder, edges[i].from, edges[i].to, edges[i].cost, edges[i].tag);
    assert_int_equal(apl_graph_freeze(&graph, builder), APL_OK);
    apl_graph_builder_free(builder);
    return graph;
}

/* The graph with an overlay that takes some edges of a larger graph away and adds others, in the end the same edges. */
typedef struct test_changed {
    apl_graph *graph;
    apl_overlay *overlay;
    apl_graph_view view;
} test_changed;

#define TEST_TAG_REMOVED 1000u

static inline test_changed test_change(const test_graph *wanted, random_source *random)
{
    apl_edge base[2 * TEST_EDGES_MAX];
    uint32_t count = 0;
    bool is_added[TEST_EDGES_MAX] = {false};

    for (uint32_t i = 0; i < wanted->edge_count; i++) {
        is_added[i] = random_below(random, 4) == 0;
        if (!is_added[i])
            base[count++] = wanted->edges[i];
        if (random_below(random, 4) == 0) {
            base[count] = test_edge(random, TEST_SPARSE, wanted->node_count, 0);
            base[count++].tag = TEST_TAG_REMOVED;
        }
    }
    test_shuffle(base, count, random);
    test_changed made = {.graph = test_freeze(base, count, wanted->node_count)};
    made.overlay = apl_overlay_new(made.graph);
    for (uint32_t e = 0; e < made.graph->edge_count; e++) {
        apl_overlay_remove(made.overlay, e);
        if (made.graph->out_tag[e] != TEST_TAG_REMOVED)
            apl_overlay_restore(made.overlay, e);
    }
    for (uint32_t i = 0; i < wanted->edge_count; i++) {
        const apl_edge *edge = &wanted->edges[i];
        if (is_added[i])
            (void)apl_overlay_add(made.overlay, edge->from, edge->to, edge->cost, edge->tag);
    }
    made.view = (apl_graph_view){made.graph, made.overlay, NULL};
    return made;
}

static inline void test_changed_free(test_changed *changed)
{
    apl_overlay_free(changed->overlay);
    apl_graph_free(changed->graph);
}

/* Costs by trying every edge until nothing changes; `allowed` leaves nodes out, NULL none. */
static inline void test_costs(uint32_t *costs, const test_graph *graph, const bool *allowed)
{
    for (uint32_t n = 0; n < graph->node_count; n++)
        costs[n] = UINT32_MAX;
    for (uint32_t i = 0; i < graph->entry_count; i++) {
        if (allowed == NULL || allowed[graph->entries[i]])
            costs[graph->entries[i]] = 0;
    }
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (uint32_t e = 0; e < graph->edge_count; e++) {
            const apl_edge *edge = &graph->edges[e];
            if (costs[edge->from] == UINT32_MAX || (allowed && !allowed[edge->to]))
                continue;
            if (costs[edge->from] + edge->cost < costs[edge->to]) {
                costs[edge->to] = costs[edge->from] + edge->cost;
                has_changed = true;
            }
        }
    }
}

/* reach[a][b]: b can be reached from a, which reaches itself. Warshall. */
static inline void test_reach(bool reach[TEST_NODES_MAX][TEST_NODES_MAX], const test_graph *graph)
{
    memset(reach, 0, TEST_NODES_MAX * sizeof *reach);
    for (uint32_t n = 0; n < graph->node_count; n++)
        reach[n][n] = true;
    for (uint32_t e = 0; e < graph->edge_count; e++)
        reach[graph->edges[e].from][graph->edges[e].to] = true;
    for (uint32_t k = 0; k < graph->node_count; k++) {
        for (uint32_t i = 0; i < graph->node_count; i++) {
            for (uint32_t j = 0; j < graph->node_count; j++)
                reach[i][j] = reach[i][j] || (reach[i][k] && reach[k][j]);
        }
    }
}

static inline uint64_t *test_set_of(const apl_node_id *nodes, uint32_t count)
{
    uint64_t *set = apl_bits_new(TEST_NODES_MAX);

    for (uint32_t i = 0; i < count; i++)
        apl_bit_set(set, nodes[i]);
    return set;
}

#endif
