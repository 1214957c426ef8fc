/* report/formats/html.c: one HTML file without a script.
 *
 * A report is the page of its kind; a scan and findings give the technical page, compliance the controls. */
#include "report/format.h"
#include "report/page.h"

static apl_status write_html(apl_output *output, const apl_report *report)
{
    if (report->view == APL_VIEW_COMPLIANCE)
        return apl_page_controls(output, report);
    if (report->view != APL_VIEW_REPORT)
        return apl_page_technical(output, report);
    switch (report->kind) {
    case APL_REPORT_EXECUTIVE:
        return apl_page_executive(output, report);
    case APL_REPORT_TECHNICAL:
        return apl_page_technical(output, report);
    case APL_REPORT_FRAMEWORK:
        return apl_page_controls(output, report);
    case APL_REPORT_OWNER:
        return apl_page_owners(output, report);
    }
    return APL_OK;
}

const apl_format apl_format_html = {
    .name = "html",
    .summary = "one HTML file without a script: light, dark and for print",
    .extension = "html",
    .views = APL_VIEW_SCAN | APL_VIEW_FINDINGS | APL_VIEW_COMPLIANCE | APL_VIEW_REPORT,
    .write = write_html,
};
