/* graph/reach.c: rows of bits over the components, from the last that can be reached to the first.
 *
 * Components are numbered so that edges lead to smaller numbers: each row is its own targets or-ed with the finished
 * rows that its edges lead to. 1,024 targets are 128 bytes a row, two lines of memory, and one pass; more targets are
 * more passes, each with its own rows, which threads may share out.
 *
 * An added edge brings what its end reaches (the news) to its start and to whatever reaches that. A component that has
 * all the news already is not passed, for so has everything above it; and what it gets does not depend on the way, so
 * each component is visited once. Components that the edge makes one stay apart; their rows become equal. */
#include "graph/reach.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/threads.h"
#include "graph/component.h"
#include "graph/walk.h"

#define PASS_TARGETS 1024u
#define PASS_WORDS (PASS_TARGETS / 64)

/* An edge between components that was added later; chained by the component where it arrives, 0 ends a chain. */
typedef struct later_edge {
    uint32_t from;
    uint32_t next;
} later_edge;

struct apl_reach {
    apl_graph_view view;
    apl_nodes targets;
    apl_components *components;
    uint32_t pass_count;
    uint32_t words; /* of a row: fewer than PASS_WORDS when all targets fit */
    uint64_t *rows; /* by pass, then component */
    /* For added edges, made with the first: the components that have an edge into each, without repetition. */
    uint32_t *above_first;
    uint32_t *above;
    uint32_t *later_head;
    APL_VECTOR(later_edge) later;
    uint32_t *queue;
};

static inline uint64_t *row_of(const apl_reach *reach, uint32_t pass, uint32_t component)
{
    return reach->rows + ((size_t)pass * reach->components->count + component) * reach->words;
}

static void set_targets(apl_reach *reach, uint32_t pass)
{
    size_t from = (size_t)pass * PASS_TARGETS;

    for (size_t t = from; t < reach->targets.count && t < from + PASS_TARGETS; t++) {
        uint32_t component = reach->components->of[reach->targets.items[t]];
        if (component != APL_COMPONENT_NONE)
            apl_bit_set(row_of(reach, pass, component), (uint32_t)(t - from));
    }
}

static inline void or_row(uint64_t *to, const uint64_t *from, uint32_t words)
{
    if (words == PASS_WORDS) {
        for (uint32_t w = 0; w < PASS_WORDS; w++)
            to[w] |= from[w];
        return;
    }
    for (uint32_t w = 0; w < words; w++)
        to[w] |= from[w];
}

#define GATHER 64u /* rows asked for before the first is read */

/* The rows of components that the collected edges lead to, asked for when they were collected. */
static inline void or_gathered(const apl_reach *reach, uint32_t pass, uint64_t *row, const uint32_t *found,
                               uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        or_row(row, row_of(reach, pass, found[i]), reach->words);
}

static void fill_row(const apl_reach *reach, uint32_t pass, uint32_t component)
{
    const apl_components *components = reach->components;
    uint64_t *row = row_of(reach, pass, component);
    uint32_t found[GATHER];
    uint32_t count = 0;

    for (uint32_t m = components->first[component]; m < components->first[component + 1]; m++) {
        apl_arcs arcs = apl_arcs_of(&reach->view, APL_FORWARD, components->members[m]);
        while (apl_arcs_next(&arcs)) {
            uint32_t below = components->of[arcs.node];
            if (below == component || below == APL_COMPONENT_NONE)
                continue;
            const uint64_t *wanted = row_of(reach, pass, below);
            __builtin_prefetch(wanted);
            __builtin_prefetch(wanted + reach->words - 1);
            found[count++] = below;
            if (count == GATHER) {
                or_gathered(reach, pass, row, found, count);
                count = 0;
            }
        }
    }
    or_gathered(reach, pass, row, found, count);
}

static void fill_passes(void *context, unsigned thread, size_t from, size_t to)
{
    apl_reach *reach = context;

    (void)thread;
    for (size_t pass = from; pass < to; pass++) {
        set_targets(reach, (uint32_t)pass);
        for (uint32_t c = 0; c < reach->components->count; c++)
            fill_row(reach, (uint32_t)pass, c);
    }
}

apl_status apl_reach_new(apl_reach **out, const apl_graph_view *view, apl_nodes targets, unsigned threads)
{
    *out = NULL;
    if (targets.count > APL_REACH_TARGETS_MAX)
        return apl_fail(APL_E_LIMIT, "more than %u targets of attack paths", APL_REACH_TARGETS_MAX);
    apl_reach *reach = apl_memory_new(sizeof *reach);
    reach->view = *view;
    reach->targets = targets;
    reach->components = apl_components_new(view);
    reach->pass_count = (uint32_t)((targets.count + PASS_TARGETS - 1) / PASS_TARGETS);
    reach->words = reach->pass_count > 1 ? PASS_WORDS : (uint32_t)((targets.count + 63) / 64);
    size_t words = (size_t)reach->pass_count * reach->components->count * reach->words;
    if (words > APL_REACH_BYTES_MAX / sizeof *reach->rows) {
        apl_status status =
            apl_fail(APL_E_LIMIT, "%u components of the attack graph and %zu targets need more than %llu MB",
                     reach->components->count, targets.count, (unsigned long long)(APL_REACH_BYTES_MAX >> 20));
        apl_reach_free(reach);
        return status;
    }
    reach->rows = apl_memory_new(words * sizeof *reach->rows);
    apl_parallel(threads, reach->pass_count, 1, fill_passes, reach);
    *out = reach;
    return APL_OK;
}

void apl_reach_free(apl_reach *reach)
{
    if (reach == NULL)
        return;
    apl_components_free(reach->components);
    apl_memory_free(reach->rows);
    apl_memory_free(reach->above_first);
    apl_memory_free(reach->above);
    apl_memory_free(reach->later_head);
    apl_memory_free(reach->later.items);
    apl_memory_free(reach->queue);
    apl_memory_free(reach);
}

bool apl_reach_has(const apl_reach *reach, apl_node_id node, uint32_t target)
{
    uint32_t component = reach->components->of[node];

    APL_ASSERT(target < reach->targets.count);
    return component != APL_COMPONENT_NONE &&
           apl_bit(row_of(reach, target / PASS_TARGETS, component), target % PASS_TARGETS);
}

uint32_t apl_reach_target_count(const apl_reach *reach, apl_node_id node)
{
    uint32_t component = reach->components->of[node];
    size_t count = 0;

    for (uint32_t pass = 0; component != APL_COMPONENT_NONE && pass < reach->pass_count; pass++)
        count += apl_bits_count(row_of(reach, pass, component), (size_t)reach->words * 64);
    return (uint32_t)count;
}

void apl_reach_node_counts(uint32_t *counts, const apl_reach *reach)
{
    const apl_components *components = reach->components;

    memset(counts, 0, reach->targets.count * sizeof *counts);
    for (uint32_t pass = 0; pass < reach->pass_count; pass++) {
        for (uint32_t c = 0; c < components->count; c++) {
            const uint64_t *row = row_of(reach, pass, c);
            uint32_t size = components->first[c + 1] - components->first[c];
            for (uint32_t w = 0; w < reach->words; w++) {
                for (uint64_t left = row[w]; left; left &= left - 1)
                    counts[pass * PASS_TARGETS + w * 64 + (uint32_t)__builtin_ctzll(left)] += size;
            }
        }
    }
}

/* True when the row lacks some of the news. */
static inline bool lacks(const uint64_t *row, const uint64_t *news, uint32_t words)
{
    uint64_t missing = 0;

    for (uint32_t w = 0; w < words; w++)
        missing |= news[w] & ~row[w];
    return missing != 0;
}

bool apl_reach_would_change(const apl_reach *reach, apl_node_id from, apl_node_id to)
{
    uint32_t above = reach->components->of[from];
    uint32_t below = reach->components->of[to];

    APL_ASSERT(above != APL_COMPONENT_NONE);
    APL_ASSERT(below != APL_COMPONENT_NONE);
    for (uint32_t pass = 0; pass < reach->pass_count; pass++) {
        if (lacks(row_of(reach, pass, above), row_of(reach, pass, below), reach->words))
            return true;
    }
    return false;
}

/* Counts, or with `places` puts down, for each component those that have an edge into it. The last component that was
 * put down for each is remembered, so that the many edges between two components give one entry. */
static void gather_above(apl_reach *reach, uint32_t *last, bool places)
{
    const apl_components *components = reach->components;

    memset(last, 0xFF, (size_t)components->count * sizeof *last);
    for (uint32_t c = 0; c < components->count; c++) {
        for (uint32_t m = components->first[c]; m < components->first[c + 1]; m++) {
            apl_arcs arcs = apl_arcs_of(&reach->view, APL_FORWARD, components->members[m]);
            while (apl_arcs_next(&arcs)) {
                uint32_t below = components->of[arcs.node];
                if (below == c || below == APL_COMPONENT_NONE || last[below] == c)
                    continue;
                last[below] = c;
                if (places)
                    reach->above[reach->above_first[below + 1]++] = c;
                else
                    reach->above_first[below + 2]++;
            }
        }
    }
}

static void index_above(apl_reach *reach)
{
    uint32_t count = reach->components->count;
    uint32_t *last = apl_memory_new((size_t)count * sizeof *last);

    reach->above_first = apl_memory_new(((size_t)count + 2) * sizeof *reach->above_first);
    gather_above(reach, last, false);
    for (uint32_t c = 0; c < count; c++)
        reach->above_first[c + 2] += reach->above_first[c + 1];
    reach->above = apl_memory_new((size_t)reach->above_first[count + 1] * sizeof *reach->above);
    gather_above(reach, last, true);
    reach->later_head = apl_memory_new((size_t)count * sizeof *reach->later_head);
    reach->queue = apl_memory_new(((size_t)count + 1) * sizeof *reach->queue);
    apl_memory_free(last);
}

/* Gives the news to the component; a component that did not have them all is queued. */
static inline uint32_t tell(apl_reach *reach, uint32_t pass, uint32_t component, const uint64_t *news, uint32_t count)
{
    uint64_t *row = row_of(reach, pass, component);

    if (!lacks(row, news, reach->words))
        return count;
    or_row(row, news, reach->words);
    reach->queue[count] = component;
    return count + 1;
}

static uint32_t spread_news(apl_reach *reach, uint32_t pass, uint32_t above, uint32_t below)
{
    uint64_t news[PASS_WORDS];
    uint32_t count;

    memcpy(news, row_of(reach, pass, below), reach->words * sizeof *news);
    count = tell(reach, pass, above, news, 0);
    for (uint32_t at = 0; at < count; at++) {
        uint32_t told = reach->queue[at];
        for (uint32_t i = reach->above_first[told]; i < reach->above_first[told + 1]; i++)
            count = tell(reach, pass, reach->above[i], news, count);
        for (uint32_t i = reach->later_head[told]; i; i = reach->later.items[i - 1].next)
            count = tell(reach, pass, reach->later.items[i - 1].from, news, count);
    }
    return count;
}

uint32_t apl_reach_add_edge(apl_reach *reach, apl_node_id from, apl_node_id to)
{
    uint32_t above = reach->components->of[from];
    uint32_t below = reach->components->of[to];
    uint32_t changed = 0;

    APL_ASSERT(above != APL_COMPONENT_NONE);
    APL_ASSERT(below != APL_COMPONENT_NONE);
    if (above == below)
        return 0;
    if (reach->above_first == NULL)
        index_above(reach);
    for (uint32_t pass = 0; pass < reach->pass_count; pass++) {
        uint32_t told = spread_news(reach, pass, above, below);
        changed = told > changed ? told : changed;
    }
    APL_PUSH(&reach->later, ((later_edge){above, reach->later_head[below]}));
    reach->later_head[below] = (uint32_t)reach->later.count;
    return changed;
}
