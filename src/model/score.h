/* model/score.h: how good the posture is, as a number with an interval.
 *
 * 0 to 100, 100 is best, in steps of a millionth, so that results are equal to the byte on every machine. docs/score.md
 * has the formula. `low` and `high` are what the score would be if everything that was not read were at its worst and
 * at its best. */
#ifndef APL_MODEL_SCORE_H
#define APL_MODEL_SCORE_H

#include "model/vocabulary.h"

#define APL_SCORE_COSTS_MAX 5

typedef struct apl_score_value {
    double value;
    double low;
    double high;
    uint64_t assets; /* that were judged */
} apl_score_value;

/* The score of a part of the estate: "ai" (all AI assets), "tenant", "account" (scope of the assets) or "kind". */
typedef struct apl_score_scope {
    apl_str type;
    apl_str id;
    apl_score_value score;
} apl_score_scope;

/* One asset or finding, and what the score of the estate would gain if it were clean. */
typedef struct apl_score_cost {
    uint32_t asset;
    apl_str finding; /* id; empty for an asset */
    double gain;
} apl_score_cost;

typedef struct apl_score {
    bool is_there; /* false: nothing was judged, so there is no score */
    apl_score_value estate;
    const apl_score_scope *scopes; /* sorted by type, id */
    size_t scope_count;
    apl_score_cost assets[APL_SCORE_COSTS_MAX]; /* the dearest first */
    size_t asset_count;
    apl_score_cost findings[APL_SCORE_COSTS_MAX];
    size_t finding_count;
} apl_score;

#endif
