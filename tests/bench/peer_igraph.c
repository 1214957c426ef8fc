/* tests/bench/peer_igraph.c: igraph on the same random graphs as bench_graph, for comparison only.
 *
 * igraph is under the GPL: this program is built where Debian's libigraph-dev is installed, stands alone and is never
 * part of the product. A node before all entries, joined to them at no cost, makes one search ask what ours asks of all
 * entries. Prints the same JSON lines as bench_graph; answers to the same question must be the same number. */
#include <igraph.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench/graph_model.h"

#define BACKWARD_TARGETS 3u

typedef struct peer {
    const char *model;
    uint32_t node_count;
    uint32_t edge_count;
    igraph_t graph;
    igraph_vector_t weights;
    double process;
    double wall;
} peer;

static double seconds_of(clockid_t clock)
{
    struct timespec at;

    (void)clock_gettime(clock, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void begin(peer *p)
{
    p->process = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    p->wall = seconds_of(CLOCK_MONOTONIC);
}

static void say(const peer *p, const char *what, double process, uint64_t answer)
{
    (void)printf("{\"model\":\"%s\",\"nodes\":%u,\"edges\":%u,\"what\":\"%s\",\"cpu\":%.7f,\"wall\":%.7f,"
                 "\"answer\":%" PRIu64 "}\n",
                 p->model, p->node_count, p->edge_count, what, process, seconds_of(CLOCK_MONOTONIC) - p->wall, answer);
    (void)fflush(stdout);
}

static double took(const peer *p)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID) - p->process;
}

static void build(peer *p, model *m, const uint32_t *entries)
{
    uint32_t entry_count = model_entry_count(m);
    igraph_integer_t edge_count = (igraph_integer_t)m->edge_count + entry_count;
    igraph_vector_int_t edges;
    igraph_integer_t at = 0;
    model_edge edge;

    igraph_vector_int_init(&edges, 2 * edge_count);
    igraph_vector_init(&p->weights, edge_count);
    for (; model_next(&edge, m); at++) {
        VECTOR(edges)[2 * at] = edge.from;
        VECTOR(edges)[2 * at + 1] = edge.to;
        VECTOR(p->weights)[at] = edge.cost;
    }
    for (uint32_t i = 0; i < entry_count; i++, at++) {
        VECTOR(edges)[2 * at] = m->node_count;
        VECTOR(edges)[2 * at + 1] = entries[i];
        VECTOR(p->weights)[at] = 0;
    }
    begin(p);
    igraph_create(&p->graph, &edges, (igraph_integer_t)m->node_count + 1, IGRAPH_DIRECTED);
    say(p, "build", took(p), m->edge_count);
    igraph_vector_int_destroy(&edges);
}

static void searches(peer *p, const uint32_t *targets)
{
    igraph_vector_int_t order;
    igraph_vector_int_t layers;
    igraph_vector_int_t parents;
    uint64_t found = 0;

    igraph_vector_int_init(&order, 0);
    igraph_vector_int_init(&layers, 0);
    igraph_vector_int_init(&parents, 0);
    begin(p);
    igraph_bfs_simple(&p->graph, p->node_count, IGRAPH_OUT, &order, &layers, &parents);
    say(p, "reached from the entries", took(p), (uint64_t)igraph_vector_int_size(&order) - 1);
    begin(p);
    for (uint32_t t = 0; t < BACKWARD_TARGETS; t++) {
        igraph_bfs_simple(&p->graph, targets[t], IGRAPH_IN, &order, &layers, &parents);
        found += (uint64_t)igraph_vector_int_size(&order);
    }
    say(p, "one target backward", took(p) / BACKWARD_TARGETS, found);
    igraph_vector_int_destroy(&order);
    igraph_vector_int_destroy(&layers);
    igraph_vector_int_destroy(&parents);
}

static void components(peer *p)
{
    igraph_vector_int_t membership;
    igraph_integer_t count;

    igraph_vector_int_init(&membership, 0);
    begin(p);
    igraph_connected_components(&p->graph, &membership, NULL, &count, IGRAPH_STRONG);
    say(p, "strong components", took(p), (uint64_t)count - 1);
    igraph_vector_int_destroy(&membership);
}

static void costs(peer *p)
{
    igraph_matrix_t found;
    double sum = 0;

    igraph_matrix_init(&found, 0, 0);
    begin(p);
    igraph_distances_dijkstra(&p->graph, &found, igraph_vss_1(p->node_count), igraph_vss_all(), &p->weights,
                              IGRAPH_OUT);
    double seconds = took(p);
    for (uint32_t n = 0; n < p->node_count; n++)
        sum += MATRIX(found, 0, n) < 1e15 ? MATRIX(found, 0, n) : 0;
    say(p, "best cost to every node", seconds, (uint64_t)sum);
    igraph_matrix_destroy(&found);
}

static void dominators(peer *p)
{
    igraph_vector_int_t parents;
    uint64_t found = 0;

    igraph_vector_int_init(&parents, 0);
    begin(p);
    igraph_dominator_tree(&p->graph, p->node_count, &parents, NULL, NULL, IGRAPH_OUT);
    double seconds = took(p);
    for (uint32_t n = 0; n < p->node_count; n++)
        found += VECTOR(parents)[n] >= 0 && VECTOR(parents)[n] != (igraph_integer_t)p->node_count;
    say(p, "dominators", seconds, found);
    igraph_vector_int_destroy(&parents);
}

/* Yen's algorithm: five paths to one target, which is what it can be asked in the time of a coffee. */
static void paths(peer *p, uint32_t target)
{
    igraph_vector_int_list_t nodes;
    double sum = 0;

    igraph_vector_int_list_init(&nodes, 0);
    begin(p);
    igraph_get_k_shortest_paths(&p->graph, &p->weights, NULL, &nodes, 5, p->node_count, target, IGRAPH_OUT);
    double seconds = took(p);
    for (igraph_integer_t i = 0; i < igraph_vector_int_list_size(&nodes); i++) {
        igraph_vector_int_t *edges = igraph_vector_int_list_get_ptr(&nodes, i);
        for (igraph_integer_t j = 0; j < igraph_vector_int_size(edges); j++)
            sum += VECTOR(p->weights)[VECTOR(*edges)[j]];
    }
    say(p, "5 paths to one target", seconds, (uint64_t)sum);
    igraph_vector_int_list_destroy(&nodes);
}

static void measure(enum model_kind kind, uint32_t node_count, int with_paths)
{
    model m = model_new(kind, node_count);
    uint32_t *entries = model_some(&m, model_entry_count(&m), true);
    uint32_t *targets = model_some(&m, model_target_count(&m), false);
    peer p = {.model = model_names[kind], .node_count = node_count, .edge_count = m.edge_count};
    struct rusage usage;

    build(&p, &m, entries);
    searches(&p, targets);
    components(&p);
    costs(&p);
    dominators(&p);
    if (with_paths)
        paths(&p, targets[model_target_count(&m) / 2]);
    (void)getrusage(RUSAGE_SELF, &usage);
    say(&p, "peak memory", 0, (uint64_t)usage.ru_maxrss * 1024);
    igraph_destroy(&p.graph);
    igraph_vector_destroy(&p.weights);
    model_free(&m);
    free(entries);
    free(targets);
}

int main(int argc, char **argv)
{
    for (int kind = 0; argc > 2 && kind < MODEL_KINDS; kind++) {
        if (strcmp(argv[1], model_names[kind]) == 0) {
            measure((enum model_kind)kind, (uint32_t)strtoul(argv[2], NULL, 10), argc > 3);
            return 0;
        }
    }
    (void)fputs("peer_igraph estate|tiered|uniform NODES [paths]\n  bench.py runs it; one JSON line a step\n", stderr);
    return argc == 1 ? 0 : 2;
}
