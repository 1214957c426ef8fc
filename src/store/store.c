/* store/store.c: opens a store file, checks that it is one, and closes it.
 *
 * A file is taken only when it is an SQLite file of ours, whole, and of a schema that this program knows. Whatever else
 * stands at the path is refused with one line and left as it is. */
#include "store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "store/handle.h"
#include "store/migrate.h"

/* Settings of every connection. A small cache is enough for readers: they pass through each table once. */
static const char reading_settings[] = "PRAGMA cache_size = -65536; PRAGMA cell_size_check = ON; "
                                       "PRAGMA temp_store = MEMORY;";

/* The page size holds for a new file only: with 8 KiB most rows of an asset share a page with twenty others. The
 * journal may stay as long as readers hold it, but not larger than a usual scan needs. */
static const char writing_settings[] = "PRAGMA page_size = 8192; PRAGMA journal_size_limit = 67108864; "
                                       "PRAGMA cache_size = -262144; PRAGMA cell_size_check = ON; "
                                       "PRAGMA temp_store = MEMORY;";

/* Readers and a writer do not disturb each other with this journal; it keeps a store whole without waiting for the disk
 * at every commit. */
static const char journal_settings[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* The path inside a URL; *out points into `url`. */
static apl_status path_of(const char **out, const char *url)
{
    *out = url;
    if (starts_with(url, "postgresql://") || starts_with(url, "postgres://"))
        return apl_fail(APL_E_UNSUPPORTED, "%s: this build stores in SQLite files only; name one with --store FILE",
                        "postgresql://");
    if (starts_with(url, "sqlite:///")) {
        *out = url + strlen("sqlite:///");
    } else if (strstr(url, "://")) {
        return apl_fail(APL_E_USAGE, "%s: a store is a file or sqlite:///FILE", url);
    }
    if (**out == 0)
        return apl_fail(APL_E_USAGE, "the store has no name; name a file with --store");
    return APL_OK;
}

static bool is_in_memory(const char *path)
{
    return strcmp(path, ":memory:") == 0;
}

static uint64_t size_of_file(const char *path, const char *suffix)
{
    struct stat found;
    apl_text name;
    uint64_t size = 0;

    apl_text_init(&name, SIZE_MAX);
    apl_text_add(&name, apl_str_from(path));
    apl_text_add(&name, apl_str_from(suffix));
    apl_text_add_char(&name, 0);
    if (stat(name.data, &found) == 0)
        size = (uint64_t)found.st_size;
    apl_text_free(&name);
    return size;
}

/* What a file says of itself. */
typedef struct store_mark {
    int64_t application;
    int64_t version;
    int64_t tables;
    int64_t strangers; /* triggers and views: ours has none */
    int64_t pages;
    int64_t page_bytes;
} store_mark;

static apl_status read_mark(store_mark *out, apl_db *db)
{
    static const char strangers[] = "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')";
    apl_status status = apl_db_number(&out->tables, db, "SELECT count(*) FROM sqlite_schema");

    if (status == APL_OK)
        status = apl_db_number(&out->application, db, "PRAGMA application_id");
    if (status == APL_OK)
        status = apl_db_number(&out->version, db, "PRAGMA user_version");
    if (status == APL_OK)
        status = apl_db_number(&out->strangers, db, strangers);
    if (status == APL_OK)
        status = apl_db_number(&out->pages, db, "PRAGMA page_count");
    if (status == APL_OK)
        status = apl_db_number(&out->page_bytes, db, "PRAGMA page_size");
    return status;
}

/* A file that is being made has neither tables nor a mark. */
static bool is_blank(const store_mark *mark)
{
    return mark->tables == 0 && mark->application == 0 && mark->version == 0;
}

static apl_status check_mark(const store_mark *mark, const char *path)
{
    if (is_blank(mark))
        return APL_OK;
    if (mark->application != APL_STORE_APPLICATION || mark->strangers || mark->version < 1)
        return apl_fail(APL_E_STORE, "%s: this is no store of aplomb; name another file with --store", path);
    if (mark->version > (int64_t)apl_schema_step_count)
        return apl_fail(APL_E_STORE,
                        "%s: a newer aplomb wrote this store (schema %" PRId64 ", this program knows %zu); update "
                        "aplomb",
                        path, mark->version, apl_schema_step_count);
    /* With a journal beside it the file may rightly be shorter than it will be. */
    if (!is_in_memory(path) && size_of_file(path, "-wal") == 0 &&
        size_of_file(path, "") < (uint64_t)(mark->pages * mark->page_bytes))
        return apl_fail(APL_E_STORE,
                        "%s: the store is damaged (its end is missing); put back a copy or name another "
                        "file with --store",
                        path);
    return APL_OK;
}

void apl_store_after_first_scan(apl_store *store)
{
    /* Refused while somebody else has the file open; then the next writer does it. */
    apl_db_set_wait(store->db, 0);
    (void)apl_db_run(store->db, journal_settings);
    apl_db_set_wait(store->db, APL_STORE_WAIT_MS);
}

/* The first scan is written without the write-ahead journal: there is nothing to read yet, and a journal that holds
 * all of it would only be copied. SQLite's rollback journal is small then and keeps the store whole as well. */
static apl_status choose_journal(apl_store *store)
{
    int64_t scans;
    apl_status status = apl_db_number(&scans, store->db, "SELECT count(*) FROM (SELECT 1 FROM scans LIMIT 1)");

    return status == APL_OK && scans ? apl_db_run(store->db, journal_settings) : status;
}

static apl_status open_for_writing(apl_store *store)
{
    store_mark mark;
    apl_status status = apl_db_open(&store->db, store->path, APL_DB_WRITE);

    if (status == APL_OK)
        status = read_mark(&mark, store->db);
    if (status == APL_OK)
        status = check_mark(&mark, store->path);
    if (status == APL_OK)
        status = apl_db_run(store->db, writing_settings);
    if (status == APL_OK)
        status = apl_migrate(store->db, apl_schema_steps, apl_schema_step_count);
    return status == APL_OK ? choose_journal(store) : status;
}

/* In a folder where nothing can be written SQLite cannot make its lock files; then, and without a journal, nobody
 * else can be writing either, and the file is read as it lies. */
static apl_status open_where_readable(store_mark *mark, apl_store *store)
{
    apl_status status = apl_db_open(&store->db, store->path, APL_DB_READ);

    if (status == APL_OK)
        status = read_mark(mark, store->db);
    if (status == APL_OK || store->db == NULL || !apl_db_needs_frozen(store->db))
        return status;
    if (size_of_file(store->path, "-wal") > 0)
        return status;
    apl_db_close(store->db);
    status = apl_db_open(&store->db, store->path, APL_DB_FROZEN);
    return status == APL_OK ? read_mark(mark, store->db) : status;
}

static apl_status open_for_reading(apl_store *store)
{
    store_mark mark;
    struct stat found;
    apl_status status;

    if (!is_in_memory(store->path) && stat(store->path, &found) != 0) {
        if (errno == ENOENT)
            return apl_fail(APL_E_STORE, "%s: there is no store yet; `aplomb scan SOURCE...` makes one", store->path);
        return apl_fail(APL_E_IO, "%s: %s", store->path, strerror(errno));
    }
    /* Only the first scan has a rollback journal: it is being written, or it was killed. */
    if (size_of_file(store->path, "-journal") > 0)
        return apl_fail(APL_E_STORE, "%s: " APL_NO_SNAPSHOT, store->path);
    status = open_where_readable(&mark, store);
    if (status == APL_OK)
        status = check_mark(&mark, store->path);
    if (status == APL_OK && is_blank(&mark))
        return apl_fail(APL_E_STORE, "%s: " APL_NO_SNAPSHOT, store->path);
    if (status == APL_OK && mark.version < (int64_t)apl_schema_step_count) {
        apl_db_close(store->db);
        store->db = NULL;
        status = open_for_writing(store);
    }
    return status == APL_OK ? apl_db_run(store->db, reading_settings) : status;
}

apl_status apl_store_open(apl_store **out, const char *url, bool for_writing)
{
    const char *path;
    apl_store *store;
    apl_status status = path_of(&path, url);

    *out = NULL;
    if (status != APL_OK)
        return status;
    store = apl_memory_new(sizeof *store);
    store->path = apl_memory_new(strlen(path) + 1);
    memcpy(store->path, path, strlen(path) + 1);
    store->for_writing = for_writing;
    status = for_writing ? open_for_writing(store) : open_for_reading(store);
    apl_strings_init(&store->strings, store->db);
    apl_dictionaries_init(&store->dictionaries, store->db);
    if (status == APL_OK)
        *out = store;
    else
        apl_store_close(store);
    return status;
}

void apl_store_close(apl_store *store)
{
    if (store == NULL)
        return;
    apl_strings_free(&store->strings);
    apl_dictionaries_free(&store->dictionaries);
    apl_db_close(store->db);
    apl_memory_free(store->path);
    apl_memory_free(store);
}
