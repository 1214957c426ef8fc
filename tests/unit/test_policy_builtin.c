/* tests/unit/test_policy_builtin.c: published definitions and initiatives, unchanged.
 *
 * All of them compile and lint finds no error in them. They are not in the tree: the folder is named by
 * APLOMB_SHARED_DATA, and without it the tests are skipped. */
#include <dirent.h>

#include "test_policy_estate.h"

typedef void (*visit_file)(world *w, const char *name, apl_value value);

static apl_value read_json(world *w, const char *path)
{
    FILE *file = fopen(path, "rb");
    apl_text text;
    apl_value value;
    char block[65536];
    size_t got;

    assert_non_null(file);
    apl_text_init(&text, 64u << 20);
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        apl_text_add(&text, apl_str_make(block, got));
    fclose(file);
    if (apl_json_parse(&value, w->arena, apl_text_str(&text)) != APL_OK)
        fail_msg("%s: %s", path, apl_error_message());
    apl_text_free(&text);
    return value;
}

static void load_aliases(world *w, const char *root)
{
    char path[1024];
    apl_text image;

    snprintf(path, sizeof path, "%s/azure-policy/aliases.json", root);
    apl_text_init(&image, 64u << 20);
    assert_int_equal(apl_aliases_image(&image, read_json(w, path)), APL_OK);
    assert_int_equal(apl_aliases_open(&w->aliases, apl_arena_str(w->arena, apl_text_str(&image))), APL_OK);
    w->context.aliases = w->aliases;
    apl_text_free(&image);
}

static size_t each_file(world *w, const char *root, const char *folder, visit_file visit)
{
    char path[2048];
    struct dirent *entry;
    size_t count = 0;

    snprintf(path, sizeof path, "%s/azure-policy/%s", root, folder);
    DIR *directory = opendir(path);
    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        if (strstr(entry->d_name, ".json") == NULL)
            continue;
        snprintf(path, sizeof path, "%s/azure-policy/%s/%s", root, folder, entry->d_name);
        visit(w, apl_arena_str(w->arena, apl_str_from(entry->d_name)).data, read_json(w, path));
        count++;
    }
    closedir(directory);
    return count;
}

static const char *shared_data(void)
{
    const char *root = getenv("APLOMB_SHARED_DATA");

    if (root == NULL)
        skip();
    return root;
}

static void compile_it(world *w, const char *name, apl_value value)
{
    apl_policy *policy = NULL;

    if (apl_policy_compile(&policy, &w->context, value, APL_MISSING, name) != APL_OK)
        fail_msg("%s", apl_error_message());
    assert_true(apl_policy_id(policy).size > 0);
    assert_true(apl_policy_title(policy).size > 0);
}

static void all_definitions_compile(void **state)
{
    const char *root = shared_data();
    world *w = world_new();
    (void)state;
    load_aliases(w, root);
    assert_int_equal(each_file(w, root, "builtin", compile_it), 66);
    assert_int_equal(w->errors, 0);
    world_free(w);
}

static void lint_it(world *w, const char *name, apl_value value)
{
    size_t before = w->messages.size;
    size_t errors = apl_policy_lint(value, name, w->aliases, world_message, w);

    if (errors)
        fail_msg("%s: %s", name, world_text(w, apl_str_slice(apl_text_str(&w->messages), before, w->messages.size)));
    if (getenv("APLOMB_TEST_VERBOSE"))
        print_message("%s:\n%s", name,
                      world_text(w, apl_str_slice(apl_text_str(&w->messages), before, w->messages.size)));
}

static void lint_finds_no_error_in_them(void **state)
{
    const char *root = shared_data();
    world *w = world_new();
    (void)state;
    load_aliases(w, root);
    assert_int_equal(each_file(w, root, "builtin", lint_it), 66);
    assert_int_equal(each_file(w, root, "initiatives", lint_it), 4);
    world_free(w);
}

static void add_it(world *w, const char *name, apl_value value)
{
    apl_policy_set *set = w->user;

    if (apl_policy_set_add(set, value, name) != APL_OK)
        fail_msg("%s", apl_error_message());
}

static void initiatives_come_into_force(void **state)
{
    const char *root = shared_data();
    world *w = world_new();
    apl_policy_set *set = NULL;
    size_t with_groups = 0;
    (void)state;
    load_aliases(w, root);
    assert_int_equal(apl_policy_set_new(&set, &w->context), APL_OK);
    w->user = set;
    each_file(w, root, "builtin", add_it);
    each_file(w, root, "initiatives", add_it);
    if (apl_policy_set_finish(set) != APL_OK)
        fail_msg("%s", apl_error_message());
    assert_int_equal(w->errors, 0);
    assert_contains(w->messages.data, "of 414 definitions are not among the files");
    for (size_t i = 0; i < apl_policy_set_count(set); i++)
        with_groups += apl_policy_set_source(set, i).group_count > 0;
    assert_true(with_groups >= 6);
    assert_true(apl_policy_set_count(set) > 60);
    apl_policy_set_free(set);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_definitions_compile),
        cmocka_unit_test(lint_finds_no_error_in_them),
        cmocka_unit_test(initiatives_come_into_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
