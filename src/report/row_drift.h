/* report/row_drift.h: the JSON of drift, for the formats that have JSON in them.
 *
 * The members are the contract (docs/schemas/aplomb.drift.v1.json). No line end inside. */
#ifndef APL_REPORT_ROW_DRIFT_H
#define APL_REPORT_ROW_DRIFT_H

#include "evaluate/drift.h"
#include "report/row.h"

/* "against", "before", "after" and "summary"; no braces around. */
void apl_row_drift_head(apl_text *out, const apl_drift *drift);

/* The members of one change and the closing brace. */
void apl_row_drift_change(apl_text *out, const apl_drift *drift, const apl_drift_change *change);

/* A whole object. */
void apl_row_drift_path(apl_text *out, const apl_drift_path *path);

#endif
