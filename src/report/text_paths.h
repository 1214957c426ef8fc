/* report/text_paths.h: attack paths for people: grouped, the riskiest first, each told step by step.
 *
 * Under the text format; a group is the paths of one shape. */
#ifndef APL_REPORT_TEXT_PATHS_H
#define APL_REPORT_TEXT_PATHS_H

#include "report/report.h"

apl_status apl_text_paths(apl_output *output, const apl_report *report);

/* One path whole: title, risk, every step with why it holds and what breaks it. */
void apl_text_path(apl_text *out, const apl_report *report, const apl_path *path);

#endif
