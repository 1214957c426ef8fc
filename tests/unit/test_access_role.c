/* tests/unit/test_access_role.c: role definitions in all their forms, contested patterns, scopes, the library.
 *
 * What is decided on one definition or one pair of ids; estates are in test_access.c. */
#include "test_access_estate.h"

#include "access/azure/pattern.h"
#include "access/azure/role.h"
#include "access/azure/scope.h"

typedef struct form_case {
    const char *definition;
    const char *id;
    const char *name;
} form_case;

/* The same role, as five tools write it. */
static const form_case forms[] = {
    {"{`id`: `/x/roleDefinitions/r`, `name`: `r`, `properties`: {`roleName`: `R`, `permissions`: [{`actions`: [`a/*`],"
     " `notActions`: [`a/b`], `dataActions`: [`d`], `notDataActions`: []}]}}",
     "/x/roleDefinitions/r", "R"},
    {"{`id`: `/x/roleDefinitions/r`, `roleName`: `R`, `permissions`: [{`actions`: [`a/*`], `notActions`: [`a/b`],"
     " `dataActions`: [`d`]}]}",
     "/x/roleDefinitions/r", "R"},
    {"{`Name`: `R`, `Id`: `r`, `IsCustom`: true, `Actions`: [`a/*`], `NotActions`: [`a/b`], `DataActions`: [`d`],"
     " `AssignableScopes`: [`/`]}",
     "r", "R"},
    {"{`id`: `r`, `role_name`: `R`, `permissions`: [{`actions`: [`a/*`], `not_actions`: [`a/b`],"
     " `data_actions`: [`d`], `not_data_actions`: null}]}",
     "r", "R"},
    {"{`properties`: {`roleName`: `R`, `permissions`: {`actions`: [`a/*`], `notActions`: [`a/b`],"
     " `dataActions`: [`d`]}}}",
     "R", "R"},
};

static apl_truth allows(const apl_role *role, apl_plane plane, const char *action)
{
    apl_request request = {.action = apl_str_from(action)};

    return apl_role_allows(NULL, role, plane, &request);
}

static void every_form_is_one_role(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_role role;
    (void)state;

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        assert_true(apl_role_read(&role, arena, test_value(arena, forms[i].definition)));
        assert_string_equal(test_text(arena, role.id), forms[i].id);
        assert_string_equal(test_text(arena, role.name), forms[i].name);
        assert_int_equal(allows(&role, APL_PLANE_CONTROL, "A/c/d"), APL_TRUE);
        assert_int_equal(allows(&role, APL_PLANE_CONTROL, "a/B"), APL_FALSE);
        assert_int_equal(allows(&role, APL_PLANE_CONTROL, "d"), APL_FALSE);
        assert_int_equal(allows(&role, APL_PLANE_DATA, "D"), APL_TRUE);
        assert_int_equal(allows(&role, APL_PLANE_DATA, "a/c"), APL_FALSE);
    }
    assert_false(apl_role_read(&role, arena, test_value(arena, "{`id`: `r`, `properties`: {`roleName`: `R`}}")));
    assert_false(apl_role_read(&role, arena, APL_MISSING));
    assert_true(apl_role_read(&role, arena, test_value(arena, "{`id`: `r`, `permissions`: []}")));
    assert_int_equal(allows(&role, APL_PLANE_CONTROL, "a"), APL_FALSE);
    apl_arena_free(arena);
}

/* One block allows under a condition, another without. */
static void blocks_with_conditions_add_up(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_role role;
    (void)state;

    assert_true(apl_role_read(&role, arena,
                              test_value(arena, "{`id`: `r`, `permissions`: ["
                                                "{`actions`: [`a/*`], `condition`: `@Request[x] StringEquals 'y'`},"
                                                "{`actions`: [`a/b`]},"
                                                "{`actions`: [`c`], `condition`: `what is this`},"
                                                "{`actions`: [`e`], `condition`: `ActionMatches{'f'}`}]}")));
    assert_true(role.has_condition);
    assert_int_equal(allows(&role, APL_PLANE_CONTROL, "a/b"), APL_TRUE);
    assert_int_equal(allows(&role, APL_PLANE_CONTROL, "a/c"), APL_TRUTH_UNREAD);
    assert_int_equal(allows(&role, APL_PLANE_CONTROL, "c"), APL_TRUTH_UNREAD);
    assert_int_equal(allows(&role, APL_PLANE_CONTROL, "e"), APL_FALSE);
    apl_arena_free(arena);
}

static void contested_patterns(void **state)
{
    (void)state;
    assert_true(apl_pattern_is_contested(APL_STR("a/*/write"), APL_STR("A/write")));
    assert_true(apl_pattern_is_contested(APL_STR("a/*/b/*/write"), APL_STR("a/b/write")));
    assert_false(apl_pattern_is_contested(APL_STR("a/*/write"), APL_STR("a/b/write"))); /* it matches */
    assert_false(apl_pattern_is_contested(APL_STR("a/*"), APL_STR("a")));
    assert_false(apl_pattern_is_contested(APL_STR("*/write"), APL_STR("write")));
    assert_false(apl_pattern_is_contested(APL_STR("a/*/write"), APL_STR("a/read")));
}

/* Another block that allows the same beyond doubt settles it. */
static void contested_is_settled_by_another_block(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_request request = {.action = APL_STR("a/c/write")};
    apl_role role;
    bool is_contested = false;
    (void)state;

    assert_true(apl_role_read(&role, arena,
                              test_value(arena, "{`id`: `r`, `actions`: [`a/*`], `notActions`: [`a/c/*/write`]}")));
    assert_int_equal(apl_role_allows(&is_contested, &role, APL_PLANE_CONTROL, &request), APL_TRUE);
    assert_true(is_contested);
    assert_true(apl_role_read(&role, arena,
                              test_value(arena, "{`id`: `r`, `permissions`: [{`actions`: [`a/*`],"
                                                " `notActions`: [`a/c/*/write`]}, {`actions`: [`a/c/write`]}]}")));
    assert_int_equal(apl_role_allows(&is_contested, &role, APL_PLANE_CONTROL, &request), APL_TRUE);
    assert_false(is_contested);
    apl_arena_free(arena);
}

typedef struct scope_case {
    const char *scope;
    const char *resource;
    apl_truth covers;
} scope_case;

#define GROUPS "/providers/Microsoft.Management/managementGroups/"

static const scope_case scope_cases[] = {
    {"/", WORLD_GROUP, APL_TRUE},
    {"/", "/", APL_TRUE},
    {"/", "entra://t/users/u", APL_FALSE},
    {WORLD_SUBSCRIPTION, WORLD_GROUP "/providers/a/b/c", APL_TRUE},
    {WORLD_SUBSCRIPTION "/", WORLD_SUBSCRIPTION, APL_TRUE},
    {WORLD_GROUP, WORLD_GROUP "1", APL_FALSE},
    {WORLD_GROUP, WORLD_SUBSCRIPTION, APL_FALSE},
    {"/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/RG", WORLD_GROUP "/providers/x/y/z", APL_TRUE},
    {GROUPS "root", WORLD_GROUP, APL_TRUE},
    {GROUPS "ROOT", GROUPS "leaf", APL_TRUE},
    {GROUPS "leaf", WORLD_SUBSCRIPTION, APL_TRUE},
    {GROUPS "leaf", GROUPS "root", APL_FALSE},
    {GROUPS "elsewhere", WORLD_SUBSCRIPTION, APL_FALSE},
    {GROUPS "leaf", "/subscriptions/unknown/resourceGroups/x", APL_TRUTH_UNREAD},
    {GROUPS "lea", WORLD_SUBSCRIPTION, APL_FALSE},
    {GROUPS "root", "/providers/Microsoft.Marketplace/x/y", APL_FALSE},
    {"", WORLD_GROUP, APL_FALSE},
};

static void scopes_cover_by_segment_and_tree(void **state)
{
    access_world world;
    (void)state;

    world_open(&world);
    world_read(&world, "{`id`: `" GROUPS "root`, `name`: `root`, `type`: `Microsoft.Management/managementGroups`,"
                       " `properties`: {`details`: {`version`: 1}, `children`: [{`id`: `" GROUPS "middle`,"
                       " `children`: [{`id`: `" GROUPS "leaf`, `children`: [{`id`: `" WORLD_SUBSCRIPTION "`}]}]}]}}");
    world_close_reading(&world);
    for (size_t i = 0; i < sizeof scope_cases / sizeof *scope_cases; i++) {
        const scope_case *one = &scope_cases[i];
        apl_decision expected = one->covers == APL_TRUE ? APL_ALLOW : one->covers == APL_FALSE ? APL_DENY : APL_UNKNOWN;
        apl_decision found =
            apl_access_covers(world.access, apl_str_from(one->scope), apl_str_from(one->resource));
        if (found != expected)
            fail_msg("%s over %s: %s", one->scope, one->resource, apl_decision_names[found]);
    }
    world_close(&world);
}

/* Resource Graph gives a subscription with the names of all groups above it. */
static void chain_of_a_subscription(void **state)
{
    access_world world;
    (void)state;

    world_open(&world);
    world_read(&world, "{`id`: `" WORLD_SUBSCRIPTION "`, `name`: `s`, `type`: `Microsoft.Resources/subscriptions`,"
                       " `tenantId`: `tenant-root`, `properties`: {`managementGroupAncestorsChain`:"
                       " [{`name`: `leaf`}, {`name`: `middle`}, {`name`: `top`}]}}");
    world_close_reading(&world);
    assert_int_equal(apl_access_covers(world.access, APL_STR(GROUPS "middle"), APL_STR(WORLD_GROUP)), APL_ALLOW);
    assert_int_equal(apl_access_covers(world.access, APL_STR(GROUPS "other"), APL_STR(WORLD_GROUP)), APL_DENY);
    assert_int_equal(apl_access_covers(world.access, APL_STR(GROUPS "tenant-root"), APL_STR(WORLD_GROUP)), APL_ALLOW);
    world_close(&world);
}

static void library_finds_and_refuses(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_library *library = apl_library_new();
    (void)state;

    assert_int_equal(apl_library_add(library,
                                     test_value(arena, "{`roles`: [{`id`: `R-1`, `name`: `One`, `permissions`: []}],"
                                                       " `directory_roles`: [{`id`: `d`, `name`: `Dir`}],"
                                                       " `app_roles`: [{`id`: `p`, `value`: `P.All`}]}"),
                                     "roles.yaml"),
                     APL_OK);
    assert_true(apl_value_is_there(apl_library_role(library, APL_STR("r-1"))));
    assert_true(apl_value_is_there(apl_library_role(library, APL_STR("one"))));
    assert_false(apl_value_is_there(apl_library_role(library, APL_STR("d"))));
    assert_true(apl_value_is_there(apl_library_directory_role(library, APL_STR("DIR"))));
    assert_true(apl_value_is_there(apl_library_app_role(library, APL_STR("p.all"))));
    assert_false(apl_value_is_there(apl_library_role(NULL, APL_STR("one"))));
    static const char *const wrong[] = {
        "{`what`: []}", "{`roles`: {}}", "{`roles`: [{`id`: `x`, `name`: `X`}]}", "{`roles`: [{`name`: `X`}]}",
        "{`roles`: [{`id`: `R-1`, `name`: `Again`, `permissions`: []}]}",
        "{`roles`: [{`id`: `R-2`, `name`: `Two`, `permissions`: [{`actions`: [`a`], `condition`: `what`}]}]}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(apl_library_add(library, test_value(arena, wrong[i]), "roles.yaml"), APL_E_CONTENT);
    apl_library_free(library);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_one_role),           cmocka_unit_test(blocks_with_conditions_add_up),
        cmocka_unit_test(contested_patterns),               cmocka_unit_test(contested_is_settled_by_another_block),
        cmocka_unit_test(scopes_cover_by_segment_and_tree), cmocka_unit_test(chain_of_a_subscription),
        cmocka_unit_test(library_finds_and_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
