/* cli/commands/history.c: lists the snapshots of a store, newest first.
 *
 * What changed between them is told by `explain` for one asset or finding. */
#include "cli/session.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT, APL_OPTION_STORE, APL_OPTION_QUIET, APL_OPTION_NO_COLOR, APL_OPTION_HELP, {0},
};

static apl_status history_run(apl_session *session)
{
    apl_scan_info *scans = NULL;
    size_t count = 0;
    apl_status status = apl_session_formats(session);

    if (status == APL_OK)
        status = apl_session_open_store(session, false);
    if (status == APL_OK)
        status = apl_store_scans(&scans, &count, session->arena, session->store);
    if (status != APL_OK)
        return status;
    apl_summary *summaries = APL_ARENA_ARRAY(session->arena, apl_summary, count);
    for (size_t i = 0; status == APL_OK && i < count; i++)
        status = apl_store_summary(&summaries[i], session->store, scans[i].id);
    if (status != APL_OK)
        return status;
    apl_listing listing = apl_listing_snapshots(session->arena, scans, summaries, count);
    apl_report report = apl_session_report(session, APL_VIEW_LISTING);
    report.listing = &listing;
    return apl_session_write(session, &report);
}

const apl_command apl_command_history = {
    .name = "history",
    .summary = "list the stored snapshots",
    .options = options,
    .run = history_run,
    .examples = "aplomb history\n"
                "aplomb history --store team.db --format json\n"
                "aplomb findings --snapshot 3f2a9c01",
    .views = APL_VIEW_LISTING,
};
