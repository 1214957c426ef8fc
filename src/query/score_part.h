/* query/score_part.h: the score of some assets, or of what supports a framework.
 *
 * The same formula (docs/score.md) over the assets that a filter takes and the findings of the rules that it takes. For
 * scopes that no snapshot keeps: a resource group, the assets with a tag, a framework. */
#ifndef APL_QUERY_SCORE_PART_H
#define APL_QUERY_SCORE_PART_H

#include "query/filter.h"

/* Whether the filter leaves anything out of the score. */
bool apl_score_is_part(const apl_filter *filter);

/* Everything in `arena`, also what `out` points to. Attack paths count where assets are chosen alone: none is of a
 * framework. O(n log n) in the assets. */
void apl_score_part(apl_score *out, apl_arena *arena, const apl_snapshot *snapshot, const apl_filter *filter);

#endif
