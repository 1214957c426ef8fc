/* store/store.h: snapshots in time.
 *
 * A scan is written in one transaction, as the difference from the newest snapshot: a row that did not change is not
 * touched. Any earlier snapshot is read back whole. A process that is killed at any moment leaves the store
 * with the snapshots that were complete. Many processes may read while one writes; a second writer waits.
 * A store belongs to one thread at a time. */
#ifndef APL_STORE_STORE_H
#define APL_STORE_STORE_H

#include "model/scan.h"

typedef struct apl_store apl_store;

/* How long a writer waits for another one: the largest snapshot in the budget is written in a quarter of it. */
#define APL_STORE_WAIT_MS 60000

/* Opens the store at a path, `sqlite:///relative/path`, `sqlite:////absolute/path` or `:memory:` (gone when closed).
 * For writing, a missing file is made and an older one is brought up to date. Otherwise nothing is written, except
 * that an older file is brought up to date first. APL_E_STORE: a file of another program, of a newer aplomb, or a
 * damaged one; for reading also a file that does not exist. APL_E_UNSUPPORTED: postgresql:// URLs. */
apl_status apl_store_open(apl_store **out, const char *url, bool for_writing);
void apl_store_close(apl_store *store); /* NULL is allowed */

/* Writes one scan in one transaction; the estate is linked and evaluated. Bodies are kept when the estate spooled
 * them. The id of the scan must be new. Compresses on all cores; about 10 us an asset and core when all is new. */
apl_status apl_store_write(apl_store *store, const apl_snapshot *snapshot);

/* All snapshots, newest first, in `arena`. */
apl_status apl_store_scans(apl_scan_info **out, size_t *count, apl_arena *arena, apl_store *store);

/* The counts that were written with a snapshot; reads one row. */
apl_status apl_store_summary(apl_summary *out, apl_store *store, apl_str snapshot_id);

/* What a snapshot came to, out of its row alone. */
typedef struct apl_store_point {
    apl_scan_info scan;
    apl_summary summary;
    bool has_score;
    double score;
    double score_low;
    double score_high;
    const apl_framework_count *frameworks; /* none in a snapshot of an older program */
    size_t framework_count;
} apl_store_point;

typedef struct apl_store_points_options {
    apl_str snapshot_id;
    size_t most;
} apl_store_points_options;

/* The snapshot with this id (as for apl_store_read) and at most `most` - 1 before it, oldest first, in `arena`. Reads
 * one row each. */
apl_status apl_store_points(apl_store_point **out, size_t *count, apl_arena *arena, apl_store *store,
                            const apl_store_points_options *options);

typedef struct apl_store_read_options {
    const apl_vocabulary *vocabulary; /* gives kinds and relations their numbers; must outlive the estate */
    bool wants_bodies;
} apl_store_read_options;

/* Reads a snapshot as it was after its scan, but for plans, records, origins and source files, which are not kept:
 * values that rules asked for are in the bodies, tags stand at the asset. `snapshot_id` is an id, its beginning when
 * that is unique, or empty or "latest". out->estate is the caller's: apl_estate_free; the struct itself, the scan
 * and the bodies are in `arena`. A relation whose type the vocabulary lacks is left out; an unknown kind is 0. */
apl_status apl_store_read(apl_snapshot *out, apl_arena *arena, apl_store *store, apl_str snapshot_id,
                          const apl_store_read_options *options);

/* Loads bodies of a snapshot that was read without, of those assets that are wanted, into `arena`. */
typedef bool apl_store_wants(const apl_estate *estate, apl_asset_id asset);
apl_status apl_store_bodies(apl_snapshot *snapshot, apl_arena *arena, apl_store *store, apl_store_wants *wants);

/* The body of one asset as a value in `arena`, missing when none was kept. APL_E_USAGE when the snapshot has no such
 * asset. */
apl_status apl_store_body(apl_value *out, apl_arena *arena, apl_store *store, apl_str snapshot_id, apl_str asset_id);

/* A scan as a point in time. */
typedef struct apl_store_moment {
    apl_str scan_id; /* empty: has not come yet */
    apl_str started;
} apl_store_moment;

typedef struct apl_store_change {
    apl_str field; /* "exposure", "tags", "body" ... */
    apl_str before;
    apl_str after; /* both empty for the body, of which only the fact is told */
} apl_store_change;

/* From scan `from` until before scan `to` the asset was the same. Between two intervals it may have been away. */
typedef struct apl_asset_interval {
    apl_store_moment from;
    apl_store_moment to;
    const apl_store_change *changes; /* against the interval before */
    uint32_t change_count;
} apl_asset_interval;

/* From scan `from` until before scan `to` the finding had this status. After `to` without a further interval it
 * was gone: passed, or the asset vanished. */
typedef struct apl_finding_interval {
    apl_store_moment from;
    apl_store_moment to;
    apl_str rule_id;
    apl_str reason;
    uint8_t status;   /* apl_finding_status */
    uint8_t severity; /* apl_severity */
} apl_finding_interval;

typedef struct apl_history {
    const apl_asset_interval *assets; /* oldest first */
    size_t asset_count;
    const apl_finding_interval *findings; /* by rule, oldest first */
    size_t finding_count;
} apl_history;

/* Everything that is known of one asset and its findings over time, in `arena`; with a rule id, of that rule's
 * finding only. Both counts are 0 when the store never saw the asset. */
apl_status apl_store_history(apl_history *out, apl_arena *arena, apl_store *store, apl_str asset_id, apl_str rule_id);

/* Which rule and asset a finding id stands for, in any snapshot; both empty when the store never saw it. Reads all
 * findings of the newest snapshot and, when it is not there, those of earlier ones. */
typedef struct apl_finding_key {
    apl_str rule_id;
    apl_str asset_id;
} apl_finding_key;
apl_status apl_store_find_finding(apl_finding_key *out, apl_arena *arena, apl_store *store, apl_str finding_id);

#endif
