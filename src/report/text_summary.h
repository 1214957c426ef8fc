/* report/text_summary.h: the face of a scan: what is there, how bad it is, what to do next, on one screen.
 *
 * Counts come first, then the five worst findings, then what was not read, then the next command. */
#ifndef APL_REPORT_TEXT_SUMMARY_H
#define APL_REPORT_TEXT_SUMMARY_H

#include "report/report.h"

apl_status apl_text_summary(apl_output *output, const apl_report *report);

/* What was not read or not wholly, one line each; nothing when all was read. */
void apl_text_gaps(apl_text *out, const apl_report *report);

#endif
