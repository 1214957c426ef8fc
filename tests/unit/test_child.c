/* tests/unit/test_child.c: running another program: what it gets, what is taken from it, and that it ends.
 *
 * The programs are those of every system, and scripts for its shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/azure/child.h"

#define LONG_MS 600000u

static const char *const no_variables[] = {NULL};

static apl_status run(apl_child_result *result, const char *script, unsigned timeout_ms, size_t bytes_max)
{
    const char *arguments[] = {"sh", "-c", script, NULL};
    apl_child child = {
        .search_path = "/usr/bin:/bin",
        .arguments = arguments,
        .environment = no_variables,
        .timeout_ms = timeout_ms,
        .bytes_max = bytes_max,
    };

    return apl_child_run(result, &child);
}

static void gives_both_outputs_and_the_exit_code(void **state)
{
    apl_child_result result;

    (void)state;
    assert_int_equal(run(&result, "echo out; echo error >&2; exit 7", LONG_MS, 4096), APL_OK);
    assert_true(result.is_found);
    assert_int_equal(result.exit_code, 7);
    assert_true(apl_str_equal(apl_text_str(&result.out), APL_STR("out\n")));
    assert_true(apl_str_equal(apl_text_str(&result.error), APL_STR("error\n")));
    apl_child_result_free(&result);
}

static void gets_nothing_that_was_not_given(void **state)
{
    const char *variables[] = {"ONLY=this", NULL};
    const char *arguments[] = {"sh", "-c", "cat; echo \"$ONLY/$HOME/$APLOMB_CHILD/$1\"", "sh", "a b;$(exit 3)", NULL};
    apl_child child = {"/usr/bin:/bin", arguments, variables, LONG_MS, 4096};
    apl_child_result result;

    (void)state;
    (void)setenv("APLOMB_CHILD", "inherited", 1);
    assert_int_equal(apl_child_run(&result, &child), APL_OK); /* cat ends: there is no input to wait for */
    assert_true(apl_str_equal(apl_text_str(&result.out), APL_STR("this///a b;$(exit 3)\n")));
    apl_child_result_free(&result);
}

static void is_searched_in_absolute_folders_only(void **state)
{
    char folder[] = "/tmp/aplomb-child-XXXXXX";
    char path[64];
    char here[64];
    const char *arguments[] = {"planted", NULL};
    apl_child child = {.arguments = arguments, .environment = no_variables, .timeout_ms = LONG_MS, .bytes_max = 64};
    apl_child_result result;

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/planted", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("#!/bin/sh\necho ran\n", file);
    (void)fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
    assert_int_equal(chdir(folder), 0);
    static const char *const without[] = {"", ".", ":::", "./", "relative:../x", "/dev/null:/nonexistent"};
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        child.search_path = without[i];
        assert_int_equal(apl_child_run(&result, &child), APL_E_IO);
        assert_false(result.is_found);
        apl_child_result_free(&result);
    }
    (void)snprintf(here, sizeof here, ":.:%s", folder);
    child.search_path = here;
    assert_int_equal(apl_child_run(&result, &child), APL_OK);
    assert_true(apl_str_equal(apl_text_str(&result.out), APL_STR("ran\n")));
    apl_child_result_free(&result);
    (void)unlink(path);
    assert_int_equal(chdir("/"), 0);
    (void)rmdir(folder);
}

/* The state of a process: 0 when it is gone. One that has ended and was not waited for is a zombie. */
static char state_of(long process)
{
    char path[64];
    char line[256] = "";
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%ld/stat", process);
    file = fopen(path, "r");
    if (file == NULL)
        return 0;
    (void)fgets(line, sizeof line, file);
    (void)fclose(file);
    const char *behind = strrchr(line, ')');
    return behind && behind[1] ? behind[2] : '\0';
}

static void ends_with_all_its_children(void **state)
{
    apl_child_result result;

    (void)state;
    assert_int_equal(run(&result, "sleep 1000 & echo $!; wait", 300, 4096), APL_E_IO);
    apl_text_add_char(&result.out, 0);
    long process = strtol(result.out.data, NULL, 10);
    assert_true(process > 0);
    for (char at = 'S'; at != 0 && at != 'Z' && at != 'X'; at = state_of(process))
        (void)usleep(1000);
    apl_child_result_free(&result);
}

static void ends_when_it_prints_too_much(void **state)
{
    apl_child_result result;

    (void)state;
    assert_int_equal(run(&result, "while :; do echo x; done", LONG_MS, 10000), APL_E_LIMIT);
    assert_in_range(result.out.size, 1, 10000);
    apl_child_result_free(&result);
    assert_int_equal(run(&result, "while :; do echo x >&2; done", LONG_MS, 10000), APL_E_LIMIT);
    apl_child_result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_both_outputs_and_the_exit_code), cmocka_unit_test(gets_nothing_that_was_not_given),
        cmocka_unit_test(is_searched_in_absolute_folders_only), cmocka_unit_test(ends_with_all_its_children),
        cmocka_unit_test(ends_when_it_prints_too_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
