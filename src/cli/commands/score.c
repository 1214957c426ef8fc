/* cli/commands/score.c: how good the posture is, for the estate and its parts, and what costs most.
 *
 * The score of the scan; it stores nothing. docs/score.md has the formula. */
#include "cli/comparison.h"
#include "query/score_part.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    {"since", 0, APL_OPT_TEXT, APL_OFFSET(since), "ID|TIME",
     "why it moved since this snapshot, or the newest not younger than the time (default: the one before)", NULL},
    {"framework", 0, APL_OPT_LIST, APL_OFFSET(frameworks), "LIST",
     "only findings that support these frameworks or controls", NULL},
    APL_OPTIONS_ASSETS,
    APL_OPTIONS_SNAPSHOT,
    {0},
};

/* The score of what the filter takes, in the place of the whole one. */
static apl_status write_part(apl_session *session)
{
    apl_snapshot snapshot = session->snapshot;
    apl_estate estate = *session->snapshot.estate;
    apl_report report = apl_session_report(session, APL_VIEW_SCORE);

    apl_score_part(&estate.score, session->arena, &session->snapshot, &session->filter);
    snapshot.estate = &estate;
    report.snapshot = &snapshot;
    report.is_part = true;
    return apl_session_write(session, &report);
}

static apl_status write_whole(apl_session *session)
{
    const apl_settings *settings = session->settings;
    bool compares = settings->words.count == 0 || settings->since;
    apl_comparison comparison = {0};
    apl_status status = compares ? apl_comparison_read(&comparison, session, false) : APL_OK;

    if (status == APL_OK) {
        apl_report report = apl_session_report(session, APL_VIEW_SCORE);
        apl_comparison_score(&comparison);
        report.delta = comparison.has_before ? &comparison.delta : NULL;
        status = apl_session_write(session, &report);
    }
    apl_comparison_free(&comparison);
    return status;
}

static apl_status score_run(apl_session *session)
{
    apl_status status = apl_session_prepare(session, &session->settings->words);

    if (status == APL_OK && apl_score_is_part(&session->filter) && session->settings->since)
        status = apl_fail(APL_E_USAGE, "--since tells why the whole score moved; leave it out, or what chooses a part");
    if (status == APL_OK)
        status = apl_score_is_part(&session->filter) ? write_part(session) : write_whole(session);
    if (status == APL_OK)
        apl_session_judge_coverage(session);
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
        "since the snapshot before is told in four parts: posture, inventory, content, coverage. With options "
        "that choose, the score is that of the chosen assets, or of what supports a framework.",
    .examples = "aplomb score\n"
                "aplomb score --group rg-ai\n"
                "aplomb score --tag workload=claims --framework ISO42001\n"
                "aplomb score export/ --format json",
    .views = APL_VIEW_SCORE,
    .words_max = -1,
    .names_in_snapshot = true,
};
