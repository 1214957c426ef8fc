/* cli/commands/collect.c: documents only: live sources into a file that scan reads.
 *
 * The file is written as answers come, so that a collect that was ended, by anything, is not lost: --resume goes on. */
#include "cli/live_sources.h"

static const apl_option options[] = {
    {"output", 'o', APL_OPT_FILE, APL_OFFSET(output), "FILE",
     "documents file; packed when it ends in .zst; - is standard output", NULL},
    {"resume", 0, APL_OPT_FLAG, APL_OFFSET(resume), NULL, "go on with a collect into this file that was broken off",
     NULL},
    APL_OPTIONS_LIVE,
    APL_OPTION_CONTENT,
    APL_OPTION_OFFLINE,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

static apl_status check(const apl_settings *settings)
{
    bool is_stdout = settings->output && strcmp(settings->output, "-") == 0;

    if (settings->output == NULL)
        return apl_fail(APL_E_USAGE, "--output says where the documents go");
    if (is_stdout && settings->resume)
        return apl_fail(APL_E_USAGE, "--resume needs a file that was written before");
    if (is_stdout && settings->environment.out_is_terminal)
        return apl_fail(APL_E_USAGE, "documents are not for a terminal; name a file");
    if (settings->offline)
        return apl_fail(APL_E_USAGE, "--offline: live sources need the network");
    return APL_OK;
}

static apl_status collect_run(apl_session *session)
{
    const apl_settings *settings = session->settings;
    apl_collect_options collect;
    apl_collect_result result = {0};
    apl_live live;
    apl_status status = check(settings);

    if (status == APL_OK)
        status = apl_session_content(session);
    if (status != APL_OK)
        return status;
    status = apl_live_open(&live, settings);
    if (status == APL_OK)
        status = apl_live_options(&collect, session, &live, &settings->words, true);
    if (status == APL_OK)
        status = apl_collect_file(&result, &collect, settings->output, settings->resume);
    status = apl_live_close(&live, status);
    apl_progress_clear(&session->progress);
    if (status != APL_OK)
        return status;
    apl_live_tell(session, &result, strcmp(settings->output, "-") == 0 ? NULL : settings->output);
    if (result.totals.unread || result.is_interrupted)
        session->exit_code = APL_EXIT_PARTIAL;
    return APL_OK;
}

const apl_command apl_command_collect = {
    .name = "collect",
    .summary = "read live sources into a documents file",
    .options = options,
    .run = collect_run,
    .arguments = "SOURCE...",
    .details =
        "A SOURCE is azure:[SUBSCRIPTION], entra:, copilot-studio:[ENVIRONMENT] or purview:[ACCOUNT]. Only names and "
        "settings are read: no keys, no secrets, no data. \"aplomb scan FILE\" gives the same result as a scan of the "
        "sources themselves.\n"
        "What is refused stands in the file with its reason and the permission that was missing; the exit code is 3 "
        "then. "
        "Ctrl-C ends it and keeps what was read.",
    .examples = "aplomb collect azure: entra: --output contoso.ndjson.zst\n"
                "aplomb collect azure: entra: --output contoso.ndjson.zst --resume\n"
                "aplomb collect azure:22222222-2222-2222-2222-222222222222 --output - | aplomb scan -",
    .words_min = 1,
    .words_max = -1,
};
