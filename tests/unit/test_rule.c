/* tests/unit/test_rule.c: rule files as docs/content.md says, and what is refused in them.
 *
 * What a good file gives, and one example of each mistake with its message. */
#include "test_policy_estate.h"

#define FILE_NAME "services/azure/ai-services/rules/ai-local-auth-disabled.yaml"
#define HEAD "`check`: `ai-local-auth-disabled`, `title`: `Keys are off`, `severity`: `high`, `why`: ` Keys leak. `,"
#define FIX                                                                                                            \
    "`fix`: {`summary`: `Turn it off.`, `cli`: `az x {id}`, `patch`: [{`path`: `properties.disableLocalAuth`, "        \
    "`value`: true}]},"
#define IF                                                                                                             \
    "`if`: {`allOf`: [{`field`: `type`, `equals`: `T/t`}, {`field`: `properties.disableLocalAuth`, `notEquals`: "      \
    "true}]}"
#define RULE "`policyRule`: {" IF ", `then`: {`effect`: `audit`}}"

static apl_status compile(world *w, apl_rule *rule, const char *text)
{
    return apl_rule_compile(rule, &w->context, world_json(w, text), APL_STR("azure/ai-services"), FILE_NAME);
}

static void reads_a_rule(void **state)
{
    world *w = world_new();
    apl_rule rule;
    (void)state;
    if (compile(w, &rule, "{" HEAD FIX "`needs`: `T/t/read`," RULE "}") != APL_OK)
        fail_msg("%s", apl_error_message());
    world_load(w, "[{`id`: `1`, `type`: `T/t`, `properties`: {}}, {`id`: `2`, `type`: `T/u`}]");

    assert_string_equal(world_text(w, rule.info.id), "azure/ai-services/ai-local-auth-disabled");
    assert_string_equal(world_text(w, rule.info.check), "ai-local-auth-disabled");
    assert_string_equal(world_text(w, rule.info.service), "azure/ai-services");
    assert_string_equal(world_text(w, rule.info.why), "Keys leak.");
    assert_string_equal(world_text(w, rule.info.fix_cli), "az x {id}");
    assert_string_equal(world_text(w, rule.info.needs), "T/t/read");
    assert_int_equal(rule.info.severity, APL_SEVERITY_HIGH);
    assert_int_equal(rule.info.patch_count, 1);
    assert_string_equal(world_text(w, rule.info.patches[0].operation), "addOrReplace");
    assert_string_equal(world_value(w, rule.info.patches[0].value), "true");
    assert_string_equal(world_state(w, rule.policy, 0), "noncompliant");
    assert_string_equal(world_text(w, apl_policy_id(rule.policy)), "azure/ai-services/ai-local-auth-disabled");
    assert_true(apl_policy_takes_type(rule.policy, APL_STR("T/t")));
    assert_false(apl_policy_takes_type(rule.policy, APL_STR("T/u")));
    world_free(w);
}

static void takes_patches_of_modify(void **state)
{
    world *w = world_new();
    apl_rule rule;
    (void)state;
    assert_int_equal(compile(w, &rule,
                             "{" HEAD "`fix`: {`summary`: `S`}, `policyRule`: {" IF ", `then`: {`effect`: `modify`,"
                             "`details`: {`roleDefinitionIds`: [], `operations`: [{`operation`: `addOrReplace`,"
                             "`field`: `properties.disableLocalAuth`, `value`: true}]}}}}"),
                     APL_OK);
    assert_int_equal(rule.info.patch_count, 1);
    assert_string_equal(world_text(w, rule.info.patches[0].path), "properties.disableLocalAuth");
    world_free(w);
}

typedef struct refusal {
    const char *text;
    const char *message;
} refusal;

static const refusal refusals[] = {
    {"[]", "$: a rule file is an object, not array"},
    {"{" HEAD FIX "`polcyRule`: {}}", "unknown member \"polcyRule\"; did you mean 'policyRule'?"},
    {"{" HEAD FIX "`severty`: 1," RULE "}", "unknown member \"severty\"; did you mean 'severity'?"},
    {"{`check`: `other`, `title`: `t`, `severity`: `low`, `why`: `w`," FIX RULE "}", "is not the name of the file"},
    {"{`check`: `Ai`, `title`: `t`, `severity`: `low`, `why`: `w`," FIX RULE "}", "lower-case letters"},
    {"{`check`: `ai-local-auth-disabled`, `severity`: `low`, `why`: `w`," FIX RULE "}", "title: missing"},
    {"{`check`: `ai-local-auth-disabled`, `title`: ` `, `severity`: `low`, `why`: `w`," FIX RULE "}",
     "title: must be a text"},
    {"{`check`: `ai-local-auth-disabled`, `title`: `t`, `severity`: `hihg`, `why`: `w`," FIX RULE "}",
     "did you mean 'high'?"},
    {"{" HEAD RULE "}", "fix: missing"},
    {"{" HEAD "`fix`: {`cli`: `x`}," RULE "}", "summary: missing"},
    {"{" HEAD "`fix`: {`summary`: `x`, `bicp`: `x`}," RULE "}", "did you mean 'bicep'?"},
    {"{" HEAD "`fix`: {`summary`: `x`, `patch`: [{`value`: 1}]}," RULE "}", "fix.patch[0]: a patch needs a path"},
    {"{" HEAD "`fix`: {`summary`: `x`, `patch`: [{`path`: `a`, `operation`: `set`, `value`: 1}]}," RULE "}",
     "unknown operation"},
    {"{" HEAD FIX "`policyRule`: {`if`: {`field`: `name`, `equals`: `x`}, `then`: {`effect`: `audit`}}}",
     "which types it judges"},
    {"{" HEAD FIX "`policyRule`: {" IF ", `then`: {`effect`: `audit`, `detail`: {}}}}", "did you mean 'details'?"},
    {"{" HEAD FIX "`policyRule`: {" IF ", `then`: {`effect`: `auditIfNotExists`, `details`: {`typ`: `x`}}}}",
     "unknown member \"typ\""},
    {"{" HEAD FIX "`policyRule`: {`if`: {`field`: `type`, `equls`: `x`}, `then`: {`effect`: `audit`}}}", "equals"},
};

static void refuses_what_is_wrong(void **state)
{
    world *w = world_new();
    apl_rule rule;
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (compile(w, &rule, refusals[i].text) == APL_OK)
            fail_msg("%s compiles", refusals[i].text);
        assert_contains(apl_error_message(), refusals[i].message);
        assert_contains(apl_error_message(), FILE_NAME ": ");
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_rule),
        cmocka_unit_test(takes_patches_of_modify),
        cmocka_unit_test(refuses_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
