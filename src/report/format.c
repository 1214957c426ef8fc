/* report/format.c: finds a format by its name and runs it to its end.
 *
 * Stands between the commands and the files of formats/. It knows no format: the build gives the table. */
#include "report/format.h"

const apl_format *apl_format_find(apl_str name)
{
    for (size_t i = 0; i < apl_format_table_count; i++) {
        if (apl_str_equal_nocase(apl_str_from(apl_format_table[i]->name), name))
            return apl_format_table[i];
    }
    return NULL;
}

apl_status apl_format_write(const apl_format *format, const apl_report *report, apl_output *output)
{
    apl_status status = format->write(output, report);
    apl_status end = apl_output_finish(output);

    return status != APL_OK ? status : end;
}

apl_listing apl_report_listing(const apl_report *report)
{
    bool has_controls = report->view == APL_VIEW_REPORT && report->kind == APL_REPORT_FRAMEWORK;

    if (report->view == APL_VIEW_LISTING || report->view == APL_VIEW_COMPLIANCE || has_controls)
        return *report->listing;
    if (report->view == APL_VIEW_DRIFT)
        return apl_listing_drift(report->drift);
    if (report->view == APL_VIEW_FIX)
        return apl_listing_fix(report->plan, report->snapshot);
    if (report->view == APL_VIEW_INVENTORY)
        return apl_listing_assets(report->snapshot, report->selection);
    if (report->view == APL_VIEW_PATHS)
        return apl_listing_paths(report->snapshot, report->selection);
    return apl_listing_findings(report->snapshot, report->selection);
}
