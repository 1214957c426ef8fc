/* report/text_score.h: the score for people, with what costs most; and what fixes would do to it and to the paths.
 *
 * Under the text format and the summary of a scan. */
#ifndef APL_REPORT_TEXT_SCORE_H
#define APL_REPORT_TEXT_SCORE_H

#include "report/report.h"

/* One line: "Score 42.3 of 100 (38.0 to 51.2), AI 40.1". */
void apl_text_score_line(apl_text *out, const apl_report *report);

/* How a scan ends: that line, the three assets that cost most, and the one fix that raises the score most. */
void apl_text_score_end(apl_text *out, const apl_report *report);

/* The whole: estate, scopes, the assets and findings that cost most. */
apl_status apl_text_score(apl_output *output, const apl_report *report);

/* What the fixes of the snapshot's simulation would do. */
apl_status apl_text_simulation(apl_output *output, const apl_report *report);

/* ` (posture +0.3, inventory -2.0)`: why the score moved; nothing when nobody can tell, or nothing moved. */
void apl_text_delta(apl_text *out, const apl_score_delta *delta);

#endif
