/* unit/test_store_version.c: the merge of the rows that hold with those that a scan wants, and rows in bulk.
 *
 * The table here is a toy of the same form as those of the store. */
#include "unit/test_store_estate.h"

#include "store/schema.h"
#include "store/version.h"

static apl_status put_word(void *context, apl_insert *insert, const apl_version *version)
{
    const char *const *words = context;

    apl_insert_put_text(insert, apl_str_from(words[version->item]));
    return APL_OK;
}

static const apl_version_table table = {
    .name = "words",
    .has_subkey = true,
    .open_sql = "SELECT a, b, digest FROM words WHERE to_scan = " APL_OPEN_SQL " ORDER BY a, b",
    .close_sql = "UPDATE words SET to_scan = ?1 WHERE to_scan = " APL_OPEN_SQL " AND a = ?2 AND b = ?3",
    .insert_start = "INSERT INTO words (to_scan, a, b, from_scan, digest, word)",
    .insert_row = "(" APL_OPEN_SQL ", ?, ?, ?, ?, ?)",
    .put = put_word,
};

static apl_db *open_words(store_test *test)
{
    apl_db *db;

    assert_ok(apl_db_open(&db, test->path, APL_DB_WRITE));
    assert_ok(apl_db_run(db, "CREATE TABLE words (to_scan INTEGER, a INTEGER, b INTEGER, from_scan INTEGER, "
                             "digest INTEGER, word TEXT, PRIMARY KEY (to_scan, a, b)) STRICT, WITHOUT ROWID"));
    return db;
}

static const char *const words[] = {"zero", "one", "two", "three"};

static void write_words(apl_db *db, const apl_version *rows, size_t count, int64_t scan)
{
    apl_versions open;
    apl_versions wanted = {0};
    apl_version_change change = {.table = &table, .open = &open, .wanted = &wanted, .scan = scan};

    change.context = (void *)(uintptr_t)words;
    for (size_t i = 0; i < count; i++)
        APL_PUSH(&wanted, rows[i]);
    assert_ok(apl_versions_load(&open, db, &table));
    apl_versions_sort(&wanted);
    assert_ok(apl_versions_write(db, &change));
    apl_versions_free(&open);
    apl_versions_free(&wanted);
}

static int64_t number_of(apl_db *db, const char *sql)
{
    int64_t number;

    assert_ok(apl_db_number(&number, db, sql));
    return number;
}

static void rows_open_close_and_stay(void **state)
{
    static const apl_version first[] = {{5, 1, 10, 0}, {1, 1, 11, 1}, {1, -2, 12, 2}};
    static const apl_version second[] = {{1, 1, 11, 1}, {5, 1, 99, 3}, {9, 0, 13, 0}};
    store_test *test = *state;
    apl_db *db = open_words(test);

    write_words(db, first, 3, 1);
    uint64_t before = apl_db_changes(db);
    write_words(db, second, 3, 2);
    assert_int_equal(apl_db_changes(db) - before, 4); /* one away, one changed, one new */
    assert_int_equal(number_of(db, "SELECT count(*) FROM words WHERE to_scan = 2"), 2);
    assert_int_equal(number_of(db, "SELECT from_scan FROM words WHERE a = 1 AND b = 1"), 1);
    assert_int_equal(number_of(db, "SELECT word = 'three' FROM words WHERE a = 5 AND from_scan = 2"), 1);
    write_words(db, NULL, 0, 3);
    assert_int_equal(number_of(db, "SELECT count(*) FROM words WHERE to_scan = " APL_OPEN_SQL), 0);
    apl_db_close(db);
}

static void sorting_is_stable_whatever_the_order(void **state)
{
    uint32_t seed = 12345;

    (void)state;
    for (uint32_t count = 0; count < 200; count++) {
        apl_versions versions = {0};
        for (uint32_t i = 0; i < count; i++) {
            seed = seed * 1664525u + 1013904223u;
            apl_version row = {.key = (int64_t)(seed >> 28) - 8, .subkey = count % 3 ? (seed >> 26) & 3 : 0, .item = i};
            APL_PUSH(&versions, row);
        }
        apl_versions_sort(&versions);
        assert_int_equal(versions.count, count);
        for (uint32_t i = 1; i < count; i++) {
            const apl_version *row = &versions.items[i];
            bool is_after = row[-1].key < row->key || (row[-1].key == row->key && row[-1].subkey < row->subkey) ||
                            (row[-1].key == row->key && row[-1].subkey == row->subkey && row[-1].item < row->item);
            assert_true(is_after);
        }
        apl_versions_free(&versions);
    }
}

/* Around the number of rows of one statement, with texts that make it go early. */
static void rows_in_bulk_are_all_written(void **state)
{
    static const size_t counts[] = {0, 1, 31, 32, 33, 64, 100};
    store_test *test = *state;
    apl_db *db;
    char *large = calloc(1, 600000);

    memset(large, 'x', 600000);
    assert_ok(apl_db_open(&db, test->path, APL_DB_WRITE));
    assert_ok(apl_db_run(db, "CREATE TABLE rows (number INTEGER PRIMARY KEY, text TEXT, bytes BLOB, none TEXT)"));
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        apl_insert *insert;
        assert_ok(apl_db_run(db, "DELETE FROM rows"));
        assert_ok(apl_insert_new(&insert, db, "INSERT INTO rows (number, text, bytes, none)", "(?, ?, ?, ?)"));
        for (size_t i = 0; i < counts[c]; i++) {
            apl_str text = i % 10 == 9 ? apl_str_make(large, 600000) : APL_STR_NONE;
            apl_insert_put_number(insert, (int64_t)i);
            apl_insert_put_text(insert, text);
            apl_insert_put_bytes(insert, &i, sizeof i);
            apl_insert_put_null(insert);
            assert_ok(apl_insert_add(insert));
        }
        assert_ok(apl_insert_finish(insert));
        apl_insert_free(insert);
        assert_int_equal(number_of(db, "SELECT count(*) FROM rows WHERE length(bytes) = 8 AND none IS NULL"),
                         counts[c]);
        assert_int_equal(number_of(db, "SELECT count(*) FROM rows WHERE length(text) = 600000"), counts[c] / 10);
        assert_int_equal(number_of(db, "SELECT count(*) FROM rows WHERE text = ''"), counts[c] - counts[c] / 10);
    }
    apl_db_close(db);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_open_close_and_stay, store_setup, store_teardown),
        cmocka_unit_test(sorting_is_stable_whatever_the_order),
        cmocka_unit_test_setup_teardown(rows_in_bulk_are_all_written, store_setup, store_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
