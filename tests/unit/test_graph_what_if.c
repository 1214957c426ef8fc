/* unit/test_graph_what_if.c: the effect of overlays against costs computed anew, several tries in a row.
 *
 * After each try the costs must be as before it. */
#include "graph/what_if.h"
#include "unit/test_graph.h"

static void expect_try(const test_graph *graph, apl_what_if *what_if, const apl_graph_view *view)
{
    uint32_t costs[TEST_NODES_MAX];
    uint32_t after[TEST_NODES_MAX];
    uint32_t before[TEST_NODES_MAX];

    memcpy(before, apl_what_if_costs(what_if), graph->node_count * sizeof *before);
    size_t looked = apl_what_if_try(after, what_if, view->overlay);
    assert_true(looked <= graph->node_count);
    apl_costs(costs, view, APL_FORWARD, (apl_nodes){graph->entries, graph->entry_count});
    for (uint32_t t = 0; t < graph->target_count; t++)
        assert_int_equal(after[t], costs[graph->targets[t]]);
    assert_memory_equal(before, apl_what_if_costs(what_if), graph->node_count * sizeof *before);
}

static void effects_are_those_of_a_new_search(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        random_source random = {number};
        test_graph graph = test_graph_of(number, TEST_NODES_MAX, TEST_EDGES_MAX / (1 + (uint32_t)(number / 6 % 2)));
        apl_graph *frozen = test_freeze(graph.edges, graph.edge_count, graph.node_count);
        uint64_t nodes[2] = {random_next(&random) | random_next(&random)};
        const apl_graph_view view = {frozen, NULL, number % 4 == 3 ? nodes : NULL};
        apl_what_if *what_if = apl_what_if_new(&view, (apl_nodes){graph.entries, graph.entry_count},
                                               (apl_nodes){graph.targets, graph.target_count});

        for (int i = 0; i < 4; i++) {
            apl_overlay *overlay = apl_overlay_new(frozen);
            for (uint32_t e = 0; e < frozen->edge_count && i != 1; e++) {
                if (random_below(&random, 6) == 0)
                    apl_overlay_remove(overlay, e);
            }
            for (uint32_t left = i ? random_below(&random, 4) : 0; left; left--) {
                apl_edge edge = test_edge(&random, TEST_SPARSE, graph.node_count, 0);
                (void)apl_overlay_add(overlay, edge.from, edge.to, edge.cost, edge.tag);
            }
            expect_try(&graph, what_if, &(apl_graph_view){frozen, overlay, view.nodes});
            apl_overlay_free(overlay);
        }
        apl_what_if_free(what_if);
        apl_graph_free(frozen);
    }
    apl_what_if_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effects_are_those_of_a_new_search),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
