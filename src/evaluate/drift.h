/* evaluate/drift.h: what changed between two postures, who did it, and whether it got riskier.
 *
 * Compares an earlier snapshot or an accepted baseline (baseline.h) with a later snapshot, asset by asset: values,
 * relations, findings and attack paths. What was read before and is not any more is `unseen`: never removed, never
 * closed, never better. */
#ifndef APL_EVALUATE_DRIFT_H
#define APL_EVALUATE_DRIFT_H

#include "evaluate/acceptance.h"
#include "evaluate/drift_values.h"
#include "model/scan.h"

typedef enum apl_drift_what {
    APL_DRIFT_AFFECTED = 0, /* nothing of its own changed, but its findings did */
    APL_DRIFT_CHANGED,
    APL_DRIFT_ADDED,
    APL_DRIFT_REMOVED,
    APL_DRIFT_UNSEEN, /* it could not be read any more */
} apl_drift_what;
#define APL_DRIFT_WHAT_COUNT 5
extern const char *const apl_drift_what_names[]; /* by apl_drift_what */

/* From new and closed findings and paths, and from a wider or narrower exposure. */
typedef enum apl_drift_risk {
    APL_DRIFT_NEUTRAL = 0,
    APL_DRIFT_BETTER,
    APL_DRIFT_MIXED,
    APL_DRIFT_WORSE,
} apl_drift_risk;
#define APL_DRIFT_RISK_COUNT 4
extern const char *const apl_drift_risk_names[]; /* by apl_drift_risk */

typedef enum apl_drift_turn {
    APL_DRIFT_NEW = 0,
    APL_DRIFT_RAISED, /* it failed before, less severe */
    APL_DRIFT_CLOSED,
    APL_DRIFT_MUTED, /* it still fails, but was muted or exempted since */
    APL_DRIFT_LOST,  /* it failed before, and what it rests on could not be read any more */
} apl_drift_turn;
#define APL_DRIFT_TURN_COUNT 5
extern const char *const apl_drift_turn_names[]; /* by apl_drift_turn */

typedef struct apl_drift_relation {
    apl_str type;
    apl_str to; /* asset id */
    bool is_new;
} apl_drift_relation;

typedef struct apl_drift_finding {
    const apl_finding *finding; /* of the later side, but for a closed one */
    uint8_t turn;               /* apl_drift_turn */
    bool is_by_content;         /* its asset did not change, the content did: other rules, not another posture */
} apl_drift_finding;

typedef struct apl_drift_path {
    const apl_path *path;
    bool is_new;
} apl_drift_path;

/* What happened to one asset. */
typedef struct apl_drift_change {
    apl_asset_id before; /* APL_ASSET_NONE: it was not there */
    apl_asset_id after;
    uint8_t what; /* apl_drift_what */
    uint8_t risk; /* apl_drift_risk */
    apl_str actor; /* who wrote it last, as the provider says; empty: unknown */
    apl_str time;
    const apl_drift_value *values;
    size_t value_count;
    const apl_drift_relation *relations;
    size_t relation_count;
    const apl_drift_finding *findings;
    size_t finding_count;
    const apl_drift_path *paths; /* that touch it */
    size_t path_count;
} apl_drift_change;

/* One side of the comparison. `body` gives the body of an asset, or a missing value when none was kept. */
typedef struct apl_drift_side {
    const apl_snapshot *snapshot;
    apl_status (*body)(apl_value *out, apl_arena *arena, void *context, apl_asset_id asset);
    void *context;
} apl_drift_side;

typedef struct apl_drift {
    const apl_snapshot *before;
    const apl_snapshot *after;
    bool is_baseline;        /* `before` is an accepted baseline */
    bool has_other_content;  /* the rules differ between the two */
    const apl_drift_change *changes; /* the riskiest first, then by id */
    size_t change_count;
    const apl_drift_path *paths; /* by id */
    size_t path_count;
    uint64_t by_what[APL_DRIFT_WHAT_COUNT];
    uint64_t by_risk[APL_DRIFT_RISK_COUNT];
    uint64_t by_turn[APL_DRIFT_TURN_COUNT]; /* findings */
    uint64_t accepted; /* values */
    uint64_t new_paths;
    uint64_t closed_paths;
} apl_drift;

typedef struct apl_drift_options {
    const apl_acceptances *acceptances; /* or NULL */
    apl_instant now;
    bool is_baseline;
} apl_drift_options;

/* Compares; everything in `arena`, which with both snapshots must outlive *out. Bodies are asked for only where the
 * digests differ. A failure of `body` is passed on. */
apl_status apl_drift_compare(apl_drift *out, apl_arena *arena, const apl_drift_side *before,
                             const apl_drift_side *after, const apl_drift_options *options);

/* The asset of a change, on the later side when it is there. */
const apl_asset *apl_drift_asset(const apl_drift *drift, const apl_drift_change *change);

#endif
