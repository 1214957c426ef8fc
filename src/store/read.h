/* store/read.h: what the parts of one read share; for the files of this folder only.
 *
 * Assets come first, in the order of the store; they are brought into the order of their ids, and all later parts
 * translate the store's numbers into places in the estate. */
#ifndef APL_STORE_READ_H
#define APL_STORE_READ_H

#include "store/handle.h"

typedef struct apl_read {
    apl_store *store;
    apl_db *db;
    apl_estate *estate;
    apl_arena *scratch; /* as long as the read */
    apl_arena *arena;   /* as long as the snapshot */
    apl_scan_row scan;
    apl_str *texts; /* by string number: the estate's own copy, made when first asked for */
    size_t text_count;
    apl_asset_id *places; /* by asset number: where it is in the estate, or APL_ASSET_NONE */
    size_t place_count;
    int64_t *bodies; /* by asset: number of its body, 0: none */
} apl_read;

apl_status apl_read_assets(apl_read *read);
apl_status apl_read_relations(apl_read *read);
apl_status apl_read_exposures(apl_read *read);
apl_status apl_read_findings(apl_read *read);
apl_status apl_read_coverage(apl_read *read);
apl_status apl_read_paths(apl_read *read);

/* The value of one body, which must exist. */
apl_status apl_read_body(apl_value *out, apl_arena *arena, apl_store *store, int64_t body);

/* A query over the rows that hold in this scan: ?1 is its number. */
apl_status apl_read_query(apl_query **out, const apl_read *read, const char *sql);

/* The estate's place of an asset number; APL_ASSET_NONE when this snapshot lacks it. */
static inline apl_asset_id apl_read_place(const apl_read *read, uint64_t number)
{
    return number < read->place_count ? read->places[number] : APL_ASSET_NONE;
}

/* The text of a string number, as long as the estate lives; one copy however often it is asked for. */
apl_str apl_read_string(apl_read *read, int64_t number);

/* The string in a column. */
static inline apl_str apl_read_column(apl_read *read, const apl_query *query, int column)
{
    return apl_read_string(read, apl_query_number(query, column));
}

#endif
