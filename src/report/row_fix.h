/* report/row_fix.h: a plan of fixes as JSON.
 *
 * The members are those of docs/schemas/aplomb.fix.v1.json: the same file is reviewed by people and read back by
 * `aplomb fix --apply`. */
#ifndef APL_REPORT_ROW_FIX_H
#define APL_REPORT_ROW_FIX_H

#include "report/report.h"

apl_status apl_row_fix(apl_output *output, const apl_report *report);

#endif
