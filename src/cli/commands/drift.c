/* cli/commands/drift.c: what changed since another snapshot or an accepted baseline, and whether it got riskier.
 *
 * The later side is the newest snapshot, or sources that are scanned in memory; the earlier one is a stored snapshot or
 * a baseline file. docs/drift.md. */
#include "base/limits.h"
#include "bytes/files.h"
#include "cli/session.h"
#include "cli/sink.h"
#include "evaluate/baseline.h"
#include "json/json.h"
#include "yaml/yaml.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    {"since", 0, APL_OPT_TEXT, APL_OFFSET(since), "ID|TIME",
     "compare with this snapshot, or with the newest not younger than the time (default: the one before)", NULL},
    {"baseline", 'b', APL_OPT_FILE, APL_OFFSET(baseline), "FILE", "compare with this accepted baseline", NULL},
    {"write-baseline", 0, APL_OPT_FILE, APL_OFFSET(write_baseline), "FILE",
     "accept the posture as it is: write it as a baseline; - is standard output", NULL},
    {"accept", 0, APL_OPT_FILES, APL_OFFSET(accepts), "FILE",
     "accepted changes of values, with owner, reason, expiry; repeatable", NULL},
    {"fail-on", 0, APL_OPT_CHOICE, APL_OFFSET(fail_on), "SEVERITY",
     "exit 1 when a new or raised finding is at least this severe", "critical high medium low info"},
    APL_OPTIONS_ASSETS,
    APL_OPTION_STORE,
    APL_OPTION_SNAPSHOT,
    APL_OPTION_MUTE,
    APL_OPTION_CONTENT,
    APL_OPTION_POLICIES,
    APL_OPTION_NOW,
    APL_OPTION_OFFLINE,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

/* What a comparison needs beside the session. */
typedef struct drift_run {
    apl_session *session;
    apl_arena *arena;
    apl_snapshot before;
    bool has_before;
    bool is_from_baseline;
    apl_acceptances *acceptances;
    apl_drift drift;
} drift_run;

static apl_status stored_body(apl_value *out, apl_arena *arena, apl_store *store, const apl_snapshot *snapshot,
                              apl_asset_id asset)
{
    return apl_store_body(out, arena, store, snapshot->scan.id, snapshot->estate->assets.items[asset].id);
}

static apl_status body_before(apl_value *out, apl_arena *arena, void *context, apl_asset_id asset)
{
    drift_run *run = context;

    if (!run->is_from_baseline)
        return stored_body(out, arena, run->session->store, &run->before, asset);
    *out = run->before.bodies[asset];
    return APL_OK;
}

static apl_status body_after(apl_value *out, apl_arena *arena, void *context, apl_asset_id asset)
{
    drift_run *run = context;
    apl_session *session = run->session;
    apl_text text;

    if (session->is_from_store)
        return stored_body(out, arena, session->store, &session->snapshot, asset);
    *out = APL_MISSING;
    apl_text_init(&text, APL_DOCUMENT_BYTES_MAX);
    apl_status status =
        apl_estate_body(&text, session->snapshot.estate, &session->snapshot.estate->assets.items[asset]);
    if (status == APL_OK && text.size)
        status = apl_json_parse(out, arena, apl_text_str(&text));
    apl_text_free(&text);
    return status;
}

static apl_status read_after(apl_session *session)
{
    const apl_settings *settings = session->settings;

    if (settings->words.count && settings->snapshot)
        return apl_fail(APL_E_USAGE, "--snapshot names a stored snapshot; leave the sources out, or the option");
    if (settings->words.count)
        return apl_session_scan(session, &settings->words, true);
    return apl_session_snapshot(session, &settings->words, true);
}

/* The id of the newest snapshot that started at or before the time, or of the one before the later side. */
static apl_status find_since(apl_str *out, drift_run *run)
{
    apl_session *session = run->session;
    apl_str since = apl_str_from(session->settings->since);
    apl_scan_info *scans = NULL;
    size_t count = 0;
    apl_instant wanted = 0;
    apl_instant started = 0;
    bool is_time = apl_instant_parse(&wanted, since);
    bool is_older = session->settings->words.count != 0;
    apl_status status = apl_store_scans(&scans, &count, run->arena, session->store);

    *out = since;
    if (status != APL_OK || (since.size && !is_time))
        return status;
    for (size_t i = 0; i < count; i++) {
        bool is_in_time = !is_time || (apl_instant_parse(&started, scans[i].started) && started <= wanted);
        if (is_older && is_in_time) {
            *out = scans[i].id;
            return APL_OK;
        }
        is_older |= apl_str_equal(scans[i].id, session->snapshot.scan.id);
    }
    return apl_fail(APL_E_USAGE, "there is no earlier snapshot in the store to compare with; scan again later, or name "
                                 "one with --since, or a file with --baseline");
}

static apl_status read_stored_before(drift_run *run)
{
    apl_session *session = run->session;
    apl_store_read_options read = {.vocabulary = apl_content_vocabulary(session->content)};
    apl_str id;
    apl_status status = session->store ? APL_OK : apl_session_open_store(session, false);

    if (status == APL_OK)
        status = find_since(&id, run);
    if (status == APL_OK)
        status = apl_store_read(&run->before, run->arena, session->store, id, &read);
    run->has_before = status == APL_OK;
    return status;
}

static apl_status read_baseline(drift_run *run)
{
    apl_status status = apl_session_read_baseline(&run->before, run->session);

    run->has_before = run->is_from_baseline = status == APL_OK;
    return status;
}

static apl_status read_acceptances(drift_run *run)
{
    const apl_word_list *files = &run->session->settings->accepts;
    apl_status status = APL_OK;

    run->acceptances = apl_acceptances_new();
    for (size_t i = 0; status == APL_OK && i < files->count; i++) {
        apl_value value;
        apl_str text;
        status = apl_file_read(&text, run->arena, files->items[i], APL_CONTENT_BYTES_MAX);
        if (status == APL_OK && apl_yaml_parse(&value, run->arena, text) != APL_OK)
            status = apl_fail_context(APL_E_USAGE, "%s", files->items[i]);
        if (status == APL_OK)
            status = apl_acceptances_add(run->acceptances, value, files->items[i]);
    }
    return status;
}

/* The asset options choose what is listed; the counts stay those of all. */
static void choose(drift_run *run)
{
    apl_drift *drift = &run->drift;
    apl_drift_change *chosen = APL_ARENA_ARRAY(run->arena, apl_drift_change, drift->change_count);
    size_t count = 0;

    for (size_t i = 0; i < drift->change_count; i++) {
        const apl_drift_change *change = &drift->changes[i];
        bool is_after = change->after != APL_ASSET_NONE;
        const apl_estate *estate = is_after ? drift->after->estate : drift->before->estate;
        if (apl_filter_takes_asset(&run->session->filter, estate, apl_drift_asset(drift, change)))
            chosen[count++] = *change;
    }
    drift->changes = chosen;
    drift->change_count = count;
}

static apl_status judge_gate(drift_run *run)
{
    apl_session *session = run->session;
    apl_severity least = APL_SEVERITY_INFO;
    uint64_t count = 0;

    if (session->settings->fail_on == NULL)
        return APL_OK;
    apl_status status = apl_filter_severity(&least, "fail-on", apl_str_from(session->settings->fail_on));
    for (size_t i = 0; status == APL_OK && i < run->drift.change_count; i++) {
        const apl_drift_change *change = &run->drift.changes[i];
        for (size_t j = 0; j < change->finding_count; j++)
            count += change->findings[j].turn <= APL_DRIFT_RAISED && change->findings[j].finding->severity >= least;
    }
    if (count == 0)
        return status;
    session->exit_code = APL_EXIT_GATE;
    apl_session_say(session, "--fail-on %s: %llu new %s that severe or worse", session->settings->fail_on,
                    (unsigned long long)count, count == 1 ? "finding is" : "findings are");
    return APL_OK;
}

static apl_status compare(drift_run *run)
{
    apl_session *session = run->session;
    const apl_drift_side before = {&run->before, body_before, run};
    const apl_drift_side after = {&session->snapshot, body_after, run};
    apl_status status = session->settings->baseline ? read_baseline(run) : read_stored_before(run);

    if (status == APL_OK)
        status = read_acceptances(run);
    if (status != APL_OK)
        return status;
    const apl_drift_options how = {run->acceptances, session->options.now, run->is_from_baseline};
    status = apl_drift_compare(&run->drift, run->arena, &before, &after, &how);
    if (status != APL_OK)
        return status;
    choose(run);
    apl_report report = apl_session_report(session, APL_VIEW_DRIFT);
    report.drift = &run->drift;
    status = apl_session_write(session, &report);
    if (status == APL_OK)
        status = judge_gate(run);
    apl_session_judge_coverage(session);
    return status;
}

static apl_status write_baseline(drift_run *run)
{
    apl_session *session = run->session;
    const apl_drift_side side = {&session->snapshot, body_after, run};
    apl_sink sink;
    apl_status status = apl_sink_open(&sink, session->settings->write_baseline);

    if (status != APL_OK)
        return status;
    status = apl_sink_close(&sink, apl_baseline_write(&side, apl_sink_write, &sink));
    if (status == APL_OK) {
        apl_summary summary = apl_snapshot_summary(&session->snapshot);
        apl_session_say(session, "accepted %llu assets with %llu failed findings as %s",
                        (unsigned long long)summary.assets, (unsigned long long)summary.by_status[APL_STATUS_FAIL],
                        session->settings->write_baseline);
    }
    return status;
}

static apl_status drift_run_command(apl_session *session)
{
    const apl_settings *settings = session->settings;
    drift_run run = {.session = session, .arena = session->arena};
    apl_status status = apl_session_formats(session);

    if (status == APL_OK && settings->baseline && settings->since)
        status = apl_fail(APL_E_USAGE, "--baseline and --since exclude each other: each names the earlier side");
    if (status == APL_OK)
        status = apl_session_content(session);
    if (status == APL_OK)
        status = read_after(session);
    if (status == APL_OK && settings->write_baseline)
        status = write_baseline(&run);
    if (status == APL_OK && (settings->write_baseline == NULL || settings->baseline || settings->since))
        status = compare(&run);
    apl_acceptances_free(run.acceptances);
    if (run.is_from_baseline)
        apl_baseline_free(&run.before);
    else if (run.has_before)
        apl_estate_free(run.before.estate);
    return status;
}

const apl_command apl_command_drift = {
    .name = "drift",
    .summary = "what changed since another snapshot or a baseline, who did it, and whether it got riskier",
    .options = options,
    .run = drift_run_command,
    .arguments = "[SOURCE...]",
    .details =
        "Compares the newest snapshot with the one before it, or the sources, scanned in memory, with the newest "
        "snapshot. A baseline is a file of an accepted posture that can be reviewed like code; it names every accepted "
        "finding, so that a new one on the same asset is never hidden. Options for assets choose what is listed and "
        "what --fail-on asks, never what is counted.",
    .examples = "aplomb drift\n"
                "aplomb drift --since 2026-11-01 --format markdown\n"
                "aplomb drift --write-baseline posture.jsonl\n"
                "aplomb drift export/ --baseline posture.jsonl --fail-on high",
    .views = APL_VIEW_DRIFT,
    .words_max = -1,
};
