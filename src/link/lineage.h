/* link/lineage.h: what tells where the sensitivity of an asset comes from.
 *
 * The level itself and the asset that it came from stand in the asset (model/estate.h). */
#ifndef APL_LINK_LINEAGE_H
#define APL_LINK_LINEAGE_H

#include "model/estate.h"

/* The tag that says how sensitive the asset is, or NULL. */
const char *apl_lineage_tag(const apl_asset *asset);

#endif
