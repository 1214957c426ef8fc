/* cli/commands/findings.c: the findings of the stored snapshot, or of sources that are scanned in memory.
 *
 * The same findings as the scan's, chosen by finding and by asset; it stores nothing. */
#include "cli/session.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    APL_OPTION_STATUS,
    APL_OPTION_SEVERITY,
    APL_OPTION_CHECK,
    APL_OPTION_FRAMEWORK,
    APL_OPTIONS_ASSETS,
    APL_OPTIONS_SNAPSHOT,
    {0},
};

static apl_status findings_run(apl_session *session)
{
    apl_status status = apl_session_prepare(session, &session->settings->words);

    return status == APL_OK ? apl_session_show(session, APL_VIEW_FINDINGS) : status;
}

const apl_command apl_command_findings = {
    .name = "findings",
    .summary = "list the findings, worst first",
    .options = options,
    .run = findings_run,
    .arguments = "[SOURCE...]",
    .details = "Reads the stored snapshot, or scans the sources in memory without storing. Words of one option are "
               "alternatives, different options must all hold; * in a word matches any characters.",
    .examples = "aplomb findings --severity high+\n"
                "aplomb findings --asset contoso-chat --status all\n"
                "aplomb findings --framework ISO42001:A.4.5 --format markdown\n"
                "aplomb findings export/ --check ai-local-auth-disabled --format jsonl",
    .views = APL_VIEW_FINDINGS,
    .words_max = -1,
    .names_in_snapshot = true,
};
