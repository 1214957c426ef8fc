/* tests/unit/test_policy_set.c: initiatives, assignments, overrides, selectors and exemptions.
 *
 * Each test brings a few files into force and judges a small estate; the order of files must not matter. */
#include "test_policy_estate.h"

#define ACCOUNT "Microsoft.CognitiveServices/accounts"
#define DEFINITIONS "/providers/Microsoft.Authorization/policyDefinitions/"
#define SETS "/providers/Microsoft.Authorization/policySetDefinitions/"
#define ASSIGNMENTS SUB "/providers/Microsoft.Authorization/policyAssignments/"
#define A GROUP "/providers/" ACCOUNT "/a"

/* Wrong when the name of the account is `name`. */
#define DEFINITION(id)                                                                                                 \
    "{`id`: `" DEFINITIONS id "`, `name`: `" id "`, `properties`: {`displayName`: `Definition " id "`, `mode`: `All`," \
    "`version`: `1.2.0`, `metadata`: {`category`: `Test`, `severity`: `high`}, `description`: `Why " id ".`,"          \
    "`parameters`: {`effect`: {`type`: `String`, `defaultValue`: `Audit`, `allowedValues`: [`Audit`, `Deny`, "         \
    "`Disabled`]},"                                                                                                    \
    "`name`: {`type`: `String`, `defaultValue`: `a`}},"                                                                \
    "`policyRule`: {`if`: {`allOf`: [{`field`: `type`, `equals`: `" ACCOUNT "`},"                                      \
    "{`field`: `name`, `equals`: `[parameters('name')]`}]}, `then`: {`effect`: `[parameters('effect')]`}}}}"

static const char estate[] =
    "[{`id`: `" A "`, `name`: `a`, `type`: `" ACCOUNT "`, `location`: `East US`},"
    " {`id`: `" GROUP "/providers/" ACCOUNT "/b`, `name`: `b`, `type`: `" ACCOUNT "`, `location`: `westus`},"
    " {`id`: `" SUB "/resourceGroups/rg2/providers/" ACCOUNT "/a`, `name`: `a`, `type`: `" ACCOUNT "`},"
    " {`id`: `/subscriptions/2/resourceGroups/rg/providers/" ACCOUNT "/a`, `name`: `a`, `type`: `" ACCOUNT "`}]";

static apl_policy_set *set_of(world *w, const char *const *files, size_t count)
{
    apl_policy_set *set = NULL;

    assert_int_equal(apl_policy_set_new(&set, &w->context), APL_OK);
    for (size_t i = 0; i < count; i++) {
        if (apl_policy_set_add(set, world_json(w, files[i]), "set.json") != APL_OK)
            fail_msg("%s", apl_error_message());
    }
    if (apl_policy_set_finish(set) != APL_OK)
        fail_msg("%s", apl_error_message());
    return set;
}

#define SET_OF(w, files) set_of((w), (files), sizeof(files) / sizeof *(files))

/* "rule=state" of each rule that covers the asset, as one text. */
static const char *judged(world *w, const apl_policy_set *set, apl_asset_id asset)
{
    apl_policy_eval eval = world_eval(w);
    apl_text text;

    apl_text_init(&text, 4096);
    for (size_t i = 0; i < apl_policy_set_count(set); i++) {
        const apl_rule *rule = apl_policy_set_rule(set, i);
        apl_str exemption = APL_STR_NONE;
        apl_policy_result result;
        if (!apl_policy_set_covers(set, i, &eval, asset, &exemption))
            continue;
        apl_policy_evaluate(&result, rule->policy, asset, &eval);
        long slash = apl_str_find_last_char(rule->policy ? apl_policy_id(rule->policy) : APL_STR_NONE, '/');
        apl_str id = apl_policy_id(rule->policy);
        apl_text_add_format(&text, "%s%.*s=%s", text.size ? " " : "",
                            APL_STR_ARG(apl_str_slice(id, (size_t)(slash + 1), id.size)),
                            exemption.size ? "exempt" : apl_compliance_names[result.state]);
    }
    const char *copy = apl_arena_str(w->arena, apl_text_str(&text)).data;
    apl_text_free(&text);
    return copy;
}

static void definitions_stand_by_themselves(void **state)
{
    world *w = world_new();
    (void)state;
    static const char *const files[] = {"[" DEFINITION("two") ", " DEFINITION("one") "]",
                                        "{`value`: [" DEFINITION("three") "]}"};
    apl_policy_set *set = SET_OF(w, files);
    world_load(w, estate);

    assert_int_equal(apl_policy_set_count(set), 3);
    const apl_rule *rule = apl_policy_set_rule(set, 0);
    assert_string_equal(world_text(w, rule->info.id), DEFINITIONS "one");
    assert_string_equal(world_text(w, rule->info.check), "one");
    assert_string_equal(world_text(w, rule->info.title), "Definition one");
    assert_string_equal(world_text(w, rule->info.why), "Why one.");
    assert_string_equal(world_text(w, rule->info.service), "Test");
    assert_int_equal(rule->info.severity, APL_SEVERITY_HIGH);
    assert_string_equal(judged(w, set, 0), "one=noncompliant three=noncompliant two=noncompliant");
    assert_string_equal(judged(w, set, 1), "one=compliant three=compliant two=compliant");
    apl_policy_set_free(set);
    world_free(w);
}

#define INITIATIVE(id, parameters, references)                                                                         \
    "{`id`: `" SETS id "`, `name`: `" id "`, `properties`: {`displayName`: `Set " id "`, `parameters`: {" parameters   \
    "},"                                                                                                               \
    "`policyDefinitions`: [" references "]}}"
#define REFERENCE(definition, id, rest)                                                                                \
    "{`policyDefinitionId`: `" DEFINITIONS definition "`, `policyDefinitionReferenceId`: `" id "`" rest "}"

static void initiatives_pass_values_on(void **state)
{
    world *w = world_new();
    (void)state;
    static const char
        *const files[] =
            {
                INITIATIVE("s", "`Which`: {`type`: `String`, `defaultValue`: `b`}",
                           REFERENCE("one", "r1",
                                     ", `parameters`: {`name`: {`value`: `[parameters('which')]`}}, `groupNames`: "
                                     "[`g1`]") "," REFERENCE("one", "r2",
                                                             ", `parameters`: {`name`: {`value`: `[concat('', 'x')]`}, "
                                                             "`effect`: {`value`: `Disabled`}}") "," REFERENCE("absent",
                                                                                                               "r3",
                                                                                                               "")),
                INITIATIVE("t", "",
                           REFERENCE("one", "q",
                                     ", `parameters`: {`name`: {`value`: `b`}}, `groupNames`: [`h`],"
                                     "`definitionVersion`: `2.*.*`")),
                DEFINITION("one"), DEFINITION("two")};
    apl_policy_set *set = SET_OF(w, files);
    world_load(w, estate);

    /* s/r1 and t/q are the same policy with the same values: one rule, both groups. */
    assert_int_equal(apl_policy_set_count(set), 3);
    apl_policy_source source = apl_policy_set_source(set, 0);
    assert_string_equal(world_text(w, source.initiative), SETS "s");
    assert_string_equal(world_text(w, source.reference_id), "r1");
    assert_int_equal(source.group_count, 2);
    assert_string_equal(world_text(w, source.groups[0].group), "g1");
    assert_string_equal(world_text(w, source.groups[1].title), "Set t");
    assert_string_equal(world_text(w, apl_policy_set_rule(set, 0)->info.id), DEFINITIONS "one#r1");
    assert_string_equal(world_text(w, apl_policy_set_rule(set, 2)->info.id), DEFINITIONS "two");
    assert_string_equal(judged(w, set, 1), "one=noncompliant one=not-applicable two=compliant");
    assert_contains(w->messages.data, "1 of 3 definitions are not among the files");
    assert_contains(w->messages.data, "version 2.*.* of");
    assert_int_equal(w->errors, 0);
    apl_policy_set_free(set);
    world_free(w);
}

#define ASSIGNMENT(id, definition, rest)                                                                               \
    "{`id`: `" ASSIGNMENTS id "`, `name`: `" id "`, `properties`: {`policyDefinitionId`: `" definition "`,"            \
    "`scope`: `" SUB "`" rest "}}"

static void assignments_cover_their_scope(void **state)
{
    world *w = world_new();
    (void)state;
    static const char *const files[] = {ASSIGNMENT("x", DEFINITIONS "one",
                                                   ", `notScopes`: [`" SUB
                                                   "/resourceGroups/RG2`], `enforcementMode`: `DoNotEnforce`,"
                                                   "`nonComplianceMessages`: [{`message`: `Not so.`}]"),
                                        DEFINITION("one")};
    apl_policy_set *set = SET_OF(w, files);
    world_load(w, estate);

    assert_int_equal(apl_policy_set_count(set), 1);
    assert_string_equal(judged(w, set, 0), "one=noncompliant");
    assert_string_equal(judged(w, set, 2), "");
    assert_string_equal(judged(w, set, 3), "");
    assert_string_equal(world_text(w, world_judge(w, apl_policy_set_rule(set, 0)->policy, 0).reason), "Not so.");
    assert_false(apl_policy_set_source(set, 0).is_enforced);
    assert_string_equal(world_text(w, apl_policy_set_rule(set, 0)->info.id), DEFINITIONS "one");
    apl_policy_set_free(set);
    world_free(w);
}

static void management_groups_cover_their_tree(void **state)
{
    world *w = world_new();
    (void)state;
    static const char *const files[] = {"{`name`: `mg`, `properties`: {`policyDefinitionId`: `" DEFINITIONS "one`,"
                                        "`scope`: `/providers/Microsoft.Management/managementGroups/top`}}",
                                        DEFINITION("one")};
    apl_policy_set *set = SET_OF(w, files);
    world_load(
        w, "[{`id`: `" A "`, `name`: `a`, `type`: `" ACCOUNT "`, `@parent`: `" SUB "`},"
           " {`id`: `" SUB "`, `type`: `Microsoft.Resources/subscriptions`,"
           "  `@parent`: `/providers/Microsoft.Management/managementGroups/other`},"
           " {`id`: `/providers/Microsoft.Management/managementGroups/other`, `type`: `mg`},"
           " {`id`: `/subscriptions/2/resourceGroups/r/providers/" ACCOUNT "/a`, `name`: `a`, `type`: `" ACCOUNT "`,"
           "  `@parent`: `/subscriptions/2`},"
           " {`id`: `/subscriptions/2`, `type`: `Microsoft.Resources/subscriptions`,"
           "  `@parent`: `/providers/Microsoft.Management/managementGroups/TOP`},"
           " {`id`: `/providers/Microsoft.Management/managementGroups/TOP`, `type`: `mg`},"
           " {`id`: `/subscriptions/3/resourceGroups/r/providers/" ACCOUNT "/a`, `name`: `a`, `type`: `" ACCOUNT "`},"
           " {`id`: `arn:x`, `name`: `a`, `type`: `" ACCOUNT "`}]");
    assert_string_equal(judged(w, set, 0), "");                 /* in the tree of another group */
    assert_string_equal(judged(w, set, 3), "one=noncompliant"); /* in this one */
    assert_string_equal(judged(w, set, 6), "one=noncompliant"); /* tree not read */
    assert_string_equal(judged(w, set, 7), "");                 /* not in Azure */
    apl_policy_set_free(set);
    world_free(w);
}

static void resource_selectors_choose(void **state)
{
    world *w = world_new();
    (void)state;
    static const char *const files[] = {
        ASSIGNMENT("x", DEFINITIONS "one",
                   ", `resourceSelectors`: ["
                   "{`name`: `east`, `selectors`: [{`kind`: `resourceLocation`, `in`: [`eastus`]},"
                   "{`kind`: `resourceType`, `in`: [`" ACCOUNT "`]}]},"
                   "{`name`: `none`, `selectors`: [{`kind`: `resourceLocation`, `in`: [`moon`]}]}]"),
        ASSIGNMENT("y", DEFINITIONS "two",
                   ", `resourceSelectors`: [{`name`: `n`,"
                   "`selectors`: [{`kind`: `resourceLocation`, `notIn`: [`eastus`]}]}]"),
        ASSIGNMENT("z", DEFINITIONS "three",
                   ", `resourceSelectors`: [{`name`: `n`,"
                   "`selectors`: [{`kind`: `resourceLocation`, `in`: [`eastus`]}, {`kind`: `resourceWithoutLocation`, "
                   "`in`: [`subscriptionLevelResources`]}]}]"),
        DEFINITION("one"),
        DEFINITION("two"),
        DEFINITION("three")};
    apl_policy_set *set = SET_OF(w, files);
    world_load(w, estate);
    assert_string_equal(judged(w, set, 0), "one=noncompliant three=noncompliant");
    assert_string_equal(judged(w, set, 1), "two=compliant");
    assert_string_equal(judged(w, set, 2), "three=noncompliant two=noncompliant");
    apl_policy_set_free(set);
    world_free(w);
}

static void overrides_change_the_effect(void **state)
{
    world *w = world_new();
    (void)state;
    static const char *const files[] = {
        INITIATIVE("s", "", REFERENCE("one", "r1", "") "," REFERENCE("two", "r2", "") "," REFERENCE("three", "r3", "")),
        ASSIGNMENT("x", SETS "s",
                   ", `overrides`: ["
                   "{`kind`: `policyEffect`, `value`: `disabled`, `selectors`: [{`kind`: "
                   "`policyDefinitionReferenceId`, `in`: [`R1`]}]},"
                   "{`kind`: `policyEffect`, `value`: `deny`, `selectors`: [{`kind`: `policyDefinitionReferenceId`, "
                   "`in`: [`r2`]},"
                   "{`kind`: `resourceLocation`, `in`: [`eastus`]}]}]"),
        DEFINITION("one"), DEFINITION("two"), DEFINITION("three")};
    apl_policy_set *set = SET_OF(w, files);
    world_load(w, estate);

    assert_int_equal(apl_policy_set_count(set), 4); /* two is there with and without its override */
    assert_string_equal(judged(w, set, 0), "one=not-applicable three=noncompliant two=noncompliant");
    apl_policy_eval eval = world_eval(w);
    apl_str exemption;
    size_t denied = 0;
    for (size_t i = 0; i < 4; i++) {
        apl_effect effect = apl_policy_effect(apl_policy_set_rule(set, i)->policy);
        denied += effect == APL_EFFECT_DENY && apl_policy_set_covers(set, i, &eval, 0, &exemption);
        assert_false(effect == APL_EFFECT_DENY && apl_policy_set_covers(set, i, &eval, 2, &exemption));
    }
    assert_int_equal(denied, 1);
    apl_policy_set_free(set);
    world_free(w);
}

#define EXEMPTION(scope, id, rest)                                                                                     \
    "{`id`: `" scope "/providers/Microsoft.Authorization/policyExemptions/" id "`, `name`: `" id "`,"                  \
    "`properties`: {`policyAssignmentId`: `" ASSIGNMENTS "x`, `exemptionCategory`: `Waiver`" rest "}}"

static void exemptions_end(void **state)
{
    world *w = world_new();
    (void)state;
    static const char *const files[] = {
        EXEMPTION(
            A, "e",
            ", `displayName`: `Pilot`, `expiresOn`: `2026-12-31T00:00:00Z`, `policyDefinitionReferenceIds`: [`R1`]"),
        EXEMPTION(SUB "/resourceGroups/rg2", "old", ", `expiresOn`: `2026-11-23T08:00:00Z`"),
        INITIATIVE("s", "", REFERENCE("one", "r1", "") "," REFERENCE("two", "r2", "")),
        ASSIGNMENT("x", SETS "s", ""),
        DEFINITION("one"),
        DEFINITION("two")};
    apl_policy_set *set = SET_OF(w, files);
    world_load(w, estate);

    assert_string_equal(judged(w, set, 0), "one=exempt two=noncompliant");
    assert_string_equal(judged(w, set, 2), "one=noncompliant two=noncompliant");
    apl_policy_eval eval = world_eval(w);
    apl_str reason;
    assert_true(apl_policy_set_covers(set, 0, &eval, 0, &reason));
    assert_string_equal(world_text(w, reason), "Waiver by the exemption \"Pilot\" until 2026-12-31T00:00:00Z.");
    (void)apl_instant_parse(&eval.now, APL_STR("2027-01-01"));
    assert_true(apl_policy_set_covers(set, 0, &eval, 0, &reason));
    assert_int_equal(reason.size, 0);
    apl_policy_set_free(set);
    world_free(w);
}

/* What cannot be judged for want of a value is left out with a warning, or is an error when it is assigned. */
static void missing_values(void **state)
{
    world *w = world_new();
    (void)state;
    const char *definition =
        "{`name`: `needs`, `parameters`: {`n`: {`type`: `String`}}, `policyRule`: {`if`: {`field`: `name`,"
        "`equals`: `[parameters('n')]`}, `then`: {`effect`: `audit`}}}";
    const char *files[] = {definition};
    apl_policy_set *set = SET_OF(w, files);
    assert_int_equal(apl_policy_set_count(set), 0);
    assert_contains(w->messages.data,
                    "the parameter 'n' has no value and no default; the policy is not judged by itself");
    apl_policy_set_free(set);

    assert_int_equal(apl_policy_set_new(&set, &w->context), APL_OK);
    assert_int_equal(apl_policy_set_add(set, world_json(w, definition), "d.json"), APL_OK);
    assert_int_equal(apl_policy_set_add(set, world_json(w, ASSIGNMENT("x", "needs", "")), "a.json"), APL_OK);
    assert_int_equal(apl_policy_set_finish(set), APL_E_CONTENT);
    assert_contains(apl_error_message(), "a.json: parameters: the parameter 'n' has no value");
    apl_policy_set_free(set);
    world_free(w);
}

static apl_status finish_with(world *w, const char *file)
{
    apl_policy_set *set = NULL;
    apl_status status;

    assert_int_equal(apl_policy_set_new(&set, &w->context), APL_OK);
    status = apl_policy_set_add(set, world_json(w, file), "f.json");
    if (status == APL_OK)
        status = apl_policy_set_finish(set);
    apl_policy_set_free(set);
    return status;
}

static void says_what_is_wrong(void **state)
{
    world *w = world_new();
    (void)state;
    assert_int_equal(finish_with(w, "{`policyrules`: {}, `mode`: `All`}"), APL_E_CONTENT);
    assert_contains(apl_error_message(), "f.json: $: neither a definition");
    assert_int_equal(finish_with(w, "{`something`: 1}"), APL_OK);
    assert_contains(w->messages.data, "no policy document; passed over");
    assert_int_equal(finish_with(w, "3"), APL_E_CONTENT);
    assert_int_equal(finish_with(w, EXEMPTION(A, "e", ", `expiresOn`: `soon`")), APL_E_CONTENT);
    assert_contains(apl_error_message(), "expiresOn: \"soon\" is no ISO 8601 date");
    assert_int_equal(finish_with(w, ASSIGNMENT("x", "d", ", `overrides`: [{`kind`: `policyEffect`, `value`: `dney`}]")),
                     APL_E_CONTENT);
    assert_contains(apl_error_message(), "did you mean 'deny'?");
    assert_int_equal(finish_with(w, ASSIGNMENT("x", "nobody", "")), APL_OK);
    assert_contains(w->messages.data, "nobody is not among the files");
    world_free(w);
}

static void order_of_files_is_no_matter(void **state)
{
    static const char *const files[] = {INITIATIVE("s", "", REFERENCE("one", "r1", "") "," REFERENCE("two", "r2", "")),
                                        ASSIGNMENT("x", SETS "s", ""),
                                        ASSIGNMENT("y", SETS "s", ""),
                                        DEFINITION("two"),
                                        DEFINITION("one"),
                                        DEFINITION("one")};
    static const char *const backwards[] = {
        DEFINITION("one"),
        DEFINITION("one"),
        DEFINITION("two"),
        ASSIGNMENT("y", SETS "s", ""),
        ASSIGNMENT("x", SETS "s", ""),
        INITIATIVE("s", "", REFERENCE("one", "r1", "") "," REFERENCE("two", "r2", ""))};
    world *w = world_new();
    (void)state;
    apl_policy_set *a = SET_OF(w, files);
    apl_policy_set *b = SET_OF(w, backwards);
    static const char *const ids[] = {DEFINITIONS "one#x/r1", DEFINITIONS "one#y/r1", DEFINITIONS "two#x/r2",
                                      DEFINITIONS "two#y/r2"};
    assert_int_equal(apl_policy_set_count(a), 4);
    assert_int_equal(apl_policy_set_count(b), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(world_text(w, apl_policy_set_rule(a, i)->info.id), ids[i]);
        assert_string_equal(world_text(w, apl_policy_set_rule(b, i)->info.id), ids[i]);
    }
    apl_policy_set_free(a);
    apl_policy_set_free(b);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definitions_stand_by_themselves),
        cmocka_unit_test(initiatives_pass_values_on),
        cmocka_unit_test(assignments_cover_their_scope),
        cmocka_unit_test(management_groups_cover_their_tree),
        cmocka_unit_test(resource_selectors_choose),
        cmocka_unit_test(overrides_change_the_effect),
        cmocka_unit_test(exemptions_end),
        cmocka_unit_test(missing_values),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(order_of_files_is_no_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
