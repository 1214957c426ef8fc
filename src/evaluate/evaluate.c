/* evaluate/evaluate.c: the loop over (rule, asset) pairs.
 *
 * First a cheap pass without evidence; only what is not a pass is judged again with evidence, because most pairs pass.
 * Each thread collects its own findings; one sort at the end makes the order independent of threads. */
#include "evaluate/evaluate.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/threads.h"
#include "evaluate/judged.h"

#define RUN_ASSETS 1024

typedef struct thread_part {
    apl_arena *scratch;
    apl_arena *keep;
    APL_VECTOR(apl_finding) findings;
    apl_policy_passes policy_passes;
    uint64_t passes;
} thread_part;

typedef struct evaluate_job {
    apl_estate *estate;
    const apl_evaluate_options *options;
    apl_applied_rules *by_type; /* by number of the type */
    apl_related *related;
    apl_table *unread_rows; /* type -> the first coverage row that says which permission reading it takes */
    thread_part parts[APL_THREADS_MAX];
} evaluate_job;

static void index_rules(evaluate_job *job)
{
    const apl_evaluate_options *options = job->options;
    uint32_t types = apl_services_type_count(options->services);

    job->by_type = apl_memory_new(types * sizeof *job->by_type);
    for (uint32_t t = 0; t < types; t++) {
        apl_str type = apl_services_type(options->services, t)->name;
        if (apl_services_type(options->services, t)->plan == NULL)
            continue; /* no document of this type was read */
        for (size_t r = 0; r < options->rule_count; r++) {
            if (apl_policy_takes_type(options->rules[r].policy, type))
                APL_PUSH(&job->by_type[t], ((apl_applied_rule){&options->rules[r], 0, false}));
        }
        for (size_t r = 0; options->policies && r < apl_policy_set_count(options->policies); r++) {
            const apl_rule *rule = apl_policy_set_rule(options->policies, r);
            if (apl_policy_takes_type(rule->policy, type))
                APL_PUSH(&job->by_type[t], ((apl_applied_rule){rule, r, true}));
        }
    }
}

#define NO_FINDING (-1)

static int status_of(const apl_policy_result *result, const apl_applied_rule *judged)
{
    switch (result->state) {
    case APL_COMPLIANT:
        return APL_STATUS_PASS;
    case APL_NONCOMPLIANT:
        return APL_STATUS_FAIL;
    case APL_EXEMPT:
        return APL_STATUS_EXEMPT;
    case APL_COMPLIANCE_UNKNOWN:
        return APL_STATUS_MANUAL;
    case APL_COMPLIANCE_ERROR:
        return APL_STATUS_ERROR;
    case APL_NOT_APPLICABLE:
        /* A rule of ours whose type matches but whose `if` does not hold is a pass; a user's policy says nothing. */
        return judged->is_users ? NO_FINDING : APL_STATUS_PASS;
    }
    return NO_FINDING;
}

/* The permission that the input takes which was not read. */
static apl_str needs_of(const evaluate_job *job, const apl_policy_result *result, const apl_applied_rule *judged,
                        const apl_asset *asset)
{
    apl_str type_name = result->unread_type.size ? result->unread_type : asset->type;
    const apl_type *type = apl_services_find(job->options->services, type_name);

    if (judged->rule->info.needs.size)
        return judged->rule->info.needs;
    uint32_t row = apl_table_get(job->unread_rows, type_name);
    if (row != APL_TABLE_NONE)
        return job->estate->coverage.items[row].needs;
    return type ? type->needs : APL_STR_NONE;
}

/* The path itself or a place inside of it: properties.type is not where properties.typeProperties is. */
static bool is_within(apl_str path, apl_str outer)
{
    return apl_str_starts_nocase(path, outer) &&
           (path.size == outer.size || path.data[outer.size] == '.' || path.data[outer.size] == '[');
}

/* Rules name the paths that tell something where their condition also looks at others, as guards do. */
static bool is_shown(const apl_rule_info *rule, apl_str path)
{
    for (uint32_t i = 0; i < rule->evidence_path_count; i++) {
        if (is_within(path, rule->evidence_paths[i]))
            return true;
    }
    return rule->evidence_path_count == 0;
}

static void keep_evidence(apl_finding *finding, apl_arena *keep, const apl_policy_result *result)
{
    apl_evidence *evidence = APL_ARENA_ARRAY(keep, apl_evidence, result->evidence_count);
    bool has_shown = false;

    for (uint32_t i = 0; i < result->evidence_count; i++)
        has_shown = has_shown || is_shown(finding->rule, result->evidence[i].path);
    for (uint32_t i = 0; i < result->evidence_count; i++) {
        if (has_shown && !is_shown(finding->rule, result->evidence[i].path))
            continue;
        apl_evidence *kept = &evidence[finding->evidence_count++];
        kept->path = apl_arena_str(keep, result->evidence[i].path);
        kept->value = apl_value_copy(keep, result->evidence[i].value);
        kept->expected = apl_value_copy(keep, result->evidence[i].expected);
    }
    finding->evidence = evidence;
}

static void explain(evaluate_job *job, thread_part *part, apl_finding *finding, const apl_applied_rule *judged)
{
    apl_policy_result result;
    apl_policy_eval eval = {
        .estate = job->estate,
        .related = job->related,
        .arena = part->scratch,
        .now = job->options->now,
        .wants_evidence = true,
    };
    const apl_asset *asset = &job->estate->assets.items[finding->asset];

    apl_policy_evaluate(&result, judged->rule->policy, finding->asset, &eval);
    keep_evidence(finding, part->keep, &result);
    if (finding->status == APL_STATUS_MANUAL || finding->status == APL_STATUS_ERROR || judged->is_users)
        finding->reason = apl_arena_str(part->keep, result.reason);
    if (finding->status == APL_STATUS_MANUAL)
        finding->needs = apl_arena_str(part->keep, needs_of(job, &result, judged, asset));
}

static uint8_t muted_or(evaluate_job *job, thread_part *part, apl_finding *finding, uint8_t status)
{
    apl_str reason;

    if (job->options->mutes == NULL)
        return status;
    bool is_muted = apl_mutes_match(job->options->mutes, &reason, finding->rule,
                                    &job->estate->assets.items[finding->asset], job->options->now);
    if (reason.size)
        finding->reason = apl_arena_str(part->keep, reason);
    return is_muted ? APL_STATUS_MUTED : status;
}

/* What one rule came to on one asset. */
typedef struct judgement {
    const apl_applied_rule *judged;
    apl_asset_id asset;
    uint8_t status;
    apl_str exemption;
} judgement;

static void add_finding(evaluate_job *job, thread_part *part, const judgement *made)
{
    const apl_applied_rule *judged = made->judged;
    apl_asset_id asset = made->asset;
    uint8_t status = made->status;
    apl_finding finding = {.rule = &judged->rule->info, .asset = asset, .severity = judged->rule->info.severity};

    if (status == APL_STATUS_PASS) {
        part->passes++;
        if (judged->is_users)
            APL_PUSH(&part->policy_passes, ((apl_policy_pass){(uint32_t)judged->set_index, asset}));
        if (!job->options->keeps_passes)
            return;
    }
    finding.status = status;
    apl_str canonical = apl_asset_canonical_id(part->scratch, &job->estate->assets.items[asset]);
    apl_finding_id(finding.id, judged->rule->info.id, canonical);
    if (status != APL_STATUS_PASS)
        explain(job, part, &finding, judged);
    if (status == APL_STATUS_FAIL || status == APL_STATUS_MANUAL || status == APL_STATUS_ERROR)
        finding.status = muted_or(job, part, &finding, status);
    if (status == APL_STATUS_EXEMPT)
        finding.reason = apl_arena_str(part->keep, made->exemption);
    APL_PUSH(&part->findings, finding);
}

static void judge(evaluate_job *job, thread_part *part, const apl_applied_rule *judged, apl_asset_id asset)
{
    apl_policy_result result;
    apl_str exemption = APL_STR_NONE;
    apl_policy_eval eval = {
        .estate = job->estate,
        .related = job->related,
        .arena = part->scratch,
        .now = job->options->now,
    };

    if (judged->is_users && !apl_policy_set_covers(job->options->policies, judged->set_index, &eval, asset, &exemption))
        return;
    apl_policy_evaluate(&result, judged->rule->policy, asset, &eval);
    if (exemption.size && result.state != APL_NOT_APPLICABLE)
        result.state = APL_EXEMPT;
    int status = status_of(&result, judged);
    if (status != NO_FINDING)
        add_finding(job, part, &(judgement){judged, asset, (uint8_t)status, exemption});
}

static void judge_run(void *context, unsigned thread, size_t from, size_t to)
{
    evaluate_job *job = context;
    thread_part *part = &job->parts[thread];

    for (size_t i = from; i < to; i++) {
        apl_asset *asset = &job->estate->assets.items[i];
        if (!asset->is_read || asset->plan == NULL)
            continue;
        const apl_applied_rules *rules = &job->by_type[asset->plan->number];
        asset->is_judged = rules->count > 0;
        for (size_t r = 0; r < rules->count; r++)
            judge(job, part, &rules->items[r], (apl_asset_id)i);
        apl_arena_reset(part->scratch);
    }
}

static int compare_findings(const void *a, const void *b)
{
    const apl_finding *x = a;
    const apl_finding *y = b;

    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->rule != y->rule) {
        int order = apl_str_compare(x->rule->id, y->rule->id);
        if (order)
            return order;
    }
    if (x->asset != y->asset)
        return x->asset < y->asset ? -1 : 1;
    return (x->status > y->status) - (x->status < y->status);
}

/* A user's definition may be in force through several assignments: the worst outcome of a (rule, asset) is kept. */
static void drop_doubles(apl_estate *estate)
{
    size_t kept = 0;

    for (size_t i = 1; i < estate->findings.count; i++) {
        const apl_finding *last = &estate->findings.items[kept];
        const apl_finding *next = &estate->findings.items[i];
        bool is_double = last->asset == next->asset && apl_str_equal(last->rule->id, next->rule->id);
        if (!is_double)
            estate->findings.items[++kept] = *next;
    }
    if (estate->findings.count)
        estate->findings.count = kept + 1;
}

static apl_related *related_index(const evaluate_job *job)
{
    const apl_evaluate_options *options = job->options;
    size_t users = options->policies ? apl_policy_set_count(options->policies) : 0;
    const apl_policy **policies = apl_memory_new((options->rule_count + users + 1) * sizeof *policies);
    size_t count = 0;

    for (size_t r = 0; r < options->rule_count; r++)
        policies[count++] = options->rules[r].policy;
    for (size_t r = 0; r < users; r++)
        policies[count++] = apl_policy_set_rule(options->policies, r)->policy;
    apl_related *related = apl_related_new_for(job->estate, policies, count);
    apl_memory_free(policies);
    return related;
}

static apl_table *unread_rows_by_type(const apl_estate *estate)
{
    apl_table *rows = apl_table_new(true);

    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        if (row->state == APL_COVERAGE_UNREAD && row->needs.size)
            (void)apl_table_put(rows, row->type, (uint32_t)i);
    }
    return rows;
}

static void gather(evaluate_job *job, unsigned threads)
{
    apl_estate *estate = job->estate;
    apl_policy_passes passes = {0};

    for (unsigned t = 0; t < threads; t++) {
        thread_part *part = &job->parts[t];
        APL_RESERVE(&estate->findings, part->findings.count);
        for (size_t i = 0; i < part->findings.count; i++)
            estate->findings.items[estate->findings.count++] = part->findings.items[i];
        for (size_t i = 0; i < part->policy_passes.count; i++)
            APL_PUSH(&passes, part->policy_passes.items[i]);
        estate->passes += part->passes;
        apl_memory_free(part->findings.items);
        apl_memory_free(part->policy_passes.items);
        apl_arena_free(part->scratch);
        APL_PUSH(&estate->arenas, part->keep);
    }
    if (estate->findings.count)
        qsort(estate->findings.items, estate->findings.count, sizeof *estate->findings.items, compare_findings);
    drop_doubles(estate);
    apl_judged_set(estate, job->options, job->by_type, &passes);
    apl_memory_free(passes.items);
}

void apl_evaluate(apl_estate *estate, const apl_evaluate_options *options)
{
    evaluate_job *job = apl_memory_new(sizeof *job);
    unsigned threads = options->threads ? options->threads : 1;

    job->estate = estate;
    job->options = options;
    index_rules(job);
    job->related = related_index(job);
    job->unread_rows = unread_rows_by_type(estate);
    for (unsigned t = 0; t < threads; t++) {
        job->parts[t].scratch = apl_arena_new();
        job->parts[t].keep = apl_arena_new();
    }
    apl_parallel(threads, estate->assets.count, RUN_ASSETS, judge_run, job);
    gather(job, threads);
    for (uint32_t t = 0; t < apl_services_type_count(options->services); t++)
        apl_memory_free(job->by_type[t].items);
    apl_memory_free(job->by_type);
    apl_related_free(job->related);
    apl_table_free(job->unread_rows);
    apl_memory_free(job);
}
