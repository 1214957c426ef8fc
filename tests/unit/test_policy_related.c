/* tests/unit/test_policy_related.c: auditIfNotExists and deployIfNotExists.
 *
 * Where related resources are looked for, what counts as unread, and what is said about those that fail. */
#include "test_policy_estate.h"

#define ACCOUNT "Microsoft.CognitiveServices/accounts"
#define DIAGNOSTIC "Microsoft.Insights/diagnosticSettings"
#define PRICING "Microsoft.Security/pricings"
#define A GROUP "/providers/" ACCOUNT "/a"
#define B GROUP "/providers/" ACCOUNT "/b"

/* A policy on accounts with these details. */
static apl_policy *for_accounts(world *w, const char *details)
{
    char text[2048];

    snprintf(text, sizeof text,
             "{`mode`: `All`, `policyRule`: {`if`: {`field`: `type`, `equals`: `" ACCOUNT "`},"
             "`then`: {`effect`: `auditIfNotExists`, `details`: {%s}}}}",
             details);
    return world_policy(w, text);
}

static void finds_children_and_extensions(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *child = for_accounts(w, "`type`: `" ACCOUNT "/privateEndpointConnections`, `existenceCondition`:"
                                        "{`field`: `properties.status`, `equals`: `Approved`}");
    apl_policy *logs = for_accounts(w, "`type`: `" DIAGNOSTIC "`, `existenceScope`: `subscription`");
    apl_policy *grandchild = for_accounts(w, "`type`: `" ACCOUNT "/projects/connections`");
    world_load(w, "[{`id`: `" A "`, `name`: `a`, `type`: `" ACCOUNT "`},"
                  " {`id`: `" B "`, `name`: `b`, `type`: `" ACCOUNT "`},"
                  " {`id`: `" A "/privateEndpointConnections/one`, `type`: `" ACCOUNT "/privateEndpointConnections`,"
                  "  `properties`: {`status`: `Pending`}},"
                  " {`id`: `" A "/privateEndpointConnections/two`, `type`: `" ACCOUNT "/PRIVATEendpointconnections`,"
                  "  `properties`: {`status`: `approved`}},"
                  " {`id`: `" A "/providers/microsoft.insights/diagnosticSettings/d`, `type`: `" DIAGNOSTIC "`},"
                  " {`id`: `" B "/projects/p/providers/" DIAGNOSTIC "/d`, `type`: `" DIAGNOSTIC "`},"
                  " {`id`: `" B "/projects/p/connections/c`, `type`: `" ACCOUNT "/projects/connections`}]");

    assert_string_equal(world_state(w, child, 0), "compliant");
    assert_int_equal(world_judge(w, child, 0).related, 3);
    assert_string_equal(world_state(w, child, 1), "noncompliant");
    assert_string_equal(world_state(w, logs, 0), "compliant");
    assert_string_equal(world_state(w, logs, 1), "noncompliant"); /* that of a child is not its own */
    assert_string_equal(world_state(w, grandchild, 0), "noncompliant");
    assert_string_equal(world_state(w, grandchild, 1), "compliant");
    assert_string_equal(world_state(w, child, 2), "not-applicable");
    assert_string_equal(world_text(w, apl_policy_related_type(logs)), DIAGNOSTIC);
    assert_true(apl_policy_is_derived(logs));
    assert_true(apl_policy_reads_type(logs, APL_STR(DIAGNOSTIC)));
    assert_false(apl_policy_takes_type(logs, APL_STR(DIAGNOSTIC)));
    world_free(w);
}

static void looks_in_group_and_subscription(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *group = for_accounts(w, "`type`: `Microsoft.Network/privateEndpoints`");
    apl_policy *subscription =
        for_accounts(w, "`type`: `Microsoft.Network/privateEndpoints`, `existenceScope`: `Subscription`");
    apl_policy *named =
        for_accounts(w, "`type`: `Microsoft.Network/privateEndpoints`, `name`: `[concat('pe-', field('name'))]`");
    apl_policy *elsewhere =
        for_accounts(w, "`type`: `Microsoft.Network/privateEndpoints`, `resourceGroupName`: `network`, `name`: `pe-a`");
    apl_policy *anywhere = for_accounts(
        w, "`type`: `Microsoft.Network/privateEndpoints`, `existenceScope`: `subscription`, `name`: `pe-a`");
    apl_policy *zone = for_accounts(w, "`type`: `Microsoft.Network/privateEndpoints/zones`,"
                                       "`existenceScope`: `subscription`, `name`: `pe-a/?`");
    world_load(w, "[{`id`: `" A "`, `name`: `a`, `type`: `" ACCOUNT "`},"
                  " {`id`: `" SUB "/resourceGroups/other/providers/" ACCOUNT "/b`, `name`: `b`, `type`: `" ACCOUNT "`},"
                  " {`id`: `" GROUP "/providers/Microsoft.Network/privateEndpoints/pe-a`, `name`: `pe-a`,"
                  "  `type`: `Microsoft.Network/privateEndpoints`},"
                  " {`id`: `" SUB
                  "/resourceGroups/network/providers/Microsoft.Network/privateEndpoints/pe-b`, `name`: `pe-b`,"
                  "  `type`: `Microsoft.Network/privateEndpoints`},"
                  " {`id`: `" GROUP "/providers/Microsoft.Network/privateEndpoints/pe-a/zones/z`, `name`: `z`,"
                  "  `type`: `Microsoft.Network/privateEndpoints/zones`}]");

    assert_string_equal(world_state(w, group, 0), "compliant");
    assert_string_equal(world_state(w, group, 1), "noncompliant");
    assert_string_equal(world_state(w, subscription, 1), "compliant");
    assert_string_equal(world_state(w, named, 0), "compliant");
    assert_string_equal(world_state(w, named, 1), "noncompliant");
    assert_string_equal(world_state(w, elsewhere, 0), "noncompliant");
    assert_string_equal(world_state(w, anywhere, 1), "compliant");
    assert_int_equal(world_judge(w, anywhere, 1).related, 2);
    assert_string_equal(world_state(w, zone, 1), "compliant");
    world_free(w);
}

static void subscription_scope_types(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *plan = world_policy(
        w, "{`mode`: `All`, `policyRule`: {`if`: {`field`: `type`, `equals`: `Microsoft.Resources/subscriptions`},"
           "`then`: {`effect`: `auditIfNotExists`, `details`: {`type`: `" PRICING "`, `name`: `AI`,"
           "`existenceScope`: `subscription`, `existenceCondition`:"
           "{`field`: `properties.pricingTier`, `equals`: `Standard`}}}}}");
    world_load(w, "[{`id`: `" SUB "`, `name`: `s`, `type`: `Microsoft.Resources/subscriptions`},"
                  " {`id`: `" SUB "/providers/" PRICING "/AI`, `name`: `AI`, `type`: `" PRICING "`,"
                  "  `properties`: {`pricingTier`: `Free`}},"
                  " {`id`: `" SUB "/providers/" PRICING "/Api`, `name`: `Api`, `type`: `" PRICING "`,"
                  "  `properties`: {`pricingTier`: `Standard`}},"
                  " {`id`: `/subscriptions/2`, `name`: `2`, `type`: `Microsoft.Resources/subscriptions`}]");
    apl_policy_result result = world_judge(w, plan, 0);

    assert_int_equal(result.state, APL_NONCOMPLIANT);
    assert_int_equal(result.related, 1);
    assert_int_equal(result.evidence_count, 2);
    assert_string_equal(world_text(w, result.evidence[0].path), PRICING);
    assert_string_equal(world_value(w, result.evidence[0].value), "1");
    assert_string_equal(world_text(w, result.evidence[1].path), SUB "/providers/" PRICING "/AI#properties.pricingTier");
    assert_string_equal(world_value(w, result.evidence[1].value), "\"Free\"");
    assert_string_equal(world_value(w, result.evidence[1].expected), "\"Standard\"");
    assert_contains(world_text(w, result.reason), "No " PRICING " in the subscription meets the existence condition: ");
    assert_string_equal(world_state(w, plan, 3), "noncompliant");
    assert_string_equal(world_text(w, world_judge(w, plan, 3).reason),
                        "No " PRICING " AI was found in the subscription.");
    world_free(w);
}

/* `field` looks at the related resource, field() at the one of the `if`. */
static void condition_looks_at_both(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *itself = for_accounts(w, "`type`: `" ACCOUNT "`, `name`: `[field('name')]`, `existenceCondition`:"
                                         "{`field`: `properties.closed`, `equals`: true}");
    apl_policy *both = for_accounts(w, "`type`: `Microsoft.Network/privateEndpoints`, `existenceCondition`:"
                                       "{`field`: `properties.target`, `equals`: `[field('id')]`}");
    world_load(w, "[{`id`: `" A "`, `name`: `a`, `type`: `" ACCOUNT "`, `properties`: {`closed`: true}},"
                  " {`id`: `" B "`, `name`: `b`, `type`: `" ACCOUNT "`, `properties`: {`closed`: false}},"
                  " {`id`: `" GROUP "/providers/Microsoft.Network/privateEndpoints/p`,"
                  "  `type`: `Microsoft.Network/privateEndpoints`, `properties`: {`target`: `" A "`}},"
                  " {`name`: `c`, `type`: `" ACCOUNT "`, `properties`: {`closed`: true}}]");

    assert_string_equal(world_state(w, itself, 0), "compliant");
    assert_string_equal(world_state(w, itself, 1), "noncompliant");
    assert_string_equal(world_state(w, itself, 3), "compliant"); /* even without an id */
    assert_string_equal(world_state(w, both, 0), "compliant");
    assert_string_equal(world_state(w, both, 1), "noncompliant");
    world_free(w);
}

static apl_policy_result judge_open(world *w, const apl_policy *policy, apl_asset_id asset)
{
    apl_policy_eval eval = world_eval(w);
    apl_policy_result result;

    eval.closed_world = false;
    apl_policy_evaluate(&result, policy, asset, &eval);
    return result;
}

static void unread_is_never_missing(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *logs =
        for_accounts(w, "`type`: `" DIAGNOSTIC "`, `existenceCondition`: {`field`: `properties.on`, `equals`: true}");
    world_load(w, "[{`id`: `" A "`, `type`: `" ACCOUNT "`}, {`id`: `" B "`, `type`: `" ACCOUNT "`},"
                  " {`id`: `/subscriptions/2/resourceGroups/x/providers/" ACCOUNT "/c`, `type`: `" ACCOUNT "`},"
                  " {`id`: `" A "/providers/" DIAGNOSTIC "/d`, `type`: `" DIAGNOSTIC "`, `properties`: {`on`: false}},"
                  " {`id`: `/subscriptions/3/resourceGroups/x/providers/" ACCOUNT "/d`, `type`: `" ACCOUNT "`},"
                  " {`id`: `/subscriptions/3/resourceGroups/x/providers/" ACCOUNT "/d/providers/" DIAGNOSTIC "/d`,"
                  "  `type`: `" DIAGNOSTIC "`, `@partial`: true}]");

    assert_string_equal(world_state(w, logs, 1), "noncompliant");
    assert_int_equal(judge_open(w, logs, 1).state, APL_NONCOMPLIANT); /* some of its subscription were read */
    apl_policy_result result = judge_open(w, logs, 2);
    assert_int_equal(result.state, APL_COMPLIANCE_UNKNOWN);
    assert_string_equal(world_text(w, result.unread_type), DIAGNOSTIC);
    result = judge_open(w, logs, 4);
    assert_int_equal(result.state, APL_COMPLIANCE_UNKNOWN);
    assert_int_equal(result.related, 5);

    world_unread(w, "00000000-0000-0000-0000-000000000001", "microsoft.insights/DIAGNOSTICsettings");
    result = world_judge(w, logs, 1);
    assert_int_equal(result.state, APL_COMPLIANCE_UNKNOWN);
    assert_contains(world_text(w, result.reason), "403 Forbidden");
    assert_string_equal(world_state(w, logs, 2), "noncompliant"); /* another subscription, closed world */
    world_unread(w, "", DIAGNOSTIC);
    assert_string_equal(world_state(w, logs, 2), "unknown");

    apl_policy_eval eval = world_eval(w);
    eval.related = NULL;
    apl_policy_evaluate(&result, logs, 0, &eval);
    assert_int_equal(result.state, APL_COMPLIANCE_UNKNOWN);
    world_free(w);
}

/* One satisfied candidate is enough, whatever the others are. */
static void one_is_enough(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *logs =
        for_accounts(w, "`type`: `" DIAGNOSTIC "`, `existenceCondition`: {`field`: `properties.on`, `equals`: true}");
    world_load(w, "[{`id`: `" A "`, `type`: `" ACCOUNT "`},"
                  " {`id`: `" A "/providers/" DIAGNOSTIC "/1`, `type`: `" DIAGNOSTIC "`, `@stub`: 1},"
                  " {`id`: `" A "/providers/" DIAGNOSTIC "/2`, `type`: `" DIAGNOSTIC "`, `properties`: {`on`: false}},"
                  " {`id`: `" A "/providers/" DIAGNOSTIC "/3`, `type`: `" DIAGNOSTIC "`, `properties`: {`on`: true}}]");
    world_unread(w, "", DIAGNOSTIC);
    assert_string_equal(world_state(w, logs, 0), "compliant");
    world_free(w);
}

static void failing_condition_and_name(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *condition =
        for_accounts(w, "`type`: `" DIAGNOSTIC
                        "`, `existenceCondition`: {`value`: `[substring(field('name'), 0, 9)]`, `equals`: `x`}");
    apl_policy *name = for_accounts(w, "`type`: `" DIAGNOSTIC "`, `name`: `[substring(field('name'), 0, 9)]`");
    world_load(w, "[{`id`: `" A "`, `name`: `a`, `type`: `" ACCOUNT "`},"
                  " {`id`: `" A "/providers/" DIAGNOSTIC "/1`, `type`: `" DIAGNOSTIC "`}]");
    assert_string_equal(world_state(w, condition, 0), "error");
    assert_contains(world_text(w, world_judge(w, condition, 0).reason), "The existence condition failed");
    assert_string_equal(world_state(w, name, 0), "error");
    world_free(w);
}

/* Other clouds have no groups: related means below the asset, beside it, or in its account. */
static void other_providers(void **state)
{
    world *w = world_new();
    (void)state;
    static const char form[] =
        "{`policyRule`: {`if`: {`field`: `type`, `equals`: `AWS::SageMaker::Endpoint`}, `then`: {"
        "`effect`: `auditIfNotExists`, `details`: {`type`: `AWS::Logs::LogGroup`%s}}}}";
    char text[512];
    snprintf(text, sizeof text, form, "");
    apl_policy *below = world_policy(w, text);
    snprintf(text, sizeof text, form, ", `existenceScope`: `subscription`");
    apl_policy *account = world_policy(w, text);
    snprintf(text, sizeof text, form, ", `existenceScope`: `resourceGroup`, `name`: `one`");
    apl_policy *beside = world_policy(w, text);
    world_load(w, "[{`id`: `arn:e1`, `type`: `AWS::SageMaker::Endpoint`, `@scope`: `1`, `@parent`: `arn:d`},"
                  " {`id`: `arn:e2`, `type`: `AWS::SageMaker::Endpoint`, `@scope`: `1`},"
                  " {`id`: `arn:e3`, `type`: `AWS::SageMaker::Endpoint`, `@scope`: `2`},"
                  " {`id`: `arn:l1`, `type`: `AWS::Logs::LogGroup`, `@scope`: `1`, `@parent`: `arn:e1`},"
                  " {`id`: `arn:l2`, `name`: `one`, `type`: `AWS::Logs::LogGroup`, `@scope`: `1`, `@parent`: `arn:d`},"
                  " {`id`: `arn:d`, `type`: `AWS::SageMaker::Domain`, `@scope`: `1`}]");

    assert_string_equal(world_state(w, below, 0), "compliant");
    assert_string_equal(world_state(w, below, 1), "noncompliant");
    assert_string_equal(world_state(w, account, 1), "compliant");
    assert_string_equal(world_state(w, account, 2), "noncompliant");
    assert_string_equal(world_state(w, beside, 0), "compliant");
    assert_string_equal(world_state(w, beside, 1), "noncompliant");
    assert_int_equal(judge_open(w, below, 2).state, APL_COMPLIANCE_UNKNOWN);
    world_free(w);
}

/* The index over asked types only answers the same. */
static void index_of_some_types(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *logs = for_accounts(w, "`type`: `" DIAGNOSTIC "`");
    world_load(w, "[{`id`: `" A "`, `type`: `" ACCOUNT "`}, {`id`: `" B "`, `type`: `" ACCOUNT "`},"
                  " {`id`: `" A "/providers/" DIAGNOSTIC "/1`, `type`: `" DIAGNOSTIC "`}]");
    const apl_policy *policies[] = {logs};
    apl_related_free(w->related);
    w->related = apl_related_new_for(&w->estate, policies, 1);
    assert_string_equal(world_state(w, logs, 0), "compliant");
    assert_string_equal(world_state(w, logs, 1), "noncompliant");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_children_and_extensions), cmocka_unit_test(looks_in_group_and_subscription),
        cmocka_unit_test(subscription_scope_types),      cmocka_unit_test(condition_looks_at_both),
        cmocka_unit_test(unread_is_never_missing),       cmocka_unit_test(one_is_enough),
        cmocka_unit_test(failing_condition_and_name),    cmocka_unit_test(other_providers),
        cmocka_unit_test(index_of_some_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
