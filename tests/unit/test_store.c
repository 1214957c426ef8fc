/* unit/test_store.c: opening stores: what is taken, what is refused, and with which words.
 *
 * Every refusal leaves the file as it was. */
#include "unit/test_store_estate.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/db.h"
#include "store/handle.h"
#include "store/schema.h"

static void assert_refused(store_test *test, apl_status expected, const char *words)
{
    apl_store *store;

    for (int writing = 0; writing < 2; writing++) {
        assert_int_equal(apl_store_open(&store, test->path, writing), expected);
        assert_null(store);
        if (strstr(apl_error_message(), words) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", apl_error_message(), words);
    }
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_sample(store_test *test, unsigned count, unsigned number)
{
    apl_store *store = open_store(test, true);
    apl_snapshot snapshot = make_snapshot(test, make_estate(test, count), number);

    assert_ok(apl_store_write(store, &snapshot));
    apl_store_close(store);
    free_snapshot(&snapshot);
}

static void run_sql(store_test *test, const char *sql)
{
    apl_db *db;

    assert_ok(apl_db_open(&db, test->path, APL_DB_WRITE));
    assert_ok(apl_db_run(db, sql));
    apl_db_close(db);
}

static void takes_the_urls_of_a_file(void **state)
{
    store_test *test = *state;
    char url[PATH_BYTES + 16];
    apl_store *store;

    write_sample(test, 3, 1);
    (void)snprintf(url, sizeof url, "sqlite:///%s", test->path);
    assert_ok(apl_store_open(&store, url, false));
    apl_store_close(store);
    assert_ok(apl_store_open(&store, ":memory:", true));
    apl_store_close(store);
}

static void refuses_other_urls(void **state)
{
    apl_store *store;

    (void)state;
    assert_int_equal(apl_store_open(&store, "postgresql://host/aplomb", true), APL_E_UNSUPPORTED);
    assert_int_equal(apl_store_open(&store, "mysql://host/aplomb", true), APL_E_USAGE);
    assert_int_equal(apl_store_open(&store, "", true), APL_E_USAGE);
}

static void says_that_there_is_no_store_yet(void **state)
{
    store_test *test = *state;
    apl_store *store;

    assert_int_equal(apl_store_open(&store, test->path, false), APL_E_STORE);
    assert_non_null(strstr(apl_error_message(), "there is no store yet"));
    assert_int_equal(access(test->path, F_OK), -1);
}

static void says_that_there_is_no_snapshot_yet(void **state)
{
    store_test *test = *state;
    apl_store_read_options options = {.vocabulary = &test->vocabulary};
    apl_snapshot snapshot;
    apl_store *store;

    write_file(test->path, "", 0);
    assert_int_equal(apl_store_open(&store, test->path, false), APL_E_STORE);
    assert_non_null(strstr(apl_error_message(), "no snapshot in this store yet"));
    apl_store_close(open_store(test, true));
    store = open_store(test, false);
    assert_int_equal(apl_store_read(&snapshot, test->arena, store, APL_STR_NONE, &options), APL_E_STORE);
    assert_non_null(strstr(apl_error_message(), "no snapshot in this store yet"));
    apl_store_close(store);
}

static void refuses_a_folder_that_does_not_exist(void **state)
{
    apl_store *store;

    (void)state;
    assert_int_equal(apl_store_open(&store, "/nonexistent-folder/aplomb.db", true), APL_E_IO);
}

static void refuses_garbage(void **state)
{
    store_test *test = *state;
    char garbage[10000];

    for (size_t i = 0; i < sizeof garbage; i++)
        garbage[i] = (char)(i * 7919 >> 3);
    write_file(test->path, garbage, sizeof garbage);
    assert_refused(test, APL_E_STORE, "no store of aplomb");
}

static void refuses_the_file_of_another_program(void **state)
{
    store_test *test = *state;

    run_sql(test, "CREATE TABLE notes (text TEXT)");
    assert_refused(test, APL_E_STORE, "no store of aplomb");
}

static void refuses_a_store_with_triggers(void **state)
{
    store_test *test = *state;

    write_sample(test, 3, 1);
    run_sql(test, "CREATE TRIGGER t AFTER INSERT ON scans BEGIN DELETE FROM assets; END");
    assert_refused(test, APL_E_STORE, "no store of aplomb");
}

static void refuses_a_newer_store(void **state)
{
    store_test *test = *state;

    write_sample(test, 3, 1);
    run_sql(test, "PRAGMA user_version = 1000");
    assert_refused(test, APL_E_STORE, "a newer aplomb wrote this store (schema 1000");
}

static void refuses_a_truncated_store(void **state)
{
    store_test *test = *state;
    struct stat found;

    write_sample(test, 300, 1);
    assert_int_equal(stat(test->path, &found), 0);
    assert_int_equal(truncate(test->path, found.st_size / 2), 0);
    assert_refused(test, APL_E_STORE, "damaged");
}

/* Damage anywhere is an error or goes unnoticed, but never a crash; most of it is noticed. */
static void survives_damaged_pages(void **state)
{
    store_test *test = *state;
    apl_store_read_options options = {.vocabulary = &test->vocabulary, .wants_bodies = true};
    char bytes[64];
    struct stat found;
    apl_snapshot snapshot;
    apl_store *store;

    write_sample(test, 300, 1);
    assert_int_equal(stat(test->path, &found), 0);
    memset(bytes, 0xa5, sizeof bytes);
    for (off_t at = 8192; at < found.st_size; at += 8192 - 64) {
        apl_arena *arena = apl_arena_new();
        char saved[64];
        int file = open(test->path, O_RDWR);
        assert_int_equal(pread(file, saved, sizeof saved, at), sizeof saved);
        assert_int_equal(pwrite(file, bytes, sizeof bytes, at), sizeof bytes);
        if (apl_store_open(&store, test->path, false) == APL_OK) {
            if (apl_store_read(&snapshot, arena, store, APL_STR_NONE, &options) == APL_OK)
                free_snapshot(&snapshot);
            apl_store_close(store);
        }
        assert_int_equal(pwrite(file, saved, sizeof saved, at), sizeof saved);
        (void)close(file);
        apl_arena_free(arena);
    }
}

/* The exit code says how it went: no assertion can be made in the child. */
static int read_as_nobody(store_test *test)
{
    apl_store_read_options options = {.vocabulary = &test->vocabulary};
    apl_snapshot snapshot;
    apl_store *store;

    if (geteuid() == 0 && setuid(65534) != 0)
        return 2;
    if (apl_store_open(&store, test->path, false) != APL_OK)
        return 3;
    if (apl_store_read(&snapshot, test->arena, store, APL_STR_NONE, &options) != APL_OK)
        return 4;
    return snapshot.estate->assets.count == 3 ? 0 : 5;
}

static void reads_in_a_folder_that_cannot_be_written(void **state)
{
    store_test *test = *state;
    int status;

    write_sample(test, 3, 1);
    assert_int_equal(chmod(test->path, 0444), 0);
    assert_int_equal(chmod(test->folder, 0555), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(read_as_nobody(test));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(test->folder, 0700), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void reads_a_frozen_file(void **state)
{
    store_test *test = *state;
    int64_t scans;
    apl_db *db;

    write_sample(test, 3, 1);
    assert_ok(apl_db_open(&db, test->path, APL_DB_FROZEN));
    assert_ok(apl_db_number(&scans, db, "SELECT count(*) FROM scans"));
    assert_int_equal(scans, 1);
    apl_db_close(db);
}

static void a_second_writer_waits_and_then_fails(void **state)
{
    store_test *test = *state;
    apl_store *first = open_store(test, true);
    apl_store *second = open_store(test, true);
    apl_snapshot snapshot = make_snapshot(test, make_estate(test, 3), 1);

    assert_ok(apl_db_run(first->db, "BEGIN IMMEDIATE"));
    apl_db_set_wait(second->db, 50);
    assert_int_equal(apl_store_write(second, &snapshot), APL_E_STORE);
    assert_non_null(strstr(apl_error_message(), "another scan is writing to this store"));
    apl_db_give_up(first->db);
    assert_ok(apl_store_write(second, &snapshot));
    assert_stored(test, first, &snapshot);
    apl_store_close(first);
    apl_store_close(second);
    free_snapshot(&snapshot);
}

static void readers_are_not_disturbed_by_a_writer(void **state)
{
    store_test *test = *state;

    write_sample(test, 30, 1);
    apl_store *writer = open_store(test, true);
    apl_store *reader = open_store(test, false);
    assert_ok(apl_db_run(writer->db, "BEGIN IMMEDIATE"));
    assert_ok(apl_db_run(writer->db, "DELETE FROM assets"));
    apl_snapshot snapshot = read_snapshot(test, reader, "latest");
    assert_int_equal(snapshot.estate->assets.count, 30);
    free_snapshot(&snapshot);
    apl_db_give_up(writer->db);
    apl_store_close(reader);
    apl_store_close(writer);
}

/* Writes a snapshot and never returns. */
static void write_until_killed(store_test *test, unsigned number, int ready)
{
    apl_store *store;
    apl_snapshot snapshot = make_snapshot(test, make_estate(test, 4000), number);

    if (apl_store_open(&store, test->path, true) != APL_OK || write(ready, "x", 1) != 1)
        _exit(1);
    (void)apl_store_write(store, &snapshot);
    (void)raise(SIGKILL);
    _exit(1);
}

/* Lets another process write a snapshot, and kills it after a while. */
static void kill_a_writer(store_test *test, unsigned number, unsigned delay_us)
{
    int ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        write_until_killed(test, number, ready[1]);
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    (void)usleep(delay_us);
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static size_t count_scans_of_a_whole_store(store_test *test, apl_store *store)
{
    apl_scan_info *scans;
    size_t count;
    int64_t faults;

    assert_ok(apl_store_scans(&scans, &count, test->arena, store));
    assert_ok(
        apl_db_number(&faults, store->db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"));
    assert_int_equal(faults, 0);
    return count;
}

/* Between the shortest and the longest time that a write takes here, so that most of them die inside. */
#define KILLS 24
#define KILL_STEP_US 2500

static void a_killed_writer_leaves_the_store_whole(void **state)
{
    store_test *test = *state;
    apl_snapshot before = make_snapshot(test, make_estate(test, 200), 1);
    apl_store *store = open_store(test, true);
    unsigned killed_inside = 0;
    size_t count = 1;

    assert_ok(apl_store_write(store, &before));
    apl_store_close(store);
    for (unsigned i = 0; i < KILLS && count == 1; i++) {
        kill_a_writer(test, 2, i * KILL_STEP_US);
        store = open_store(test, true);
        count = count_scans_of_a_whole_store(test, store);
        assert_stored(test, store, &before);
        killed_inside += count == 1;
        if (count == 2) {
            apl_snapshot whole = read_snapshot(test, store, "latest");
            assert_int_equal(whole.estate->assets.count, 4000);
            free_snapshot(&whole);
        }
        apl_store_close(store);
    }
    assert_true(killed_inside > 0);
    free_snapshot(&before);
}

static void a_killed_first_writer_leaves_a_store_to_write_to(void **state)
{
    store_test *test = *state;
    unsigned killed_inside = 0;
    size_t count = 0;

    for (unsigned i = 0; i < KILLS && count == 0; i++) {
        apl_store *reader;
        kill_a_writer(test, 1, i * KILL_STEP_US);
        if (apl_store_open(&reader, test->path, false) == APL_OK)
            apl_store_close(reader);
        else
            assert_non_null(strstr(apl_error_message(), "no snapshot in this store yet"));
        apl_store *store = open_store(test, true);
        count = count_scans_of_a_whole_store(test, store);
        killed_inside += count == 0;
        apl_store_close(store);
    }
    assert_true(killed_inside > 0);
    if (count == 0)
        write_sample(test, 3, 1);
    apl_store_close(open_store(test, false));
}

static void a_first_scan_can_be_asked_for_while_it_is_written(void **state)
{
    store_test *test = *state;
    apl_store *writer = open_store(test, true);
    apl_store *reader;

    assert_ok(apl_db_run(writer->db, "BEGIN IMMEDIATE; INSERT INTO strings VALUES (1, 'one')"));
    assert_int_equal(apl_store_open(&reader, test->path, false), APL_E_STORE);
    assert_non_null(strstr(apl_error_message(), "no snapshot in this store yet"));
    apl_db_give_up(writer->db);
    apl_store_close(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_the_urls_of_a_file, store_setup, store_teardown),
        cmocka_unit_test(refuses_other_urls),
        cmocka_unit_test_setup_teardown(says_that_there_is_no_store_yet, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(says_that_there_is_no_snapshot_yet, store_setup, store_teardown),
        cmocka_unit_test(refuses_a_folder_that_does_not_exist),
        cmocka_unit_test_setup_teardown(refuses_garbage, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(refuses_the_file_of_another_program, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(refuses_a_store_with_triggers, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(refuses_a_newer_store, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(refuses_a_truncated_store, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(survives_damaged_pages, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(reads_in_a_folder_that_cannot_be_written, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(reads_a_frozen_file, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(a_second_writer_waits_and_then_fails, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(readers_are_not_disturbed_by_a_writer, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(a_killed_writer_leaves_the_store_whole, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(a_killed_first_writer_leaves_a_store_to_write_to, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(a_first_scan_can_be_asked_for_while_it_is_written, store_setup, store_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
