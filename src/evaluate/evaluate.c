/* evaluate/evaluate.c: the loop over (rule, asset) pairs.
 *
 * First a cheap pass without evidence; only what is not a pass is judged again with evidence, because most pairs pass.
 * The assets of one type come after each other, so that the rules of the type stay in the cache. Each thread collects
 * its own findings; one sort at the end makes the order independent of threads. */
#include "evaluate/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/threads.h"
#include "evaluate/judged.h"
#include "model/unread.h"
#include "policy/judge.h"

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
    apl_judge **judges;         /* the same rules in the same order */
    apl_asset_id *order;        /* the assets that rules judge, type by type */
    size_t order_count;
    apl_related *related;
    apl_table *unread_rows; /* type -> the first coverage row that says which permission reading it takes */
    thread_part parts[APL_THREADS_MAX];
} evaluate_job;

static apl_judge *judge_of(const apl_applied_rules *of, const apl_plan *plan, apl_instant now)
{
    apl_judged_policy *policies = apl_memory_new((of->count + 1) * sizeof *policies);

    /* A rule of ours that is not applicable passes. */
    for (size_t r = 0; r < of->count; r++)
        policies[r] = (apl_judged_policy){of->items[r].rule->policy, !of->items[r].is_users};
    apl_judge_options options = {.plan = plan, .policies = policies, .policy_count = of->count, .now = now};
    apl_judge *judge = apl_judge_new(&options);
    apl_memory_free(policies);
    return judge;
}

static void index_rules(evaluate_job *job)
{
    const apl_evaluate_options *options = job->options;
    uint32_t types = apl_services_type_count(options->services);

    job->by_type = apl_memory_new(types * sizeof *job->by_type);
    job->judges = apl_memory_new(types * sizeof *job->judges);
    for (uint32_t t = 0; t < types; t++) {
        const apl_type *type = apl_services_type(options->services, t);
        apl_applied_rules *of = &job->by_type[t];
        if (type->plan == NULL)
            continue; /* no document of this type was read */
        for (size_t r = 0; r < options->rule_count; r++) {
            if (apl_policy_takes_type(options->rules[r].policy, type->name))
                APL_PUSH(of, ((apl_applied_rule){&options->rules[r], 0, false}));
        }
        for (size_t r = 0; options->policies && r < apl_policy_set_count(options->policies); r++) {
            const apl_rule *rule = apl_policy_set_rule(options->policies, r);
            if (apl_policy_takes_type(rule->policy, type->name))
                APL_PUSH(of, ((apl_applied_rule){rule, r, true}));
        }
        job->judges[t] = judge_of(of, type->plan, options->now);
    }
}

#define NO_FINDING (-1)

static int status_of(apl_compliance state, const apl_applied_rule *judged)
{
    switch (state) {
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

/* The type whose documents would make the relations of `aplomb.relationsIn.logs-to[*]`, when some were not read. */
static apl_str unread_relation_type(const evaluate_job *job, const apl_asset *asset, apl_str path)
{
    static const apl_str out = {"aplomb.relations.", 17};
    static const apl_str in = {"aplomb.relationsIn.", 19};
    bool is_out = apl_str_starts_nocase(path, out);
    apl_str rest = APL_STR_NONE;
    apl_str name = APL_STR_NONE;

    if (!is_out && !apl_str_starts_nocase(path, in))
        return APL_STR_NONE;
    rest = apl_str_slice(path, is_out ? out.size : in.size, path.size);
    (void)apl_str_next(&name, &rest, '[');
    apl_relation_type relation = apl_vocabulary_relation(job->estate->vocabulary, name);
    const apl_unread_relation *unread = apl_unread_find(job->estate, asset, relation, is_out);
    return unread ? unread->type : APL_STR_NONE;
}

/* The type that was not read: a related one, one that makes relations, or that of the asset itself. */
static apl_str unread_type_of(const evaluate_job *job, const apl_policy_result *result, const apl_asset *asset)
{
    apl_str type = result->unread_type;

    for (uint32_t i = 0; i < result->evidence_count && type.size == 0; i++)
        type = unread_relation_type(job, asset, result->evidence[i].path);
    return type.size ? type : asset->type;
}

/* The permission that the input takes which was not read. */
static apl_str needs_of(const evaluate_job *job, const apl_policy_result *result, const apl_applied_rule *judged,
                        const apl_asset *asset)
{
    apl_str type_name = unread_type_of(job, result, asset);
    const apl_type *type = apl_services_find(job->options->services, type_name);

    if (judged->rule->info.needs.size)
        return judged->rule->info.needs;
    uint32_t row = apl_table_get(job->unread_rows, type_name);
    if (row != APL_TABLE_NONE)
        return job->estate->coverage.items[row].needs;
    return type ? type->needs : APL_STR_NONE;
}

/* The path itself or a place inside of it: properties.type is not where properties.typeProperties is. Of what is
 * calculated the name of the function stands for all: `contains` is where contains(data, 'x') is. */
static bool is_within(apl_str path, apl_str outer)
{
    return apl_str_starts_nocase(path, outer) &&
           (path.size == outer.size || memchr(".[(", path.data[outer.size], 3) != NULL);
}

/* Rules name the paths that tell something where their condition also looks at others, as guards do. Without that the
 * values are shown, and not what was calculated from them. */
static bool is_shown(const apl_rule_info *rule, const apl_evidence *evidence)
{
    for (uint32_t i = 0; i < rule->evidence_path_count; i++) {
        if (is_within(evidence->path, rule->evidence_paths[i]))
            return true;
    }
    return rule->evidence_path_count == 0 && !evidence->is_calculated;
}

static void keep_evidence(apl_finding *finding, apl_arena *keep, const apl_policy_result *result)
{
    apl_evidence *evidence = APL_ARENA_ARRAY(keep, apl_evidence, result->evidence_count);
    bool has_shown = false;

    for (uint32_t i = 0; i < result->evidence_count; i++)
        has_shown = has_shown || is_shown(finding->rule, &result->evidence[i]);
    for (uint32_t i = 0; i < result->evidence_count; i++) {
        if (has_shown && !is_shown(finding->rule, &result->evidence[i]))
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

/* Rule number `r` of the asset's type on the asset that is heard. */
static void judge(evaluate_job *job, thread_part *part, const apl_hearing *hearing, size_t r)
{
    apl_asset_id asset = hearing->asset;
    const apl_applied_rule *judged = &job->by_type[hearing->subject.plan->number].items[r];
    apl_str exemption = APL_STR_NONE;

    if (judged->is_users &&
        !apl_policy_set_covers(job->options->policies, judged->set_index, hearing->eval, asset, &exemption))
        return;
    apl_compliance state = apl_hearing_state(hearing, r);
    if (exemption.size && state != APL_NOT_APPLICABLE)
        state = APL_EXEMPT;
    int status = status_of(state, judged);
    if (status != NO_FINDING)
        add_finding(job, part, &(judgement){judged, asset, (uint8_t)status, exemption});
}

static bool is_judged(const evaluate_job *job, const apl_asset *asset)
{
    return asset->is_read && asset->plan && job->by_type[asset->plan->number].count > 0;
}

/* Type by type, and in the order of the estate within a type. */
static void order_assets(evaluate_job *job)
{
    apl_estate *estate = job->estate;
    uint32_t types = apl_services_type_count(job->options->services);
    size_t *next = apl_memory_new((types + 1) * sizeof *next); /* by number of the type: the place of its next asset */

    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        asset->is_judged = is_judged(job, asset);
        if (asset->is_judged)
            next[asset->plan->number + 1]++;
    }
    for (uint32_t t = 1; t <= types; t++)
        next[t] += next[t - 1];
    job->order_count = next[types];
    job->order = apl_memory_new((job->order_count + 1) * sizeof *job->order);
    for (size_t i = 0; i < estate->assets.count; i++) {
        if (estate->assets.items[i].is_judged)
            job->order[next[estate->assets.items[i].plan->number]++] = (apl_asset_id)i;
    }
    apl_memory_free(next);
}

static void fetch_ahead(const evaluate_job *job, size_t at)
{
    const apl_asset *assets = job->estate->assets.items;
    const apl_asset_id *order = job->order + at;

    if (at + APL_HEARING_ASSETS_AHEAD < job->order_count)
        apl_hearing_fetch(&assets[order[APL_HEARING_ASSETS_AHEAD]], &assets[order[APL_HEARING_RECORDS_AHEAD]]);
}

static void judge_run(void *context, unsigned thread, size_t from, size_t to)
{
    evaluate_job *job = context;
    thread_part *part = &job->parts[thread];
    apl_hearing hearing;
    apl_policy_eval eval = {
        .estate = job->estate,
        .related = job->related,
        .arena = part->scratch,
        .now = job->options->now,
        .state_only = true,
    };

    for (size_t i = from; i < to; i++) {
        const apl_asset *asset = &job->estate->assets.items[job->order[i]];
        uint32_t type = asset->plan->number;
        fetch_ahead(job, i);
        apl_hearing_open(&hearing, job->judges[type], job->order[i], &eval);
        for (size_t r = 0; r < job->by_type[type].count; r++)
            judge(job, part, &hearing, r);
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

static void free_rules(evaluate_job *job)
{
    for (uint32_t t = 0; t < apl_services_type_count(job->options->services); t++) {
        apl_memory_free(job->by_type[t].items);
        apl_judge_free(job->judges[t]);
    }
    apl_memory_free(job->by_type);
    apl_memory_free(job->judges);
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
    order_assets(job);
    apl_parallel(threads, job->order_count, RUN_ASSETS, judge_run, job);
    gather(job, threads);
    free_rules(job);
    apl_memory_free(job->order);
    apl_related_free(job->related);
    apl_table_free(job->unread_rows);
    apl_memory_free(job);
}

void apl_evaluate_mark(apl_estate *estate, const apl_evaluate_options *options)
{
    evaluate_job *job = apl_memory_new(sizeof *job);

    job->estate = estate;
    job->options = options;
    index_rules(job);
    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        asset->is_judged = asset->is_read && asset->plan && job->by_type[asset->plan->number].count > 0;
    }
    free_rules(job);
    apl_memory_free(job);
}
