/* report/explain_json.h: the answer of `explain` as one JSON object.
 *
 * Its members are those of docs/schemas/aplomb.explain.v1.json; rows are the same as in a scan. */
#ifndef APL_REPORT_EXPLAIN_JSON_H
#define APL_REPORT_EXPLAIN_JSON_H

#include "report/report.h"

apl_status apl_explain_write_json(apl_output *output, const apl_report *report);

#endif
