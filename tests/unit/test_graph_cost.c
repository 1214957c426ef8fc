/* unit/test_graph_cost.c: costs against trying every edge until nothing changes.
 *
 * In both directions, with sets of nodes and with overlays. */
#include "graph/cost.h"
#include "unit/test_graph.h"

static test_graph reversed(const test_graph *graph)
{
    test_graph turned = *graph;

    for (uint32_t e = 0; e < graph->edge_count; e++) {
        turned.edges[e].from = graph->edges[e].to;
        turned.edges[e].to = graph->edges[e].from;
    }
    return turned;
}

static void expect_costs(const test_graph *wanted, const apl_graph_view *view, const bool *allowed)
{
    const test_graph backward = reversed(wanted);
    const apl_nodes entries = {wanted->entries, wanted->entry_count};
    uint32_t expected[TEST_NODES_MAX];
    uint32_t found[TEST_NODES_MAX];

    test_costs(expected, wanted, allowed);
    apl_costs(found, view, APL_FORWARD, entries);
    assert_memory_equal(found, expected, wanted->node_count * sizeof *found);
    test_costs(expected, &backward, allowed);
    apl_costs(found, view, APL_BACKWARD, entries);
    assert_memory_equal(found, expected, wanted->node_count * sizeof *found);
}

static void costs_are_the_least(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        random_source random = {number};
        test_graph wanted = test_graph_of(number, TEST_NODES_MAX, TEST_EDGES_MAX);
        apl_graph *graph = test_freeze(wanted.edges, wanted.edge_count, wanted.node_count);
        test_changed changed = test_change(&wanted, &random);
        bool allowed[TEST_NODES_MAX];
        uint64_t *nodes = apl_bits_new(wanted.node_count);

        for (uint32_t n = 0; n < wanted.node_count; n++) {
            allowed[n] = random_below(&random, 4) != 0;
            if (allowed[n])
                apl_bit_set(nodes, n);
        }
        expect_costs(&wanted, &(apl_graph_view){graph, NULL, NULL}, NULL);
        expect_costs(&wanted, &(apl_graph_view){graph, NULL, nodes}, allowed);
        expect_costs(&wanted, &changed.view, NULL);
        expect_costs(&wanted, &(apl_graph_view){changed.graph, changed.overlay, nodes}, allowed);
        apl_memory_free(nodes);
        test_changed_free(&changed);
        apl_graph_free(graph);
    }
}

/* A chain so long and dear that its cost passes the most that is told apart: it stays there, and the end is reached. */
static void dear_chains_stay_reachable(void **state)
{
    const uint32_t count = 11000;
    apl_graph_builder *builder = apl_graph_builder_new();
    apl_graph *graph = NULL;
    uint32_t *costs = apl_memory_new(count * sizeof *costs);
    const apl_node_id first = 0;

    (void)state;
    (void)apl_graph_add_nodes(builder, count);
    for (uint32_t n = 0; n + 1 < count; n++)
        apl_graph_add_edge(builder, n, n + 1, APL_EDGE_COST_MAX, 0);
    assert_int_equal(apl_graph_freeze(&graph, builder), APL_OK);
    apl_costs(costs, &(apl_graph_view){graph, NULL, NULL}, APL_FORWARD, (apl_nodes){&first, 1});
    assert_int_equal(costs[9999], 9999000);
    assert_int_equal(costs[count - 1], APL_COST_MAX);
    apl_graph_free(graph);
    apl_graph_builder_free(builder);
    apl_memory_free(costs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_are_the_least),
        cmocka_unit_test(dear_chains_stay_reachable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
