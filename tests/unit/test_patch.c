/* unit/test_patch.c: patches become operations that do what they say, and their inverse leads back to the same bytes.
 *
 * Cases as data for each kind of path, refusals, and random patches against a small document.
 * Words of commands are here too, because they end as patches. */
#include "remediate/patch.h"
#include "remediate/set_words.h"
#include "unit/test_random.h"
#include "json/json.h"

static apl_value parsed(apl_arena *arena, const char *text)
{
    apl_value value;

    assert_int_equal(apl_json_parse(&value, arena, apl_str_from(text)), APL_OK);
    return value;
}

static void assert_same(apl_value value, const char *expected)
{
    apl_text text;

    apl_text_init(&text, 1u << 20);
    apl_value_write(&text, value, 0);
    apl_text_add_char(&text, 0);
    assert_string_equal(text.data, expected);
    apl_text_free(&text);
}

typedef struct patch_case {
    const char *body;
    const char *operation;
    const char *path;
    const char *value;
    const char *pointer; /* of the first change; NULL: nothing changes */
    const char *after;
} patch_case;

static const patch_case cases[] = {
    {"{\"p\":{\"x\":false}}", "addOrReplace", "p.X", "true", "/p/x", "{\"p\":{\"x\":true}}"},
    {"{\"p\":{\"x\":true}}", "addOrReplace", "p.x", "true", NULL, "{\"p\":{\"x\":true}}"},
    {"{\"p\":{}}", "addOrReplace", "p.a.b", "1", "/p/a", "{\"p\":{\"a\":{\"b\":1}}}"},
    {"{\"p\":{\"a\":null}}", "addOrReplace", "p.a.b", "1", "/p/a", "{\"p\":{\"a\":{\"b\":1}}}"},
    {"{\"p\":{\"x\":1}}", "add", "p.x", "2", NULL, "{\"p\":{\"x\":1}}"},
    {"{\"p\":{\"x\":1,\"y\":2}}", "remove", "p.x", "null", "/p/x", "{\"p\":{\"y\":2}}"},
    {"{\"p\":{}}", "remove", "p.x", "null", NULL, "{\"p\":{}}"},
    {"{\"r\":[{\"a\":1},{\"a\":2}]}", "addOrReplace", "r[*].a", "2", "/r/0/a", "{\"r\":[{\"a\":2},{\"a\":2}]}"},
    {"{\"r\":[1]}", "add", "r[*]", "2", "/r/1", "{\"r\":[1,2]}"},
    {"{\"t\":{}}", "addOrReplace", "t['a/b~.c']", "1", "/t/a~1b~0.c", "{\"t\":{\"a/b~.c\":1}}"},
};

static void patches_become_operations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_arena *arena = apl_arena_new();
        const patch_case *one = &cases[i];
        apl_value body = parsed(arena, one->body);
        apl_patch patch = {apl_str_from(one->operation), apl_str_from(one->path), parsed(arena, one->value)};
        apl_changes changes;
        apl_value after;
        apl_value done;

        assert_int_equal(apl_changes_make(&changes, &after, arena, body, (apl_patch_list){&patch, 1}), APL_OK);
        assert_same(after, one->after);
        assert_int_equal(changes.count > 0, one->pointer != NULL);
        if (one->pointer)
            assert_string_equal(changes.items[0].pointer.data, one->pointer);
        assert_int_equal(apl_changes_apply(&done, arena, body, &changes), APL_OK);
        assert_same(done, one->after);
        apl_changes undo = apl_changes_invert(arena, &changes);
        assert_int_equal(apl_changes_apply(&done, arena, after, &undo), APL_OK);
        assert_true(apl_value_equal(done, body));
        apl_arena_free(arena);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    static const char *const paths[] = {"", ".", "p.", "p..x", "p[", "p[x]", "p.x.y", "r.a", "r[9].a.b"};
    apl_arena *arena = apl_arena_new();
    apl_value body = parsed(arena, "{\"p\":{\"x\":1},\"r\":[{}]}");

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        apl_patch patch = {APL_STR("addOrReplace"), apl_str_from(paths[i]), apl_value_integer(1)};
        apl_changes changes;
        apl_value after;
        assert_int_equal(apl_changes_make(&changes, &after, arena, body, (apl_patch_list){&patch, 1}), APL_E_INPUT);
        assert_int_equal(changes.count, 0);
    }
    apl_arena_free(arena);
}

/* Replacing and adding at random places: the way back gives the same bytes, because neither moves a member. */
static void undo_gives_the_same_bytes(void **state)
{
    static const char *const paths[] = {"a", "b.c", "b.d.e", "l[0]", "l[*].k", "n.o.p", "B.C"};

    (void)state;
    for (uint64_t number = 0; number < 500; number++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {number};
        const char *text = "{\"a\":1,\"b\":{\"c\":2,\"d\":{\"e\":3}},\"l\":[{\"k\":4},{\"k\":5,\"m\":6}]}";
        apl_patch patches[3];
        apl_changes changes;
        apl_value after;
        apl_value back;

        for (size_t i = 0; i < 3; i++)
            patches[i] = (apl_patch){APL_STR("addOrReplace"),
                                     apl_str_from(paths[random_below(&random, sizeof paths / sizeof paths[0])]),
                                     apl_value_integer(random_below(&random, 4))};
        if (apl_changes_make(&changes, &after, arena, parsed(arena, text), (apl_patch_list){patches, 3}) == APL_OK) {
            apl_changes undo = apl_changes_invert(arena, &changes);
            assert_int_equal(apl_changes_apply(&back, arena, after, &undo), APL_OK);
            assert_same(back, text);
        }
        apl_arena_free(arena);
    }
}

static void merges_send_lists_whole(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_value body = parsed(arena, "{\"p\":{\"r\":[{\"a\":1,\"b\":2}],\"x\":1,\"y\":2}}");
    apl_patch patches[] = {{APL_STR("addOrReplace"), APL_STR("p.r[0].a"), apl_value_integer(9)},
                           {APL_STR("remove"), APL_STR("p.x"), APL_MISSING}};
    apl_changes changes;
    apl_value after;
    apl_value merge;

    (void)state;
    assert_int_equal(apl_changes_make(&changes, &after, arena, body, (apl_patch_list){patches, 2}), APL_OK);
    assert_true(apl_changes_merge(&merge, arena, &changes, after));
    assert_same(merge, "{\"p\":{\"r\":[{\"a\":9,\"b\":2}],\"x\":null}}");
    apl_arena_free(arena);
}

static void words_of_a_command_are_patches(void **state)
{
    static const char *const refused[] = {
        "az resource update --ids {id} --set properties.key=VAULT",
        "az resource update --ids {id}/x --set a=true",
        "az resource update --ids {id} --set a='{\"b\":1}'",
        "az resource update --ids {id} --set a=true\naz x",
        "az resource update --ids {id} --set a=$(id)",
        "az resource update --ids {id} --set a=contoso",
        "az resource update --ids {id} --remove a",
        "",
    };
    apl_arena *arena = apl_arena_new();
    const apl_patch *patches;
    apl_str version;

    (void)state;
    size_t count = apl_set_words_patches(
        &patches, &version, arena,
        APL_STR("# why\naz resource update --ids {id} \\\n  --api-version 2025-06-01 --set a.b=true c=1.2 d=Disabled"));
    assert_int_equal(count, 3);
    assert_string_equal(version.data, "2025-06-01");
    assert_true(patches[0].value.type == APL_VALUE_BOOL && patches[0].value.boolean);
    assert_same(patches[1].value, "\"1.2\"");
    assert_same(patches[2].value, "\"Disabled\"");
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(apl_set_words_patches(&patches, &version, arena, apl_str_from(refused[i])), 0);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patches_become_operations),      cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(undo_gives_the_same_bytes),      cmocka_unit_test(merges_send_lists_whole),
        cmocka_unit_test(words_of_a_command_are_patches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
