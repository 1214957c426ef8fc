/* store/summary.h: the counts of a snapshot as JSON, as they stand in the row of its scan.
 *
 * Kept so that a list of snapshots with their counts costs one row each. New members may be added; a member that an
 * older program did not write reads as 0. */
#ifndef APL_STORE_SUMMARY_H
#define APL_STORE_SUMMARY_H

#include "model/scan.h"

#define APL_SUMMARY_BYTES_MAX 4096

void apl_summary_write(apl_text *out, apl_summary summary);
apl_status apl_summary_read(apl_summary *out, apl_str text);

#endif
