/* query/choke.h: which few fixes break most of the attack paths.
 *
 * Greedy: the fix that takes away most risk first, then the one that takes away most of what is left. */
#ifndef APL_QUERY_CHOKE_H
#define APL_QUERY_CHOKE_H

#include "query/filter.h"

typedef struct apl_choke_point {
    const apl_finding *finding;
    uint32_t paths; /* that break only with this one */
    double share;   /* of the risk of all selected paths, 0 to 1 */
} apl_choke_point;

/* Writes at most `max`; returns their number. The findings belong to the snapshot. */
size_t apl_choke_points(apl_choke_point *out, size_t max, const apl_snapshot *snapshot,
                        const apl_selection *selection);

#endif
