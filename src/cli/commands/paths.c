/* cli/commands/paths.c: the attack paths of the stored snapshot, or of sources that are scanned in memory.
 *
 * The same paths as the scan's, chosen by level and by the assets that they touch; it stores nothing. */
#include "cli/session.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    {"what-if", 0, APL_OPT_LIST, APL_OFFSET(what_if), "LIST",
     "what becomes of the paths and the score when these checks or findings are fixed", NULL},
    {"edges", 0, APL_OPT_FLAG, APL_OFFSET(edges), NULL, "list every step that holds, not only paths", NULL},
    APL_OPTION_SEVERITY,
    APL_OPTIONS_ASSETS,
    APL_OPTIONS_SNAPSHOT,
    {0},
};

static apl_status edges_run(apl_session *session)
{
    apl_report report = apl_session_report(session, APL_VIEW_LISTING);
    apl_listing listing = apl_listing_edges(&session->snapshot);

    report.listing = &listing;
    for (size_t i = 0; i < session->targets.count; i++) {
        const apl_format *format = session->targets.items[i].format;
        if ((format->views & APL_VIEW_LISTING) == 0)
            return apl_fail(APL_E_USAGE, "--edges: the format %s draws paths only", format->name);
    }
    apl_status status = apl_session_write(session, &report);
    apl_session_judge_coverage(session);
    return status;
}

/* A snapshot has paths; the graph that they were found in is made again from its documents. */
static apl_status prepare_graph(apl_session *session)
{
    apl_status status = apl_session_formats(session);

    if (status == APL_OK)
        status = apl_session_content(session);
    if (status == APL_OK)
        status = apl_session_restore(session);
    if (status == APL_OK)
        status = apl_scan_attack(&session->snapshot, session->content, &session->options);
    if (status == APL_OK)
        apl_session_select(session);
    return status;
}

static apl_status paths_run(apl_session *session)
{
    const apl_settings *settings = session->settings;
    bool needs_graph = settings->edges || settings->what_if.count;

    if (settings->edges && settings->what_if.count)
        return apl_fail(APL_E_USAGE, "--edges lists the steps as they are; leave --what-if out");
    apl_status status = needs_graph && settings->words.count == 0
                            ? prepare_graph(session)
                            : apl_session_prepare(session, &settings->words);
    if (status != APL_OK)
        return status;
    if (session->settings->edges)
        return edges_run(session);
    return apl_session_show(session, session->snapshot.simulation ? APL_VIEW_SIMULATION : APL_VIEW_PATHS);
}

const apl_command apl_command_paths = {
    .name = "paths",
    .summary = "attack paths from an open door to what matters, riskiest first",
    .options = options,
    .run = paths_run,
    .arguments = "[SOURCE...]",
    .details =
        "Reads the stored snapshot, or scans the sources in memory without storing. Paths of one shape are one group. "
        "--severity chooses levels; the other options choose paths that touch such an asset. --what-if and --edges "
        "make the graph of a stored snapshot again from its documents.",
    .examples = "aplomb paths\n"
                "aplomb paths --severity high+ --asset contoso-chat\n"
                "aplomb paths export/ --format mermaid\n"
                "aplomb paths --what-if ai-local-auth-disabled,8abd6b66\n"
                "aplomb paths --format json",
    .views = APL_VIEW_PATHS | APL_VIEW_LISTING | APL_VIEW_SIMULATION,
    .words_max = -1,
};
