/* exposure/spread.h: exposure that assets give to each other along relations, and why each asset has its exposure.
 *
 * Second half of apl_exposure_set; the first has set what each asset decides alone. */
#ifndef APL_EXPOSURE_SPREAD_H
#define APL_EXPOSURE_SPREAD_H

#include "normalize/services.h"

/* Which input of its own decided for an asset. */
typedef enum apl_own_input {
    APL_OWN_NOTHING = 0, /* the type has no inputs, or takes its parent's */
    APL_OWN_UNKNOWN,
    APL_OWN_CLOSED,
    APL_OWN_OPEN,
    APL_OWN_RANGES,
    APL_OWN_BYPASS,
    APL_OWN_OTHERWISE, /* none of them held */
    APL_OWN_OTHER,     /* an asset below it, or what it stands in */
} apl_own_input;

/* Sets exposure_evidence of the estate and widens `exposure` by what others pass on. `own` is by asset, and so is
 * `origins`: for APL_OWN_OTHER the asset that decided, plus 1. O(assets +
 * relations of the types that pass exposure on), and for each asset behind filters what its gates cost; that is done on
 * all threads. */
void apl_exposure_spread(apl_estate *estate, const apl_services *services, const uint8_t *own, const uint32_t *origins,
                         unsigned threads);

#endif
