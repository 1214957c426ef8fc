/* cli/commands/score.c: how good the posture is, for the estate and its parts, and what costs most.
 *
 * The score of the scan; it stores nothing. docs/score.md has the formula. */
#include "cli/comparison.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    {"since", 0, APL_OPT_TEXT, APL_OFFSET(since), "ID|TIME",
     "why it moved since this snapshot, or the newest not younger than the time (default: the one before)", NULL},
    APL_OPTION_STORE,
    APL_OPTION_SNAPSHOT,
    APL_OPTION_MUTE,
    APL_OPTION_CONTENT,
    APL_OPTION_POLICIES,
    APL_OPTION_OFFLINE,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

static apl_status score_run(apl_session *session)
{
    const apl_settings *settings = session->settings;
    bool compares = settings->words.count == 0 || settings->since;
    apl_comparison comparison = {0};
    apl_status status = apl_session_prepare(session, &settings->words);

    if (status == APL_OK && compares)
        status = apl_comparison_read(&comparison, session, false);
    if (status == APL_OK) {
        apl_report report = apl_session_report(session, APL_VIEW_SCORE);
        apl_comparison_score(&comparison);
        report.delta = comparison.has_before ? &comparison.delta : NULL;
        status = apl_session_write(session, &report);
        apl_session_judge_coverage(session);
    }
    apl_comparison_free(&comparison);
    return status;
}

const apl_command apl_command_score = {
    .name = "score",
    .summary = "how good the posture is, with its interval and what costs most",
    .options = options,
    .run = score_run,
    .arguments = "[SOURCE...]",
    .details =
        "0 to 100, 100 is best. Reads the stored snapshot, or scans the sources in memory without storing. What "
        "was not read widens the interval; without anything that could be judged there is no score. What moved it "
        "since the snapshot before is told in four parts: posture, inventory, content, coverage.",
    .examples = "aplomb score\n"
                "aplomb score export/ --format json",
    .views = APL_VIEW_SCORE,
    .words_max = -1,
};
