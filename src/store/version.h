/* store/version.h: which rows of a table open, close or stay when a scan is written.
 *
 * Every table over time (assets, relations, findings, rules, coverage) works alike: the rows that hold are loaded as
 * keys and digests in key order, and merged with what the scan wants to hold. Equal rows are not touched. */
#ifndef APL_STORE_VERSION_H
#define APL_STORE_VERSION_H

#include "store/insert.h"

/* One row as far as the merge knows it. `item` is the caller's: an index into what the scan brought. */
typedef struct apl_version {
    int64_t key;
    int64_t subkey; /* 0 where the table has one key only */
    uint64_t digest;
    uint32_t item;
} apl_version;

typedef struct apl_versions {
    apl_version *items;
    size_t count;
    size_t capacity;
} apl_versions;

typedef struct apl_version_table {
    const char *name;
    bool has_subkey;
    const char *open_sql;     /* key, subkey (or 0), digest of the rows that hold, in key order */
    const char *close_sql;    /* ?1 scan, ?2 key, ?3 subkey if any: ends a row */
    const char *insert_start; /* see insert.h; the columns to_scan, key, subkey if any, from_scan, digest come first */
    const char *insert_row;
    apl_status (*put)(void *context, apl_insert *insert, const apl_version *version); /* the columns after them */
} apl_version_table;

void apl_versions_free(apl_versions *versions);

/* Sorts by key; cheap when they are in order already. */
void apl_versions_sort(apl_versions *versions);

/* The rows that hold. */
apl_status apl_versions_load(apl_versions *out, apl_db *db, const apl_version_table *table);

/* Makes the table hold `wanted` from `scan` on. Both lists are in key order; a key that stands twice in `wanted` is a
 * failure. `open` is what apl_versions_load gave. */
typedef struct apl_version_change {
    const apl_version_table *table;
    const apl_versions *open;
    const apl_versions *wanted;
    int64_t scan;
    void *context;                        /* for table->put */
    apl_status (*between)(void *context); /* called now and then while rows are inserted; may be NULL */
    void *between_context;
} apl_version_change;
apl_status apl_versions_write(apl_db *db, const apl_version_change *change);

#endif
