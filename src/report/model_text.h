/* report/model_text.h: the report of a model file, for people and for programs.
 *
 * The JSON members are the contract (docs/schemas/aplomb.model.v1.json); the text shows the worst first. */
#ifndef APL_REPORT_MODEL_TEXT_H
#define APL_REPORT_MODEL_TEXT_H

#include "inspect/model/report.h"
#include "report/screen.h"

/* One object: file, format, verdict, issues, facts. No line end. */
void apl_model_json(apl_text *out, apl_str file, const apl_model_report *report);

/* A line with the verdict, one a issue, and a line of facts. */
void apl_model_text(apl_text *out, const apl_screen *screen, apl_str file, const apl_model_report *report);

#endif
