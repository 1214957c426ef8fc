/* unit/test_graph_build.c: freezing sorts and does not depend on the order of adding; walks see what overlays leave.
 *
 * Compared with qsort over the plain list of edges. */
#include "base/limits.h"
#include "graph/walk.h"
#include "unit/test_graph.h"

static int by_order(const void *a, const void *b)
{
    const apl_edge *x = a;
    const apl_edge *y = b;
    uint32_t left[] = {x->from, x->cost, x->to, x->tag};
    uint32_t right[] = {y->from, y->cost, y->to, y->tag};

    for (size_t i = 0; i < 4; i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    return 0;
}

static void expect_edges(const apl_graph *graph, const apl_edge *sorted)
{
    const apl_graph_view view = {graph, NULL, NULL};

    for (uint32_t e = 0; e < graph->edge_count; e++) {
        apl_edge edge = apl_graph_edge(&view, e);
        assert_memory_equal(&edge, &sorted[e], sizeof edge);
    }
    uint32_t arrived = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        for (uint32_t at = graph->in_first[n]; at < graph->in_first[n + 1]; at++, arrived++) {
            const apl_edge *edge = &sorted[graph->in_edge[at]];
            assert_int_equal(edge->to, n);
            assert_int_equal(edge->from, graph->in_node[at]);
            assert_int_equal(edge->cost, graph->in_cost[at]);
            if (at > graph->in_first[n])
                assert_true(graph->in_edge[at] > graph->in_edge[at - 1]);
        }
    }
    assert_int_equal(arrived, graph->edge_count);
}

static void sorts_whatever_the_order_of_adding(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        random_source random = {number};
        test_graph wanted = test_graph_of(number, TEST_NODES_MAX, TEST_EDGES_MAX);
        test_graph sorted = wanted;

        qsort(sorted.edges, sorted.edge_count, sizeof *sorted.edges, by_order);
        for (int i = 0; i < 2; i++) {
            apl_graph *graph = test_freeze(wanted.edges, wanted.edge_count, wanted.node_count);
            assert_int_equal(graph->edge_count, wanted.edge_count);
            expect_edges(graph, sorted.edges);
            apl_graph_free(graph);
            test_shuffle(wanted.edges, wanted.edge_count, &random);
        }
    }
}

/* Rows of edges long enough to be merged from many runs, of every length around a power of two. */
static void sorts_long_rows(void **state)
{
    (void)state;
    for (uint32_t count = 1; count < 900; count += count < 130 ? 1 : 101) {
        random_source random = {count};
        apl_edge *edges = apl_memory_new(count * sizeof *edges);

        for (uint32_t i = 0; i < count; i++)
            edges[i] = (apl_edge){1, random_below(&random, 3), random_below(&random, 20), random_below(&random, 9)};
        apl_graph *graph = test_freeze(edges, count, 3);
        qsort(edges, count, sizeof *edges, by_order);
        expect_edges(graph, edges);
        apl_graph_free(graph);
        apl_memory_free(edges);
    }
}

/* More nodes than one pile of the sort has, some with hundreds of edges. */
static void sorts_many_nodes(void **state)
{
    enum { NODES = 20000, EDGES = 60000 };
    random_source random = {5};
    apl_edge *edges = apl_memory_new(EDGES * sizeof *edges);

    (void)state;
    for (uint32_t i = 0; i < EDGES; i++) {
        uint32_t limit = random_below(&random, 4) ? NODES : 50;
        edges[i] = (apl_edge){NODES - 1 - random_below(&random, limit), NODES - 1 - random_below(&random, limit),
                              random_below(&random, 3), random_below(&random, 9)};
    }
    apl_graph *graph = test_freeze(edges, EDGES, NODES);
    qsort(edges, EDGES, sizeof *edges, by_order);
    expect_edges(graph, edges);
    apl_graph_free(graph);
    apl_memory_free(edges);
}

static void walks_see_what_the_overlay_leaves(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        random_source random = {number};
        test_graph wanted = test_graph_of(number, TEST_NODES_MAX, TEST_EDGES_MAX);
        test_changed changed = test_change(&wanted, &random);

        for (int direction = APL_FORWARD; direction <= APL_BACKWARD; direction++) {
            apl_edge seen[TEST_EDGES_MAX];
            uint32_t count = 0;
            for (uint32_t n = 0; n < wanted.node_count; n++) {
                apl_arcs arcs = apl_arcs_of(&changed.view, (apl_direction)direction, n);
                while (apl_arcs_next(&arcs)) {
                    apl_edge edge = apl_graph_edge(&changed.view, apl_arcs_edge(&arcs));
                    assert_true(count < wanted.edge_count);
                    assert_int_equal(direction == APL_FORWARD ? edge.from : edge.to, n);
                    assert_int_equal(direction == APL_FORWARD ? edge.to : edge.from, arcs.node);
                    assert_int_equal(edge.cost, arcs.cost);
                    seen[count++] = edge;
                }
            }
            assert_int_equal(count, wanted.edge_count);
            qsort(seen, count, sizeof *seen, by_order);
            qsort(wanted.edges, wanted.edge_count, sizeof *wanted.edges, by_order);
            if (count)
                assert_memory_equal(seen, wanted.edges, count * sizeof *seen);
        }
        test_changed_free(&changed);
    }
}

static void refuses_too_much(void **state)
{
    apl_graph_builder *builder = apl_graph_builder_new();
    apl_graph *graph = NULL;

    (void)state;
    (void)apl_graph_add_nodes(builder, APL_GRAPH_NODES_MAX);
    (void)apl_graph_add_nodes(builder, 1);
    apl_graph_add_edge(builder, 0, 0, 1, 0);
    assert_int_equal(apl_graph_freeze(&graph, builder), APL_E_LIMIT);
    assert_null(graph);
    apl_graph_builder_free(builder);
    apl_graph_builder_free(NULL);
    apl_graph_free(NULL);
    apl_overlay_free(NULL);

    apl_graph *empty = test_freeze(NULL, 0, 0);
    assert_int_equal(empty->node_count, 0);
    apl_graph_free(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_whatever_the_order_of_adding),
        cmocka_unit_test(sorts_long_rows),
        cmocka_unit_test(sorts_many_nodes),
        cmocka_unit_test(walks_see_what_the_overlay_leaves),
        cmocka_unit_test(refuses_too_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
