/* tests/unit/test_access.c: grants, bit sets and questions over an estate.
 *
 * The bit sets of random roles against a matcher that anybody can check by reading, questions against the bit sets, and
 * what the command's own cases do not reach: grants of the attack graph, deny queries, delegation. */
#include "test_access_estate.h"

#define ROLES 40
#define ACTIONS 70

/* Whether the pattern matches: a table of all starts of both, filled row by row. */
static bool plainly_matches(apl_str pattern, apl_str text)
{
    static bool holds[64][64];

    for (uint32_t p = 0; p <= pattern.size; p++) {
        for (uint32_t t = 0; t <= text.size; t++) {
            if (p == 0)
                holds[p][t] = t == 0;
            else if (pattern.data[p - 1] == '*')
                holds[p][t] = holds[p - 1][t] || (t && holds[p][t - 1]);
            else
                holds[p][t] = t && holds[p - 1][t - 1] &&
                              apl_char_lower(pattern.data[p - 1]) == apl_char_lower(text.data[t - 1]);
        }
    }
    return holds[pattern.size][text.size];
}

static apl_str random_action(random_source *random, apl_arena *arena, bool is_pattern)
{
    static const char *const parts[] = {"a", "B", "aa", "read", "Write", "*", "*", "b*", "*a"};
    apl_text text;

    apl_text_init(&text, 60);
    for (uint32_t left = 1 + random_below(random, 4); left; left--) {
        if (text.size)
            apl_text_add_char(&text, '/');
        apl_text_add(&text, apl_str_from(parts[random_below(random, is_pattern ? 9 : 5)]));
    }
    apl_str made = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

typedef struct plain_role {
    apl_str patterns[2][4][3]; /* by block, by list */
    uint32_t counts[2][4];
} plain_role;

static void random_role(plain_role *role, random_source *random, apl_arena *arena)
{
    for (unsigned b = 0; b < 2; b++) {
        for (unsigned l = 0; l < 4; l++) {
            role->counts[b][l] = random_below(random, 4);
            for (uint32_t i = 0; i < role->counts[b][l]; i++)
                role->patterns[b][l][i] = random_action(random, arena, true);
        }
    }
}

static bool plainly_lists(const plain_role *role, unsigned block, unsigned list, apl_str action)
{
    for (uint32_t i = 0; i < role->counts[block][list]; i++) {
        if (plainly_matches(role->patterns[block][list][i], action))
            return true;
    }
    return false;
}

static bool plainly_allows(const plain_role *role, apl_plane plane, apl_str action)
{
    unsigned list = plane == APL_PLANE_DATA ? 2 : 0;

    for (unsigned b = 0; b < 2; b++) {
        if (plainly_lists(role, b, list, action) && !plainly_lists(role, b, list + 1, action))
            return true;
    }
    return false;
}

static void add_role(access_world *world, const plain_role *role, unsigned number)
{
    static const char *const names[] = {"actions", "notActions", "dataActions", "notDataActions"};
    apl_text text;

    apl_text_init(&text, 1u << 15);
    for (unsigned b = 0; b < 2; b++) {
        apl_text_add(&text, b ? APL_STR(",{") : APL_STR("{"));
        for (unsigned l = 0; l < 4; l++) {
            apl_text_add_format(&text, "%s`%s`:[", l ? "," : "", names[l]);
            for (uint32_t i = 0; i < role->counts[b][l]; i++)
                apl_text_add_format(&text, "%s`%.*s`", i ? "," : "", APL_STR_ARG(role->patterns[b][l][i]));
            apl_text_add_char(&text, ']');
        }
        apl_text_add_char(&text, '}');
    }
    world_read(world,
               "{`id`: `" WORLD_ROLE "role%u`, `name`: `role%u`, `type`: `Microsoft.Authorization/roleDefinitions`,"
               " `properties`: {`roleName`: `role%u`, `permissions`: [%.*s]}}",
               number, number, number, (int)text.size, text.data);
    apl_text_free(&text);
}

/* Bit sets and questions say what a plain reading of the definition says, on both planes. */
static void bit_sets_are_what_the_patterns_say(void **state)
{
    random_source random = {7};
    access_world world;
    plain_role roles[ROLES];
    apl_str actions[ACTIONS];
    apl_action_id ids[ACTIONS];
    (void)state;

    world_open(&world);
    for (unsigned r = 0; r < ROLES; r++) {
        char name[32];
        random_role(&roles[r], &random, world.arena);
        add_role(&world, &roles[r], r);
        (void)snprintf(name, sizeof name, "role%u", r);
        world_assign(&world, name, name, name, WORLD_GROUP); /* the principal is called as the role */
    }
    world_close_reading(&world);
    assert_int_equal(apl_access_grant_count(world.access), ROLES);
    for (unsigned a = 0; a < ACTIONS; a++) {
        actions[a] = random_action(&random, world.arena, false);
        ids[a] = apl_access_action(world.access, a % 2 ? APL_PLANE_DATA : APL_PLANE_CONTROL, actions[a]);
    }
    apl_access_compile(world.access);
    apl_asker *asker = apl_asker_new(world.access);
    for (size_t g = 0; g < ROLES; g++) {
        const apl_grant *grant = apl_access_grant(world.access, g);
        unsigned r = (unsigned)strtoul(test_text(world.arena, grant->role_name) + 4, NULL, 10);
        for (unsigned a = 0; a < ACTIONS; a++) {
            apl_plane plane = a % 2 ? APL_PLANE_DATA : APL_PLANE_CONTROL;
            apl_decision expected = plainly_allows(&roles[r], plane, actions[a]) ? APL_ALLOW : APL_DENY;
            apl_access_question question = {.principal = grant->principal_id, .plane = plane, .action = actions[a]};
            apl_access_answer answer;
            assert_int_equal(apl_access_grant_allows(world.access, grant, ids[a]), expected);
            question.scope = APL_STR(WORLD_GROUP);
            apl_access_ask(&answer, asker, &question);
            assert_int_equal(answer.decision, expected);
            assert_int_equal(answer.reason_count, expected == APL_ALLOW);
        }
    }
    apl_asker_free(asker);
    world_close(&world);
}

static void one_role_has_one_set_of_rights(void **state)
{
    access_world world;
    (void)state;

    world_open(&world);
    world_read(&world, "{`id`: `" WORLD_ROLE "r`, `name`: `r`, `type`: `Microsoft.Authorization/roleDefinitions`,"
                       " `properties`: {`roleName`: `R`, `permissions`: [{`actions`: [`*`]}]}}");
    world_assign(&world, "a1", "p1", "r", WORLD_GROUP);
    world_assign(&world, "a2", "p2", "R", WORLD_SUBSCRIPTION);
    world_assign(&world, "a3", "P2", "unknown", "/");
    world_close_reading(&world);
    apl_action_id action = apl_access_action(world.access, APL_PLANE_CONTROL, APL_STR("a/b"));
    assert_int_equal(apl_access_action(world.access, APL_PLANE_CONTROL, APL_STR("A/B")), action);
    assert_int_not_equal(apl_access_action(world.access, APL_PLANE_DATA, APL_STR("a/b")), action);
    apl_access_compile(world.access);
    assert_int_equal(apl_access_grant_count(world.access), 3);
    const apl_grant *unknown = apl_access_grant(world.access, 0); /* "/providers/..." sorts first */
    const apl_grant *second = apl_access_grant(world.access, 1);
    const apl_grant *first = apl_access_grant(world.access, 2);
    assert_int_equal(first->rights, second->rights);
    assert_string_equal(test_text(world.arena, second->principal_id), "p2");
    assert_int_equal(unknown->identity, second->identity);
    assert_false(unknown->is_role_known);
    assert_string_equal(test_text(world.arena, unknown->scope_key), "/");
    assert_int_equal(apl_access_grant_allows(world.access, unknown, action), APL_UNKNOWN);
    assert_int_equal(apl_access_grant_allows(world.access, first, action), APL_ALLOW);
    world_close(&world);
}

static void deny_queries(void **state)
{
    access_world world;
    (void)state;

    world_open(&world);
    world_read(&world, "{`id`: `u1`, `userPrincipalName`: `u1@x`, `memberOf`: [{`id`: `g1`}]}");
    world_read(&world, "{`id`: `g1`, `groupTypes`: []}");
    world_read(&world, "{`id`: `" WORLD_GROUP "/providers/Microsoft.Authorization/denyAssignments/d`, `name`: `d`,"
                       " `type`: `Microsoft.Authorization/denyAssignments`, `properties`: {`scope`: `" WORLD_GROUP "`,"
                       " `principals`: [{`id`: `G1`}], `excludePrincipals`: [{`id`: `u3`}],"
                       " `permissions`: [{`actions`: [`a/*`], `notActions`: [`a/read`]}]}}");
    world_close_reading(&world);
    apl_action_id write = apl_access_action(world.access, APL_PLANE_CONTROL, APL_STR("a/write"));
    apl_action_id read = apl_access_action(world.access, APL_PLANE_CONTROL, APL_STR("a/read"));
    apl_access_compile(world.access);
    uint32_t user = apl_access_identity(world.access, APL_STR("u1@x"));
    assert_int_not_equal(user, APL_IDENTITY_NONE);
    assert_true(apl_access_is_denied_anywhere(world.access, user));
    assert_false(apl_access_is_denied_anywhere(world.access, apl_access_identity(world.access, APL_STR("u3"))));
    assert_int_equal(apl_access_denied(world.access, user, write, APL_STR(WORLD_GROUP "/x")), APL_DENY);
    assert_int_equal(apl_access_denied(world.access, user, read, APL_STR(WORLD_GROUP "/x")), APL_ALLOW);
    assert_int_equal(apl_access_denied(world.access, user, write, APL_STR(WORLD_GROUP "2")), APL_ALLOW);
    world_close(&world);
}

static void delegation_names_the_roles(void **state)
{
    access_world world;
    (void)state;

    world_open(&world);
    world_read(&world,
               "{`id`: `" WORLD_ROLE "manager`, `name`: `manager`, `type`: `Microsoft.Authorization/roleDefinitions`,"
               " `properties`: {`roleName`: `M`, `permissions`: [{`actions`: [`Microsoft.Authorization/roleAssignments/"
               "write`], `condition`: `@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] "
               "ForAnyOfAnyValues:GuidEquals {00000000-0000-0000-0000-000000000005}`}]}}");
    world_assign(&world, "a", "p", "manager", WORLD_GROUP);
    world_close_reading(&world);
    apl_access_compile(world.access);
    const apl_grant *grant = apl_access_grant(world.access, 0);
    assert_true(grant->has_condition);
    assert_int_equal(apl_access_grant_delegates(world.access, grant, APL_STR("00000000-0000-0000-0000-000000000005")),
                     APL_ALLOW);
    assert_int_equal(apl_access_grant_delegates(world.access, grant,
                                                APL_STR(WORLD_ROLE "00000000000000000000000000000005")),
                     APL_ALLOW);
    assert_int_equal(apl_access_grant_delegates(world.access, grant, APL_STR("00000000-0000-0000-0000-000000000006")),
                     APL_DENY);
    apl_str roles[4];
    assert_int_equal(apl_access_delegated_roles(roles, 4, world.access, grant), 1);
    assert_string_equal(test_text(world.arena, roles[0]), "00000000-0000-0000-0000-000000000005");
    world_close(&world);
}

/* A circle of groups ends, and the chain to a group is the shortest. */
static void groups_in_circles(void **state)
{
    access_world world;
    uint32_t chain[8];
    (void)state;

    world_open(&world);
    world_read(&world, "{`id`: `u`, `userPrincipalName`: `u@x`, `memberOf`: [{`id`: `g1`}, {`id`: `g3`}]}");
    world_read(&world, "{`id`: `g1`, `groupTypes`: [], `memberOf`: [{`id`: `g2`}]}");
    world_read(&world, "{`id`: `g2`, `groupTypes`: [], `memberOf`: [{`id`: `g3`}, {`id`: `g1`}]}");
    world_read(&world, "{`id`: `g3`, `groupTypes`: [], `memberOf`: [{`id`: `g2`}]}");
    world_assign(&world, "a", "g2", "unknown", WORLD_GROUP);
    world_close_reading(&world);
    uint32_t user = apl_access_identity(world.access, APL_STR("entra://-/users/u"));
    uint32_t group = apl_access_identity(world.access, APL_STR("g2"));
    assert_int_equal(apl_access_group_chain(chain, 8, world.access, user, group), 2);
    assert_int_equal(chain[1], group);
    assert_int_equal(apl_access_group_chain(chain, 8, world.access, group, user), 0);
    apl_asker *asker = apl_asker_new(world.access);
    assert_int_equal(world_decide(asker, "u", "x", WORLD_GROUP), APL_UNKNOWN);
    assert_int_equal(world_decide(asker, "u", "x", WORLD_SUBSCRIPTION), APL_DENY);
    apl_asker_free(asker);
    world_close(&world);
}

/* Far more actions than are kept between questions. */
static void many_actions(void **state)
{
    access_world world;
    (void)state;

    world_open(&world);
    world_read(&world, "{`id`: `" WORLD_ROLE "r`, `name`: `r`, `type`: `Microsoft.Authorization/roleDefinitions`,"
                       " `properties`: {`roleName`: `R`, `permissions`: [{`actions`: [`*7/read`]}]}}");
    world_assign(&world, "a", "p", "r", WORLD_GROUP);
    world_close_reading(&world);
    apl_asker *asker = apl_asker_new(world.access);
    for (unsigned i = 0; i < 5000; i++) {
        char action[32];
        (void)snprintf(action, sizeof action, "a%u/read", i);
        assert_int_equal(world_decide(asker, "p", action, WORLD_GROUP), i % 10 == 7 ? APL_ALLOW : APL_DENY);
    }
    apl_asker_free(asker);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bit_sets_are_what_the_patterns_say), cmocka_unit_test(one_role_has_one_set_of_rights),
        cmocka_unit_test(deny_queries),                       cmocka_unit_test(delegation_names_the_roles),
        cmocka_unit_test(groups_in_circles),                  cmocka_unit_test(many_actions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
