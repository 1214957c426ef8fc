/* report/row_report.h: the posture as one JSON object, for dashboards of risk.
 *
 * The figures of the executive page; docs/schemas/aplomb.report.v1.json. */
#ifndef APL_REPORT_ROW_REPORT_H
#define APL_REPORT_ROW_REPORT_H

#include "report/report.h"

apl_status apl_report_write_json(apl_output *output, const apl_report *report);

/* `{"before":...}`: why the score moved; null when nobody can tell. */
void apl_row_delta(apl_text *out, const apl_score_delta *delta);

#endif
