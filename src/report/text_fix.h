/* report/text_fix.h: a plan of fixes for people.
 *
 * Each step with what it changes, what it breaks, the command, and what the score and the paths become. */
#ifndef APL_REPORT_TEXT_FIX_H
#define APL_REPORT_TEXT_FIX_H

#include "report/report.h"

apl_status apl_text_fix(apl_output *output, const apl_report *report);

#endif
