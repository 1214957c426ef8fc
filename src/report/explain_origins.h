/* report/explain_origins.h: where an asset's sensitivity came from, and which assignments apply to it.
 *
 * The parts of `explain` that query/origins.h answers, as JSON or text. */
#ifndef APL_REPORT_EXPLAIN_ORIGINS_H
#define APL_REPORT_EXPLAIN_ORIGINS_H

#include "model/estate.h"
#include "report/screen.h"

/* `,"sensitivity_evidence":[...],"applied":[...]`, both empty for APL_ASSET_NONE. */
void apl_explain_origins_json(apl_text *out, const apl_estate *estate, apl_asset_id asset);

/* Two sections; each only when it has lines. */
void apl_explain_origins_text(apl_text *out, const apl_screen *screen, const apl_estate *estate, apl_asset_id asset);

#endif
