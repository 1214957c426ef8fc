/* cli/comparison.h: the steps by which a command comes to what changed.
 *
 * Shared by `drift`, `report` and `score`: the earlier side is found and read, then laid beside the session's snapshot.
 * It is a baseline (--baseline), a stored snapshot (--since), or the stored snapshot before this one. */
#ifndef APL_CLI_COMPARISON_H
#define APL_CLI_COMPARISON_H

#include "cli/session.h"
#include "evaluate/delta.h"
#include "evaluate/drift.h"

typedef struct apl_comparison {
    apl_session *session;
    apl_snapshot before;
    bool has_before;
    bool is_from_baseline;
    apl_drift drift;
    apl_score_delta delta;
} apl_comparison;

/* The session's snapshot as a side; bodies come from the store, or from the sources when the scan kept them. */
apl_drift_side apl_comparison_after(apl_comparison *comparison);

/* Finds and reads the earlier side. Nothing named and no snapshot before this one is a failure only where it
 * `must_exist`; else has_before stays false. */
apl_status apl_comparison_read(apl_comparison *comparison, apl_session *session, bool must_exist);

/* Compares, when there is an earlier side; `acceptances` may be NULL. */
apl_status apl_comparison_make(apl_comparison *comparison, const apl_acceptances *acceptances);

/* The score alone: no bodies are read. */
void apl_comparison_score(apl_comparison *comparison);

void apl_comparison_free(apl_comparison *comparison);

#endif
