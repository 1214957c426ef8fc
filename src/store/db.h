/* store/db.h: the one face over SQLite; db.c is the only file that knows its binding details.
 *
 * A database and its queries belong to one thread at a time. Failures are worded here, with the path and what to do;
 * callers pass the status on. Texts and bytes that are put into a query must live until it has run; what a
 * query gives lives until its next row. */
#ifndef APL_STORE_DB_H
#define APL_STORE_DB_H

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"

typedef struct apl_db apl_db;
typedef struct apl_query apl_query;

typedef enum apl_db_mode {
    APL_DB_READ,   /* the file must be there */
    APL_DB_FROZEN, /* the same for a folder where nothing can be written: SQLite makes no lock files */
    APL_DB_WRITE,  /* the file is made when it is not there */
} apl_db_mode;

/* Opens without reading a byte: damage shows with the first query. `path` may be ":memory:". */
apl_status apl_db_open(apl_db **out, const char *path, apl_db_mode mode);

/* NULL is allowed. All queries must have been freed. */
void apl_db_close(apl_db *db);

/* How long a query waits for another writer before it fails; APL_STORE_WAIT_MS when not set. */
void apl_db_set_wait(apl_db *db, int wait_ms);

/* Runs statements that give nothing back. */
apl_status apl_db_run(apl_db *db, const char *sql);

/* Takes back the transaction that is open, if any. The message of the failure stays. */
void apl_db_give_up(apl_db *db);

/* The first column of the first row; 0 when there is none or when it is NULL. */
apl_status apl_db_number(int64_t *out, apl_db *db, const char *sql);

/* Rows inserted, changed and deleted since the database was opened. */
uint64_t apl_db_changes(const apl_db *db);

/* True when the last failure may be that lock files could not be made: then APL_DB_FROZEN may do. */
bool apl_db_needs_frozen(const apl_db *db);

/* Parameters of `sql` are numbered ?1, ?2 ... `sql` must live as long as the query. */
apl_status apl_query_new(apl_query **out, apl_db *db, const char *sql);
void apl_query_free(apl_query *query); /* NULL is allowed */

/* Fills the next parameter; running starts again at the first one. A fault shows when the query runs. */
void apl_query_put_number(apl_query *query, int64_t number);
void apl_query_put_text(apl_query *query, apl_str text);
void apl_query_put_bytes(apl_query *query, const void *bytes, size_t size);
void apl_query_put_null(apl_query *query);

/* Runs a query that gives nothing back. */
apl_status apl_query_run(apl_query *query);

/* Goes to the next row; *has_row is false after the last one and on failure. */
apl_status apl_query_next(bool *has_row, apl_query *query);

/* Ends a query before its last row. */
void apl_query_stop(apl_query *query);

/* Columns of the present row count from 0. NULL reads as 0 or as the empty text. */
int64_t apl_query_number(const apl_query *query, int column);
apl_str apl_query_text(const apl_query *query, int column);
apl_str apl_query_bytes(const apl_query *query, int column);
bool apl_query_is_null(const apl_query *query, int column);

#endif
