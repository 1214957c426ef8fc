/* bom/gathering.h: inside bom/ only: a bill while it is made.
 *
 * Lives as long as apl_bom_make runs. */
#ifndef APL_BOM_GATHERING_H
#define APL_BOM_GATHERING_H

#include "bom/bom.h"

typedef struct apl_bom_gathering {
    const apl_bom_options *options;
    const apl_estate *estate;
    uint8_t *marks;  /* by asset: APL_BOM_IS_... */
    uint32_t *queue; /* assets that were added, in the order they were met */
    size_t queued;
    uint32_t *part_of; /* by asset: part number + 1 */
    apl_bom_part *parts;
    size_t part_count;
} apl_bom_gathering;

enum {
    APL_BOM_IS_PART = 1,
    APL_BOM_IS_ROOT = 2,
    APL_BOM_IS_BELOW = 4, /* a root, or contained in one */
};

/* Marks what belongs in. */
void apl_bom_gather(apl_bom_gathering *it);

/* Sets what each part needs and who needs it. */
void apl_bom_connect(apl_bom_gathering *it);

/* Sets the values of one part. */
void apl_bom_fill(apl_bom_part *part, const apl_bom_options *options);

static inline apl_bom_place apl_bom_place_of(const apl_estate *estate, apl_asset_id asset)
{
    return (apl_bom_place)estate->vocabulary->kinds.items[estate->assets.items[asset].kind].bom_place;
}

#endif
