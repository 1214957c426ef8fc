/* graph/target.c: what is worth reaching, and how much.
 *
 * Targets are content (techniques/targets.yaml). Whether one holds depends on the asset alone, so all assets are asked
 * on all threads before there is a graph; what nobody can get to falls away later. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/threads.h"
#include "graph/connecting.h"

#define RUN_ASSETS 2048

typedef APL_VECTOR(apl_worth) worths;

/* The last answer of each type and kind: assets are many, types and kinds few. */
typedef struct known_needs {
    const char *type; /* its address: the name of a type is one text for all its assets */
    uint32_t type_size;
    apl_kind kind;
    uint8_t needs;
} known_needs;

#define KNOWN_NEEDS 256u /* more types and kinds than this only cost time */

typedef struct valuing {
    const apl_attack *attack;
    worths *runs; /* by number of the run */
    apl_arena *scratch[APL_THREADS_MAX];
    known_needs known[APL_THREADS_MAX][KNOWN_NEEDS];
} valuing;

static bool target_takes(const apl_target *target, const apl_asset *asset)
{
    for (size_t i = 0; i < target->type_count; i++) {
        if (apl_str_equal_nocase(target->types[i], asset->type))
            return true;
    }
    for (size_t i = 0; i < target->kind_count; i++) {
        if (target->kinds[i] == asset->kind)
            return true;
    }
    return false;
}

/* Bits of the capabilities at which assets like this one may be targets. */
static uint8_t needs_of(known_needs *known, const apl_attack *attack, const apl_asset *asset)
{
    known_needs *last = &known[(((uintptr_t)asset->type.data >> 4) ^ asset->kind) % KNOWN_NEEDS];

    if (last->type == asset->type.data && last->type_size == asset->type.size && last->kind == asset->kind)
        return last->needs;
    *last = (known_needs){asset->type.data, asset->type.size, asset->kind, 0};
    for (size_t t = 0; t < attack->techniques->targets.count; t++) {
        const apl_target *target = &attack->techniques->targets.items[t];
        if (target_takes(target, asset))
            last->needs |= (uint8_t)(1u << target->needs);
    }
    return last->needs;
}

/* How much more or less it matters, by labels; without any, an asset counts a little less than a labelled one. */
static double weight_of(const apl_asset *asset)
{
    static const double by_sensitivity[] = {
        [APL_LEVEL_UNKNOWN] = 0.85, [APL_LEVEL_NONE] = 0.6, [APL_LEVEL_LOW] = 0.7,
        [APL_LEVEL_MEDIUM] = 0.9,   [APL_LEVEL_HIGH] = 1.0, [APL_LEVEL_CRITICAL] = 1.0,
    };
    static const double by_criticality[] = {
        [APL_LEVEL_UNKNOWN] = 0.95, [APL_LEVEL_NONE] = 0.7, [APL_LEVEL_LOW] = 0.7,
        [APL_LEVEL_MEDIUM] = 0.95,  [APL_LEVEL_HIGH] = 1.0, [APL_LEVEL_CRITICAL] = 1.0,
    };

    return by_sensitivity[asset->sensitivity] * by_criticality[asset->criticality];
}

static bool target_holds(const apl_attack *attack, const apl_target *target, apl_asset_id id, apl_arena *scratch)
{
    apl_subject subject = apl_estate_subject(attack->estate, id);
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = scratch};

    if (!target_takes(target, &attack->estate->assets.items[id]))
        return false;
    return target->when == NULL || (subject.plan && apl_condition_eval(target->when, &eval) == APL_TRUE);
}

/* An asset may be worth reaching in several ways; of several targets at one capability the one with the most impact
 * counts. */
static void value_asset(worths *out, const apl_attack *attack, apl_asset_id id, uint8_t needs, apl_arena *scratch)
{
    double weight = weight_of(&attack->estate->assets.items[id]);

    for (unsigned c = 0; c < APL_CAPABILITY_COUNT; c++) {
        apl_worth best = {.asset = id, .capability = c, .impact = 0};
        for (uint32_t t = 0; (needs & (1u << c)) && t < attack->techniques->targets.count; t++) {
            const apl_target *target = &attack->techniques->targets.items[t];
            double impact = target->impact * weight;
            if ((unsigned)target->needs != c || impact <= best.impact || !target_holds(attack, target, id, scratch))
                continue;
            best.target = t;
            best.impact = impact;
        }
        if (best.impact > 0)
            APL_PUSH(out, best);
    }
}

static void value_run(void *context, unsigned thread, size_t from, size_t to)
{
    valuing *job = context;

    for (size_t i = from; i < to; i++) {
        uint8_t needs = needs_of(job->known[thread], job->attack, &job->attack->estate->assets.items[i]);
        if (needs == 0)
            continue;
        value_asset(&job->runs[from / RUN_ASSETS], job->attack, (apl_asset_id)i, needs, job->scratch[thread]);
        apl_arena_reset(job->scratch[thread]);
    }
}

void apl_attack_find_worths(apl_connecting *at, unsigned threads)
{
    size_t count = at->attack->estate->assets.count;
    size_t run_count = count / RUN_ASSETS + 1;
    valuing *job = apl_memory_new(sizeof *job);

    job->attack = at->attack;
    job->runs = apl_memory_new(run_count * sizeof *job->runs);
    for (unsigned i = 0; i < threads; i++)
        job->scratch[i] = apl_arena_new();
    apl_parallel(threads, count, RUN_ASSETS, value_run, job);
    for (size_t r = 0; r < run_count; r++) {
        for (size_t i = 0; i < job->runs[r].count; i++)
            APL_PUSH(&at->worths, job->runs[r].items[i]);
        apl_memory_free(job->runs[r].items);
    }
    for (unsigned i = 0; i < threads; i++)
        apl_arena_free(job->scratch[i]);
    apl_memory_free(job->runs);
    apl_memory_free(job);
}

void apl_attack_add_target_nodes(apl_connecting *at)
{
    for (size_t i = 0; i < at->worths.count; i++) {
        const apl_worth *worth = &at->worths.items[i];
        const uint32_t *nodes = &at->node_of[(size_t)worth->asset * APL_CAPABILITY_COUNT];
        bool is_in_graph = false;
        for (unsigned c = 0; c < APL_CAPABILITY_COUNT; c++)
            is_in_graph = is_in_graph || nodes[c];
        if (is_in_graph)
            (void)apl_attack_node_of(at, worth->asset, worth->capability);
    }
}

static int by_node(const void *a, const void *b)
{
    const apl_attack_target *x = a;
    const apl_attack_target *y = b;

    return (x->node > y->node) - (x->node < y->node);
}

void apl_attack_find_targets(apl_connecting *at)
{
    apl_attack *attack = at->attack;

    for (size_t i = 0; i < at->worths.count; i++) {
        const apl_worth *worth = &at->worths.items[i];
        uint32_t node = at->node_of[(size_t)worth->asset * APL_CAPABILITY_COUNT + worth->capability];
        if (node)
            APL_PUSH(&attack->targets, ((apl_attack_target){node - 1, worth->target, worth->impact}));
    }
    if (attack->targets.count)
        qsort(attack->targets.items, attack->targets.count, sizeof *attack->targets.items, by_node);
}
