/* cli/commands/score.c: how good the posture is, for the estate and its parts, and what costs most.
 *
 * The score of the scan; it stores nothing. docs/score.md has the formula. */
#include "cli/session.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,  APL_OPTION_STORE,    APL_OPTION_SNAPSHOT, APL_OPTION_MUTE,
    APL_OPTION_CONTENT, APL_OPTION_POLICIES, APL_OPTION_OFFLINE,  APL_OPTION_JOBS,
    APL_OPTION_QUIET,   APL_OPTION_NO_COLOR, APL_OPTION_HELP,     {0},
};

static apl_status score_run(apl_session *session)
{
    apl_status status = apl_session_prepare(session, &session->settings->words);

    return status == APL_OK ? apl_session_show(session, APL_VIEW_SCORE) : status;
}

const apl_command apl_command_score = {
    .name = "score",
    .summary = "how good the posture is, with its interval and what costs most",
    .options = options,
    .run = score_run,
    .arguments = "[SOURCE...]",
    .details = "0 to 100, 100 is best. Reads the stored snapshot, or scans the sources in memory without storing. What "
               "was not read widens the interval; without anything that could be judged there is no score.",
    .examples = "aplomb score\n"
                "aplomb score export/ --format json",
    .views = APL_VIEW_SCORE,
    .words_max = -1,
};
