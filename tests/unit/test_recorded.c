/* tests/unit/test_recorded.c: a documents file that was broken off anywhere gives its whole groups and nothing else.
 *
 * Each file is cut at every byte, packed and not; and what is kept, written on, reads as if it had never been broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/output.h"
#include "collect/recorded.h"

#define GROUPS 6
#define BEGIN "{\"source\":\"aplomb\",\"collect\":{\"id\":\"1\"}}\n"
#define END "{\"source\":\"aplomb\",\"collected\":{\"id\":\"1\"}}\n"

static const char *const groups[GROUPS] = {
    "{\"source\":\"azure\",\"type\":\"T\",\"body\":{\"listed\":\"no\"}}\n{\"source\":\"azure\",\"listed\":\"A\",\"of\":"
    "\"tenant\"}\n",
    "{\"source\":\"azure\",\"listed\":\"B\",\"of\":\"/x\"}\n",
    "{\"source\":\"azure\",\"unread\":\"C\",\"of\":\"/x\",\"why\":\"403\"}\n",
    "{\"source\":\"azure\",\"type\":\"T\",\"body\":{}}\n{\"source\":\"azure\",\"type\":\"T\",\"body\":{\"a\":\"\\n\"}}"
    "\n"
    "{\"source\":\"azure\",\"listed\":\"D\",\"of\":\"/y\"}\n",
    "{\"source\":\"azure\",\"listed\":\"E\",\"of\":\"/y\"}\n",
    "{\"source\":\"azure\",\"listed\":\"F\",\"of\":\"/y\"}\n",
};

static char folder[] = "/tmp/aplomb-recorded-XXXXXX";
static char path[64];

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

/* Writes groups from `first` on behind `keep` bytes, each in a block of its own, and the end. */
static void write_from(size_t first, uint64_t keep)
{
    apl_collect_output *output = NULL;

    assert_int_equal(apl_collect_output_open(&output, path, keep), APL_OK);
    if (keep == 0)
        apl_collect_output_add(output, APL_STR(BEGIN));
    for (size_t i = first; i < GROUPS; i++) {
        apl_collect_output_add(output, apl_str_from(groups[i]));
        if (i % 2)
            apl_collect_output_cut(output);
    }
    apl_collect_output_add(output, APL_STR(END));
    assert_int_equal(apl_collect_output_close(output), APL_OK);
}

static uint64_t size_of_file(void)
{
    struct stat file;

    assert_int_equal(stat(path, &file), 0);
    return (uint64_t)file.st_size;
}

/* The number of whole groups that the file gives, in their order. */
static size_t read_back(uint64_t *keep, bool *is_whole)
{
    apl_recorded *recorded = NULL;
    const apl_json *begin = NULL;
    apl_str group;
    apl_str name;
    apl_str of;
    size_t count = 0;

    *keep = 0;
    *is_whole = false;
    assert_int_equal(apl_recorded_open(&recorded, path), APL_OK);
    assert_non_null(recorded);
    assert_int_equal(apl_recorded_begin(&begin, recorded), APL_OK);
    while (begin && apl_recorded_next(&group, &name, &of, recorded) == APL_OK && group.size) {
        assert_true(count < GROUPS);
        assert_true(apl_str_equal(group, apl_str_from(groups[count])));
        assert_int_equal(name.data[0], 'A' + (char)count);
        count++;
    }
    if (begin)
        assert_int_equal(apl_recorded_is_whole(is_whole, recorded), APL_OK);
    *keep = begin ? apl_recorded_bytes(recorded) : 0;
    apl_recorded_close(recorded);
    return count;
}

static void cut_everywhere(const char *name)
{
    uint64_t keep;
    bool is_whole;
    size_t most = 0;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    write_from(0, 0);
    uint64_t whole = size_of_file();
    for (uint64_t size = 0; size < whole; size++) {
        write_from(0, 0);
        assert_int_equal(truncate(path, (off_t)size), 0);
        size_t count = read_back(&keep, &is_whole);
        assert_false(is_whole);
        assert_true(count >= most && keep <= size);
        most = count;
        write_from(count, keep);
        assert_int_equal(read_back(&keep, &is_whole), GROUPS);
        assert_true(is_whole);
        assert_int_equal(unlink(path), 0);
    }
    assert_true(most >= GROUPS - 2);
}

static void gives_whole_groups_of_text(void **state)
{
    (void)state;
    cut_everywhere("a.ndjson");
}

static void gives_whole_groups_of_frames(void **state)
{
    (void)state;
    cut_everywhere("a.ndjson.zst");
}

static void takes_no_other_file(void **state)
{
    static const char *const texts[] = {"{\"source\":\"azure\",\"body\":{}}\n", "[]\n", "{\"collect\":1}\n", "\x01\n"};

    (void)state;
    (void)snprintf(path, sizeof path, "%s/other", folder);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        FILE *file = fopen(path, "w");
        apl_recorded *recorded = NULL;
        const apl_json *begin = NULL;
        assert_non_null(file);
        assert_true(fputs(texts[i], file) >= 0);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(apl_recorded_open(&recorded, path), APL_OK);
        assert_int_equal(apl_recorded_begin(&begin, recorded), APL_E_INPUT);
        apl_recorded_close(recorded);
    }
}

static void starts_where_there_is_nothing(void **state)
{
    apl_recorded *recorded = NULL;

    (void)state;
    assert_int_equal(apl_recorded_open(&recorded, "/tmp/aplomb-no-such-folder/x"), APL_OK);
    assert_null(recorded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_whole_groups_of_text),
        cmocka_unit_test(gives_whole_groups_of_frames),
        cmocka_unit_test(takes_no_other_file),
        cmocka_unit_test(starts_where_there_is_nothing),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
