/* query/owner.h: who answers for an asset.
 *
 * A tag of the asset says it, else one of the things that contain it, else an `owns` relation from a user or group. */
#ifndef APL_QUERY_OWNER_H
#define APL_QUERY_OWNER_H

#include "query/filter.h"

/* Containers that are asked at most: a tenant is five or six levels up. */
#define APL_OWNER_STEPS_MAX 16

/* A text of the estate; empty: nobody is named. */
apl_str apl_owner_of(const apl_estate *estate, apl_asset_id asset);

/* What somebody has to answer for. */
typedef struct apl_owner_sum {
    apl_str owner;
    uint64_t findings[APL_SEVERITY_COUNT]; /* failed ones */
} apl_owner_sum;

/* The owners of the selected findings that failed, in the order of their names without regard to case, nobody first; in
 * `arena`. O(findings + assets). */
const apl_owner_sum *apl_owner_sums(size_t *count, apl_arena *arena, const apl_estate *estate,
                                    const apl_selection *selection);

#endif
