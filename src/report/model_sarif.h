/* report/model_sarif.h: the issues of model files as SARIF 2.1.0 (OASIS, errata 01).
 *
 * One rule an issue id, one result an issue, in three parts so that nothing is kept. */
#ifndef APL_REPORT_MODEL_SARIF_H
#define APL_REPORT_MODEL_SARIF_H

#include "inspect/model/report.h"

/* The log up to its results: the tool with all rules. */
void apl_model_sarif_begin(apl_text *out, const char *version);

/* The results of one file. `is_first` says that no result was written yet; gives how many were. */
size_t apl_model_sarif_file(apl_text *out, apl_str file, const apl_model_report *report, bool is_first);

void apl_model_sarif_end(apl_text *out);

#endif
