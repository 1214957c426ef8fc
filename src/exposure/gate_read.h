/* exposure/gate_read.h: from an asset with rules to a gate.
 *
 * Reads by the paths in service.yaml; decides nothing. */
#ifndef APL_EXPOSURE_GATE_READ_H
#define APL_EXPOSURE_GATE_READ_H

#include "exposure/gate.h"
#include "normalize/services.h"

/* The gate of the asset, in `arena`; texts are the estate's. Unread when the asset, its rules or a rule document below
 * it was not read, or when it passes a limit. After link. O(rules). */
const apl_gate *apl_gate_read(apl_arena *arena, const apl_estate *estate, const apl_services *services,
                              apl_asset_id asset);

#endif
