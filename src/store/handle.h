/* store/handle.h: what an open store consists of; for the files of this folder only.
 *
 * Everything that must be prepared once and dropped with the store hangs here. */
#ifndef APL_STORE_HANDLE_H
#define APL_STORE_HANDLE_H

#include "store/dictionary.h"
#include "store/schema.h"
#include "store/store.h"
#include "store/strings.h"

struct apl_store {
    apl_db *db;
    char *path;
    bool for_writing;
    apl_strings strings;
    apl_dictionaries dictionaries;
};

/* A snapshot of the store. */
typedef struct apl_scan_row {
    int64_t number;
    apl_scan_info info;
    apl_str summary; /* JSON */
    uint64_t passes;
    apl_str reads; /* packed, see pack.h; empty: none */
} apl_scan_row;

/* The store is empty, or as good as. */
#define APL_NO_SNAPSHOT "there is no snapshot in this store yet; `aplomb scan SOURCE...` makes one"

/* Settles the store for many readers and one writer, once it has something to read. */
void apl_store_after_first_scan(apl_store *store);

/* Finds a snapshot by its id, the beginning of it, "latest" or nothing; copies into `arena`. APL_E_USAGE names the
 * id and what the store has instead. */
apl_status apl_scan_find(apl_scan_row *out, apl_arena *arena, apl_store *store, apl_str snapshot_id);

/* The number of the asset with this id in the store, as its provider compares, or 0. */
apl_status apl_store_asset_number(int64_t *out, apl_store *store, apl_str asset_id);

#endif
