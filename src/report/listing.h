/* report/listing.h: rows and columns, for everything that is a table.
 *
 * A listing gives its cells row by row, so that a million rows need no memory. Each column says where it is shown: a
 * terminal gets the few that help at a glance, CSV and JSON get all. The constructors below build the listings of the
 * product; each keeps pointers to what it lists and lives in the arena. */
#ifndef APL_REPORT_LISTING_H
#define APL_REPORT_LISTING_H

#include "bom/compare.h"
#include "evaluate/compliance.h"
#include "evaluate/drift.h"
#include "query/filter.h"
#include "remediate/plan.h"
#include "report/screen.h"

enum { APL_IN_TEXT = 1, APL_IN_CSV = 2, APL_IN_MARKDOWN = 4, APL_IN_JSON = 8 };
#define APL_IN_ALL (APL_IN_TEXT | APL_IN_CSV | APL_IN_MARKDOWN | APL_IN_JSON)
#define APL_IN_DATA (APL_IN_CSV | APL_IN_JSON)

#define APL_COLUMNS_MAX 32

typedef struct apl_column {
    const char *name;  /* member of JSON, header of CSV */
    const char *title; /* header for people */
    unsigned shown_in;
    unsigned width_min; /* columns that it keeps when the line is narrow */
    unsigned width_max; /* and what it takes at most; 0: as much as there is */
    apl_cut cut;
    bool is_severity; /* coloured */
    bool is_number;   /* right-aligned */
} apl_column;

typedef struct apl_listing apl_listing;
struct apl_listing {
    const char *name;   /* "checks": the member that holds the rows in JSON, the word for counts */
    const char *record; /* "check": what one row is called in JSON lines */
    const char *empty;  /* what to say when there is no row */
    const apl_column *columns;
    size_t column_count;
    size_t row_count;
    /* Fills one cell a column; texts live until the scratch arena is reset. Missing: empty. */
    void (*row)(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch);
    const apl_snapshot *snapshot;
    const uint32_t *numbers; /* rows of the snapshot, when it lists only some */
    const void *rows;        /* what the constructor lists otherwise */
};

apl_listing apl_listing_assets(const apl_snapshot *snapshot, const apl_selection *selection);
apl_listing apl_listing_findings(const apl_snapshot *snapshot, const apl_selection *selection);
/* What changed, one row an asset. */
apl_listing apl_listing_drift(const apl_drift *drift);
/* A plan of fixes, one row a step. */
apl_listing apl_listing_fix(const apl_fix_plan *plan, const apl_snapshot *snapshot);
/* What differs between two bills of materials, one row a part. */
apl_listing apl_listing_bom_differences(const apl_bom_differences *differences);
/* Every step of the attack graph, when the scan kept them. */
apl_listing apl_listing_edges(const apl_snapshot *snapshot);
apl_listing apl_listing_paths(const apl_snapshot *snapshot, const apl_selection *selection);

/* The content, as far as the filter's check and framework words and its text choose it. */
apl_listing apl_listing_checks(apl_arena *arena, const apl_content *content, const apl_filter *filter);
apl_listing apl_listing_services(apl_arena *arena, const apl_content *content, const apl_filter *filter);
apl_listing apl_listing_techniques(apl_arena *arena, const apl_content *content, const apl_filter *filter);
apl_listing apl_listing_frameworks(apl_arena *arena, const apl_content *content, const apl_filter *filter);

/* The controls of all frameworks of the result. */
apl_listing apl_listing_controls(apl_arena *arena, const apl_snapshot *snapshot, const apl_compliance_result *result);

/* Snapshots of a store, as it gave them. */
apl_listing apl_listing_snapshots(apl_arena *arena, const apl_scan_info *scans, const apl_summary *summaries,
                                  size_t count);

/* A list of texts, which are not copied. */
apl_value apl_cell_texts(apl_arena *scratch, const apl_str *texts, size_t count);

/* Each changed path with both values: `properties.publicNetworkAccess: "Disabled" -> "Enabled"`. In `scratch`. */
apl_value apl_cell_changes(apl_arena *scratch, const apl_drift_value *values, size_t count);

/* A cell as one line of text: texts joined by ", ", yes and no. In `scratch`. */
apl_str apl_cell_text(apl_arena *scratch, apl_value cell);

#endif
