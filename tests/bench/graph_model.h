/* bench/graph_model.h: random attack graphs of three kinds, the same edges for the same kind and size everywhere.
 *
 * estate   grants cross subscriptions freely: most actors can become each other, one huge component tiered   edges
 * between subscriptions lead only upward: many components, none larger than a subscription uniform  any node to any
 * node: no locality at all, the worst for caches
 *
 * Of a subscription's nodes 73 % act and the rest are only acted on; one in a hundred of the actors is a hub, as groups
 * and scopes are, at a third of the edges. Costs are 0 for one edge in twenty, for moves inside an asset, else 1 to
 * 1,000. Edges are given one by one, so that ten million nodes need no memory here. Knows nothing of the product's
 * headers, for the peers use it too. */
#ifndef APL_TESTS_BENCH_GRAPH_MODEL_H
#define APL_TESTS_BENCH_GRAPH_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MODEL_EDGES_A_NODE 8u
#define MODEL_ACTOR_PERCENT 73u
#define MODEL_ENTRY_SHARE 100u /* one node in so many is an entry */
#define MODEL_TARGETS_MAX 1000u

enum model_kind { MODEL_ESTATE, MODEL_TIERED, MODEL_UNIFORM, MODEL_KINDS };

static const char *const model_names[MODEL_KINDS] = {"estate", "tiered", "uniform"};

typedef struct model_edge {
    uint32_t from;
    uint32_t to;
    uint32_t cost;
    uint32_t cause;
} model_edge;

typedef struct model {
    enum model_kind kind;
    uint32_t node_count;
    uint32_t edge_count;
    uint32_t cause_count;
    uint64_t random;
    uint32_t given;
    uint32_t *first; /* of each subscription, and the end of the last */
    uint32_t group_count;
    uint32_t *group_of;
} model;

static inline uint64_t model_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static inline uint32_t model_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)(((model_random(state) >> 32) * limit) >> 32);
}

static inline model model_new(enum model_kind kind, uint32_t node_count)
{
    model made = {.kind = kind, .node_count = node_count, .edge_count = node_count * MODEL_EDGES_A_NODE};
    uint32_t at = 0;

    made.cause_count = made.edge_count / 40 + 1;
    made.random = 1 + (uint64_t)kind;
    made.first = malloc((node_count / 500 + 2) * sizeof *made.first);
    made.group_of = malloc(node_count * sizeof *made.group_of);
    if (made.first == NULL || made.group_of == NULL)
        abort();
    while (at < node_count) {
        uint32_t size = kind == MODEL_TIERED ? 500 + model_below(&made.random, 9000) : 2000;
        made.first[made.group_count] = at;
        for (; at < node_count && at < made.first[made.group_count] + size; at++)
            made.group_of[at] = made.group_count;
        made.group_count++;
    }
    made.first[made.group_count] = node_count;
    return made;
}

static inline void model_free(model *m)
{
    free(m->first);
    free(m->group_of);
    *m = (model){0};
}

/* A node of the subscription: any, or one that acts, or with `hubs` now and then one of the few hubs. */
static inline uint32_t model_node(model *m, uint32_t group, bool acts, bool hubs)
{
    uint32_t size = m->first[group + 1] - m->first[group];
    uint32_t actors = (size * MODEL_ACTOR_PERCENT + 99) / 100;
    uint32_t limit = acts ? actors : size;

    if (hubs && model_below(&m->random, 3) == 0)
        limit = actors / 100 + 1;
    return m->first[group] + model_below(&m->random, limit);
}

/* A subscription, each as often as it has nodes. */
static inline uint32_t model_group(model *m)
{
    return m->group_of[model_below(&m->random, m->node_count)];
}

static inline bool model_next(model_edge *edge, model *m)
{
    if (m->given == m->edge_count)
        return false;
    m->given++;
    edge->cost = 1 + model_below(&m->random, 1000);
    edge->cause = model_below(&m->random, m->cause_count);
    if (model_below(&m->random, 20) == 0) {
        edge->cost = 0;
        edge->from = model_below(&m->random, m->node_count) & ~1u;
        edge->to = edge->from + (edge->from + 1 < m->node_count);
        return true;
    }
    if (m->kind == MODEL_UNIFORM) {
        edge->from = model_below(&m->random, m->node_count);
        edge->to = model_below(&m->random, m->node_count);
        return true;
    }
    uint32_t group = model_group(m);
    uint32_t other = model_below(&m->random, 5) ? group : model_group(m);
    if (m->kind == MODEL_TIERED && other < group) {
        uint32_t lower = other;
        other = group;
        group = lower;
    }
    edge->from = model_node(m, group, true, true);
    edge->to = model_node(m, other, false, true);
    return true;
}

/* Distinct nodes, sorted: `count` of them, actors only when asked to. */
static inline uint32_t *model_some(model *m, uint32_t count, bool acts)
{
    uint32_t *nodes = malloc(count * sizeof *nodes);
    uint8_t *is_taken = calloc(1, m->node_count);
    uint32_t made = 0;

    if (nodes == NULL || is_taken == NULL)
        abort();
    for (uint32_t taken = 0; taken < count;) {
        uint32_t node = model_node(m, model_group(m), acts, false);
        taken += !is_taken[node];
        is_taken[node] = 1;
    }
    for (uint32_t n = 0; n < m->node_count; n++) {
        if (is_taken[n])
            nodes[made++] = n;
    }
    free(is_taken);
    return nodes;
}

static inline uint32_t model_entry_count(const model *m)
{
    return m->node_count / MODEL_ENTRY_SHARE + 1;
}

static inline uint32_t model_target_count(const model *m)
{
    uint32_t count = m->node_count / 100 + 1;

    return count < MODEL_TARGETS_MAX ? count : MODEL_TARGETS_MAX;
}

#endif
