/* report/explain_text.h: the answer of `explain` for people.
 *
 * One thing whole: what it is, why, evidence, how to mend it, relations, controls, history. */
#ifndef APL_REPORT_EXPLAIN_TEXT_H
#define APL_REPORT_EXPLAIN_TEXT_H

#include "report/report.h"

apl_status apl_explain_write_text(apl_output *output, const apl_report *report);

#endif
