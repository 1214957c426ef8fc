/* query/choke.h: which few fixes break most of the attack paths, and how few break all.
 *
 * The first is greedy: the fix that takes away most risk first, then the one that takes away most of what is left. The
 * second is the smallest set there is, as far as looking for it does not take too long. */
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

/* All paths broken by as few findings as possible, those that take away most risk first. */
typedef struct apl_fewest {
    const apl_finding **findings; /* in the arena */
    size_t count;
    bool is_exact;   /* no smaller set exists */
    size_t unbroken; /* selected paths that no failed finding causes */
} apl_fewest;

/* `paths` are numbers of the estate's paths. */
void apl_fewest_fixes(apl_fewest *out, apl_arena *arena, const apl_estate *estate, const uint32_t *paths,
                      size_t path_count);

#endif
