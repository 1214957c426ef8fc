/* unit/test_graph_route.c: the cheapest paths against all loopless paths, written out and sorted.
 *
 * The graphs are so small that all paths can be listed. */
#include "graph/cost.h"
#include "graph/route.h"
#include "unit/test_graph.h"

#define ROUTE_NODES_MAX 7u
#define ROUTE_EDGES_MAX 16u
#define PATHS_MAX 20000u

/* A path as numbers of edges of the view, so that paths can be compared. */
typedef struct test_path {
    uint32_t cost;
    uint32_t edge_count;
    apl_edge edges[ROUTE_NODES_MAX];
} test_path;

typedef struct test_paths {
    test_path items[PATHS_MAX];
    uint32_t count;
} test_paths;

static bool is_entry(const test_graph *graph, apl_node_id node)
{
    for (uint32_t i = 0; i < graph->entry_count; i++) {
        if (graph->entries[i] == node)
            return true;
    }
    return false;
}

/* Extends the path by every edge from `node`; entries come only first, and no node twice. */
static void extend(test_paths *paths, const test_graph *graph, test_path *path, apl_node_id node, uint32_t visited)
{
    if (node == graph->targets[0]) {
        assert_true(paths->count < PATHS_MAX);
        paths->items[paths->count++] = *path;
        return;
    }
    for (uint32_t e = 0; e < graph->edge_count; e++) {
        const apl_edge *edge = &graph->edges[e];
        if (edge->from != node || is_entry(graph, edge->to) || (visited >> edge->to & 1))
            continue;
        path->edges[path->edge_count++] = *edge;
        path->cost += edge->cost;
        extend(paths, graph, path, edge->to, visited | 1u << edge->to);
        path->cost -= edge->cost;
        path->edges[--path->edge_count] = (apl_edge){0};
    }
}

static int by_cost(const void *a, const void *b)
{
    const test_path *x = a;
    const test_path *y = b;

    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return memcmp(x->edges, y->edges, sizeof x->edges);
}

/* By nodes only, then by cost. */
static int by_nodes(const void *a, const void *b)
{
    const test_path *x = a;
    const test_path *y = b;

    if (x->edge_count != y->edge_count)
        return x->edge_count < y->edge_count ? -1 : 1;
    for (uint32_t i = 0; i < x->edge_count; i++) {
        if (x->edges[i].from != y->edges[i].from)
            return x->edges[i].from < y->edges[i].from ? -1 : 1;
    }
    return (x->cost > y->cost) - (x->cost < y->cost);
}

static bool has_same_nodes(const test_path *x, const test_path *y)
{
    test_path cheap = *x;

    cheap.cost = y->cost;
    return by_nodes(&cheap, y) == 0;
}

/* The costs of the cheapest path of each row of nodes, sorted. */
static void keep_best_of_parallel(test_paths *paths)
{
    uint32_t kept = 0;

    qsort(paths->items, paths->count, sizeof *paths->items, by_nodes);
    for (uint32_t i = 0; i < paths->count; i++) {
        if (kept == 0 || !has_same_nodes(&paths->items[kept - 1], &paths->items[i]))
            paths->items[kept++] = paths->items[i];
    }
    paths->count = kept;
    qsort(paths->items, paths->count, sizeof *paths->items, by_cost);
}

static void take_routes(test_paths *found, apl_routes *routes, const apl_graph_view *view, apl_node_id target)
{
    apl_route route;

    found->count = 0;
    apl_routes_start(routes, target);
    while (apl_routes_next(&route, routes)) {
        assert_true(found->count < PATHS_MAX);
        test_path *path = &found->items[found->count++];
        *path = (test_path){.cost = route.cost, .edge_count = route.edge_count};
        uint32_t cost = 0;
        for (uint32_t i = 0; i < route.edge_count; i++) {
            path->edges[i] = apl_graph_edge(view, route.edges[i]);
            assert_int_equal(path->edges[i].from, route.nodes[i]);
            assert_int_equal(path->edges[i].to, route.nodes[i + 1]);
            cost += path->edges[i].cost;
        }
        assert_int_equal(cost, route.cost);
        if (found->count > 1)
            assert_true(route.cost >= path[-1].cost);
    }
    assert_false(apl_routes_is_cut(routes));
    qsort(found->items, found->count, sizeof *found->items, by_cost);
}

static void expect_routes(test_paths *all, test_paths *found, const test_graph *graph, const apl_graph_view *view)
{
    uint64_t *entries = test_set_of(graph->entries, graph->entry_count);
    apl_cost_tree *tree = apl_cost_tree_new(view, APL_FORWARD, (apl_nodes){graph->entries, graph->entry_count});

    for (int only_best = 0; only_best < 2; only_best++) {
        apl_routes_options options = {view, entries, tree, only_best != 0, 0};
        apl_routes *routes = apl_routes_new(&options);
        if (only_best)
            keep_best_of_parallel(all);
        for (int again = 0; again < 2; again++) {
            take_routes(found, routes, view, graph->targets[0]);
            assert_int_equal(found->count, all->count);
            for (uint32_t i = 0; i < all->count; i++) {
                assert_int_equal(found->items[i].cost, all->items[i].cost);
                if (!only_best)
                    assert_memory_equal(found->items[i].edges, all->items[i].edges, sizeof all->items[i].edges);
            }
        }
        apl_routes_free(routes);
    }
    apl_memory_free(entries);
    apl_cost_tree_free(tree);
}

static void gives_all_paths_cheapest_first(void **state)
{
    test_paths *all = apl_memory_new(sizeof *all);
    test_paths *found = apl_memory_new(sizeof *found);
    uint64_t given = 0;

    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        random_source random = {number};
        test_graph graph = test_graph_of(number, ROUTE_NODES_MAX, ROUTE_EDGES_MAX);
        if (graph.target_count == 0)
            continue;
        apl_graph *frozen = test_freeze(graph.edges, graph.edge_count, graph.node_count);
        test_changed changed = test_change(&graph, &random);

        for (int is_changed = 0; is_changed < 2; is_changed++) {
            const apl_graph_view plain = {frozen, NULL, NULL};
            all->count = 0;
            for (uint32_t i = 0; i < graph.entry_count; i++) {
                test_path path = {0};
                extend(all, &graph, &path, graph.entries[i], 1u << graph.entries[i]);
            }
            /* A target that is an entry has one path, of no edge. */
            if (is_entry(&graph, graph.targets[0])) {
                all->items[0] = (test_path){0};
                all->count = 1;
            }
            qsort(all->items, all->count, sizeof *all->items, by_cost);
            given += all->count;
            expect_routes(all, found, &graph, is_changed ? &changed.view : &plain);
        }
        test_changed_free(&changed);
        apl_graph_free(frozen);
    }
    assert_true(given > TEST_GRAPHS);
    apl_memory_free(all);
    apl_memory_free(found);
}

/* A dense graph in which only one node leads to the target and all others loop: the search stops and says so. */
static void says_when_it_is_cut(void **state)
{
    enum { COUNT = 40 };
    apl_graph_builder *builder = apl_graph_builder_new();
    apl_graph *graph = NULL;
    uint64_t entries[1] = {1};
    const apl_node_id entry = 0;
    apl_route route;
    uint32_t given = 0;

    (void)state;
    (void)apl_graph_add_nodes(builder, COUNT);
    for (uint32_t a = 0; a < COUNT; a++) {
        for (uint32_t b = 0; b < COUNT; b++)
            apl_graph_add_edge(builder, a, b, 1, 0);
    }
    assert_int_equal(apl_graph_freeze(&graph, builder), APL_OK);
    const apl_graph_view view = {graph, NULL, NULL};
    apl_cost_tree *tree = apl_cost_tree_new(&view, APL_FORWARD, (apl_nodes){&entry, 1});
    apl_routes_options options = {&view, entries, tree, false, 10000};
    apl_routes *routes = apl_routes_new(&options);
    apl_routes_start(routes, COUNT - 1);
    while (apl_routes_next(&route, routes))
        given++;
    assert_true(given > 38); /* the step itself and those over one other node, and more */
    assert_true(apl_routes_is_cut(routes));
    assert_true(apl_routes_work(routes) < 11000);
    apl_routes_start(routes, 0);
    assert_true(apl_routes_next(&route, routes));
    assert_int_equal(route.edge_count, 0);
    assert_false(apl_routes_next(&route, routes));
    assert_false(apl_routes_is_cut(routes));
    apl_routes_free(routes);
    apl_routes_free(NULL);
    apl_cost_tree_free(tree);
    apl_cost_tree_free(NULL);
    apl_graph_free(graph);
    apl_graph_builder_free(builder);
}

/* The target is the cheap way into a core that leads back to it from everywhere; the other way in is dear. Bounds that
 * do not know that the way leads over the target would try the loops of the core. */
static void a_target_that_is_the_way_in_is_no_knot(void **state)
{
    enum { CORE = 100, TARGET = 1, COUNT = CORE + 2 };
    random_source random = {3};
    apl_graph_builder *builder = apl_graph_builder_new();
    apl_graph *graph = NULL;
    uint64_t entries[COUNT / 64 + 1] = {1};
    const apl_node_id entry = 0;
    apl_route route;

    (void)state;
    (void)apl_graph_add_nodes(builder, COUNT);
    apl_graph_add_edge(builder, entry, TARGET, 1, 0);
    apl_graph_add_edge(builder, entry, 2, 900, 0);
    for (uint32_t i = 0; i < CORE; i++) {
        apl_graph_add_edge(builder, TARGET, 2 + i, 1, 0);
        for (uint32_t j = 0; j < 8; j++)
            apl_graph_add_edge(builder, 2 + i, 2 + random_below(&random, CORE), 1 + random_below(&random, 5), 0);
        if (i)
            apl_graph_add_edge(builder, 2 + i, TARGET, 1, 0);
    }
    assert_int_equal(apl_graph_freeze(&graph, builder), APL_OK);
    const apl_graph_view view = {graph, NULL, NULL};
    apl_cost_tree *tree = apl_cost_tree_new(&view, APL_FORWARD, (apl_nodes){&entry, 1});
    apl_routes_options options = {&view, entries, tree, false, 0};
    apl_routes *routes = apl_routes_new(&options);
    apl_routes_start(routes, TARGET);
    assert_true(apl_routes_next(&route, routes));
    assert_int_equal(route.cost, 1);
    for (uint32_t i = 0; i < 20; i++) {
        assert_true(apl_routes_next(&route, routes));
        assert_true(route.cost > 900);
        assert_true(route.cost < 920);
        assert_int_equal(route.nodes[1], 2);
    }
    assert_false(apl_routes_is_cut(routes));
    apl_routes_free(routes);
    apl_cost_tree_free(tree);
    apl_graph_free(graph);
    apl_graph_builder_free(builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_all_paths_cheapest_first),
        cmocka_unit_test(says_when_it_is_cut),
        cmocka_unit_test(a_target_that_is_the_way_in_is_no_knot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
