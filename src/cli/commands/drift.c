/* cli/commands/drift.c: what changed since another snapshot or an accepted baseline, and whether it got riskier.
 *
 * The later side is the newest snapshot, or sources that are scanned in memory; the earlier one is a stored snapshot or
 * a baseline file. docs/drift.md. */
#include "base/limits.h"
#include "bytes/files.h"
#include "cli/comparison.h"
#include "cli/sink.h"
#include "evaluate/baseline.h"
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

static apl_status read_after(apl_session *session)
{
    const apl_settings *settings = session->settings;

    if (settings->words.count && settings->snapshot)
        return apl_fail(APL_E_USAGE, "--snapshot names a stored snapshot; leave the sources out, or the option");
    if (settings->words.count)
        return apl_session_scan(session, &settings->words, true);
    return apl_session_snapshot(session, &settings->words, true);
}

static apl_status read_acceptances(apl_acceptances *out, apl_session *session)
{
    const apl_word_list *files = &session->settings->accepts;
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < files->count; i++) {
        apl_value value;
        apl_str text;
        status = apl_file_read(&text, session->arena, files->items[i], APL_CONTENT_BYTES_MAX);
        if (status == APL_OK && apl_yaml_parse(&value, session->arena, text) != APL_OK)
            status = apl_fail_context(APL_E_USAGE, "%s", files->items[i]);
        if (status == APL_OK)
            status = apl_acceptances_add(out, value, files->items[i]);
    }
    return status;
}

/* The asset options choose what is listed; the counts stay those of all. */
static void choose(apl_comparison *it)
{
    apl_drift *drift = &it->drift;
    apl_drift_change *chosen = APL_ARENA_ARRAY(it->session->arena, apl_drift_change, drift->change_count);
    size_t count = 0;

    for (size_t i = 0; i < drift->change_count; i++) {
        const apl_drift_change *change = &drift->changes[i];
        bool is_after = change->after != APL_ASSET_NONE;
        const apl_estate *estate = is_after ? drift->after->estate : drift->before->estate;
        if (apl_filter_takes_asset(&it->session->filter, estate, apl_drift_asset(drift, change)))
            chosen[count++] = *change;
    }
    drift->changes = chosen;
    drift->change_count = count;
}

static apl_status judge_gate(const apl_comparison *it)
{
    apl_session *session = it->session;
    apl_severity least = APL_SEVERITY_INFO;
    uint64_t count = 0;

    if (session->settings->fail_on == NULL)
        return APL_OK;
    apl_status status = apl_filter_severity(&least, "fail-on", apl_str_from(session->settings->fail_on));
    for (size_t i = 0; status == APL_OK && i < it->drift.change_count; i++) {
        const apl_drift_change *change = &it->drift.changes[i];
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

static apl_status compare(apl_comparison *it)
{
    apl_session *session = it->session;
    apl_acceptances *acceptances = apl_acceptances_new();
    apl_status status = read_acceptances(acceptances, session);

    if (status == APL_OK)
        status = apl_comparison_make(it, acceptances);
    if (status == APL_OK) {
        choose(it);
        apl_report report = apl_session_report(session, APL_VIEW_DRIFT);
        report.drift = &it->drift;
        report.delta = &it->delta;
        status = apl_session_write(session, &report);
    }
    if (status == APL_OK)
        status = judge_gate(it);
    apl_session_judge_coverage(session);
    apl_acceptances_free(acceptances);
    return status;
}

static apl_status write_baseline(apl_session *session)
{
    apl_comparison it = {.session = session};
    const apl_drift_side side = apl_comparison_after(&it);
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

static apl_status drift_run(apl_session *session)
{
    const apl_settings *settings = session->settings;
    bool compares = settings->write_baseline == NULL || settings->baseline || settings->since;
    apl_comparison it = {0};
    apl_status status = apl_session_formats(session);

    if (status == APL_OK && settings->baseline && settings->since)
        status = apl_fail(APL_E_USAGE, "--baseline and --since exclude each other: each names the earlier side");
    if (status == APL_OK)
        status = apl_session_content(session);
    if (status == APL_OK)
        status = read_after(session);
    if (status == APL_OK && compares)
        status = apl_comparison_read(&it, session, true);
    if (status == APL_OK && settings->write_baseline)
        status = write_baseline(session);
    if (status == APL_OK && compares)
        status = compare(&it);
    apl_comparison_free(&it);
    return status;
}

const apl_command apl_command_drift = {
    .name = "drift",
    .summary = "what changed since another snapshot or a baseline, who did it, and whether it got riskier",
    .options = options,
    .run = drift_run,
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
