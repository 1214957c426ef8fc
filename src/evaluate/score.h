/* evaluate/score.h: the score of an estate and of its parts.
 *
 * From findings and attack paths, after both are known; the formula and its reasons stand in docs/score.md. */
#ifndef APL_EVALUATE_SCORE_H
#define APL_EVALUATE_SCORE_H

#include "model/estate.h"

/* Fills estate->score. After apl_evaluate and apl_evaluate_fixes. O(n log n) in the assets. */
void apl_score_set(apl_estate *estate);

/* The value alone, of findings, paths and the assets that are judged; 0 when none is. */
double apl_score_of(const apl_estate *estate);

#endif
