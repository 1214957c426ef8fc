/* report/row_bom.h: a bill of materials as Aplomb's own JSON (docs/schemas/aplomb.bom.v1.json): its parts, what they
 * need, and its completeness with what is missing.
 *
 * For programs that want more than the standards have a place for. */
#ifndef APL_REPORT_ROW_BOM_H
#define APL_REPORT_ROW_BOM_H

#include "report/report.h"

apl_status apl_row_bom(apl_output *output, const apl_report *report);

#endif
