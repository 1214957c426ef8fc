/* query/explore_run.c: runs a query's program over sets of assets.
 *
 * Each step makes or joins sets of bits, one bit an asset; links follow relations once. */
#include "graph/bits.h"
#include "query/explore.h"

typedef struct running {
    const apl_estate *estate;
    uint64_t *sets[APL_EXPLORE_STEPS_MAX];
    size_t count;
} running;

static uint64_t *push_set(running *run)
{
    uint64_t *set = apl_bits_new(run->estate->assets.count);

    run->sets[run->count++] = set;
    return set;
}

static bool any_like(apl_words words, apl_str text)
{
    for (size_t i = 0; i < words.count; i++) {
        if (apl_str_like_nocase(text, words.items[i]))
            return true;
    }
    return false;
}

static void run_entity(running *run, const apl_explore_step *step)
{
    const apl_estate *estate = run->estate;
    uint64_t *set = push_set(run);

    for (uint32_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        apl_str kind = estate->vocabulary->kinds.items[asset->kind].name;
        if (step->words.count == 0 || any_like(step->words, kind) || any_like(step->words, asset->type))
            apl_bit_set(set, i);
    }
}

static bool is_used_for(uint8_t used_for, apl_words words)
{
    return ((used_for & APL_USED_FOR_AI) && any_like(words, APL_STR("ai"))) ||
           ((used_for & APL_USED_FOR_GROUNDING) && any_like(words, APL_STR("grounding"))) ||
           ((used_for & APL_USED_FOR_TRAINING) && any_like(words, APL_STR("training")));
}

static bool has_tag_value(const apl_asset *asset, const apl_explore_step *step)
{
    apl_value value = apl_value_get(asset->tags, step->tag);
    apl_text text;

    if (!apl_value_is_there(value))
        return false;
    if (value.type == APL_VALUE_STRING)
        return any_like(step->words, apl_value_str(value));
    apl_text_init(&text, APL_EXPLORE_STEPS_MAX);
    apl_value_write(&text, value, 0);
    bool is_like = any_like(step->words, apl_text_str(&text));
    apl_text_free(&text);
    return is_like;
}

static bool fact_holds(const apl_asset *asset, const apl_explore_step *step)
{
    static const apl_str no_and_yes[] = {{"false", 5}, {"true", 4}};

    switch (step->fact) {
    case APL_FACT_ID:
        return any_like(step->words, asset->id);
    case APL_FACT_NAME:
        return any_like(step->words, asset->name);
    case APL_FACT_TYPE:
        return any_like(step->words, asset->type);
    case APL_FACT_CLOUD:
        return any_like(step->words, apl_str_from(apl_cloud_names[asset->cloud]));
    case APL_FACT_TENANT:
        return any_like(step->words, asset->tenant);
    case APL_FACT_SCOPE:
        return any_like(step->words, asset->scope);
    case APL_FACT_LOCATION:
        return any_like(step->words, asset->location);
    case APL_FACT_EXPOSURE:
        return any_like(step->words, apl_str_from(apl_exposure_names[asset->exposure]));
    case APL_FACT_SENSITIVITY:
        return any_like(step->words, apl_str_from(apl_level_names[asset->sensitivity]));
    case APL_FACT_CRITICALITY:
        return any_like(step->words, apl_str_from(apl_level_names[asset->criticality]));
    case APL_FACT_USED_FOR:
        return is_used_for(asset->used_for, step->words);
    case APL_FACT_TAG:
        return has_tag_value(asset, step);
    case APL_FACT_AI:
        return any_like(step->words, no_and_yes[asset->is_ai]);
    case APL_FACT_READ:
        return any_like(step->words, no_and_yes[asset->is_read]);
    }
    return false;
}

static void run_fact(running *run, const apl_explore_step *step)
{
    uint64_t *set = push_set(run);

    for (uint32_t i = 0; i < run->estate->assets.count; i++) {
        if (fact_holds(&run->estate->assets.items[i], step) != step->is_negated)
            apl_bit_set(set, i);
    }
}

static void run_finding(running *run, const apl_explore_step *step)
{
    uint64_t *set = push_set(run);

    for (size_t i = 0; i < run->estate->findings.count; i++) {
        const apl_finding *finding = &run->estate->findings.items[i];
        bool is_meant = step->words.count == 0 || any_like(step->words, finding->rule->check) ||
                        any_like(step->words, finding->rule->id);
        bool is_severe = step->severities == 0 || (step->severities >> finding->severity & 1u);
        if (finding->status == APL_STATUS_FAIL && is_meant && is_severe)
            apl_bit_set(set, finding->asset);
    }
}

static void run_path(running *run)
{
    uint64_t *set = push_set(run);

    for (size_t i = 0; i < run->estate->paths.count; i++) {
        const apl_path *path = &run->estate->paths.items[i];
        apl_bit_set(set, path->entry);
        for (uint32_t s = 0; s < path->step_count; s++)
            apl_bit_set(set, path->steps[s].to);
    }
}

static void run_link(running *run, const apl_explore_step *step)
{
    uint64_t *inner = run->sets[--run->count];
    uint64_t *set = push_set(run);

    for (size_t i = 0; i < run->estate->relations.count; i++) {
        const apl_relation *relation = &run->estate->relations.items[i];
        if (relation->type != step->relation)
            continue;
        if (!step->is_incoming && apl_bit(inner, relation->to))
            apl_bit_set(set, relation->from);
        if (step->is_incoming && apl_bit(inner, relation->from))
            apl_bit_set(set, relation->to);
    }
    apl_memory_free(inner);
}

static void run_join(running *run, bool is_and)
{
    uint64_t *right = run->sets[--run->count];
    uint64_t *left = run->sets[run->count - 1];

    for (size_t i = 0; i < apl_bits_words(run->estate->assets.count); i++)
        left[i] = is_and ? left[i] & right[i] : left[i] | right[i];
    apl_memory_free(right);
}

/* Bits behind the last asset become set; nobody looks at them. */
static void run_not(running *run)
{
    uint64_t *set = run->sets[run->count - 1];

    for (size_t i = 0; i < apl_bits_words(run->estate->assets.count); i++)
        set[i] = ~set[i];
}

static void run_step(running *run, const apl_explore_step *step)
{
    switch (step->kind) {
    case APL_EXPLORE_ENTITY:
        run_entity(run, step);
        break;
    case APL_EXPLORE_FACT:
        run_fact(run, step);
        break;
    case APL_EXPLORE_FINDING:
        run_finding(run, step);
        break;
    case APL_EXPLORE_PATH:
        run_path(run);
        break;
    case APL_EXPLORE_LINK:
        run_link(run, step);
        break;
    case APL_EXPLORE_AND:
    case APL_EXPLORE_OR:
        run_join(run, step->kind == APL_EXPLORE_AND);
        break;
    case APL_EXPLORE_NOT:
        run_not(run);
        break;
    }
}

void apl_explore_run(apl_selection *out, const apl_explore *explore, const apl_snapshot *snapshot)
{
    running *run = apl_memory_new(sizeof *run);

    run->estate = snapshot->estate;
    for (size_t i = 0; i < explore->count; i++)
        run_step(run, &explore->steps[i]);
    APL_ASSERT(run->count == 1);
    out->assets.count = 0;
    for (uint32_t i = 0; i < run->estate->assets.count; i++) {
        if (apl_bit(run->sets[0], i))
            APL_PUSH(&out->assets, i);
    }
    apl_memory_free(run->sets[0]);
    apl_memory_free(run);
}
