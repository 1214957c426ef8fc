/* tests/bench/bench_graph.c: what the searches of the attack graph cost on random graphs of three kinds.
 *
 * One JSON line a step: what, process seconds and wall seconds (the least of the runs), and an answer that bench.py
 * compares with that of the peer, where the peer answers the same question. Steps use what came before them, as a scan
 * does: the slice bounds the costs and the dominators, the costs lead the paths, the paths make the choke points. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench/graph_model.h"
#include "graph/bits.h"
#include "graph/component.h"
#include "graph/cost.h"
#include "graph/cover.h"
#include "graph/dominator.h"
#include "graph/reach.h"
#include "graph/route.h"
#include "graph/slice.h"
#include "graph/what_if.h"

#define PEER_ROUTES 5u /* as many as igraph is asked for */
#define ROUTE_TARGETS 100u
#define ROUTES_A_TARGET 100u
#define PICKS 20u
#define INSERTIONS 1000u
#define QUESTIONS 100u

typedef struct stopwatch {
    double process;
    double wall;
} stopwatch;

typedef struct bench {
    const char *model;
    unsigned runs;
    apl_graph *graph;
    apl_graph_view whole;
    apl_graph_view slice;
    apl_nodes entries;
    apl_nodes targets;
    uint64_t *is_entry;
    uint64_t *slice_nodes;
    apl_cost_tree *tree; /* in the slice */
    uint32_t cause_count;
    apl_node_id *riskiest;
    uint32_t riskiest_count;
    APL_VECTOR(uint64_t) weights;
    APL_VECTOR(uint32_t) first;
    APL_VECTOR(uint32_t) causes;
    apl_cover_pick picks[PICKS];
    size_t pick_count;
    stopwatch start;
    stopwatch least;
} bench;

static double seconds_of(clockid_t clock)
{
    struct timespec at;

    (void)clock_gettime(clock, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void begin(bench *b)
{
    b->start = (stopwatch){seconds_of(CLOCK_PROCESS_CPUTIME_ID), seconds_of(CLOCK_MONOTONIC)};
}

/* Ends a run; the least of the runs counts. */
static void end(bench *b, unsigned run)
{
    double process = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - b->start.process;
    double wall = seconds_of(CLOCK_MONOTONIC) - b->start.wall;

    if (run == 0 || process < b->least.process)
        b->least.process = process;
    if (run == 0 || wall < b->least.wall)
        b->least.wall = wall;
}

static void say(const bench *b, const char *what, uint64_t answer)
{
    (void)printf("{\"model\":\"%s\",\"nodes\":%u,\"edges\":%u,\"what\":\"%s\",\"cpu\":%.7f,\"wall\":%.7f,"
                 "\"answer\":%" PRIu64 "}\n",
                 b->model, b->graph->node_count, b->graph->edge_count, what, b->least.process, b->least.wall, answer);
    (void)fflush(stdout);
}

static void build(bench *b, model *m)
{
    apl_graph_builder *builder = apl_graph_builder_new();
    model_edge edge;

    begin(b);
    (void)apl_graph_add_nodes(builder, m->node_count);
    while (model_next(&edge, m))
        apl_graph_add_edge(builder, edge.from, edge.to, edge.cost, edge.cause);
    end(b, 0);
    stopwatch generate = b->least;
    begin(b);
    if (apl_graph_freeze(&b->graph, builder) != APL_OK)
        abort();
    end(b, 0);
    apl_graph_builder_free(builder);
    stopwatch freeze = b->least;
    b->least = generate;
    say(b, "generate", b->graph->edge_count);
    b->least = freeze;
    say(b, "build", b->graph->edge_count);
}

static void slice(bench *b)
{
    uint32_t count = b->graph->node_count;

    for (unsigned run = 0; run < b->runs; run++) {
        begin(b);
        uint64_t *reached = apl_spread(&b->whole, APL_FORWARD, b->entries);
        end(b, run);
        if (run + 1 == b->runs)
            say(b, "reached from the entries", apl_bits_count(reached, count));
        apl_memory_free(reached);
    }
    for (unsigned run = 0; run < b->runs; run++) {
        apl_memory_free(b->slice_nodes);
        begin(b);
        b->slice_nodes = apl_slice(&b->whole, b->entries, b->targets);
        end(b, run);
    }
    b->slice = (apl_graph_view){b->graph, NULL, b->slice_nodes};
    say(b, "slice", apl_bits_count(b->slice_nodes, count));
}

static void components(bench *b)
{
    uint32_t found = 0;

    for (unsigned run = 0; run < b->runs; run++) {
        begin(b);
        apl_components *made = apl_components_new(&b->whole);
        end(b, run);
        found = made->count;
        apl_components_free(made);
    }
    say(b, "strong components", found);
}

static uint64_t pairs_of(const bench *b, const apl_reach *reach)
{
    uint32_t *counts = apl_memory_new((b->targets.count + 1) * sizeof *counts);
    uint64_t pairs = 0;

    apl_reach_node_counts(counts, reach);
    for (size_t t = 0; t < b->targets.count; t++)
        pairs += counts[t];
    apl_memory_free(counts);
    return pairs;
}

/* Some targets backward with a plain search: the matrix must say the same. */
static void check_reach(const bench *b, const apl_reach *reach)
{
    for (uint32_t t = 0; t < b->targets.count; t += 97) {
        uint64_t *reached = apl_spread(&b->whole, APL_BACKWARD, (apl_nodes){&b->targets.items[t], 1});
        for (uint32_t n = 0; n < b->graph->node_count; n++) {
            if (apl_bit(reached, n) != apl_reach_has(reach, n, t))
                abort();
        }
        apl_memory_free(reached);
    }
}

static void insert(bench *b, apl_reach *reach)
{
    uint64_t random = 99;
    double worst = 0;
    uint64_t changed = 0;

    /* The first edge between two components indexes them, once for all. */
    begin(b);
    for (uint32_t i = 0; i < 10; i++)
        (void)apl_reach_add_edge(reach, b->targets.items[i], b->entries.items[i]);
    end(b, 0);
    say(b, "first edges added to the matrix", 10);
    begin(b);
    for (uint32_t i = 0; i < INSERTIONS; i++) {
        double start = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        apl_node_id from = model_below(&random, b->graph->node_count);
        apl_node_id to = model_below(&random, b->graph->node_count);
        changed += apl_reach_add_edge(reach, from, to);
        double took = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start;
        worst = took > worst ? took : worst;
    }
    end(b, 0);
    b->least.process /= INSERTIONS;
    b->least.wall /= INSERTIONS;
    say(b, "edge added to the matrix, mean of 1,000", changed);
    b->least = (stopwatch){worst, worst};
    say(b, "edge added to the matrix, worst of 1,000", 1);
}

static void reach(bench *b)
{
    apl_reach *made = NULL;

    for (unsigned run = 0; run < b->runs; run++) {
        apl_reach_free(made);
        begin(b);
        if (apl_reach_new(&made, &b->whole, b->targets, 1) != APL_OK)
            abort();
        end(b, run);
    }
    say(b, "reach, all nodes and targets", pairs_of(b, made));
    check_reach(b, made);
    insert(b, made);
    apl_reach_free(made);
}

static void costs(bench *b)
{
    uint32_t *whole = apl_memory_new((size_t)b->graph->node_count * sizeof *whole);
    uint64_t sum = 0;

    for (unsigned run = 0; run < b->runs; run++) {
        begin(b);
        apl_costs(whole, &b->whole, APL_FORWARD, b->entries);
        end(b, run);
    }
    for (uint32_t n = 0; n < b->graph->node_count; n++)
        sum += whole[n] == APL_COST_NONE ? 0 : whole[n];
    say(b, "best cost to every node", sum);
    apl_memory_free(whole);
    for (unsigned run = 0; run < b->runs; run++) {
        apl_cost_tree_free(b->tree);
        begin(b);
        b->tree = apl_cost_tree_new(&b->slice, APL_FORWARD, b->entries);
        end(b, run);
    }
    say(b, "best cost and way in the slice", 0);
}

static const uint32_t *costs_to_sort_by; /* qsort hands nothing through */

static int riskiest_first(const void *a, const void *b)
{
    uint32_t x = costs_to_sort_by[*(const apl_node_id *)a];
    uint32_t y = costs_to_sort_by[*(const apl_node_id *)b];

    return (x > y) - (x < y);
}

static void take_route(bench *b, const apl_route *route)
{
    for (uint32_t i = 0; i < route->edge_count; i++)
        APL_PUSH(&b->causes, b->graph->out_tag[route->edges[i]]);
    APL_PUSH(&b->first, (uint32_t)b->causes.count);
    APL_PUSH(&b->weights, route->cost < 7000 ? UINT64_C(1) << (20 - route->cost / 350) : 1);
}

/* The same question as to igraph, for a target of no particular place. */
static void few_routes(bench *b)
{
    apl_routes_options options = {.view = &b->slice, .entries = b->is_entry, .tree = b->tree};
    uint64_t cost_sum = 0;
    apl_route route;

    for (unsigned run = 0; run < b->runs; run++) {
        begin(b);
        cost_sum = 0;
        apl_routes *search = apl_routes_new(&options);
        apl_routes_start(search, b->targets.items[b->targets.count / 2]);
        for (uint32_t k = 0; k < PEER_ROUTES && apl_routes_next(&route, search); k++)
            cost_sum += route.cost;
        apl_routes_free(search);
        end(b, run);
    }
    say(b, "5 paths to one target", cost_sum);
}

static void routes(bench *b)
{
    apl_routes_options options = {.view = &b->slice, .entries = b->is_entry, .tree = b->tree};
    uint32_t cut = 0;
    apl_route route;

    b->riskiest = apl_memory_new((b->targets.count + 1) * sizeof *b->riskiest);
    memcpy(b->riskiest, b->targets.items, b->targets.count * sizeof *b->riskiest);
    costs_to_sort_by = b->tree->costs;
    qsort(b->riskiest, b->targets.count, sizeof *b->riskiest, riskiest_first);
    b->riskiest_count = b->targets.count < ROUTE_TARGETS ? (uint32_t)b->targets.count : ROUTE_TARGETS;
    for (unsigned run = 0; run < b->runs; run++) {
        begin(b);
        cut = 0;
        b->causes.count = b->first.count = b->weights.count = 0;
        APL_PUSH(&b->first, 0);
        apl_routes *search = apl_routes_new(&options);
        for (uint32_t t = 0; t < b->riskiest_count; t++) {
            apl_routes_start(search, b->riskiest[t]);
            for (uint32_t k = 0; k < ROUTES_A_TARGET && apl_routes_next(&route, search); k++)
                take_route(b, &route);
            cut += apl_routes_is_cut(search);
        }
        apl_routes_free(search);
        end(b, run);
    }
    say(b, "100 paths each to the 100 riskiest targets", b->weights.count);
    if (cut)
        (void)fprintf(stderr, "bench_graph: %u searches for paths were cut\n", cut);
}

static void choke_points(bench *b)
{
    uint64_t *weights = apl_memory_new((size_t)b->graph->node_count * sizeof *weights);
    uint64_t found = 0;
    uint64_t gain = 0;

    for (unsigned run = 0; run < b->runs; run++) {
        memset(weights, 0, (size_t)b->graph->node_count * sizeof *weights);
        for (size_t t = 0; t < b->targets.count; t++)
            weights[b->targets.items[t]] = 1;
        begin(b);
        apl_dominators *made = apl_dominators_new(&b->whole, b->entries);
        apl_dominators_sum(weights, made);
        end(b, run);
        found = 0;
        for (uint32_t n = 0; n < b->graph->node_count; n++)
            found += made->parent[n] != APL_NODE_NONE;
        apl_dominators_free(made);
    }
    say(b, "dominators", found);
    apl_memory_free(weights);

    apl_cover_paths paths = {.path_count = (uint32_t)b->weights.count,
                             .cause_count = b->cause_count,
                             .weights = b->weights.items,
                             .first = b->first.items,
                             .causes = b->causes.items};
    for (unsigned run = 0; run < b->runs; run++) {
        begin(b);
        b->pick_count = apl_cover(b->picks, PICKS, &paths);
        end(b, run);
    }
    for (size_t i = 0; i < b->pick_count; i++)
        gain += b->picks[i].path_count;
    say(b, "20 best causes of those paths", gain);
}

/* What if a cause went: the best ones first, then others. */
static void what_if(bench *b)
{
    apl_what_if *made = NULL;
    uint32_t *after = apl_memory_new((b->targets.count + 1) * sizeof *after);
    double worst = 0;
    double sum = 0;
    uint64_t looked = 0;

    begin(b);
    made = apl_what_if_new(&b->slice, b->entries, b->targets);
    end(b, 0);
    say(b, "what-if, made ready", b->targets.count);
    for (uint32_t q = 0; q < QUESTIONS; q++) {
        uint32_t cause = q < b->pick_count ? b->picks[q].cause : q * 31;
        apl_overlay *overlay = apl_overlay_new(b->graph);
        for (uint32_t e = 0; e < b->graph->edge_count; e++) {
            if (b->graph->out_tag[e] == cause)
                apl_overlay_remove(overlay, e);
        }
        begin(b);
        looked += apl_what_if_try(after, made, overlay);
        end(b, 0);
        sum += b->least.process;
        worst = b->least.process > worst ? b->least.process : worst;
        if (q == 0) {
            begin(b);
            uint64_t *reached =
                apl_spread(&(apl_graph_view){b->graph, overlay, b->slice_nodes}, APL_FORWARD, b->entries);
            end(b, 0);
            say(b, "what-if by a plain search, one cause", apl_bits_count(reached, b->graph->node_count));
            apl_memory_free(reached);
        }
        apl_overlay_free(overlay);
    }
    b->least = (stopwatch){sum / QUESTIONS, sum / QUESTIONS};
    say(b, "what-if, costs of all targets, mean of 100 causes", looked);
    b->least = (stopwatch){worst, worst};
    say(b, "what-if, costs of all targets, worst", 1);
    apl_what_if_free(made);
    apl_memory_free(after);
}

/* The most that one question can change: every edge out of every entry goes, but for one entry. */
static void what_if_all(bench *b)
{
    apl_what_if *made = apl_what_if_new(&b->slice, b->entries, b->targets);
    uint32_t *after = apl_memory_new((b->targets.count + 1) * sizeof *after);
    apl_overlay *overlay = apl_overlay_new(b->graph);

    for (size_t i = 1; i < b->entries.count; i++) {
        apl_node_id entry = b->entries.items[i];
        for (uint32_t e = b->graph->out_first[entry]; e < b->graph->out_first[entry + 1]; e++)
            apl_overlay_remove(overlay, e);
    }
    begin(b);
    size_t looked = apl_what_if_try(after, made, overlay);
    end(b, 0);
    say(b, "what-if, all entries but one shut", looked);
    apl_overlay_free(overlay);
    apl_memory_free(after);
    apl_what_if_free(made);
}

static void free_bench(bench *b)
{
    apl_graph_free(b->graph);
    apl_memory_free(b->is_entry);
    apl_memory_free(b->slice_nodes);
    apl_cost_tree_free(b->tree);
    apl_memory_free(b->riskiest);
    apl_memory_free(b->weights.items);
    apl_memory_free(b->first.items);
    apl_memory_free(b->causes.items);
}

static void measure(enum model_kind kind, uint32_t node_count, unsigned runs)
{
    model m = model_new(kind, node_count);
    uint32_t *entries = model_some(&m, model_entry_count(&m), true);
    uint32_t *targets = model_some(&m, model_target_count(&m), false);
    bench b = {.model = model_names[kind], .runs = runs, .cause_count = m.cause_count};
    struct rusage usage;

    b.entries = (apl_nodes){entries, model_entry_count(&m)};
    b.targets = (apl_nodes){targets, model_target_count(&m)};
    b.is_entry = apl_bits_new(node_count);
    for (size_t i = 0; i < b.entries.count; i++)
        apl_bit_set(b.is_entry, entries[i]);
    build(&b, &m);
    model_free(&m);
    b.whole = (apl_graph_view){b.graph, NULL, NULL};
    slice(&b);
    components(&b);
    reach(&b);
    costs(&b);
    few_routes(&b);
    routes(&b);
    choke_points(&b);
    what_if(&b);
    what_if_all(&b);
    (void)getrusage(RUSAGE_SELF, &usage);
    b.least = (stopwatch){0};
    say(&b, "peak memory", (uint64_t)usage.ru_maxrss * 1024);
    free_bench(&b);
    free(entries);
    free(targets);
}

int main(int argc, char **argv)
{
    unsigned runs = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 3;

    for (int kind = 0; argc > 2 && kind < MODEL_KINDS; kind++) {
        if (strcmp(argv[1], model_names[kind]) == 0) {
            measure((enum model_kind)kind, (uint32_t)strtoul(argv[2], NULL, 10), runs ? runs : 1);
            return 0;
        }
    }
    (void)fputs("bench_graph estate|tiered|uniform NODES [RUNS]\n  bench.py runs it; one JSON line a step\n", stderr);
    return argc == 1 ? 0 : 2; /* `make bench` starts every program of this folder once */
}
