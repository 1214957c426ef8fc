/* evaluate/compliance.c: judgements and statements to the state of each control.
 *
 * First what each check came to, then what the checks of a control say together, then what a person states. A
 * framework that the content does not know comes from the rules themselves: the initiatives of the user. */
#include "evaluate/compliance.h"

#include <stdlib.h>

#include "evaluate/judgements.h"

const char *const apl_control_state_names[] = {"failing",   "unread",         "needs-evidence",     "attested",
                                               "supported", "not-applicable", "not-yet-applicable", NULL};
const char *const apl_control_state_titles[] = {"failing",   "not read",       "needs evidence",     "attested",
                                                "supported", "not applicable", "not yet applicable", NULL};
const char *const apl_control_signal_names[] = {"none", "pass", "unread", "fail", NULL};

typedef struct making {
    apl_arena *arena;
    const apl_compliance_options *options;
    apl_judgements judgements;
    apl_table *checks; /* name -> number into rules_of_check */
    APL_VECTOR(apl_numbers) rules_of_check;
    APL_VECTOR(apl_framework_info) frameworks;
} making;

static void index_checks(making *work)
{
    const apl_estate *estate = work->judgements.estate;

    work->checks = apl_table_new(false);
    for (uint32_t r = 0; r < estate->judged.count; r++) {
        uint32_t number =
            apl_table_put(work->checks, estate->judged.items[r].rule->check, (uint32_t)work->rules_of_check.count);
        if (number == work->rules_of_check.count)
            APL_PUSH(&work->rules_of_check, ((apl_numbers){0}));
        APL_PUSH(&work->rules_of_check.items[number], r);
    }
}

/* -- Which frameworks -------------------------------------------------------------------------------------------- */

/* A control that only rules name, with the check of the rule; sorted, so that equal controls are neighbours. */
typedef struct foreign {
    const apl_control_ref *control;
    apl_str check;
} foreign;

static int by_control(const void *a, const void *b)
{
    const foreign *x = a;
    const foreign *y = b;
    int order = apl_str_compare(x->control->framework, y->control->framework);

    if (order == 0)
        order = apl_str_compare(x->control->control, y->control->control);
    return order ? order : apl_str_compare(x->check, y->check);
}

static bool is_same_control(const foreign *a, const foreign *b)
{
    return apl_str_equal(a->control->framework, b->control->framework) &&
           apl_str_equal(a->control->control, b->control->control);
}

/* The framework whose controls start at `from`; returns where the next one starts. */
static size_t add_foreign(making *work, const foreign *list, size_t count, size_t from)
{
    apl_str id = list[from].control->framework;
    apl_control_info *controls = APL_ARENA_ARRAY(work->arena, apl_control_info, count - from);
    apl_framework_info info = {.id = id, .title = id, .source = APL_STR("an initiative of the user")};
    size_t i = from;

    while (i < count && apl_str_equal(list[i].control->framework, id)) {
        apl_control_info *control = &controls[info.control_count++];
        apl_str *checks = APL_ARENA_ARRAY(work->arena, apl_str, count - i);
        size_t first = i;
        *control = (apl_control_info){.id = list[i].control->control,
                                      .title = list[i].control->title,
                                      .evidence = APL_STR("technical"),
                                      .checks = checks};
        for (; i < count && is_same_control(&list[first], &list[i]); i++) {
            if (control->check_count == 0 || !apl_str_equal(checks[control->check_count - 1], list[i].check))
                checks[control->check_count++] = list[i].check;
        }
    }
    info.controls = controls;
    APL_PUSH(&work->frameworks, info);
    return i;
}

static void add_foreign_frameworks(making *work)
{
    const apl_estate *estate = work->judgements.estate;
    APL_VECTOR(foreign) list = {0};
    apl_table *known = apl_table_new(true);

    for (size_t f = 0; f < work->options->framework_count; f++)
        (void)apl_table_put(known, work->options->frameworks[f].id, (uint32_t)f);
    for (size_t r = 0; r < estate->judged.count; r++) {
        const apl_rule_info *rule = estate->judged.items[r].rule;
        for (uint32_t c = 0; c < rule->control_count; c++) {
            if (apl_table_get(known, rule->controls[c].framework) == APL_TABLE_NONE)
                APL_PUSH(&list, ((foreign){&rule->controls[c], rule->check}));
        }
    }
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, by_control);
    for (size_t i = 0; i < list.count;)
        i = add_foreign(work, list.items, list.count, i);
    apl_memory_free(list.items);
    apl_table_free(known);
}

/* `ISO42001` chooses the framework and all its controls, `ISO42001:A.4.*` some of them. */
static bool word_chooses(apl_str word, apl_str framework, apl_str control, bool wants_control)
{
    long colon = apl_str_find(word, APL_STR(":"));

    if (colon < 0)
        return apl_str_like_nocase(framework, word);
    return apl_str_like_nocase(framework, apl_str_slice(word, 0, (size_t)colon)) &&
           (!wants_control || apl_str_like_nocase(control, apl_str_slice(word, (size_t)colon + 1, word.size)));
}

static bool is_chosen(const making *work, apl_str framework, const apl_control_info *control)
{
    const apl_compliance_options *options = work->options;

    for (size_t i = 0; i < options->chosen_count; i++) {
        if (word_chooses(options->chosen[i], framework, control ? control->id : APL_STR_NONE, control != NULL))
            return true;
    }
    return options->chosen_count == 0;
}

/* -- Checks and their signal ------------------------------------------------------------------------------------- */

static apl_check_result check_result(const making *work, apl_str check)
{
    const apl_estate *estate = work->judgements.estate;
    uint32_t number = apl_table_get(work->checks, check);
    apl_check_result result = {.check = check};

    for (size_t i = 0; number != APL_TABLE_NONE && i < work->rules_of_check.items[number].count; i++) {
        uint32_t rule = work->rules_of_check.items[number].items[i];
        const apl_rule_info *info = estate->judged.items[rule].rule;
        const apl_rule_counts *counts = &work->judgements.counts[rule];
        if (result.title.size == 0)
            result.title = info->title;
        if (info->severity > result.severity)
            result.severity = info->severity;
        result.passing += counts->of[APL_OUTCOME_PASS];
        result.failing += counts->of[APL_OUTCOME_FAIL];
        result.unread += counts->of[APL_OUTCOME_UNREAD];
        result.accepted += counts->of[APL_OUTCOME_ACCEPTED];
        result.unread_types += counts->unread_types;
    }
    return result;
}

/* The worst of its checks; accepted findings neither pass nor fail. */
static apl_control_signal signal_of(const apl_check_result *checks, size_t count)
{
    apl_control_signal signal = APL_SIGNAL_NONE;

    for (size_t i = 0; i < count; i++) {
        apl_control_signal one = checks[i].failing                            ? APL_SIGNAL_FAIL
                                 : checks[i].unread || checks[i].unread_types ? APL_SIGNAL_UNREAD
                                 : checks[i].passing                          ? APL_SIGNAL_PASS
                                                                              : APL_SIGNAL_NONE;
        if (one > signal)
            signal = one;
    }
    return signal;
}

/* -- States ------------------------------------------------------------------------------------------------------ */

static bool any_shared(const apl_str *a, size_t a_count, const apl_str *b, size_t b_count)
{
    for (size_t i = 0; i < a_count; i++) {
        for (size_t j = 0; j < b_count; j++) {
            if (apl_str_equal_nocase(a[i], b[j]))
                return true;
        }
    }
    return false;
}

/* A duty of nobody in particular is everybody's. */
static bool concerns(const making *work, const apl_control_info *control)
{
    const apl_compliance_options *options = work->options;
    bool has_role = options->role_count == 0 || control->role_count == 0 ||
                    any_shared(control->roles, control->role_count, options->roles, options->role_count);
    bool has_class =
        options->risk_class_count == 0 || control->risk_class_count == 0 ||
        any_shared(control->risk_classes, control->risk_class_count, options->risk_classes, options->risk_class_count);

    return has_role && has_class;
}

static bool needs_statement(const apl_control_info *control)
{
    return !apl_str_equal(control->evidence, APL_STR("technical"));
}

static bool is_stated(const apl_control_result *result)
{
    return result->attestation && result->attestation_state == APL_ATTESTATION_VALID;
}

static apl_control_state state_of(const making *work, const apl_control_result *result)
{
    const apl_control_info *control = result->control;

    if (!concerns(work, control))
        return APL_CONTROL_NOT_APPLICABLE;
    if (control->applies_at > work->options->now)
        return APL_CONTROL_NOT_YET;
    if (result->signal == APL_SIGNAL_FAIL)
        return APL_CONTROL_FAILING;
    if (is_stated(result) && result->attestation->excludes)
        return APL_CONTROL_NOT_APPLICABLE;
    if (result->signal == APL_SIGNAL_UNREAD)
        return APL_CONTROL_UNREAD;
    if (result->signal == APL_SIGNAL_NONE)
        return is_stated(result) ? APL_CONTROL_ATTESTED : APL_CONTROL_NEEDS_EVIDENCE;
    return needs_statement(control) && !is_stated(result) ? APL_CONTROL_NEEDS_EVIDENCE : APL_CONTROL_SUPPORTED;
}

static apl_control_result control_result(const making *work, apl_str framework, const apl_control_info *control)
{
    apl_check_result *checks = APL_ARENA_ARRAY(work->arena, apl_check_result, control->check_count);
    apl_control_result result = {.control = control, .checks = checks, .check_count = control->check_count};

    for (size_t i = 0; i < control->check_count; i++) {
        checks[i] = check_result(work, control->checks[i]);
        result.fixes += checks[i].failing;
    }
    result.signal = (uint8_t)signal_of(checks, result.check_count);
    if (work->options->attestations)
        result.attestation = apl_attestations_find(work->options->attestations, framework, control->id);
    if (result.attestation)
        result.attestation_state = (uint8_t)apl_attestation_state_at(result.attestation, work->options->now);
    result.state = (uint8_t)state_of(work, &result);
    return result;
}

/* Controls that are not applicable, or not yet, are in no quotient. */
static void add_up(apl_framework_result *sum, const apl_control_result *result)
{
    sum->states[result->state]++;
    if (result->state == APL_CONTROL_NOT_APPLICABLE || result->state == APL_CONTROL_NOT_YET)
        return;
    sum->decided += result->signal != APL_SIGNAL_NONE;
    sum->passing += result->signal == APL_SIGNAL_PASS;
    if (needs_statement(result->control)) {
        sum->statements_needed++;
        sum->statements_valid += is_stated(result);
    }
    sum->statements_expired += result->attestation && !is_stated(result);
    bool is_nearer = result->state == APL_CONTROL_FAILING && (sum->next == NULL || result->fixes < sum->next->fixes);
    if (is_nearer)
        sum->next = result;
}

static apl_framework_result framework_result(const making *work, const apl_framework_info *framework)
{
    apl_control_result *controls = APL_ARENA_ARRAY(work->arena, apl_control_result, framework->control_count);
    apl_framework_result result = {.framework = framework, .controls = controls};

    for (size_t i = 0; i < framework->control_count; i++) {
        if (!is_chosen(work, framework->id, &framework->controls[i]))
            continue;
        controls[result.control_count] = control_result(work, framework->id, &framework->controls[i]);
        add_up(&result, &controls[result.control_count++]);
    }
    return result;
}

/* -- Assets ------------------------------------------------------------------------------------------------------ */

/* All controls of all frameworks in one row of numbers. */
typedef struct asset_job {
    apl_control_result **controls;
    apl_numbers *of_rule; /* by judged rule: the controls that it supports */
    uint32_t *seen;       /* by control: the asset + 1 that was looked at last */
    uint8_t *worst;
    apl_numbers touched;
    apl_asset_id asset;
    apl_asset_id (*failing)[APL_CONTROL_ASSETS_MAX];
    apl_asset_id (*passing)[APL_CONTROL_ASSETS_MAX];
} asset_job;

static void settle_asset(asset_job *job)
{
    for (size_t i = 0; i < job->touched.count; i++) {
        uint32_t number = job->touched.items[i];
        apl_control_result *control = job->controls[number];
        apl_outcome worst = (apl_outcome)job->worst[number];
        control->passing += worst == APL_OUTCOME_PASS;
        control->failing += worst == APL_OUTCOME_FAIL;
        control->unread += worst == APL_OUTCOME_UNREAD;
        control->accepted += worst == APL_OUTCOME_ACCEPTED;
        if (worst == APL_OUTCOME_FAIL && control->failing_asset_count < APL_CONTROL_ASSETS_MAX)
            job->failing[number][control->failing_asset_count++] = job->asset;
        if (worst == APL_OUTCOME_PASS && control->passing_asset_count < APL_CONTROL_ASSETS_MAX)
            job->passing[number][control->passing_asset_count++] = job->asset;
    }
    job->touched.count = 0;
}

static void note_outcome(void *context, apl_asset_id asset, uint32_t rule, apl_outcome outcome)
{
    asset_job *job = context;

    if (asset != job->asset)
        settle_asset(job);
    job->asset = asset;
    for (size_t i = 0; i < job->of_rule[rule].count; i++) {
        uint32_t control = job->of_rule[rule].items[i];
        if (job->seen[control] != asset + 1) {
            job->seen[control] = asset + 1;
            job->worst[control] = (uint8_t)outcome;
            APL_PUSH(&job->touched, control);
        } else if (outcome > job->worst[control]) {
            job->worst[control] = (uint8_t)outcome;
        }
    }
}

static void link_rules(asset_job *job, const making *work, uint32_t number)
{
    const apl_control_info *control = job->controls[number]->control;

    for (size_t c = 0; c < control->check_count; c++) {
        uint32_t check = apl_table_get(work->checks, control->checks[c]);
        for (size_t r = 0; check != APL_TABLE_NONE && r < work->rules_of_check.items[check].count; r++)
            APL_PUSH(&job->of_rule[work->rules_of_check.items[check].items[r]], number);
    }
}

static void add_assets(making *work, const apl_framework_result *results, size_t count)
{
    size_t rules = work->judgements.estate->judged.count;
    asset_job job = {.asset = APL_ASSET_NONE};
    uint32_t total = 0;

    for (size_t f = 0; f < count; f++)
        total += (uint32_t)results[f].control_count;
    job.controls = APL_ARENA_ARRAY(work->arena, apl_control_result *, total);
    job.failing = apl_arena_alloc(work->arena, total * sizeof *job.failing);
    job.passing = apl_arena_alloc(work->arena, total * sizeof *job.passing);
    job.seen = apl_memory_new((total + 1) * sizeof *job.seen);
    job.worst = apl_memory_new((total + 1) * sizeof *job.worst);
    job.of_rule = apl_memory_new((rules + 1) * sizeof *job.of_rule);
    total = 0;
    for (size_t f = 0; f < count; f++) {
        for (size_t c = 0; c < results[f].control_count; c++, total++) {
            job.controls[total] = (apl_control_result *)(uintptr_t)&results[f].controls[c]; /* our own array */
            link_rules(&job, work, total);
        }
    }
    apl_judgements_each(&work->judgements, note_outcome, &job);
    settle_asset(&job);
    for (uint32_t i = 0; i < total; i++) {
        job.controls[i]->failing_assets = job.failing[i];
        job.controls[i]->passing_assets = job.passing[i];
    }
    for (size_t r = 0; r < rules; r++)
        apl_memory_free(job.of_rule[r].items);
    apl_memory_free(job.of_rule);
    apl_memory_free(job.touched.items);
    apl_memory_free(job.seen);
    apl_memory_free(job.worst);
}

/* -- All together ------------------------------------------------------------------------------------------------ */

static void start(making *work, const apl_estate *estate, const apl_compliance_options *options)
{
    *work = (making){.arena = options->arena, .options = options};
    apl_judgements_make(&work->judgements, estate, options->takes);
    index_checks(work);
    for (size_t f = 0; f < options->framework_count; f++)
        APL_PUSH(&work->frameworks, options->frameworks[f]);
    add_foreign_frameworks(work);
}

static void finish(making *work)
{
    for (size_t i = 0; i < work->rules_of_check.count; i++)
        apl_memory_free(work->rules_of_check.items[i].items);
    apl_memory_free(work->rules_of_check.items);
    apl_memory_free(work->frameworks.items);
    apl_table_free(work->checks);
    apl_judgements_free(&work->judgements);
}

void apl_compliance_make(apl_compliance_result *out, const apl_estate *estate, const apl_compliance_options *options)
{
    making work;

    start(&work, estate, options);
    apl_framework_info *infos = APL_ARENA_ARRAY(options->arena, apl_framework_info, work.frameworks.count);
    apl_framework_result *results = APL_ARENA_ARRAY(options->arena, apl_framework_result, work.frameworks.count);
    *out = (apl_compliance_result){
        .frameworks = results,
        .attestations = options->attestations,
        .now = options->now,
        .is_scoped = options->takes != NULL,
        .is_complete = estate->judged.count > 0 || estate->findings.count == 0,
    };
    for (size_t f = 0; f < work.frameworks.count; f++) {
        infos[f] = work.frameworks.items[f];
        if (is_chosen(&work, infos[f].id, NULL))
            results[out->framework_count++] = framework_result(&work, &infos[f]);
    }
    if (!options->counts_only)
        add_assets(&work, results, out->framework_count);
    finish(&work);
}

void apl_compliance_count(apl_estate *estate, const apl_framework_info *frameworks, size_t framework_count)
{
    apl_compliance_options options = {
        .arena = estate->arena, .frameworks = frameworks, .framework_count = framework_count, .counts_only = true};
    making work;

    start(&work, estate, &options);
    apl_framework_count *counts = APL_ARENA_ARRAY(estate->arena, apl_framework_count, work.frameworks.count);
    for (size_t f = 0; f < work.frameworks.count; f++) {
        const apl_framework_info *info = &work.frameworks.items[f];
        counts[f] = (apl_framework_count){.framework = info->id, .controls = (uint32_t)info->control_count};
        for (size_t c = 0; c < info->control_count; c++) {
            uint8_t signal = control_result(&work, info->id, &info->controls[c]).signal;
            counts[f].passing += signal == APL_SIGNAL_PASS;
            counts[f].failing += signal == APL_SIGNAL_FAIL;
            counts[f].unread += signal == APL_SIGNAL_UNREAD;
        }
    }
    estate->framework_counts = counts;
    estate->framework_count = work.frameworks.count;
    finish(&work);
}
