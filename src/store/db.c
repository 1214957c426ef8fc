/* store/db.c: SQLite behind our own words for opening, asking and failing.
 *
 * Every message about the store file is written here, once, with its path and what the operator can do. A file may come
 * from anybody: its schema is not trusted, and what it says is checked by those who read it. */
#include "store/db.h"

#include <sqlite3.h>

#include "store/store.h"

struct apl_db {
    sqlite3 *handle;
    char *path;
    int wait_ms;
    int last_code;
};

struct apl_query {
    apl_db *db;
    sqlite3_stmt *statement;
    int parameter; /* the last one that was filled */
    int code;      /* the first fault while filling */
};

static apl_status db_fail(apl_db *db, int code)
{
    const char *why = sqlite3_errmsg(db->handle);

    db->last_code = code & 0xff;
    if (db->last_code == SQLITE_BUSY || db->last_code == SQLITE_LOCKED)
        return apl_fail(APL_E_STORE,
                        "%s: another scan is writing to this store; waited %d s, try again when it is done", db->path,
                        db->wait_ms / 1000);
    if (db->last_code == SQLITE_CORRUPT)
        return apl_fail(APL_E_STORE, "%s: the store is damaged (%s); put back a copy or name another file with --store",
                        db->path, why);
    if (db->last_code == SQLITE_NOTADB)
        return apl_fail(APL_E_STORE, "%s: this is no store of aplomb; name another file with --store", db->path);
    if (db->last_code == SQLITE_FULL)
        return apl_fail(APL_E_IO, "%s: no room is left on the disk; the store is as it was before", db->path);
    if (db->last_code == SQLITE_READONLY || db->last_code == SQLITE_PERM)
        return apl_fail(APL_E_IO, "%s: the store may not be written (%s)", db->path, why);
    if (db->last_code == SQLITE_CANTOPEN)
        return apl_fail(APL_E_IO, "%s: the store cannot be opened; does the folder exist, and may you write to it?",
                        db->path);
    if (db->last_code == SQLITE_IOERR)
        return apl_fail(APL_E_IO, "%s: the store cannot be read or written (%s)", db->path, why);
    return apl_fail(APL_E_STORE, "%s: the store refused: %s", db->path, why);
}

/* `file:` name for a path: what would end the path or start an escape is escaped. */
static void uri_of(apl_text *out, const char *path)
{
    apl_text_add(out, APL_STR("file:"));
    for (const char *c = path; *c; c++) {
        if (*c == '%' || *c == '?' || *c == '#')
            apl_text_add_format(out, "%%%02x", (unsigned)(unsigned char)*c);
        else
            apl_text_add_char(out, *c);
    }
    apl_text_add(out, APL_STR("?immutable=1"));
    apl_text_add_char(out, 0);
}

#define URI_BYTES_MAX (64u << 10)

static int open_handle(apl_db *db, apl_db_mode mode)
{
    apl_text uri;
    int code;

    if (mode == APL_DB_WRITE)
        return sqlite3_open_v2(db->path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                               NULL);
    if (mode == APL_DB_READ)
        return sqlite3_open_v2(db->path, &db->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

    apl_text_init(&uri, URI_BYTES_MAX);
    uri_of(&uri, db->path);
    code = sqlite3_open_v2(uri.data, &db->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
    apl_text_free(&uri);
    return code;
}

apl_status apl_db_open(apl_db **out, const char *path, apl_db_mode mode)
{
    apl_db *db = apl_memory_new(sizeof *db);
    size_t size = strlen(path) + 1;
    int code;

    *out = NULL;
    db->path = apl_memory_new(size);
    memcpy(db->path, path, size);
    code = open_handle(db, mode);
    if (code != SQLITE_OK) {
        apl_status status = db_fail(db, code);
        apl_db_close(db);
        return status;
    }
    apl_db_set_wait(db, APL_STORE_WAIT_MS);
    (void)sqlite3_extended_result_codes(db->handle, 1);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    *out = db;
    return APL_OK;
}

void apl_db_close(apl_db *db)
{
    if (db == NULL)
        return;
    int code = sqlite3_close(db->handle);
    APL_ASSERT(code == SQLITE_OK);
    apl_memory_free(db->path);
    apl_memory_free(db);
}

void apl_db_set_wait(apl_db *db, int wait_ms)
{
    db->wait_ms = wait_ms;
    (void)sqlite3_busy_timeout(db->handle, wait_ms);
}

apl_status apl_db_run(apl_db *db, const char *sql)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? APL_OK : db_fail(db, code);
}

void apl_db_give_up(apl_db *db)
{
    /* Without an open transaction there is nothing to take back: SQLite did so itself, and its complaint is no news. */
    (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

apl_status apl_db_number(int64_t *out, apl_db *db, const char *sql)
{
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_query_new(&query, db, sql);

    *out = 0;
    if (status == APL_OK)
        status = apl_query_next(&has_row, query);
    if (has_row)
        *out = apl_query_number(query, 0);
    apl_query_free(query);
    return status;
}

uint64_t apl_db_changes(const apl_db *db)
{
    return (uint64_t)sqlite3_total_changes64(db->handle);
}

bool apl_db_needs_frozen(const apl_db *db)
{
    return db->last_code == SQLITE_CANTOPEN || db->last_code == SQLITE_READONLY;
}

apl_status apl_query_new(apl_query **out, apl_db *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);

    *out = NULL;
    if (code != SQLITE_OK)
        return db_fail(db, code);
    *out = apl_memory_new(sizeof **out);
    **out = (apl_query){.db = db, .statement = statement};
    return APL_OK;
}

void apl_query_free(apl_query *query)
{
    if (query == NULL)
        return;
    (void)sqlite3_finalize(query->statement); /* repeats the code of the last run, which was reported then */
    apl_memory_free(query);
}

static void filled(apl_query *query, int code)
{
    if (code != SQLITE_OK && query->code == SQLITE_OK)
        query->code = code;
}

void apl_query_put_number(apl_query *query, int64_t number)
{
    filled(query, sqlite3_bind_int64(query->statement, ++query->parameter, number));
}

void apl_query_put_text(apl_query *query, apl_str text)
{
    filled(query, sqlite3_bind_text(query->statement, ++query->parameter, text.size ? text.data : "", (int)text.size,
                                    SQLITE_STATIC));
}

void apl_query_put_bytes(apl_query *query, const void *bytes, size_t size)
{
    filled(query, sqlite3_bind_blob64(query->statement, ++query->parameter, size ? bytes : "", size, SQLITE_STATIC));
}

void apl_query_put_null(apl_query *query)
{
    filled(query, sqlite3_bind_null(query->statement, ++query->parameter));
}

void apl_query_stop(apl_query *query)
{
    (void)sqlite3_reset(query->statement); /* repeats the code of the last run, which was reported then */
    query->parameter = 0;
    query->code = SQLITE_OK;
}

apl_status apl_query_next(bool *has_row, apl_query *query)
{
    int code = query->code == SQLITE_OK ? sqlite3_step(query->statement) : query->code;
    apl_status status = APL_OK;

    *has_row = code == SQLITE_ROW;
    if (*has_row)
        return APL_OK;
    if (code != SQLITE_DONE)
        status = db_fail(query->db, code);
    apl_query_stop(query);
    return status;
}

apl_status apl_query_run(apl_query *query)
{
    bool has_row;
    apl_status status = apl_query_next(&has_row, query);

    APL_ASSERT(!has_row);
    return status;
}

int64_t apl_query_number(const apl_query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

apl_str apl_query_text(const apl_query *query, int column)
{
    const void *text = sqlite3_column_text(query->statement, column);

    return text ? apl_str_make(text, (size_t)sqlite3_column_bytes(query->statement, column)) : APL_STR_NONE;
}

apl_str apl_query_bytes(const apl_query *query, int column)
{
    const void *bytes = sqlite3_column_blob(query->statement, column);

    return bytes ? apl_str_make(bytes, (size_t)sqlite3_column_bytes(query->statement, column)) : APL_STR_NONE;
}

bool apl_query_is_null(const apl_query *query, int column)
{
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}
