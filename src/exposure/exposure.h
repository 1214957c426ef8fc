/* exposure/exposure.h: who can reach an asset over the network, from its own settings.
 *
 * Decided by the exposure inputs of its type (docs/content.md); an input that was not read gives unknown, never
 * private. */
#ifndef APL_EXPOSURE_EXPOSURE_H
#define APL_EXPOSURE_EXPOSURE_H

#include "normalize/services.h"

/* Sets `exposure` of every asset of the estate. After link. */
void apl_exposure_set(apl_estate *estate, const apl_services *services, unsigned threads);

/* The exposure that allowed address ranges alone give: internet for any range that is /8 or wider (IPv6: /32 or wider),
 * trusted for a narrower public one, private when there is none or all are private addresses. */
apl_exposure apl_exposure_of_range(apl_str range);

#endif
