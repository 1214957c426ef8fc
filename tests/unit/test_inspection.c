/* tests/unit/test_inspection.c: inspectors at work in their workers.
 *
 * The inspector here does what the file says, crashing included; its answer shows what reached it. */
#include "test_random.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "inspect/inspection.h"

static apl_status open_names(void **state, const apl_value *files, const apl_str *paths, size_t count)
{
    apl_text *names = apl_memory_new(sizeof *names);

    apl_text_init(names, 256);
    for (size_t i = 0; i < count; i++)
        apl_text_add_format(names, "%.*s=%zu;", APL_STR_ARG(paths[i]), (size_t)files[i].type);
    *state = names;
    return APL_OK;
}

static void close_names(void *state)
{
    apl_text_free(state);
    apl_memory_free(state);
}

static apl_inspect_wish wants_ending(void *state, const apl_inspect_file *file)
{
    (void)state;
    return apl_str_ends(file->path, APL_STR(".mine")) ? APL_WISH_WHOLE : APL_WISH_NONE;
}

static void obey(void *state, const apl_inspect_file *files, size_t count, apl_text *documents)
{
    const apl_text *names = state;

    for (size_t i = 0; i < count; i++) {
        if (apl_str_equal(files[i].bytes, APL_STR("crash"))) {
            (void)signal(SIGABRT, SIG_DFL);
            abort();
        }
        apl_text_add_format(documents, "%.*s: %.*s of %llu\n", APL_STR_ARG(files[i].path), APL_STR_ARG(files[i].bytes),
                            (unsigned long long)files[i].size);
    }
    apl_text_add(documents, apl_text_str(names));
}

static const apl_inspector obedient = {
    .name = "obedient",
    .type = "Aplomb.Code/files",
    .content = "known/",
    .open = open_names,
    .close = close_names,
    .wants = wants_ending,
    .inspect = obey,
};

static const apl_inspector *const table[] = {&obedient};

static apl_inspection *opened(unsigned threads)
{
    const apl_value files[] = {apl_value_string(APL_STR("a")), apl_value_string(APL_STR("b"))};
    const apl_str paths[] = {APL_STR("known/a.yaml"), APL_STR("other/b.yaml")};
    const apl_inspect_content content = {files, paths, 2};
    apl_inspection *inspection = NULL;

    assert_int_equal(apl_inspection_open(&inspection, table, 1, &content), APL_OK);
    assert_int_equal(apl_inspection_start(inspection, threads), APL_OK);
    return inspection;
}

static void assert_answer(apl_inspection *inspection, unsigned thread, const apl_inspect_file *files, size_t count,
                          const char *expected)
{
    apl_text documents;

    apl_text_init(&documents, SIZE_MAX);
    const apl_inspect_job job = {0, files, count};
    apl_inspection_run(&documents, inspection, thread, &job);
    apl_text_add_char(&documents, 0);
    assert_string_equal(documents.data, expected);
    apl_text_free(&documents);
}

static void files_arrive_whole_and_content_is_the_inspectors_own(void **state)
{
    const apl_inspect_file files[] = {{APL_STR("d/a.mine"), APL_STR("one"), 3},
                                      {APL_STR("d/b.mine"), APL_STR(""), 0},
                                      {APL_STR("d/c.mine"), APL_STR("head"), 40000000000}};
    apl_inspection *inspection = opened(1);
    char expected[200];

    (void)state;
    (void)snprintf(expected, sizeof expected,
                   "d/a.mine: one of 3\nd/b.mine:  of 0\nd/c.mine: head of 40000000000\nknown/a.yaml=%zu;",
                   (size_t)APL_VALUE_STRING);
    assert_answer(inspection, 0, files, 3, expected);
    assert_int_equal(apl_inspection_wish(inspection, 0, &files[0]), APL_WISH_WHOLE);
    apl_inspection_close(inspection);
}

static void a_crash_makes_its_files_unread_and_the_next_are_inspected(void **state)
{
    const apl_inspect_file bad = {APL_STR("x.mine"), APL_STR("crash"), 5};
    const apl_inspect_file good = {APL_STR("y.mine"), APL_STR("fine"), 4};
    apl_inspection *inspection = opened(2);
    char expected[200];

    (void)state;
    assert_answer(inspection, 1, &bad, 1,
                  "{\"source\":\"code\",\"unread\":\"Aplomb.Code/files\",\"why\":\"x.mine: the process that read the "
                  "file crashed, or took too much time or memory\"}\n");
    (void)snprintf(expected, sizeof expected, "y.mine: fine of 4\nknown/a.yaml=%zu;", (size_t)APL_VALUE_STRING);
    assert_answer(inspection, 0, &good, 1, expected);
    assert_answer(inspection, 1, &good, 1, expected);
    apl_inspection_close(inspection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_arrive_whole_and_content_is_the_inspectors_own),
        cmocka_unit_test(a_crash_makes_its_files_unread_and_the_next_are_inspected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
