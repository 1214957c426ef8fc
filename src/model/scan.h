/* model/scan.h: what a scan is called and what it was made of; with its estate it is a snapshot.
 *
 * Filled by the pipeline (src/scan) or read back by the store; reports and queries need nothing else. */
#ifndef APL_MODEL_SCAN_H
#define APL_MODEL_SCAN_H

#include "model/estate.h"
#include "model/simulation.h"

typedef struct apl_scan_info {
    apl_str id;      /* 32 hexadecimal digits */
    apl_str started; /* ISO 8601 */
    apl_str finished;
    apl_str version; /* of the program */
    apl_str content; /* digest of the content in force */
    uint64_t documents;
    const apl_str *sources;
    size_t source_count;
} apl_scan_info;

typedef struct apl_snapshot {
    apl_scan_info scan;
    apl_estate *estate;
    apl_simulation *simulation; /* NULL: none was asked for */
    apl_value *bodies;          /* by asset, or NULL when the bodies were not loaded */
    const int64_t *body_rows;   /* by asset: where its body is in the store, 0: nowhere; NULL: not out of a store */
} apl_snapshot;

typedef struct apl_summary {
    uint64_t assets;                       /* read ones */
    uint64_t ai_assets;                    /* read ones that are AI */
    uint64_t findings[APL_SEVERITY_COUNT]; /* fail only */
    uint64_t by_status[APL_STATUS_COUNT];
    uint64_t paths;
    bool is_partial; /* a coverage row is partial or unread: exit code 3 */
} apl_summary;

apl_summary apl_snapshot_summary(const apl_snapshot *snapshot);

#endif
