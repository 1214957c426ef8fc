/* unit/test_graph_reach.c: spread, slice, components and reach against Warshall's closure.
 *
 * With overlays, with edges added one by one, and with more targets than one pass takes. */
#include "base/limits.h"
#include "graph/component.h"
#include "graph/reach.h"
#include "graph/slice.h"
#include "unit/test_graph.h"

typedef bool closure[TEST_NODES_MAX][TEST_NODES_MAX];

static void expect_slice(const test_graph *graph, const apl_graph_view *view, closure reach)
{
    const apl_nodes entries = {graph->entries, graph->entry_count};
    const apl_nodes targets = {graph->targets, graph->target_count};
    uint64_t *forward = apl_spread(view, APL_FORWARD, entries);
    uint64_t *backward = apl_spread(view, APL_BACKWARD, targets);
    uint64_t *slice = apl_slice(view, entries, targets);

    for (uint32_t n = 0; n < graph->node_count; n++) {
        bool is_reached = false;
        bool reaches = false;
        for (uint32_t i = 0; i < graph->entry_count; i++)
            is_reached = is_reached || reach[graph->entries[i]][n];
        for (uint32_t i = 0; i < graph->target_count; i++)
            reaches = reaches || reach[n][graph->targets[i]];
        assert_int_equal(apl_bit(forward, n), is_reached);
        assert_int_equal(apl_bit(backward, n), reaches);
        assert_int_equal(apl_bit(slice, n), is_reached && reaches);
    }
    apl_memory_free(forward);
    apl_memory_free(backward);
    apl_memory_free(slice);
}

static void expect_components(const test_graph *graph, const apl_graph_view *view, closure reach)
{
    apl_components *components = apl_components_new(view);

    for (uint32_t a = 0; a < graph->node_count; a++) {
        for (uint32_t b = 0; b < graph->node_count; b++) {
            assert_int_equal(components->of[a] == components->of[b], reach[a][b] && reach[b][a]);
            if (reach[a][b])
                assert_true(components->of[a] >= components->of[b]);
        }
    }
    uint32_t members = 0;
    for (uint32_t c = 0; c < components->count; c++) {
        for (uint32_t i = components->first[c]; i < components->first[c + 1]; i++, members++) {
            assert_int_equal(components->of[components->members[i]], c);
            if (i > components->first[c])
                assert_true(components->members[i] > components->members[i - 1]);
        }
    }
    assert_int_equal(members, graph->node_count);
    apl_components_free(components);
}

static void expect_rows(const test_graph *graph, const apl_reach *reach, closure wanted)
{
    uint32_t counts[TEST_NODES_MAX] = {0};
    uint32_t found[TEST_NODES_MAX];

    for (uint32_t n = 0; n < graph->node_count; n++) {
        uint32_t count = 0;
        for (uint32_t t = 0; t < graph->target_count; t++) {
            assert_int_equal(apl_reach_has(reach, n, t), wanted[n][graph->targets[t]]);
            count += wanted[n][graph->targets[t]];
            counts[t] += wanted[n][graph->targets[t]];
        }
        assert_int_equal(apl_reach_target_count(reach, n), count);
    }
    apl_reach_node_counts(found, reach);
    assert_memory_equal(found, counts, graph->target_count * sizeof *found);
}

static void reach_is_the_closure(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        random_source random = {number};
        test_graph graph = test_graph_of(number, TEST_NODES_MAX, TEST_EDGES_MAX);
        const apl_nodes targets = {graph.targets, graph.target_count};
        apl_graph *frozen = test_freeze(graph.edges, graph.edge_count, graph.node_count);
        test_changed changed = test_change(&graph, &random);
        closure wanted;

        test_reach(wanted, &graph);
        for (int is_changed = 0; is_changed < 2; is_changed++) {
            const apl_graph_view view = is_changed ? changed.view : (apl_graph_view){frozen, NULL, NULL};
            apl_reach *reach = NULL;
            expect_slice(&graph, &view, wanted);
            expect_components(&graph, &view, wanted);
            assert_int_equal(apl_reach_new(&reach, &view, targets, 1), APL_OK);
            expect_rows(&graph, reach, wanted);
            apl_reach_free(reach);
        }
        test_changed_free(&changed);
        apl_graph_free(frozen);
    }
}

/* Inside a set of nodes, what leads out of it and back does not count. */
static void sets_of_nodes_bound_the_search(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        random_source random = {number};
        test_graph graph = test_graph_of(number, TEST_NODES_MAX, TEST_EDGES_MAX);
        apl_graph *frozen = test_freeze(graph.edges, graph.edge_count, graph.node_count);
        uint64_t *nodes = apl_bits_new(TEST_NODES_MAX);
        test_graph inner = graph;
        apl_reach *reach = NULL;
        closure wanted;

        for (uint32_t n = 0; n < graph.node_count; n++)
            nodes[0] |= (uint64_t)(random_below(&random, 4) != 0) << n;
        inner.edge_count = 0;
        for (uint32_t e = 0; e < graph.edge_count; e++) {
            if (apl_bit(nodes, graph.edges[e].from) && apl_bit(nodes, graph.edges[e].to))
                inner.edges[inner.edge_count++] = graph.edges[e];
        }
        test_reach(wanted, &inner);
        const apl_graph_view view = {frozen, NULL, nodes};
        const apl_nodes targets = {graph.targets, graph.target_count};
        assert_int_equal(apl_reach_new(&reach, &view, targets, 1), APL_OK);
        uint64_t *backward = apl_spread(&view, APL_BACKWARD, targets);
        for (uint32_t n = 0; n < graph.node_count; n++) {
            bool reaches = false;
            for (uint32_t t = 0; t < graph.target_count; t++) {
                bool is_reached = apl_bit(nodes, n) && wanted[n][graph.targets[t]];
                assert_int_equal(apl_reach_has(reach, n, t), is_reached);
                reaches = reaches || is_reached;
            }
            assert_int_equal(apl_bit(backward, n), reaches);
        }
        apl_memory_free(backward);
        apl_reach_free(reach);
        apl_memory_free(nodes);
        apl_graph_free(frozen);
    }
}

static void added_edges_are_taken_into_account(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS / 4; number++) {
        random_source random = {number};
        test_graph graph = test_graph_of(number, TEST_NODES_MAX, TEST_EDGES_MAX / 4);
        apl_graph *frozen = test_freeze(graph.edges, graph.edge_count, graph.node_count);
        const apl_graph_view view = {frozen, NULL, NULL};
        apl_reach *reach = NULL;
        closure wanted;

        assert_int_equal(apl_reach_new(&reach, &view, (apl_nodes){graph.targets, graph.target_count}, 1), APL_OK);
        for (uint32_t i = 0; i < 8; i++) {
            apl_edge edge = test_edge(&random, TEST_SPARSE, graph.node_count, 0);
            bool would = apl_reach_would_change(reach, edge.from, edge.to);
            graph.edges[graph.edge_count++] = edge;
            assert_int_equal(apl_reach_add_edge(reach, edge.from, edge.to) > 0, would);
            assert_false(apl_reach_would_change(reach, edge.from, edge.to));
            test_reach(wanted, &graph);
            expect_rows(&graph, reach, wanted);
        }
        apl_reach_free(reach);
        apl_graph_free(frozen);
    }
}

#define LARGE_NODES 3000u

/* Larger than one pass and than the core search leaves alone: rings joined in a row, every node a target. */
static void many_targets_take_several_passes(void **state)
{
    apl_graph_builder *builder = apl_graph_builder_new();
    apl_graph *graph = NULL;
    apl_reach *reach = NULL;
    apl_node_id *targets = apl_memory_new(LARGE_NODES * sizeof *targets);
    uint32_t *counts = apl_memory_new(LARGE_NODES * sizeof *counts);

    (void)state;
    (void)apl_graph_add_nodes(builder, LARGE_NODES);
    for (uint32_t n = 0; n < LARGE_NODES; n++) {
        targets[n] = n;
        apl_graph_add_edge(builder, n, n % 10 == 9 ? n - 9 : n + 1, 1, 0);
        if (n % 10 == 5 && n + 10 < LARGE_NODES)
            apl_graph_add_edge(builder, n, n + 10, 1, 0);
    }
    assert_int_equal(apl_graph_freeze(&graph, builder), APL_OK);
    const apl_graph_view view = {graph, NULL, NULL};
    for (unsigned threads = 1; threads <= 2; threads++) {
        assert_int_equal(apl_reach_new(&reach, &view, (apl_nodes){targets, LARGE_NODES}, threads), APL_OK);
        apl_reach_node_counts(counts, reach);
        for (uint32_t n = 0; n < LARGE_NODES; n++) {
            assert_int_equal(counts[n], (n / 10 + 1) * 10);
            assert_int_equal(apl_reach_target_count(reach, n), LARGE_NODES - n / 10 * 10);
            assert_int_equal(apl_reach_has(reach, n, 1500), n < 1510);
        }
        if (threads == 1)
            apl_reach_free(reach);
    }
    assert_int_equal(apl_reach_add_edge(reach, LARGE_NODES - 1, 0), LARGE_NODES / 10 - 1);
    assert_int_equal(apl_reach_target_count(reach, 2000), LARGE_NODES);
    assert_int_equal(apl_reach_add_edge(reach, 7, 8), 0);
    apl_reach_free(reach);

    assert_int_equal(apl_reach_new(&reach, &view, (apl_nodes){targets, APL_REACH_TARGETS_MAX + 1}, 1), APL_E_LIMIT);
    assert_null(reach);
    apl_reach_free(NULL);
    apl_components_free(NULL);
    apl_graph_free(graph);
    apl_graph_builder_free(builder);
    apl_memory_free(targets);
    apl_memory_free(counts);
}

/* Random graphs large enough for the search of the core, against components found from plain spreads. */
static void the_core_is_numbered_between(void **state)
{
    enum { COUNT = 1500 };
    (void)state;
    for (uint64_t number = 0; number < 12; number++) {
        random_source random = {number};
        apl_edge edges[COUNT * 3];
        uint32_t wanted = COUNT / 2 + (uint32_t)number * COUNT / 6;
        for (uint32_t i = 0; i < wanted; i++)
            edges[i] = (apl_edge){random_below(&random, COUNT), random_below(&random, COUNT), 1, 0};
        apl_graph *graph = test_freeze(edges, wanted, COUNT);
        const apl_graph_view view = {graph, NULL, NULL};
        apl_components *components = apl_components_new(&view);

        for (uint32_t e = 0; e < wanted; e++)
            assert_true(components->of[edges[e].from] >= components->of[edges[e].to]);
        for (apl_node_id n = 0; n < COUNT; n += 7) {
            uint64_t *below = apl_spread(&view, APL_FORWARD, (apl_nodes){&n, 1});
            uint64_t *above = apl_spread(&view, APL_BACKWARD, (apl_nodes){&n, 1});
            for (uint32_t m = 0; m < COUNT; m++)
                assert_int_equal(components->of[m] == components->of[n], apl_bit(below, m) && apl_bit(above, m));
            apl_memory_free(below);
            apl_memory_free(above);
        }
        apl_components_free(components);
        apl_graph_free(graph);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reach_is_the_closure),
        cmocka_unit_test(sets_of_nodes_bound_the_search),
        cmocka_unit_test(added_edges_are_taken_into_account),
        cmocka_unit_test(many_targets_take_several_passes),
        cmocka_unit_test(the_core_is_numbered_between),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
