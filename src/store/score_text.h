/* store/score_text.h: the score of a snapshot as a member of its summary.
 *
 * Assets and findings stand in it by their ids. */
#ifndef APL_STORE_SCORE_TEXT_H
#define APL_STORE_SCORE_TEXT_H

#include "model/estate.h"

/* Writes one JSON value: an object, or null when there is no score. */
void apl_score_write(apl_text *out, const apl_estate *estate);

/* Reads the member `score` of a summary back; texts are copied into the estate's arena. What is not there gives none.
 */
void apl_score_read(apl_score *out, const apl_estate *estate, apl_str summary);

#endif
