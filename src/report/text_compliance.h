/* report/text_compliance.h: compliance for people, on a terminal.
 *
 * Frameworks first; the controls when somebody asked for one framework. */
#ifndef APL_REPORT_TEXT_COMPLIANCE_H
#define APL_REPORT_TEXT_COMPLIANCE_H

#include "report/report.h"

apl_status apl_text_compliance(apl_output *output, const apl_report *report);

#endif
