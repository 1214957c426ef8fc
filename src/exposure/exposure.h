/* exposure/exposure.h: who can reach an asset over the network, and why.
 *
 * Decided by the exposure inputs of its type (docs/content.md) and by what other assets pass on to it through security
 * groups; an input that was not read gives unknown, never private. */
#ifndef APL_EXPOSURE_EXPOSURE_H
#define APL_EXPOSURE_EXPOSURE_H

#include "normalize/services.h"

/* Sets `exposure` of every asset of the estate, and the evidence for it. After link. */
void apl_exposure_set(apl_estate *estate, const apl_services *services, unsigned threads);

/* The setting or rule that decided; out->asset is then always an asset. False when nothing is known of it: the type has
 * no inputs, or the asset was not read. Any thread, after apl_exposure_set. O(1). */
bool apl_exposure_evidence_of(apl_exposure_evidence *out, const apl_estate *estate, apl_asset_id asset);

/* The exposure that allowed address ranges alone give: internet for any range that is /8 or wider (IPv6: /32 or wider),
 * trusted for a narrower public one, private when there is none or all are private addresses. */
apl_exposure apl_exposure_of_range(apl_str range);

#endif
