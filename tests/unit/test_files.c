/* tests/unit/test_files.c: which files a source names, in which order.
 *
 * In a folder of its own for each test. What cannot be read below a source must not end the scan. */
#include "test_random.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "bytes/files.h"

typedef struct folder {
    apl_arena *arena;
    char path[64];
} folder;

static int set_up(void **state)
{
    folder *f = apl_memory_new(sizeof *f);

    f->arena = apl_arena_new();
    (void)snprintf(f->path, sizeof f->path, "/tmp/aplomb-files-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    folder *f = *state;
    char command[128];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", f->path);
    assert_int_equal(system(command), 0);
    apl_arena_free(f->arena);
    apl_memory_free(f);
    return 0;
}

static const char *in(const folder *f, const char *name)
{
    return apl_arena_format(f->arena, "%s/%s", f->path, name).data;
}

static void make(const folder *f, const char *name, const char *text)
{
    FILE *file = fopen(in(f, name), "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* The files of the sources as "shown size" lines. */
static const char *listed(folder *f, const char *const *sources)
{
    apl_files files;
    apl_text text;

    apl_files_init(&files);
    apl_text_init(&text, SIZE_MAX);
    for (size_t i = 0; sources[i]; i++)
        assert_int_equal(apl_files_add(&files, sources[i]), APL_OK);
    for (size_t i = 0; i < files.files.count; i++)
        apl_text_add_format(&text, "%.*s %llu%s\n", APL_STR_ARG(files.files.items[i].shown),
                            (unsigned long long)files.files.items[i].size,
                            files.files.items[i].is_named ? " named" : "");
    apl_text_add_format(&text, "%llu\n", (unsigned long long)files.bytes);
    const char *made = test_text(f->arena, apl_text_str(&text));
    apl_text_free(&text);
    apl_files_free(&files);
    return made;
}

static void walks_in_sorted_order(void **state)
{
    folder *f = *state;

    assert_int_equal(mkdir(in(f, "b"), 0700), 0);
    assert_int_equal(mkdir(in(f, "b/c"), 0700), 0);
    assert_int_equal(mkdir(in(f, "empty"), 0700), 0);
    make(f, "z", "1");
    make(f, "B", "12");
    make(f, ".hidden", "123");
    make(f, "b/2", "1234");
    make(f, "b/c/1", "12345");
    assert_string_equal(listed(f, (const char *[]){f->path, NULL}), ".hidden 3\nB 2\nz 1\nb/2 4\nb/c/1 5\n15\n");
    assert_string_equal(listed(f, (const char *[]){in(f, "//"), NULL}), ".hidden 3\nB 2\nz 1\nb/2 4\nb/c/1 5\n15\n");
    assert_string_equal(listed(f, (const char *[]){in(f, "b/c"), in(f, "z"), "-", NULL}),
                        "1 5\nz 1 named\n- 0 named\n6\n");
}

static void follows_links_to_files_only(void **state)
{
    folder *f = *state;

    assert_int_equal(mkdir(in(f, "a"), 0700), 0);
    make(f, "a/x", "1");
    assert_int_equal(symlink("..", in(f, "a/up")), 0);
    assert_int_equal(symlink("self", in(f, "a/self")), 0);
    assert_int_equal(symlink("nothing", in(f, "dangling")), 0);
    assert_int_equal(symlink("a/x", in(f, "link")), 0);
    assert_int_equal(mkfifo(in(f, "pipe"), 0600), 0);
    assert_string_equal(listed(f, (const char *[]){f->path, NULL}), "link 1\na/x 1\n2\n");
    assert_string_equal(listed(f, (const char *[]){in(f, "pipe"), NULL}), "pipe 0 named\n0\n");
    assert_string_equal(listed(f, (const char *[]){in(f, "a/up/a"), NULL}), "x 1\n1\n");
}

static void a_source_must_exist(void **state)
{
    folder *f = *state;
    apl_files files;

    apl_files_init(&files);
    assert_int_equal(apl_files_add(&files, in(f, "nothing")), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "nothing: "));
    apl_files_free(&files);
}

static void folders_have_a_depth(void **state)
{
    folder *f = *state;
    apl_files files;
    apl_str path = apl_str_from(f->path);

    for (unsigned i = 0; i < APL_FOLDER_DEPTH_MAX + 1; i++) {
        path = apl_arena_format(f->arena, "%s/d", path.data);
        assert_int_equal(mkdir(path.data, 0700), 0);
    }
    apl_files_init(&files);
    assert_int_equal(apl_files_add(&files, f->path), APL_E_LIMIT);
    apl_files_free(&files);
}

/* A folder that nobody may list is given like a file, so that reading it says why. */
static void closed_folders_are_given_like_files(void **state)
{
    folder *f = *state;

    if (getuid() == 0)
        skip();
    assert_int_equal(mkdir(in(f, "closed"), 0), 0);
    make(f, "x", "1");
    assert_string_equal(listed(f, (const char *[]){f->path, NULL}), "x 1\nclosed 0\n1\n");
    assert_int_equal(chmod(in(f, "closed"), 0700), 0);
}

static void reads_whole_files_up_to_a_limit(void **state)
{
    folder *f = *state;
    apl_str text;

    make(f, "x", "12345");
    assert_int_equal(apl_file_read(&text, f->arena, in(f, "x"), 5), APL_OK);
    assert_true(apl_str_equal(text, APL_STR("12345")));
    assert_int_equal(text.data[5], 0);
    assert_int_equal(apl_file_read(&text, f->arena, in(f, "x"), 4), APL_E_LIMIT);
    assert_int_equal(apl_file_read(&text, f->arena, f->path, 100), APL_E_IO);
    assert_int_equal(apl_file_read(&text, f->arena, in(f, "nothing"), 100), APL_E_IO);
    make(f, "empty", "");
    assert_int_equal(apl_file_read(&text, f->arena, in(f, "empty"), 0), APL_OK);
    assert_int_equal(text.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(walks_in_sorted_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(follows_links_to_files_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_source_must_exist, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_have_a_depth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closed_folders_are_given_like_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_whole_files_up_to_a_limit, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
