/* unit/test_store_migrate.c: schema steps run in order, once, and all or none.
 *
 * The mechanism is tested with steps of its own; the last test holds the released steps to their digests, so that
 * nobody edits one. */
#include "unit/test_store_estate.h"

#include "store/db.h"
#include "store/migrate.h"

static const char *const make_words[] = {"CREATE TABLE words (word TEXT, length INTEGER) STRICT",
                                         "INSERT INTO words (word) VALUES ('one'), ('three')", NULL};
static const char *const fill_lengths[] = {"UPDATE words SET length = length(word)", NULL};
static const char *const add_totals[] = {"CREATE TABLE totals (total INTEGER) STRICT",
                                         "INSERT INTO totals SELECT sum(length) FROM words", NULL};
static const char *const fail_late[] = {"INSERT INTO totals VALUES (99)", "INSERT INTO nowhere VALUES (1)", NULL};

static const apl_schema_step steps[] = {
    {"words", make_words},
    {"lengths", fill_lengths},
    {"totals", add_totals},
    {"a step that fails", fail_late},
};

static int64_t number_of(apl_db *db, const char *sql)
{
    int64_t number;

    assert_ok(apl_db_number(&number, db, sql));
    return number;
}

static void runs_all_steps_in_order(void **state)
{
    store_test *test = *state;
    apl_db *db;

    assert_ok(apl_db_open(&db, test->path, APL_DB_WRITE));
    assert_ok(apl_migrate(db, steps, 3));
    assert_int_equal(number_of(db, "SELECT total FROM totals"), 8);
    assert_int_equal(number_of(db, "PRAGMA user_version"), 3);
    assert_int_equal(number_of(db, "PRAGMA application_id"), APL_STORE_APPLICATION);
    apl_db_close(db);
}

static void runs_only_the_missing_steps(void **state)
{
    store_test *test = *state;
    apl_db *db;

    assert_ok(apl_db_open(&db, test->path, APL_DB_WRITE));
    assert_ok(apl_migrate(db, steps, 1));
    assert_ok(apl_db_run(db, "INSERT INTO words (word) VALUES ('between')"));
    assert_ok(apl_migrate(db, steps, 3));
    assert_int_equal(number_of(db, "SELECT total FROM totals"), 15);
    uint64_t changes = apl_db_changes(db);
    assert_ok(apl_migrate(db, steps, 3));
    assert_int_equal(apl_db_changes(db), changes);
    apl_db_close(db);
}

static void a_step_that_fails_takes_all_back(void **state)
{
    store_test *test = *state;
    apl_db *db;

    assert_ok(apl_db_open(&db, test->path, APL_DB_WRITE));
    assert_ok(apl_migrate(db, steps, 2));
    assert_int_equal(apl_migrate(db, steps, 4), APL_E_STORE);
    assert_non_null(strstr(apl_error_message(), "updating the store, a step that fails"));
    assert_int_equal(number_of(db, "PRAGMA user_version"), 2);
    assert_int_equal(number_of(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'totals'"), 0);
    assert_ok(apl_migrate(db, steps, 3));
    apl_db_close(db);
}

static void a_new_store_is_at_the_newest_version(void **state)
{
    store_test *test = *state;
    apl_db *db;

    apl_store_close(open_store(test, true));
    assert_ok(apl_db_open(&db, test->path, APL_DB_READ));
    assert_int_equal(number_of(db, "PRAGMA user_version"), apl_schema_step_count);
    assert_int_equal(number_of(db, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 0 "
                                   "AND name NOT LIKE 'sqlite_%'"),
                     0);
    apl_db_close(db);
}

/* The digest of each released step. A new step adds its line; a line never changes. */
static void released_steps_are_as_they_were(void **state)
{
    static const char *const released[] = {"e839d9693a6c9266", "ed4af8e485f82bb6", "745049b97380886f",
                                           "b5fd2fc5185de8f3"};

    (void)state;
    assert_int_equal(sizeof released / sizeof *released, apl_schema_step_count);
    for (size_t i = 0; i < apl_schema_step_count; i++) {
        uint8_t hash[APL_SHA256_BYTES];
        apl_str parts[64];
        char text[17];
        size_t count = 0;
        for (const char *const *sql = apl_schema_steps[i].sql; *sql; sql++)
            parts[count++] = apl_str_from(*sql);
        apl_sha256(hash, parts, count);
        apl_hex(text, hash, 8);
        assert_string_equal(text, released[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(runs_all_steps_in_order, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(runs_only_the_missing_steps, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(a_step_that_fails_takes_all_back, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(a_new_store_is_at_the_newest_version, store_setup, store_teardown),
        cmocka_unit_test(released_steps_are_as_they_were),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
