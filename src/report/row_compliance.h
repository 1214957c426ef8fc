/* report/row_compliance.h: compliance as JSON.
 *
 * The members are the contract (docs/schemas/aplomb.compliance.v1.json). */
#ifndef APL_REPORT_ROW_COMPLIANCE_H
#define APL_REPORT_ROW_COMPLIANCE_H

#include "report/report.h"

/* The whole object of `aplomb compliance --format json`. */
apl_status apl_compliance_write_json(apl_output *output, const apl_report *report);

/* The number of a day that an instant lies on: "2026-11-25". */
void apl_row_day(apl_text *out, apl_instant instant);

#endif
