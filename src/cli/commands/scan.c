/* cli/commands/scan.c: discover, assess, print, store.
 *
 * The command everything starts with. The result is stored first and shown then; when the store fails, the result is
 * shown all the same and the failure decides the exit code. */
#include "cli/live_sources.h"
#include "evaluate/baseline.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    APL_OPTION_STORE,
    {"no-store", 0, APL_OPT_FLAG, APL_OFFSET(no_store), NULL, "show the result without keeping it", NULL},
    APL_OPTION_STATUS,
    APL_OPTION_SEVERITY,
    APL_OPTION_CHECK,
    APL_OPTION_FRAMEWORK,
    {"fail-on", 0, APL_OPT_CHOICE, APL_OFFSET(fail_on), "SEVERITY",
     "exit 1 when a failed finding is at least this severe; asks all findings of --check and --framework",
     "critical high medium low info"},
    {"baseline", 'b', APL_OPT_FILE, APL_OFFSET(baseline), "FILE",
     "list and gate new findings only: those that this accepted baseline does not have", NULL},
    APL_OPTION_MUTE,
    APL_OPTION_CONTENT,
    APL_OPTION_POLICIES,
    APL_OPTION_NOW,
    APL_OPTIONS_LIVE,
    APL_OPTION_OFFLINE,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

static apl_status store(apl_session *session)
{
    apl_status status = apl_session_open_store(session, true);

    return status == APL_OK ? apl_store_write(session->store, &session->snapshot) : status;
}

/* The gate: which findings it asks is said in the help; it names itself when it fires, as the last line. */
static apl_status judge_gate(apl_session *session)
{
    apl_severity least = APL_SEVERITY_INFO;
    apl_status status;

    if (session->settings->fail_on == NULL)
        return APL_OK;
    status = apl_filter_severity(&least, "fail-on", apl_str_from(session->settings->fail_on));
    if (status != APL_OK)
        return status;
    uint64_t count = apl_filter_count_failing(&session->filter, &session->snapshot, least);
    if (count == 0)
        return APL_OK;
    session->exit_code = APL_EXIT_GATE;
    apl_session_say(session, "--fail-on %s: %llu %s that severe or worse", session->settings->fail_on,
                    (unsigned long long)count, count == 1 ? "finding is" : "findings are");
    return APL_OK;
}

/* Everything behind the scan itself: what is stored, shown and gated. */
static apl_status finish(apl_session *session)
{
    const apl_settings *settings = session->settings;
    apl_status stored = APL_OK;

    if (!settings->no_store && (stored = store(session)) != APL_OK)
        apl_say(&session->progress.screen, apl_str_from(apl_error_message()));
    apl_session_select(session);
    apl_report report = apl_session_report(session, APL_VIEW_SCAN);
    report.stored_in = settings->no_store || stored != APL_OK ? NULL : apl_session_store_url(session);
    report.lists_findings = settings->statuses.count || settings->severities.count || settings->checks.count ||
                            settings->frameworks.count || settings->baseline;
    apl_status status = apl_session_write(session, &report);
    if (status == APL_OK)
        status = judge_gate(session);
    if (status == APL_OK && stored != APL_OK)
        return apl_fail(stored, "the result was not stored");
    apl_session_judge_coverage(session);
    return status;
}

static apl_status scan_run(apl_session *session)
{
    apl_snapshot baseline = {0};
    apl_table *accepted = NULL;
    const apl_settings *settings = session->settings;
    apl_status status = apl_session_formats(session);

    if (status == APL_OK && settings->no_store && settings->store)
        status = apl_fail(APL_E_USAGE, "--store and --no-store exclude each other");
    if (status == APL_OK)
        status = apl_session_content(session);
    if (status == APL_OK && settings->baseline)
        status = apl_session_read_baseline(&baseline, session);
    if (status == APL_OK && settings->baseline)
        session->filter.accepted = accepted = apl_baseline_accepted(&baseline);
    if (status == APL_OK)
        status = apl_session_scan(session, &settings->words, !settings->no_store);
    if (status == APL_OK)
        status = finish(session);
    apl_table_free(accepted);
    apl_baseline_free(&baseline);
    return status;
}

const apl_command apl_command_scan = {
    .name = "scan",
    .summary = "discover, assess, print, store",
    .options = options,
    .run = scan_run,
    .arguments = "[SOURCE...]",
    .details =
        "A SOURCE is a file or a folder, or - for standard input; without one it is the working directory. Files are "
        "recognised by their content: single objects, list pages, NDJSON, exports of the clouds' own tools, and "
        "gzip, zstd, zip and tar around them. azure:[SUBSCRIPTION], entra:, copilot-studio: and purview: are read "
        "live, as \"aplomb collect\" would.\n"
        "--status and --severity choose what is listed, never what is counted or stored.",
    .examples = "aplomb scan export/\n"
                "aplomb scan azure: entra:\n"
                "az graph query -q \"resources\" --first 1000 -o json | aplomb scan -\n"
                "aplomb scan export/ --format sarif=aplomb.sarif --format text --fail-on high\n"
                "aplomb scan export/ --no-store --check 'ai-*' --status all",
    .views = APL_VIEW_SCAN,
    .words_max = -1,
};
