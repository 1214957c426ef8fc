/* evaluate/delta.h: why the score of an estate moved between two snapshots.
 *
 * Four parts that add up to the difference exactly: what was read (coverage), which rules there are (content), how what
 * is there in both is configured (posture), and what came and went (inventory). docs/score.md says what counts as what.
 */
#ifndef APL_EVALUATE_DELTA_H
#define APL_EVALUATE_DELTA_H

#include "model/estate.h"

typedef struct apl_score_delta {
    bool is_there; /* false: one of the two has no score, or does not say what was judged */
    double before;
    double after;
    double coverage;
    double content;
    double posture;
    double inventory;
} apl_score_delta;

/* Both estates were judged, and are only read. O(n log n) in assets, findings and paths. */
void apl_score_delta_make(apl_score_delta *out, const apl_estate *before, const apl_estate *after);

#endif
