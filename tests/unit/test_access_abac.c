/* tests/unit/test_access_abac.c: the language of conditions: parsing, operators, quantifiers, three values.
 *
 * The examples of Microsoft's page "Azure role assignment condition format and syntax" are among the cases. */
#include "test_random.h"

#include "access/azure/abac.h"

#define WRITE "Microsoft.Authorization/roleAssignments/write"
#define CONTAINER "Microsoft.Storage/storageAccounts/blobServices/containers:name"

typedef struct condition_case {
    const char *condition;
    const char *attributes; /* JSON with ` for "; NULL: none */
    apl_truth outcome;
} condition_case;

static const condition_case cases[] = {
    /* The page's own examples. */
    {"ActionMatches{'Microsoft.Authorization/roleAssignments/*'}", NULL, APL_TRUE},
    {"ActionMatches{'Microsoft.Authorization/roleDefinitions/*'}", NULL, APL_FALSE},
    {"Resource[name1] StringLike 'a*c?'", "{`Resource`: {`name1`: `abcd`}}", APL_TRUE},
    {"Resource[name1] StringLike 'A*C?'", "{`Resource`: {`name1`: `abcd`}}", APL_FALSE},
    {"Resource[name1] StringLike 'a*c'", "{`Resource`: {`name1`: `abcd`}}", APL_FALSE},
    {"{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'blue', 'green'}", NULL, APL_TRUE},
    {"{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'orange', 'green'}", NULL, APL_FALSE},
    {"{'red', 'blue'} ForAllOfAnyValues:StringEquals {'orange', 'red', 'blue'}", NULL, APL_TRUE},
    {"{'red', 'blue'} ForAllOfAnyValues:StringEquals {'red', 'green'}", NULL, APL_FALSE},
    {"{10, 20} ForAnyOfAllValues:NumericLessThan {15, 18}", NULL, APL_TRUE},
    {"{10, 20} ForAllOfAllValues:NumericLessThan {5, 15, 18}", NULL, APL_FALSE},
    {"{10, 20} ForAllOfAllValues:NumericLessThan {25, 30}", NULL, APL_TRUE},
    {"{10, 20} ForAllOfAllValues:NumericLessThan {15, 25, 30}", NULL, APL_FALSE},
    /* Words. */
    {"!(ActionMatches{'x'})", NULL, APL_TRUE},
    {"NOT ActionMatches{'x'} AND ActionMatches{'*'}", NULL, APL_TRUE},
    {"not actionmatches {'x'} && actionMATCHES{'*'}", NULL, APL_TRUE},
    {"ActionMatches{'x'} || ActionMatches{'MICROSOFT.authorization/*'}", NULL, APL_TRUE},
    {"ActionMatches{'x', '*/write'}", NULL, APL_TRUE},
    {"!!ActionMatches{'*'}", NULL, APL_TRUE},
    {"((((ActionMatches{'*'}))))", NULL, APL_TRUE},
    /* AND binds closer than OR. */
    {"ActionMatches{'*'} OR ActionMatches{'x'} AND ActionMatches{'x'}", NULL, APL_TRUE},
    {"(ActionMatches{'*'} OR ActionMatches{'x'}) AND ActionMatches{'x'}", NULL, APL_FALSE},
    /* Three values. */
    {"@Request[a] StringEquals 'x'", NULL, APL_TRUTH_UNREAD},
    {"NOT @Request[a] StringEquals 'x'", NULL, APL_TRUTH_UNREAD},
    {"@Request[a] StringEquals 'x' AND ActionMatches{'x'}", NULL, APL_FALSE},
    {"@Request[a] StringEquals 'x' OR ActionMatches{'*'}", NULL, APL_TRUE},
    {"@Request[a] StringEquals 'x' OR ActionMatches{'x'}", NULL, APL_TRUTH_UNREAD},
    {"SubOperationMatches{'Blob.List'}", NULL, APL_TRUTH_UNREAD},
    {"SubOperationMatches{'Blob.List'}", "{`SubOperation`: `blob.list`}", APL_TRUE},
    {"SubOperationMatches{'Blob.List'}", "{`SubOperation`: `Blob.Read`}", APL_FALSE},
    {"!(ActionMatches{'*'} AND NOT SubOperationMatches{'Blob.List'}) OR @Resource[x] StringEquals 'y'", NULL,
     APL_TRUTH_UNREAD},
    {"!(ActionMatches{'other'} AND NOT SubOperationMatches{'Blob.List'}) OR @Resource[x] StringEquals 'y'", NULL,
     APL_TRUE},
    /* Exists, and attributes that are known not to exist. */
    {"Exists @Resource[x]", NULL, APL_TRUTH_UNREAD},
    {"Exists @Resource[x]", "{`Resource`: {`x`: `1`}}", APL_TRUE},
    {"Exists @Resource[x]", "{`Resource`: {`x`: null}}", APL_FALSE},
    {"NOT Exists @Resource[x]", "{`Resource`: {`x`: null}}", APL_TRUE},
    {"@Resource[x] StringNotEquals 'y'", "{`Resource`: {`x`: null}}", APL_FALSE},
    {"Exists @Resource[" CONTAINER "]", NULL, APL_TRUE},
    /* Names out of the id of the resource. */
    {"@Resource[" CONTAINER "] StringEquals 'public'", NULL, APL_TRUE},
    {"@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'contoso'", NULL, APL_TRUE},
    {"@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringStartsWith 'a/b'", NULL,
     APL_TRUE},
    {"@Resource[Microsoft.Search/searchServices:name] StringEquals 'contoso'", NULL, APL_TRUTH_UNREAD},
    {"@Resource[" CONTAINER "] StringEquals @Principal[team]", "{`Principal`: {`team`: `public`}}", APL_TRUE},
    /* Strings. */
    {"{'a'} StringEquals 'A'", NULL, APL_FALSE},
    {"{'a'} StringEqualsIgnoreCase 'A'", NULL, APL_TRUE},
    {"{'a'} StringNotEqualsIgnoreCase 'A'", NULL, APL_FALSE},
    {"'it''s' StringEquals 'it''s'", NULL, APL_TRUE},
    {"'it''s' StringLike 'it?s'", NULL, APL_TRUE},
    {"'abc' StringStartsWith 'ab'", NULL, APL_TRUE},
    {"'abc' StringStartsWithIgnoreCase 'AB'", NULL, APL_TRUE},
    {"'abc' StringNotStartsWith 'ab'", NULL, APL_FALSE},
    {"'a*c' StringLike 'a\\*c'", NULL, APL_TRUE},
    {"'abc' StringLike 'a\\*c'", NULL, APL_FALSE},
    {"'a?c' StringLike 'a\\?c'", NULL, APL_TRUE},
    {"'abc' StringLikeIgnoreCase 'A?C'", NULL, APL_TRUE},
    {"'abc' StringNotLike 'a*'", NULL, APL_FALSE},
    {"'' StringLike '*'", NULL, APL_TRUE},
    /* Numbers, dates, truth values. */
    {"5 NumericEquals 5", NULL, APL_TRUE},
    {"@Request[n] NumericGreaterThanEquals 5", "{`Request`: {`n`: 5}}", APL_TRUE},
    {"@Request[n] NumericLessThanEquals -5", "{`Request`: {`n`: -6}}", APL_TRUE},
    {"'x' NumericEquals 5", NULL, APL_TRUTH_UNREAD},
    {"10 NumericNotEquals 9", NULL, APL_TRUE},
    {"@Environment[UtcNow] DateTimeGreaterThan '2026-01-01T00:00:00.0Z'",
     "{`Environment`: {`UtcNow`: `2026-06-01T00:00:00Z`}}", APL_TRUE},
    {"@Environment[UtcNow] DateTimeLessThanEquals 2026-01-01T00:00:00Z",
     "{`Environment`: {`UtcNow`: `2026-06-01T00:00:00Z`}}", APL_FALSE},
    {"@Resource[HasObotoken] boolequals true", "{`Resource`: {`HasObotoken`: true}}", APL_TRUE},
    {"@Resource[HasObotoken] BoolNotEquals true", "{`Resource`: {`hasobotoken`: false}}", APL_TRUE},
    /* GUIDs in all their forms. */
    {"@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals"
     "{8e3af657-a8ff-443c-a75c-2fe8c4bcb635, acdd72a7338548efbd42f606fba81ae7}",
     "{`Request`: {`Microsoft.Authorization/roleAssignments:RoleDefinitionId`: "
     "`ACDD72A7-3385-48EF-BD42-F606FBA81AE7`}}",
     APL_TRUE},
    {"@Request[r] ForAllOfAllValues:GuidNotEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635}",
     "{`Request`: {`r`: `8e3af657a8ff443ca75c2fe8c4bcb635`}}", APL_FALSE},
    {"'no guid' GuidEquals 8e3af657a8ff443ca75c2fe8c4bcb635", NULL, APL_TRUTH_UNREAD},
    /* Addresses. */
    {"'10.1.2.3' IpMatch '10.1.0.0/16'", NULL, APL_TRUE},
    {"'10.1.2.3' IpNotMatch '10.1.0.0/16'", NULL, APL_FALSE},
    {"'10.1.2.3' IpInRange '10.1.2.1-10.1.2.9'", NULL, APL_TRUE},
    {"'10.1.2.3' IpInRange {'192.168.0.0/16', '10.1.2.3'}", NULL, APL_TRUE},
    {"'2001:db8::1' IpMatch '2001:db8::/33'", NULL, APL_TRUE},
    {"'10.1.2.3' IpMatch 'nowhere'", NULL, APL_TRUTH_UNREAD},
    /* Several values of the question. */
    {"@Request[tags&$keys$&] ForAnyOfAnyValues:StringEquals {'a', 'b'}", "{`Request`: {`tags&$keys$&`: [`c`, `b`]}}",
     APL_TRUE},
    {"@Request[k] ForAllOfAnyValues:StringEquals {'a', 'b'}", "{`Request`: {`k`: [`a`, `c`]}}", APL_FALSE},
    {"@Resource[tags:Project<$key_case_sensitive$>] StringEquals 'x'",
     "{`Resource`: {`tags:Project<$key_case_sensitive$>`: `x`}}", APL_TRUE},
    {"@Request[k] ForAnyOfAnyValues: StringEquals {'a'}", "{`Request`: {`k`: `a`}}", APL_TRUE},
};

static apl_truth evaluate(apl_arena *arena, const char *condition, const char *attributes)
{
    apl_abac *abac = NULL;
    apl_request request = {
        .action = APL_STR(WRITE),
        .resource = APL_STR("/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/contoso"
                            "/blobServices/default/containers/public/blobs/a/b/c.txt"),
    };

    if (attributes)
        request.attributes = test_value(arena, attributes);
    if (apl_abac_compile(&abac, arena, apl_str_from(condition)) != APL_OK)
        fail_msg("%s: %s", condition, apl_error_message());
    return apl_abac_eval(abac, &request);
}

static void conditions_hold_or_not(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        apl_truth outcome = evaluate(arena, cases[i].condition, cases[i].attributes);
        if (outcome != cases[i].outcome)
            fail_msg("%s is %d, not %d", cases[i].condition, (int)outcome, (int)cases[i].outcome);
    }
    apl_arena_free(arena);
}

static const char *const broken[] = {
    "",
    "(",
    ")",
    "AND",
    "ActionMatches",
    "ActionMatches{",
    "ActionMatches{'a'",
    "ActionMatches{'a'}}",
    "ActionMatches{'a'} ActionMatches{'b'}",
    "(ActionMatches{'a'}",
    "ActionMatches{'a'})",
    "ActionMatches{'a' 'b'}",
    "NOT",
    "@Request[a",
    "@Request[a]",
    "@Request[a] StringEquals",
    "@Request[a] Sounds 'x'",
    "@Request[a] ForSomeValues:StringEquals 'x'",
    "@Cookie[a] StringEquals 'x'",
    "'open StringEquals 'x'",
    "Exists 'x'",
    "@ StringEquals 'x'",
    "&",
    "a & b",
    "{,} StringEquals 'x'",
};

static void faults_are_told(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        apl_abac *abac = NULL;
        if (apl_abac_compile(&abac, arena, apl_str_from(broken[i])) != APL_E_INPUT)
            fail_msg("%s is taken", broken[i]);
        assert_null(abac);
    }
    apl_arena_free(arena);
}

/* Any depth is either taken or refused by its limit. */
static void depth_has_a_limit(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_abac *abac = NULL;
    apl_text text;
    (void)state;

    apl_text_init(&text, 1u << 20);
    for (unsigned i = 0; i < 1000; i++)
        apl_text_add(&text, APL_STR("(!"));
    assert_int_equal(apl_abac_compile(&abac, arena, apl_text_str(&text)), APL_E_LIMIT);
    text.size = 0;
    for (unsigned i = 0; i < 1000; i++)
        apl_text_add(&text, i ? APL_STR(" OR ActionMatches{'a'}") : APL_STR("ActionMatches{'*'}"));
    assert_int_equal(apl_abac_compile(&abac, arena, apl_text_str(&text)), APL_OK);
    apl_request request = {.action = APL_STR("b")};
    assert_int_equal(apl_abac_eval(abac, &request), APL_TRUE);
    text.size = 0;
    while (text.size < 100000)
        apl_text_add(&text, APL_STR("ActionMatches{'*'} AND "));
    assert_int_equal(apl_abac_compile(&abac, arena, apl_text_str(&text)), APL_E_LIMIT);
    apl_text_free(&text);
    apl_arena_free(arena);
}

static void role_ids_are_listed(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_abac *abac = NULL;
    apl_str ids[4];
    (void)state;

    assert_int_equal(apl_abac_compile(&abac, arena,
                                      APL_STR("!(ActionMatches{'" WRITE "'}) OR @Request[Microsoft.Authorization/"
                                              "roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {a, b}")),
                     APL_OK);
    assert_int_equal(apl_abac_role_ids(ids, 4, abac), 2);
    assert_string_equal(test_text(arena, ids[1]), "b");
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_hold_or_not),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(role_ids_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
