/* unit/test_policy_judge.c: a judge says of every pair what the policy says itself.
 *
 * Our own rules, and the definitions of the benchmark with mode Indexed, related resources and names, over all assets
 * of the example tenant, each as it was read and with parts of it unread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "policy/judge.h"
#include "scan/content.h"
#include "scan/pipeline.h"

typedef struct tenant {
    apl_content *content;
    apl_estate estate;
    apl_related *related;
    apl_arena *scratch;
    apl_instant now;
    const char *source;
    const char *policies;
    APL_VECTOR(apl_judged_policy) all;
    uint64_t states[APL_COMPLIANCE_ERROR + 1];
} tenant;

static void open_tenant(tenant *t)
{
    const char *root = getenv("APLOMB_ROOT");
    apl_arena *arena = apl_arena_new();

    assert_non_null(root);
    assert_true(apl_instant_parse(&t->now, APL_STR("2026-11-23T08:00:00Z")));
    t->scratch = arena;
    t->source = apl_arena_format(arena, "%s/examples/contoso", root).data;
    t->policies = apl_arena_format(arena, "%s/tests/bench/definitions", root).data;
    apl_scan_options options = {
        .sources = &t->source,
        .source_count = 1,
        .policies = &t->policies,
        .policy_count = 1,
        .version = APL_VERSION,
        .jobs = 1,
        .now = t->now,
    };
    if (apl_content_open(&t->content, &options) != APL_OK)
        fail_msg("%s", apl_error_message());
    apl_estate_init(&t->estate, &t->content->vocabulary);
    if (apl_pipeline_estate(&t->estate, t->content, &options) != APL_OK)
        fail_msg("%s", apl_error_message());
    t->related = apl_related_new(&t->estate);
    for (size_t i = 0; i < t->content->rule_count; i++)
        APL_PUSH(&t->all, ((apl_judged_policy){t->content->rules[i].policy, false}));
    for (size_t i = 0; i < t->content->rule_count; i++)
        APL_PUSH(&t->all, ((apl_judged_policy){t->content->rules[i].policy, true}));
    for (size_t i = 0; i < apl_policy_set_count(t->content->policies); i++)
        APL_PUSH(&t->all, ((apl_judged_policy){apl_policy_set_rule(t->content->policies, i)->policy, false}));
}

static void close_tenant(tenant *t)
{
    apl_memory_free(t->all.items);
    apl_related_free(t->related);
    apl_estate_free(&t->estate);
    apl_content_free(t->content);
    apl_arena_free(t->scratch);
}

static void compare_on_asset(tenant *t, const apl_judge *judge, apl_asset_id asset)
{
    apl_arena *arena = apl_arena_new();
    apl_policy_eval eval = {.estate = &t->estate, .related = t->related, .arena = arena, .now = t->now};
    apl_policy_eval states = eval;
    apl_hearing hearing;
    apl_policy_result plain;

    states.state_only = true;
    apl_hearing_open(&hearing, judge, asset, &states);
    for (size_t p = 0; p < t->all.count; p++) {
        const apl_policy *policy = t->all.items[p].policy;
        apl_policy_evaluate(&plain, policy, asset, &eval);
        apl_compliance fast = apl_hearing_state(&hearing, p);
        bool is_alike = t->all.items[p].is_always_applicable && plain.state == APL_NOT_APPLICABLE;
        if (plain.state != fast && !(is_alike && fast == APL_COMPLIANT))
            fail_msg("%.*s on %.*s: %s, not %s", APL_STR_ARG(apl_policy_id(policy)),
                     APL_STR_ARG(t->estate.assets.items[asset].id), apl_compliance_names[fast],
                     apl_compliance_names[plain.state]);
        t->states[fast]++;
    }
    apl_arena_free(arena);
}

/* Each type in turn, with all policies: also those that do not take it. */
static void compare_on_type(tenant *t, const apl_type *type)
{
    apl_judge_options options = {
        .plan = type->plan, .policies = t->all.items, .policy_count = t->all.count, .now = t->now};
    apl_judge *judge = apl_judge_new(&options);

    for (size_t i = 0; i < t->estate.assets.count; i++) {
        apl_asset *asset = &t->estate.assets.items[i];
        if (asset->plan != type->plan)
            continue;
        uint32_t unread = asset->unread_groups;
        compare_on_asset(t, judge, (apl_asset_id)i);
        asset->unread_groups = 1;
        compare_on_asset(t, judge, (apl_asset_id)i);
        asset->unread_groups = unread;
    }
    apl_judge_free(judge);
}

static void the_same_state_of_every_pair(void **state)
{
    tenant t = {0};
    (void)state;

    open_tenant(&t);
    for (uint32_t i = 0; i < apl_services_type_count(t.content->services); i++) {
        const apl_type *type = apl_services_type(t.content->services, i);
        if (type->plan)
            compare_on_type(&t, type);
    }
    assert_true(t.states[APL_COMPLIANT] > 0);
    assert_true(t.states[APL_NONCOMPLIANT] > 0);
    assert_true(t.states[APL_NOT_APPLICABLE] > 0);
    assert_true(t.states[APL_COMPLIANCE_UNKNOWN] > 0);
    close_tenant(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_state_of_every_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
