/* unit/test_graph_dominator.c: dominators against taking each node away and looking who is still reached.
 *
 * Also the sums of weights below each node. */
#include "graph/dominator.h"
#include "unit/test_graph.h"

/* cuts[a][b]: b is reached, but not without a. */
static void find_cuts(bool cuts[TEST_NODES_MAX][TEST_NODES_MAX], bool *reached, const test_graph *graph)
{
    uint32_t costs[TEST_NODES_MAX];
    bool allowed[TEST_NODES_MAX];

    test_costs(costs, graph, NULL);
    for (uint32_t n = 0; n < graph->node_count; n++) {
        reached[n] = costs[n] != UINT32_MAX;
        allowed[n] = true;
    }
    for (uint32_t a = 0; a < graph->node_count; a++) {
        allowed[a] = false;
        test_costs(costs, graph, allowed);
        allowed[a] = true;
        for (uint32_t b = 0; b < graph->node_count; b++)
            cuts[a][b] = reached[b] && costs[b] == UINT32_MAX;
    }
}

static void expect_dominators(const test_graph *graph, const apl_graph_view *view)
{
    bool cuts[TEST_NODES_MAX][TEST_NODES_MAX];
    bool reached[TEST_NODES_MAX];
    bool is_above[TEST_NODES_MAX];
    uint64_t weights[TEST_NODES_MAX];
    uint32_t count = 0;
    apl_dominators *dominators = apl_dominators_new(view, (apl_nodes){graph->entries, graph->entry_count});

    find_cuts(cuts, reached, graph);
    for (uint32_t n = 0; n < graph->node_count; n++) {
        memset(is_above, 0, sizeof is_above);
        for (apl_node_id at = n; reached[n] && at != APL_NODE_NONE; at = dominators->parent[at])
            is_above[at] = true;
        for (uint32_t a = 0; a < graph->node_count; a++)
            assert_int_equal(is_above[a], cuts[a][n]);
        if (!reached[n])
            assert_int_equal(dominators->parent[n], APL_NODE_NONE);
        count += reached[n];
        weights[n] = n + 1;
    }
    assert_int_equal(dominators->count, count);
    bool seen[TEST_NODES_MAX] = {false};
    for (uint32_t i = 0; i < dominators->count; i++) {
        apl_node_id parent = dominators->parent[dominators->order[i]];
        assert_true(parent == APL_NODE_NONE || seen[parent]);
        seen[dominators->order[i]] = true;
    }
    apl_dominators_sum(weights, dominators);
    for (uint32_t a = 0; a < graph->node_count; a++) {
        uint64_t sum = reached[a] ? 0 : a + 1;
        for (uint32_t b = 0; b < graph->node_count; b++)
            sum += cuts[a][b] ? b + 1 : 0;
        assert_int_equal(weights[a], sum);
    }
    apl_dominators_free(dominators);
}

static void dominators_are_what_cuts(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        random_source random = {number};
        test_graph graph = test_graph_of(number, TEST_NODES_MAX, TEST_EDGES_MAX / (1 + (uint32_t)(number / 6 % 3)));
        apl_graph *frozen = test_freeze(graph.edges, graph.edge_count, graph.node_count);
        test_changed changed = test_change(&graph, &random);

        expect_dominators(&graph, &(apl_graph_view){frozen, NULL, NULL});
        expect_dominators(&graph, &changed.view);
        test_changed_free(&changed);
        apl_graph_free(frozen);
    }
    apl_dominators_free(NULL);
}

/* With a set of nodes, the same as without the edges of the others. */
static void sets_of_nodes_bound_the_tree(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        random_source random = {number};
        test_graph graph = test_graph_of(number, TEST_NODES_MAX, TEST_EDGES_MAX / 2);
        apl_graph *frozen = test_freeze(graph.edges, graph.edge_count, graph.node_count);
        uint64_t nodes[2] = {random_next(&random) | random_next(&random)};
        uint32_t entries = 0;
        uint32_t edges = 0;

        for (uint32_t i = 0; i < graph.entry_count; i++) {
            if (apl_bit(nodes, graph.entries[i]))
                graph.entries[entries++] = graph.entries[i];
        }
        graph.entry_count = entries;
        for (uint32_t e = 0; e < graph.edge_count; e++) {
            if (apl_bit(nodes, graph.edges[e].from) && apl_bit(nodes, graph.edges[e].to))
                graph.edges[edges++] = graph.edges[e];
        }
        graph.edge_count = edges;
        expect_dominators(&graph, &(apl_graph_view){frozen, NULL, nodes});
        apl_graph_free(frozen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dominators_are_what_cuts),
        cmocka_unit_test(sets_of_nodes_bound_the_tree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
