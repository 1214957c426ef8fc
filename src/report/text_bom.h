/* report/text_bom.h: a bill of materials for people: what is in it, and how much of what is asked for it tells.
 *
 * Long lists are cut, and say so. */
#ifndef APL_REPORT_TEXT_BOM_H
#define APL_REPORT_TEXT_BOM_H

#include "report/report.h"

apl_status apl_text_bom(apl_output *output, const apl_report *report);

#endif
