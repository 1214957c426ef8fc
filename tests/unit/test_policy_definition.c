/* tests/unit/test_policy_definition.c: definitions compiled and judged.
 *
 * Envelopes, parameters, effects, modes, applicability, failing functions, and what resourceGroup() and subscription()
 * see. All definitions here are our own. */
#include "test_policy_estate.h"

#define ACCOUNT "Microsoft.CognitiveServices/accounts"
#define RULE(effect)                                                                                                   \
    "`policyRule`: {`if`: {`allOf`: [{`field`: `type`, `equals`: `" ACCOUNT "`}, "                                     \
    "{`field`: `properties.disableLocalAuth`, `notEquals`: true}]}, `then`: {`effect`: `" effect "`}}"

static const char accounts[] =
    "[{`id`: `" GROUP "/providers/" ACCOUNT "/open`, `name`: `open`, `type`: `" ACCOUNT "`, `location`: `eastus`,"
    "  `properties`: {`disableLocalAuth`: false}},"
    " {`id`: `" GROUP "/providers/" ACCOUNT "/closed`, `name`: `closed`, `type`: `" ACCOUNT "`, `location`: `eastus`,"
    "  `properties`: {`disableLocalAuth`: true}},"
    " {`id`: `" GROUP "/providers/Microsoft.Search/searchServices/s`, `name`: `s`,"
    "  `type`: `Microsoft.Search/searchServices`, `location`: `eastus`, `properties`: {}},"
    " {`id`: `" GROUP "/providers/" ACCOUNT "/short`, `name`: `short`, `type`: `" ACCOUNT "`, `@partial`: true},"
    " {`id`: `" GROUP "/providers/" ACCOUNT "/named`, `name`: `named`, `type`: `" ACCOUNT "`, `@stub`: true}]";

static void judges_with_and_without_envelope(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *plain = world_policy(w, "{`name`: `plain`, `mode`: `All`, " RULE("audit") "}");
    apl_policy *arm = world_policy(
        w, "{`id`: `/providers/x/1`, `name`: `1`, `properties`: {`displayName`: `T`, `mode`: `Indexed`, " RULE(
               "Deny") "}}");
    apl_policy *bare =
        world_policy(w, "{`if`: {`field`: `type`, `equals`: `" ACCOUNT "`}, `then`: {`effect`: `audit`}}");
    world_load(w, accounts);

    assert_string_equal(world_state(w, plain, 0), "noncompliant");
    assert_string_equal(world_state(w, plain, 1), "compliant");
    assert_string_equal(world_state(w, plain, 2), "not-applicable");
    assert_string_equal(world_state(w, plain, 3), "unknown");
    assert_string_equal(world_state(w, plain, 4), "not-applicable");
    assert_string_equal(world_state(w, arm, 0), "noncompliant");
    assert_string_equal(world_state(w, bare, 1), "noncompliant");
    assert_string_equal(world_text(w, apl_policy_id(plain)), "plain");
    assert_string_equal(world_text(w, apl_policy_id(arm)), "/providers/x/1");
    assert_string_equal(world_text(w, apl_policy_id(bare)), "test.json");
    assert_string_equal(world_text(w, apl_policy_title(arm)), "T");
    assert_int_equal(apl_policy_effect(arm), APL_EFFECT_DENY);
    assert_true(apl_policy_takes_type(plain, APL_STR("microsoft.cognitiveservices/ACCOUNTS")));
    assert_false(apl_policy_takes_type(plain, APL_STR("Microsoft.Search/searchServices")));
    assert_false(apl_policy_is_derived(plain));
    world_free(w);
}

static const char with_parameters[] =
    "{`mode`: `All`, `parameters`: {"
    "`Effect`: {`type`: `String`, `allowedValues`: [`Audit`, `Deny`, `Disabled`], `defaultValue`: `Audit`},"
    "`wanted`: {`type`: `Boolean`, `defaultValue`: true},"
    "`places`: {`type`: `Array`, `allowedValues`: [`eastus`, `westus`], `defaultValue`: [`eastus`]},"
    "`count`: {`type`: `Integer`}},"
    "`policyRule`: {`if`: {`allOf`: [{`field`: `type`, `equals`: `" ACCOUNT "`},"
    "{`field`: `location`, `in`: `[parameters('Places')]`},"
    "{`field`: `properties.disableLocalAuth`, `notEquals`: `[parameters('WANTED')]`}]},"
    "`then`: {`effect`: `[parameters('effect')]`}}}";

static void fills_in_parameters(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *standard = world_policy(w, with_parameters);
    apl_policy *wrapped =
        world_policy_with(w, with_parameters, "{`wanted`: {`value`: false}, `EFFECT`: {`value`: `deny`}}");
    apl_policy *plain = world_policy_with(w, with_parameters, "{`wanted`: `false`, `other`: 1}");
    apl_policy *file =
        world_policy_with(w, with_parameters, "{`$schema`: ``, `parameters`: {`places`: {`value`: [`westus`]}}}");
    apl_policy *disabled = world_policy_with(w, with_parameters, "{`effect`: `disabled`}");
    world_load(w, accounts);

    assert_string_equal(world_state(w, standard, 0), "noncompliant");
    assert_string_equal(world_state(w, standard, 1), "compliant");
    assert_string_equal(world_state(w, wrapped, 0), "compliant");
    assert_string_equal(world_state(w, wrapped, 1), "noncompliant");
    assert_int_equal(apl_policy_effect(wrapped), APL_EFFECT_DENY);
    assert_string_equal(world_state(w, plain, 1), "noncompliant");
    assert_string_equal(world_state(w, file, 0), "compliant");
    assert_string_equal(world_state(w, disabled, 0), "not-applicable");
    assert_string_equal(world_text(w, world_judge(w, disabled, 0).reason), "The effect of the policy is disabled.");
    assert_false(apl_policy_takes_type(disabled, APL_STR(ACCOUNT)));
    assert_string_equal(world_text(w, apl_policy_missing_parameters(standard)),
                        "the parameter 'count' has no value and no default");
    world_free(w);
}

static void refuses_wrong_parameters(void **state)
{
    world *w = world_new();
    (void)state;
    const char *message = world_refused(w, with_parameters, "{`effect`: `Audits`}");
    assert_contains(message, "test.json: parameters: parameter 'Effect': \"Audits\" is not one of [\"Audit\"");
    message = world_refused(w, with_parameters, "{`places`: [`eastus`, `moon`]}");
    assert_contains(message, "\"moon\" is not one of");
    message = world_refused(w, with_parameters, "{`wanted`: 3}");
    assert_contains(message, "'wanted' must be of type Boolean, not integer");
    message = world_refused(w, "{`parameters`: {`a`: {`type`: `Strng`}}, " RULE("audit") "}", NULL);
    assert_contains(message, "unknown type \"Strng\"; did you mean 'String'?");
    world_free(w);
}

/* A parameter without a value only matters where it is needed. */
static void missing_value_is_an_error_where_it_matters(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *condition = world_policy(
        w, "{`parameters`: {`name`: {`type`: `String`}}, `policyRule`: {`if`: {`allOf`: [{`field`: `type`, `equals`: "
           "`" ACCOUNT "`}, {`field`: `name`, `equals`: `[parameters('name')]`}]}, `then`: {`effect`: `audit`}}}");
    apl_policy *effect =
        world_policy(w, "{`parameters`: {`effect`: {`type`: `String`}}, " RULE("[parameters('effect')]") "}");
    world_load(w, accounts);

    assert_string_equal(world_state(w, condition, 0), "error");
    assert_contains(world_text(w, world_judge(w, condition, 0).reason), "the parameter 'name' has no value");
    assert_string_equal(world_state(w, condition, 2), "not-applicable");
    assert_string_equal(world_state(w, effect, 0), "error");
    assert_contains(world_text(w, world_judge(w, effect, 0).reason),
                    "the parameter 'effect' has no value and no default.");
    assert_string_equal(world_state(w, effect, 1), "compliant");
    world_free(w);
}

static void refuses_broken_definitions(void **state)
{
    world *w = world_new();
    (void)state;
    assert_contains(world_refused(w, "{`mode`: `All`}", NULL), "test.json: policyRule: missing");
    assert_contains(world_refused(w, "{`policyRule`: {`then`: {`effect`: `audit`}}}", NULL), "no \"if\"");
    assert_contains(world_refused(w, "{" RULE("audti") "}", NULL), "unknown effect \"audti\"; did you mean 'audit'?");
    assert_contains(world_refused(w, "{`mode`: `Indxed`, " RULE("audit") "}", NULL), "did you mean 'Indexed'?");
    assert_contains(
        world_refused(w, "{`policyRule`: {`if`: {`field`: `type`, `equal`: `x`}, `then`: {`effect`: `audit`}}}", NULL),
        "policyRule.if");
    assert_contains(world_refused(w, "{" RULE("auditIfNotExists") "}", NULL), "then.details.type");
    assert_contains(world_refused(w, "{" RULE("modify") "}", NULL), "modify needs operations");
    assert_contains(world_refused(w, "[]", NULL), "a policy definition is an object");
    world_free(w);
}

static void effects_without_a_judgement(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *deny_action = world_policy(w, "{" RULE("denyAction") "}");
    apl_policy *manual = world_policy(w, "{" RULE("manual") "}");
    apl_policy *attested =
        world_policy(w, "{`policyRule`: {`if`: {`field`: `type`, `equals`: `" ACCOUNT
                        "`}, `then`: {`effect`: `manual`, `details`: {`defaultState`: `Compliant`}}}}");
    apl_policy *fixed = world_policy(w, "{`policyType`: `Static`, " RULE("audit") "}");
    apl_policy *setting =
        world_policy(w, "{`mode`: `Microsoft.MachineLearningServices.Data`, " RULE("enforceSetting") "}");
    world_load(w, accounts);

    assert_string_equal(world_state(w, deny_action, 0), "not-applicable");
    assert_string_equal(world_state(w, manual, 0), "unknown");
    assert_string_equal(world_state(w, manual, 1), "not-applicable");
    assert_string_equal(world_state(w, attested, 0), "compliant");
    assert_string_equal(world_state(w, fixed, 0), "not-applicable");
    assert_string_equal(world_state(w, setting, 0), "not-applicable");
    assert_contains(world_text(w, world_judge(w, setting, 0).reason), "mode Microsoft.MachineLearningServices.Data");
    world_free(w);
}

static void modes_choose_resources(void **state)
{
    world *w = world_new();
    (void)state;
    const char *any = "`policyRule`: {`if`: {`field`: `name`, `exists`: true}, `then`: {`effect`: `audit`}}";
    char text[512];
    snprintf(text, sizeof text, "{`mode`: `Indexed`, %s}", any);
    apl_policy *indexed = world_policy(w, text);
    snprintf(text, sizeof text, "{`mode`: `ALL`, %s}", any);
    apl_policy *all = world_policy(w, text);
    snprintf(text, sizeof text, "{`mode`: `Microsoft.CognitiveServices.Data`, %s}", any);
    apl_policy *component = world_policy(w, text);
    snprintf(text, sizeof text, "{`mode`: `Microsoft.Kubernetes.Data`, %s}", any);
    apl_policy *foreign = world_policy(w, text);
    world_load(
        w, "[{`id`: `" SUB "`, `name`: `s`, `type`: `Microsoft.Resources/subscriptions`},"
           " {`id`: `" GROUP "`, `name`: `rg`, `type`: `Microsoft.Resources/resourceGroups`, `location`: `eastus`},"
           " {`id`: `" GROUP "/providers/" ACCOUNT "/a`, `name`: `a`, `type`: `" ACCOUNT "`},"
           " {`id`: `" GROUP "/providers/" ACCOUNT "/a/deployments/d`, `name`: `d`, `type`: `" ACCOUNT "/deployments`},"
           " {`id`: `" GROUP "/providers/" ACCOUNT "/a/projects/p`, `name`: `p`, `type`: `" ACCOUNT "/projects`,"
           "  `tags`: {}},"
           " {`name`: `x`, `type`: `Microsoft.CognitiveServices.Data/accounts/deployments`}]");

    static const char *const expected[] = {"not-applicable", "not-applicable", "noncompliant", "not-applicable",
                                           "noncompliant"};
    for (apl_asset_id i = 0; i < 5; i++) {
        assert_string_equal(world_state(w, indexed, i), expected[i]);
        assert_string_equal(world_state(w, all, i), "noncompliant");
        assert_string_equal(world_state(w, component, i), "not-applicable");
        assert_string_equal(world_state(w, foreign, i), "not-applicable");
    }
    assert_string_equal(world_state(w, component, 5), "noncompliant");
    assert_contains(world_text(w, world_judge(w, component, 2).reason), "Microsoft.CognitiveServices.Data");
    assert_contains(world_text(w, world_judge(w, foreign, 2).reason), "Microsoft.Kubernetes.Data");
    assert_false(apl_policy_takes_type(component, APL_STR(ACCOUNT)));
    assert_true(apl_policy_takes_type(component, APL_STR("Microsoft.CognitiveServices.Data/accounts/deployments")));
    world_free(w);
}

/* A failing function is an error with its reason, but not on resources that the policy is not about. */
static void failing_function_is_an_error(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *policy = world_policy(
        w, "{`policyRule`: {`if`: {`allOf`: [{`value`: `[substring(field('name'), 0, 50)]`, `equals`: `x`},"
           "{`field`: `type`, `equals`: `" ACCOUNT "`}]}, `then`: {`effect`: `audit`}}}");
    world_load(w, accounts);

    assert_string_equal(world_state(w, policy, 0), "error");
    assert_true(world_judge(w, policy, 0).reason.size > 10);
    assert_string_equal(world_state(w, policy, 2), "not-applicable");
    world_free(w);
}

static void sees_group_and_subscription(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *policy = world_policy(
        w, "{`policyRule`: {`if`: {`allOf`: [{`field`: `type`, `equals`: `" ACCOUNT "`},"
           "{`field`: `location`, `notEquals`: `[resourceGroup().location]`},"
           "{`value`: `[resourceGroup().name]`, `equals`: `RG`},"
           "{`value`: `[subscription().subscriptionId]`, `equals`: `00000000-0000-0000-0000-000000000001`}]},"
           "`then`: {`effect`: `audit`}}}");
    apl_policy *tagged = world_policy(w, "{`policyRule`: {`if`: {`value`: `[resourceGroup().tags.env]`, `equals`: "
                                         "`prod`}, `then`: {`effect`: `audit`}}}");
    world_load(w,
               "[{`id`: `" GROUP "`, `name`: `rg`, `type`: `Microsoft.Resources/resourceGroups`, `location`: `westus`,"
               "  `tags`: {`env`: `prod`}},"
               " {`id`: `" GROUP "/providers/" ACCOUNT "/a`, `name`: `a`, `type`: `" ACCOUNT "`, `location`: `eastus`},"
               " {`id`: `" SUB "/resourceGroups/other/providers/" ACCOUNT "/b`, `type`: `" ACCOUNT
               "`, `location`: `eastus`}]");

    assert_string_equal(world_state(w, policy, 1), "noncompliant");
    assert_string_equal(world_state(w, tagged, 1), "noncompliant");
    assert_string_equal(world_state(w, tagged, 2), "unknown");
    assert_true(apl_policy_is_derived(policy));
    assert_true(apl_policy_reads_type(policy, APL_STR("Microsoft.Resources/resourceGroups")));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_with_and_without_envelope),
        cmocka_unit_test(fills_in_parameters),
        cmocka_unit_test(refuses_wrong_parameters),
        cmocka_unit_test(missing_value_is_an_error_where_it_matters),
        cmocka_unit_test(refuses_broken_definitions),
        cmocka_unit_test(effects_without_a_judgement),
        cmocka_unit_test(modes_choose_resources),
        cmocka_unit_test(failing_function_is_an_error),
        cmocka_unit_test(sees_group_and_subscription),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
