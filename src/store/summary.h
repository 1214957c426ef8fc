/* store/summary.h: the counts of a snapshot as JSON, as they stand in the row of its scan.
 *
 * Kept so that a list of snapshots with their counts costs one row each. New members may be added; a member that an
 * older program did not write reads as 0. */
#ifndef APL_STORE_SUMMARY_H
#define APL_STORE_SUMMARY_H

#include "store/store.h"

/* The score of 100,000 accounts fits. */
#define APL_SUMMARY_BYTES_MAX (64u << 20)

/* With the score of the estate as its last member. */
void apl_summary_write(apl_text *out, apl_summary summary, const apl_estate *estate);
apl_status apl_summary_read(apl_summary *out, apl_str text);

/* Everything of it but what the score is made of, and without the scan; texts are in `arena`. */
apl_status apl_summary_point(apl_store_point *out, apl_arena *arena, apl_str text);

#endif
