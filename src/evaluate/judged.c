/* evaluate/judged.c: makes the list of judged rules after a scan.
 *
 * A type of which nothing could be read counts too: its rules would have had something to judge, so what they support
 * is not known. Runs once a scan, over rules and types, never over assets times rules. */
#include "evaluate/judged.h"

#include <stdlib.h>

typedef APL_VECTOR(apl_str) names;

typedef struct listing {
    apl_estate *estate;
    const apl_evaluate_options *options;
    names *types_of; /* by rule: ours, then those of the user */
} listing;

static void add_read_types(listing *job, const apl_applied_rules *by_type)
{
    const apl_services *services = job->options->services;
    uint32_t count = apl_services_type_count(services);
    bool *is_there = apl_memory_new((count + 1) * sizeof *is_there);

    for (size_t i = 0; i < job->estate->assets.count; i++) {
        const apl_asset *asset = &job->estate->assets.items[i];
        if (asset->is_read && asset->plan)
            is_there[asset->plan->number] = true;
    }
    for (uint32_t t = 0; t < count; t++) {
        for (size_t r = 0; is_there[t] && r < by_type[t].count; r++) {
            const apl_applied_rule *applied = &by_type[t].items[r];
            size_t number = applied->is_users ? job->options->rule_count + applied->set_index
                                              : (size_t)(applied->rule - job->options->rules);
            APL_PUSH(&job->types_of[number], apl_services_type(services, t)->name);
        }
    }
    apl_memory_free(is_there);
}

static bool has_name(const names *list, apl_str name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (apl_str_equal_nocase(list->items[i], name))
            return true;
    }
    return false;
}

static void add_unread_types(listing *job)
{
    const apl_evaluate_options *options = job->options;
    apl_table *seen = apl_table_new(true);

    for (uint32_t i = 0; i < job->estate->coverage.count; i++) {
        const apl_coverage *row = &job->estate->coverage.items[i];
        if (row->state != APL_COVERAGE_UNREAD || apl_table_put(seen, row->type, i) != i)
            continue;
        for (size_t r = 0; r < options->rule_count; r++) {
            bool takes = apl_policy_takes_type(options->rules[r].policy, row->type);
            if (takes && !has_name(&job->types_of[r], row->type))
                APL_PUSH(&job->types_of[r], row->type);
        }
    }
    apl_table_free(seen);
}

static int by_name(const void *a, const void *b)
{
    return apl_str_compare(*(const apl_str *)a, *(const apl_str *)b);
}

static apl_judged_rule judged_of(listing *job, const apl_rule_info *info, names *list)
{
    apl_str *types = APL_ARENA_ARRAY(job->estate->arena, apl_str, list->count);

    if (list->count) {
        qsort(list->items, list->count, sizeof *list->items, by_name);
        memcpy(types, list->items, list->count * sizeof *types);
    }
    return (apl_judged_rule){.rule = info, .types = types, .type_count = (uint32_t)list->count};
}

static void push_ours(listing *job)
{
    for (size_t r = 0; r < job->options->rule_count; r++) {
        if (job->types_of[r].count)
            APL_PUSH(&job->estate->judged, judged_of(job, &job->options->rules[r].info, &job->types_of[r]));
    }
}

/* -- Policies of the user ---------------------------------------------------------------------------------------- */

static int by_rule_and_asset(const void *a, const void *b)
{
    const apl_policy_pass *x = a;
    const apl_policy_pass *y = b;

    if (x->set_index != y->set_index)
        return x->set_index < y->set_index ? -1 : 1;
    return (x->asset > y->asset) - (x->asset < y->asset);
}

static void sort_passes(apl_policy_passes *passes)
{
    if (passes->count)
        qsort(passes->items, passes->count, sizeof *passes->items, by_rule_and_asset);
}

/* The first rule of each id, because one definition may be in force several times under one id. */
static apl_table *first_rules(const apl_policy_set *set)
{
    apl_table *first = apl_table_new(false);

    for (size_t r = 0; r < apl_policy_set_count(set); r++)
        (void)apl_table_put(first, apl_policy_set_rule(set, r)->info.id, (uint32_t)r);
    return first;
}

/* What did not pass, in the same form and order, so that both lists can be walked together. */
static void gather_others(apl_policy_passes *others, const apl_estate *estate, const apl_table *first)
{
    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        uint32_t rule = finding->status == APL_STATUS_PASS ? APL_TABLE_NONE : apl_table_get(first, finding->rule->id);
        if (rule != APL_TABLE_NONE)
            APL_PUSH(others, ((apl_policy_pass){rule, finding->asset}));
    }
    sort_passes(others);
}

/* An asset that passes under one assignment and fails under another did not pass. */
static void keep_clean(apl_policy_passes *passes, const apl_policy_passes *others)
{
    size_t kept = 0;
    size_t other = 0;

    for (size_t i = 0; i < passes->count; i++) {
        const apl_policy_pass *pass = &passes->items[i];
        while (other < others->count && by_rule_and_asset(&others->items[other], pass) < 0)
            other++;
        bool is_other = other < others->count && by_rule_and_asset(&others->items[other], pass) == 0;
        bool is_double = kept && by_rule_and_asset(&passes->items[kept - 1], pass) == 0;
        if (!is_other && !is_double)
            passes->items[kept++] = *pass;
    }
    passes->count = kept;
}

static void push_users(listing *job, apl_policy_passes *passes)
{
    const apl_policy_set *set = job->options->policies;
    apl_table *first = first_rules(set);
    apl_policy_passes others = {0};
    size_t at = 0;

    for (size_t i = 0; i < passes->count; i++)
        passes->items[i].set_index =
            apl_table_get(first, apl_policy_set_rule(set, passes->items[i].set_index)->info.id);
    sort_passes(passes);
    gather_others(&others, job->estate, first);
    keep_clean(passes, &others);
    for (uint32_t r = 0; r < apl_policy_set_count(set); r++) {
        const apl_rule_info *info = &apl_policy_set_rule(set, r)->info;
        size_t from = at;
        while (at < passes->count && passes->items[at].set_index == r)
            at++;
        if (apl_table_get(first, info->id) != r)
            continue;
        apl_asset_id *assets = APL_ARENA_ARRAY(job->estate->arena, apl_asset_id, at - from);
        apl_judged_rule judged = judged_of(job, info, &job->types_of[job->options->rule_count + r]);
        for (size_t i = from; i < at; i++)
            assets[i - from] = passes->items[i].asset;
        judged.lists_passes = true;
        judged.passes = assets;
        judged.pass_count = (uint32_t)(at - from);
        APL_PUSH(&job->estate->judged, judged);
    }
    apl_memory_free(others.items);
    apl_table_free(first);
}

static int by_rule_id(const void *a, const void *b)
{
    return apl_str_compare(((const apl_judged_rule *)a)->rule->id, ((const apl_judged_rule *)b)->rule->id);
}

void apl_judged_set(apl_estate *estate, const apl_evaluate_options *options, const apl_applied_rules *by_type,
                    apl_policy_passes *passes)
{
    listing job = {.estate = estate, .options = options};

    size_t users = options->policies ? apl_policy_set_count(options->policies) : 0;
    job.types_of = apl_memory_new((options->rule_count + users + 1) * sizeof *job.types_of);
    add_read_types(&job, by_type);
    add_unread_types(&job);
    push_ours(&job);
    if (users)
        push_users(&job, passes);
    if (estate->judged.count)
        qsort(estate->judged.items, estate->judged.count, sizeof *estate->judged.items, by_rule_id);
    for (size_t r = 0; r < options->rule_count + users; r++)
        apl_memory_free(job.types_of[r].items);
    apl_memory_free(job.types_of);
}
