/* report/text_drift.h: drift for people.
 *
 * Lines of counts, then each change with what opened or closed because of it, the riskiest first. */
#ifndef APL_REPORT_TEXT_DRIFT_H
#define APL_REPORT_TEXT_DRIFT_H

#include "report/report.h"

apl_status apl_text_drift(apl_output *output, const apl_report *report);

#endif
