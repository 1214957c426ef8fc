/* report/explain_paths.h: what `explain` says of attack paths and techniques.
 *
 * Beside an asset or a finding: the paths that it is on, or that fixing it breaks. */
#ifndef APL_REPORT_EXPLAIN_PATHS_H
#define APL_REPORT_EXPLAIN_PATHS_H

#include "report/report.h"

/* The block of paths at the end; nothing when there is none. */
void apl_explain_paths_text(apl_text *out, const apl_report *report);

/* One technique whole, with its shapes. */
void apl_explain_technique_text(apl_text *out, const apl_report *report);

/* The members "path", "techniques" and "paths". */
void apl_explain_paths_json(apl_text *out, const apl_report *report);

#endif
