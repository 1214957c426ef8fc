/* tests/unit/test_arm_id.c: what Azure resource ids say by themselves.
 *
 * Known ids by a table; random ids put together and taken apart again; odd ones, which must do no harm. */
#include "test_random.h"

#include "normalize/arm_id.h"

#define SUB "/subscriptions/00000000-0000-0000-0000-000000000001"
#define GROUP SUB "/resourceGroups/rg"

typedef struct id_case {
    const char *id;
    const char *type;
    const char *parent;
    const char *full_name;
} id_case;

static const id_case id_cases[] = {
    {GROUP "/providers/M.C/accounts/a", "M.C/accounts", GROUP, "a"},
    {GROUP "/providers/M.C/accounts/a/deployments/d", "M.C/accounts/deployments", GROUP "/providers/M.C/accounts/a",
     "a/d"},
    {GROUP "/PROVIDERS/M.C/accounts/a/b/c/d/e", "M.C/accounts/b/d", GROUP "/PROVIDERS/M.C/accounts/a/b/c", "a/c/e"},
    {GROUP "/providers/M.C/accounts/a/providers/M.I/settings/s", "M.I/settings", GROUP "/providers/M.C/accounts/a",
     "s"},
    {SUB "/providers/M.A/roleAssignments/r", "M.A/roleAssignments", SUB, "r"},
    {"/providers/M.M/managementGroups/m", "M.M/managementGroups", "", "m"},
    {GROUP, "Microsoft.Resources/resourceGroups", SUB, ""},
    {SUB, "Microsoft.Resources/subscriptions", "", ""},
    {"/tenants/t", "Microsoft.Resources/tenants", "", ""},
    {GROUP "/providers/M.C", "M.C", GROUP, ""},
    {GROUP "/providers/M.C/accounts", "M.C/accounts", GROUP, ""},
    {GROUP "/providers/", "", GROUP, ""},
    {"/subscriptions/", "Microsoft.Resources/subscriptions", "", ""},
    {"", "", "", ""},
    {"x", "", "", ""},
    {"/", "Microsoft.Resources/tenants", "", ""},
    {"//////", "", "////", ""},
    {"/providers//x//y", "/x/y", "/providers//x", ""},
};

static void says_type_parent_and_name(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < sizeof id_cases / sizeof *id_cases; i++) {
        apl_str id = apl_str_from(id_cases[i].id);
        const char *type = test_text(arena, apl_arm_type(arena, id));
        const char *parent = test_text(arena, apl_arm_parent(id));
        if (strcmp(type, id_cases[i].type) != 0 || strcmp(parent, id_cases[i].parent) != 0)
            fail_msg("%s: type %s, parent %s", id_cases[i].id, type, parent);
        if (id_cases[i].full_name[0])
            assert_string_equal(test_text(arena, apl_arm_full_name(arena, id)), id_cases[i].full_name);
    }
    apl_arena_free(arena);
}

static void knows_what_is_an_id(void **state)
{
    (void)state;
    assert_true(apl_arm_is_id(APL_STR("/Subscriptions/x")));
    assert_true(apl_arm_is_id(APL_STR("/providers/x")));
    assert_true(apl_arm_is_id(APL_STR("/tenants/x")));
    assert_false(apl_arm_is_id(APL_STR("subscriptions/x")));
    assert_false(apl_arm_is_id(APL_STR("/subscription/x")));
    assert_false(apl_arm_is_id(APL_STR_NONE));
}

static void finds_segments(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_str id = APL_STR(GROUP "/providers/M.C/accounts/a");
    (void)state;

    assert_string_equal(test_text(arena, apl_arm_segment(id, APL_STR("RESOURCEGROUPS"))), "rg");
    assert_string_equal(test_text(arena, apl_arm_segment(id, APL_STR("subscriptions"))), SUB + 15);
    assert_int_equal(apl_arm_segment(id, APL_STR("a")).size, 0);
    assert_int_equal(apl_arm_segment(id, APL_STR("x")).size, 0);
    assert_int_equal(apl_arm_segment(APL_STR_NONE, APL_STR("x")).size, 0);
    apl_arena_free(arena);
}

/* An id of random types and names says them again, and its parents lead to the group. */
static void random_ids_come_apart(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5000; seed++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {seed};
        unsigned depth = 1 + random_below(&random, 5);
        apl_str id = APL_STR(GROUP "/providers/N.S");
        apl_str type = APL_STR("N.S");
        apl_str name = APL_STR("");
        apl_str ids[6];
        for (unsigned i = 0; i < depth; i++) {
            unsigned number = random_below(&random, 1000);
            id = apl_arena_format(arena, "%s/t%u/n%u", id.data, i, number);
            type = apl_arena_format(arena, "%s/t%u", type.data, i);
            name = apl_arena_format(arena, "%s%sn%u", name.data, i ? "/" : "", number);
            ids[i] = id;
        }
        assert_string_equal(test_text(arena, apl_arm_type(arena, id)), type.data);
        assert_string_equal(test_text(arena, apl_arm_full_name(arena, id)), name.data);
        for (unsigned i = depth; i > 1; i--)
            assert_true(apl_str_equal(apl_arm_parent(ids[i - 1]), ids[i - 2]));
        assert_true(apl_str_equal(apl_arm_parent(ids[0]), APL_STR(GROUP)));
        apl_arena_free(arena);
    }
}

/* Whatever the text: a parent is shorter, so that climbing ends, and nothing is read outside. */
static void odd_ids_do_no_harm(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5000; seed++) {
        static const char *const pieces[] = {"/",           "providers", "subscriptions", "resourceGroups", "x",
                                             "/providers/", ""};
        apl_arena *arena = apl_arena_new();
        random_source random = {seed};
        apl_text text;
        apl_text_init(&text, SIZE_MAX);
        for (uint32_t left = random_below(&random, 12); left; left--)
            apl_text_add(&text, apl_str_from(pieces[random_below(&random, 7)]));
        apl_str id = apl_text_str(&text);
        (void)apl_arm_type(arena, id);
        (void)apl_arm_full_name(arena, id);
        (void)apl_arm_segment(id, APL_STR("providers"));
        apl_str parent = apl_arm_parent(id);
        assert_true(parent.size < id.size || id.size == 0);
        apl_text_free(&text);
        apl_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_type_parent_and_name),
        cmocka_unit_test(knows_what_is_an_id),
        cmocka_unit_test(finds_segments),
        cmocka_unit_test(random_ids_come_apart),
        cmocka_unit_test(odd_ids_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
