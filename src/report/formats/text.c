/* report/formats/text.c: text for people, the default.
 *
 * A scan gives one screen of summary, and the selected findings below it when they were asked for; the other views give
 * aligned columns. Colour, width and drawing characters come from the screen of the report, so that a pipe gets plain
 * text. */
#include "report/explain_text.h"
#include "report/format.h"
#include "report/text_compliance.h"
#include "report/text_drift.h"
#include "report/text_fix.h"
#include "report/text_bom.h"
#include "report/text_paths.h"
#include "report/text_score.h"
#include "report/text_summary.h"
#include "report/text_table.h"

static apl_status write_list(apl_output *output, const apl_report *report)
{
    apl_listing listing = apl_report_listing(report);

    if (listing.row_count == 0) {
        apl_text_add_format(&output->text, "%s\n", listing.empty);
        return apl_output_step(output);
    }
    return apl_text_table(output, &listing, &report->screen);
}

static apl_status write_text(apl_output *output, const apl_report *report)
{
    apl_status status = APL_OK;

    if (report->view == APL_VIEW_EXPLAIN)
        return apl_explain_write_text(output, report);
    if (report->view == APL_VIEW_SCORE)
        return apl_text_score(output, report);
    if (report->view == APL_VIEW_SIMULATION)
        return apl_text_simulation(output, report);
    if (report->view == APL_VIEW_DRIFT)
        return apl_text_drift(output, report);
    if (report->view == APL_VIEW_BOM)
        return apl_text_bom(output, report);
    if (report->view == APL_VIEW_FIX)
        return apl_text_fix(output, report);
    if (report->view == APL_VIEW_COMPLIANCE)
        return apl_text_compliance(output, report);
    if (report->view == APL_VIEW_PATHS)
        return apl_text_paths(output, report);
    if (report->view != APL_VIEW_SCAN)
        return write_list(output, report);
    status = apl_text_summary(output, report);
    if (status == APL_OK && report->lists_findings) {
        apl_text_add_char(&output->text, '\n');
        status = write_list(output, report);
    }
    return status;
}

const apl_format apl_format_text = {
    .name = "text",
    .summary = "text for people, one screen for a scan (default)",
    .extension = "txt",
    .views = APL_VIEW_SCAN | APL_VIEW_INVENTORY | APL_VIEW_FINDINGS | APL_VIEW_LISTING | APL_VIEW_EXPLAIN |
             APL_VIEW_PATHS | APL_VIEW_SCORE | APL_VIEW_SIMULATION | APL_VIEW_COMPLIANCE | APL_VIEW_DRIFT |
             APL_VIEW_BOM | APL_VIEW_FIX,
    .write = write_text,
};
