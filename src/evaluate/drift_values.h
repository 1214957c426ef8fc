/* evaluate/drift_values.h: what differs between two bodies of one asset.
 *
 * Under drift.c and baseline.c. Both bodies are made clean first: without what drift is silent about
 * (vocabulary/quiet.yaml), and with a hash in the place of texts that may be secrets, so that neither a result nor a
 * baseline file can give one away. */
#ifndef APL_EVALUATE_DRIFT_VALUES_H
#define APL_EVALUATE_DRIFT_VALUES_H

#include "model/vocabulary.h"

/* One value that differs; missing: the body has no such member. */
typedef struct apl_drift_value {
    apl_str path; /* dotted; `[name]` or `[3]` for an item of an array */
    apl_value before;
    apl_value after;
    apl_str accepted; /* by whom, why and until when somebody accepted it; empty: nobody did */
} apl_drift_value;

typedef APL_VECTOR(apl_drift_value) apl_drift_values;

/* A copy in `arena` without quiet members and secrets. Cleaning a clean body gives the same again. */
apl_value apl_drift_clean(apl_arena *arena, const apl_vocabulary *vocabulary, apl_str type, apl_value body);

/* Adds what differs between two clean bodies, sorted by path; texts are in `arena` or belong to the bodies. Names of
 * members are compared without case; a missing member, null, and an empty array, object or text are the same. Items of
 * an array are matched by their id, name or key where all have one, else by place; arrays without objects are compared
 * as a whole, in any order. O(n log n) in the values. */
void apl_drift_compare_values(apl_drift_values *out, apl_arena *arena, apl_value before, apl_value after);

#endif
