/* cli/commands/bom.c: the bill of materials of workloads or of the whole AI estate, and the comparison of two bills.
 *
 * Out of the stored snapshot, whose documents are read again, or of sources that are scanned in memory. */
#include "bom/bom.h"

#include "base/limits.h"
#include "bom/compare.h"
#include "bytes/files.h"
#include "cli/session.h"
#include "json/json.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    {"diff", 0, APL_OPT_FLAG, APL_OFFSET(diff), NULL,
     "compare two bills in CycloneDX JSON instead: what was added, removed, changed", NULL},
    APL_OPTIONS_ASSETS,
    APL_OPTION_STORE,
    APL_OPTION_SNAPSHOT,
    APL_OPTION_MUTE,
    APL_OPTION_CONTENT,
    APL_OPTION_OFFLINE,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

/* Every format that was asked for must show this view. */
static apl_status check_formats(const apl_session *session, apl_view view, const char *what)
{
    for (size_t i = 0; i < session->targets.count; i++) {
        const apl_format *format = session->targets.items[i].format;
        if ((format->views & view) == 0)
            return apl_fail(APL_E_USAGE, "--format: %s does not show %s", format->name, what);
    }
    return APL_OK;
}

static apl_status read_bill(apl_value *out, apl_arena *arena, const char *file)
{
    apl_str text;
    apl_status status = apl_file_read(&text, arena, file, APL_DOCUMENT_BYTES_MAX);

    if (status == APL_OK && apl_json_parse(out, arena, text) != APL_OK)
        status = apl_fail_context(APL_E_USAGE, "%s", file);
    return status;
}

static apl_status diff_run(apl_session *session)
{
    const char *const *files = session->settings->words.items;
    apl_bom_differences differences;
    apl_value bills[2];
    apl_status status = apl_session_formats(session);

    if (status == APL_OK && session->settings->words.count != 2)
        status = apl_fail(APL_E_USAGE, "--diff: name two bills, the earlier one first");
    if (status == APL_OK)
        status = check_formats(session, APL_VIEW_LISTING, "a comparison");
    for (size_t i = 0; status == APL_OK && i < 2; i++)
        status = read_bill(&bills[i], session->arena, files[i]);
    if (status == APL_OK)
        status = apl_bom_compare(&differences, session->arena, bills, files);
    if (status != APL_OK)
        return status;
    apl_listing listing = apl_listing_bom_differences(&differences);
    apl_report report = apl_session_report(session, APL_VIEW_LISTING);
    report.listing = &listing;
    return apl_session_write(session, &report);
}

/* The filter chooses the workloads; without one the bill is that of the whole AI estate. */
static apl_status prepare(apl_session *session)
{
    const apl_settings *settings = session->settings;
    apl_status status = apl_session_formats_or(session, "cyclonedx");

    session->options.wants_bom = true;
    if (status == APL_OK)
        status = check_formats(session, APL_VIEW_BOM, "bills of materials");
    if (status == APL_OK)
        status = apl_session_content(session);
    if (status == APL_OK && settings->words.count)
        status = apl_session_snapshot(session, &settings->words, false);
    else if (status == APL_OK)
        status = apl_session_restore(session);
    if (status != APL_OK)
        return status;
    apl_session_select(session);
    if (apl_filter_chooses_assets(&session->filter) && session->selection.assets.count == 0)
        return apl_fail(APL_E_USAGE, "no asset is that of the options; \"aplomb inventory\" lists what there is");
    return APL_OK;
}

static apl_status bom_run(apl_session *session)
{
    apl_bom bom;

    if (session->settings->diff)
        return diff_run(session);
    apl_status status = prepare(session);
    if (status != APL_OK)
        return status;
    bool is_chosen = apl_filter_chooses_assets(&session->filter);
    apl_scan_bom(&bom, session->content,
                 (apl_bom_options){
                     .snapshot = &session->snapshot,
                     .arena = session->arena,
                     .roots = session->selection.assets.items,
                     .root_count = is_chosen ? session->selection.assets.count : 0,
                 });
    apl_report report = apl_session_report(session, APL_VIEW_BOM);
    report.bom = &bom;
    status = apl_session_write(session, &report);
    apl_session_judge_coverage(session);
    return status;
}

const apl_command apl_command_bom = {
    .name = "bom",
    .summary = "bill of materials of AI workloads: models, data, services, agents, and what they need",
    .options = options,
    .run = bom_run,
    .arguments = "[SOURCE...]",
    .details =
        "Reads the stored snapshot, or scans the sources in memory without storing. Options for assets choose the "
        "workloads: the bill has what they contain and everything that these parts need. Without one it is the bill "
        "of the whole AI estate. CycloneDX 1.7 unless --format says otherwise; --format text tells what is in it and "
        "how complete it is.",
    .examples = "aplomb bom > estate.cdx.json\n"
                "aplomb bom --asset contoso-assist --format spdx=assist.spdx.json\n"
                "aplomb bom export/ --kind ai-agent --format text\n"
                "aplomb bom --diff last-week.cdx.json estate.cdx.json",
    .views = APL_VIEW_BOM | APL_VIEW_LISTING,
    .words_max = -1,
};
