/* report/explain_access.h: who can reach an asset, who owns it, and what a principal reaches.
 *
 * The parts of `explain` that query/reach.h answers, as JSON or text. */
#ifndef APL_REPORT_EXPLAIN_ACCESS_H
#define APL_REPORT_EXPLAIN_ACCESS_H

#include "report/report.h"

/* The member "access", with the comma before it. */
void apl_explain_access_json(apl_text *out, const apl_report *report);

/* The blocks with their headings; nothing when nothing is known. */
void apl_explain_access_text(apl_text *out, const apl_report *report);

#endif
