/* report/names.h: what an asset is called, and the finding of an id.
 *
 * For every format that tells instead of listing. */
#ifndef APL_REPORT_NAMES_H
#define APL_REPORT_NAMES_H

#include "model/estate.h"

/* Its name, or its id when it has none; the estate's. */
apl_str apl_report_asset_name(const apl_estate *estate, apl_asset_id asset);

/* The finding with this whole id, or NULL. O(findings). */
const apl_finding *apl_report_finding(const apl_estate *estate, apl_str id);

#endif
