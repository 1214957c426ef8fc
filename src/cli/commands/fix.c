/* cli/commands/fix.c: a plan of fixes: what to change, in which order, what it breaks, what it gains, and the way back.
 *
 * Findings are chosen by id, check, path or the options for assets; chosen by nothing, the plan takes the fewest
 * findings that break all attack paths, and then those that cost the score most. Score and paths after each step come
 * from searching the attack graph again. docs/fix.md. */
#include "cli/session.h"
#include "cli/sink.h"
#include "query/choke.h"
#include "remediate/plan.h"

#define STEPS_DEFAULT 20

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    {"finding", 0, APL_OPT_LIST, APL_OFFSET(findings), "LIST", "these findings, by id or its unique start", NULL},
    {"path", 0, APL_OPT_LIST, APL_OFFSET(paths), "LIST", "the fewest findings that break these attack paths", NULL},
    {"plan", 0, APL_OPT_FILE, APL_OFFSET(plan), "FILE", "write the plan there as JSON too; - is standard output", NULL},
    {"limit", 0, APL_OPT_NUMBER, APL_OFFSET(limit), "N", "at most so many steps (default: 20)", NULL},
    APL_OPTION_CHECK,
    APL_OPTION_SEVERITY,
    APL_OPTION_FRAMEWORK,
    APL_OPTIONS_ASSETS,
    APL_OPTIONS_SNAPSHOT,
    {0},
};

typedef struct choice {
    apl_session *session;
    APL_VECTOR(const apl_finding *) findings;
    bool is_fewest;
    size_t unbroken;
} choice;

/* -- Which findings ------------------------------------------------------------------------------------------------ */

static void put_once(choice *chosen, const apl_finding *finding)
{
    for (size_t i = 0; i < chosen->findings.count; i++) {
        if (chosen->findings.items[i] == finding)
            return;
    }
    APL_PUSH(&chosen->findings, finding);
}

static apl_status choose_finding(choice *chosen, apl_str word)
{
    const apl_estate *estate = chosen->session->snapshot.estate;
    const apl_finding *found = NULL;

    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (!apl_id_starts(finding->id, word))
            continue;
        if (found)
            return apl_fail(APL_E_USAGE, "--finding: several ids start with \"%.*s\"", APL_STR_ARG(word));
        found = finding;
    }
    if (found == NULL)
        return apl_fail(APL_E_USAGE, "--finding: no finding has the id \"%.*s\"", APL_STR_ARG(word));
    if (found->status != APL_STATUS_FAIL)
        return apl_fail(APL_E_USAGE, "--finding: %.8s has not failed, it is %s", found->id,
                        apl_status_names[found->status]);
    put_once(chosen, found);
    return APL_OK;
}

static apl_status find_path(uint32_t *out, const apl_estate *estate, apl_str word)
{
    size_t count = 0;

    for (uint32_t i = 0; i < estate->paths.count; i++) {
        if (apl_id_starts(estate->paths.items[i].id, word)) {
            *out = i;
            count++;
        }
    }
    if (count == 1)
        return APL_OK;
    return apl_fail(APL_E_USAGE,
                    count ? "--path: several ids start with \"%.*s\"" : "--path: no path has the id \"%.*s\"",
                    APL_STR_ARG(word));
}

static void choose_fewest(choice *chosen, const uint32_t *paths, size_t count)
{
    apl_fewest fewest;

    apl_fewest_fixes(&fewest, chosen->session->arena, chosen->session->snapshot.estate, paths, count);
    for (size_t i = 0; i < fewest.count; i++)
        put_once(chosen, fewest.findings[i]);
    chosen->is_fewest = fewest.is_exact;
    chosen->unbroken = fewest.unbroken;
}

static apl_status choose_paths(choice *chosen, apl_words words)
{
    uint32_t *paths = APL_ARENA_ARRAY(chosen->session->arena, uint32_t, words.count);
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < words.count; i++)
        status = find_path(&paths[i], chosen->session->snapshot.estate, words.items[i]);
    if (status == APL_OK)
        choose_fewest(chosen, paths, words.count);
    return status;
}

/* What breaks every path, then what costs the score most. */
static void choose_best(choice *chosen)
{
    const apl_selection *selection = &chosen->session->selection;
    const apl_estate *estate = chosen->session->snapshot.estate;

    choose_fewest(chosen, selection->paths.items, selection->paths.count);
    for (size_t i = 0; i < estate->score.finding_count; i++) {
        for (size_t f = 0; f < estate->findings.count; f++) {
            if (apl_str_equal(apl_str_make(estate->findings.items[f].id, 32), estate->score.findings[i].finding))
                put_once(chosen, &estate->findings.items[f]);
        }
    }
}

static bool asks_for_part(const apl_filter *filter)
{
    return filter->checks.count || filter->frameworks.count || filter->severities || apl_filter_chooses_assets(filter);
}

static apl_status choose(choice *chosen)
{
    apl_session *session = chosen->session;
    const apl_settings *settings = session->settings;
    apl_words findings = apl_words_split(session->arena, settings->findings.items, settings->findings.count);
    apl_words paths = apl_words_split(session->arena, settings->paths.items, settings->paths.count);
    bool is_part = asks_for_part(&session->filter);
    apl_status status = APL_OK;

    if (findings.count || paths.count) {
        for (size_t i = 0; status == APL_OK && i < findings.count; i++)
            status = choose_finding(chosen, findings.items[i]);
        return status == APL_OK && paths.count ? choose_paths(chosen, paths) : status;
    }
    for (size_t i = 0; is_part && i < session->selection.findings.count; i++)
        put_once(chosen, &session->snapshot.estate->findings.items[session->selection.findings.items[i]]);
    if (!is_part)
        choose_best(chosen);
    return APL_OK;
}

/* -- The plan ------------------------------------------------------------------------------------------------------ */

static apl_status body_of(apl_value *out, void *context, apl_asset_id asset)
{
    apl_session *session = context;

    if (!session->is_from_store)
        return apl_session_scanned_body(out, session->arena, session, asset);
    *out = session->snapshot.bodies ? session->snapshot.bodies[asset] : APL_MISSING;
    return APL_OK;
}

/* The graph is searched again for each step, each with all those before it done. */
static apl_status try_steps(apl_fix_plan *plan, apl_session *session)
{
    apl_scan_trial *trials = APL_ARENA_ARRAY(session->arena, apl_scan_trial, plan->count);

    for (size_t i = 0; i < plan->count; i++) {
        trials[i].findings = plan->steps[i].findings;
        trials[i].finding_count = plan->steps[i].finding_count;
    }
    apl_status status = apl_scan_try(trials, plan->count, &session->snapshot, session->content, &session->options);
    const apl_score *score = &session->snapshot.estate->score;
    plan->has_score = score->is_there;
    plan->score_before = score->estate.value;
    plan->paths_before = session->snapshot.estate->paths.count;
    for (size_t i = 0; i < plan->count; i++) {
        plan->steps[i].score = trials[i].score;
        plan->steps[i].paths = trials[i].paths;
        plan->steps[i].broken = trials[i].broken;
        plan->steps[i].broken_count = trials[i].broken_count;
    }
    return status;
}

static apl_status make_plan(apl_fix_plan *plan, apl_session *session)
{
    choice chosen = {.session = session};
    size_t limit = session->settings->limit ? session->settings->limit : STEPS_DEFAULT;
    apl_fix_options options_of_plan = {
        .estate = session->snapshot.estate,
        .calls = apl_content_calls(session->content),
        .arena = session->arena,
        .body = body_of,
        .context = session,
        .steps_max = limit < APL_FIX_STEPS_MAX ? limit : APL_FIX_STEPS_MAX,
    };
    apl_status status = choose(&chosen);

    if (status == APL_OK)
        status = apl_fix_plan_make(plan, &options_of_plan, chosen.findings.items, chosen.findings.count);
    plan->is_fewest = chosen.is_fewest;
    plan->unbroken = chosen.unbroken;
    if (status == APL_OK)
        status = try_steps(plan, session);
    apl_memory_free(chosen.findings.items);
    return status;
}

static apl_status write_plan_file(apl_session *session, const apl_report *report)
{
    const apl_format *json = apl_format_find(APL_STR("json"));
    apl_output output;
    apl_sink sink;
    apl_status status = apl_sink_open(&sink, session->settings->plan);

    if (status != APL_OK)
        return status;
    apl_output_init(&output, apl_sink_write, &sink);
    status = apl_sink_close(&sink, apl_format_write(json, report, &output));
    if (status == APL_OK)
        apl_session_say(session, "wrote a plan of %zu steps as %s", report->plan->count, session->settings->plan);
    return status;
}

static apl_status read_snapshot(apl_session *session)
{
    const apl_settings *settings = session->settings;
    apl_status status = apl_session_formats(session);

    if (status == APL_OK)
        status = apl_session_content(session);
    if (status != APL_OK)
        return status;
    session->filter.statuses = 1u << APL_STATUS_FAIL;
    status =
        settings->words.count ? apl_session_snapshot(session, &settings->words, true) : apl_session_restore(session);
    if (status == APL_OK)
        apl_session_select(session);
    return status;
}

static apl_status fix_run(apl_session *session)
{
    apl_fix_plan plan = {0};
    apl_status status = read_snapshot(session);

    if (status == APL_OK)
        status = make_plan(&plan, session);
    if (status != APL_OK)
        return status;
    apl_report report = apl_session_report(session, APL_VIEW_FIX);
    report.plan = &plan;
    if (session->settings->plan)
        status = write_plan_file(session, &report);
    if (status == APL_OK)
        status = apl_session_write(session, &report);
    apl_session_judge_coverage(session);
    return status;
}

const apl_command apl_command_fix = {
    .name = "fix",
    .summary = "a plan of fixes: commands, what they break, what they gain, and the way back",
    .options = options,
    .run = fix_run,
    .arguments = "[SOURCE...]",
    .details =
        "Reads the stored snapshot, or scans the sources in memory without storing. Chosen by nothing, the plan has "
        "the fewest findings that break all attack paths, then those that cost the score most. Options for assets, "
        "checks and severities choose failed findings. Score and paths after each step are searched and computed "
        "again, not estimated. Nothing is changed anywhere.",
    .examples = "aplomb fix\n"
                "aplomb fix --path 255b2d9d\n"
                "aplomb fix --check ai-local-auth-disabled --format markdown\n"
                "aplomb fix export/ --severity critical --plan plan.json",
    .views = APL_VIEW_FIX,
    .words_max = -1,
};
