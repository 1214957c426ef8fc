/* tests/unit/test_policy_evidence.c: evidence rows and the sentence about an outcome.
 *
 * One example an operator, with the value found and the value that would have passed. */
#include "test_policy_estate.h"

static apl_policy *rule_of(world *w, const char *condition)
{
    char text[2048];

    snprintf(text, sizeof text,
             "{`policyRule`: {`if`: {`allOf`: [{`field`: `type`, `equals`: `T/t`}, %s]}, `then`: {`effect`: `audit`}}}",
             condition);
    return world_policy(w, text);
}

typedef struct example {
    const char *condition;
    const char *path;
    const char *value;
    const char *expected;
} example;

static const char document[] =
    "[{`id`: `x`, `name`: `x`, `type`: `T/t`, `kind`: `k`, `tags`: {`env`: `dev`},"
    "`properties`: {`on`: false, `access`: `Enabled`, `level`: 3, `list`: [`a`, `b`], `rules`: [{`v`: 1}, {`v`: 2}]}}]";

static const example examples[] = {
    {"{`field`: `properties.on`, `notEquals`: true}", "properties.on", "false", "true"},
    {"{`not`: {`field`: `properties.on`, `equals`: true}}", "properties.on", "false", "true"},
    {"{`field`: `properties.access`, `equals`: `Enabled`}", "properties.access", "\"Enabled\"",
     "\"not \\\"Enabled\\\"\""},
    {"{`not`: {`field`: `properties.access`, `notEquals`: `enabled`}}", "properties.access", "\"Enabled\"", NULL},
    {"{`field`: `properties.key`, `exists`: false}", "properties.key", "missing", "\"present\""},
    {"{`field`: `properties.key`, `exists`: `false`}", "properties.key", "missing", "\"present\""},
    {"{`not`: {`field`: `properties.key`, `exists`: true}}", "properties.key", "missing", "\"present\""},
    {"{`field`: `properties.on`, `exists`: true}", "properties.on", "false", "\"absent\""},
    {"{`field`: `properties.key`, `notEquals`: `x`}", "properties.key", "missing", "\"x\""},
    {"{`field`: `properties.access`, `notIn`: [`Disabled`]}", "properties.access", "\"Enabled\"", "\"Disabled\""},
    {"{`field`: `properties.access`, `notIn`: [`A`, `B`]}", "properties.access", "\"Enabled\"",
     "\"one of [\\\"A\\\",\\\"B\\\"]\""},
    {"{`field`: `properties.access`, `in`: [`Enabled`]}", "properties.access", "\"Enabled\"",
     "\"not one of [\\\"Enabled\\\"]\""},
    {"{`field`: `properties.access`, `notLike`: `dis*`}", "properties.access", "\"Enabled\"", "\"like \\\"dis*\\\"\""},
    {"{`field`: `properties.level`, `less`: 5}", "properties.level", "3", "\"at least 5\""},
    {"{`field`: `properties.level`, `greaterOrEquals`: 2}", "properties.level", "3", "\"less than 2\""},
    {"{`count`: {`field`: `properties.list[*]`}, `less`: 3}", "properties.list[*]", "2", "\"at least 3\""},
    {"{`count`: {`field`: `properties.none[*]`}, `equals`: 0}", "properties.none[*]", "0", "\"at least 1\""},
    {"{`count`: {`field`: `properties.rules[*]`, `where`: {`field`: `properties.rules[*].v`, `equals`: 2}}, `greater`: "
     "0}",
     "properties.rules[*]", NULL, "\"none\""},
    {"{`field`: `kind`, `equals`: `k`}", "type", "\"T/t\"", NULL},
    {"{`value`: `[length(field('properties.list[*]'))]`, `equals`: 2}", "properties.list[*]", "[\"a\",\"b\"]",
     "\"length(properties.list[*]) to be not 2\""},
    {"{`value`: `[contains(field('properties.access'), 'able')]`, `equals`: true}", "properties.access", "\"Enabled\"",
     "\"contains(properties.access, 'able') to be false\""},
    {"{`value`: `[length(field('properties.key'))]`, `less`: 30}", "properties.key", "missing",
     "\"length(properties.key) to be at least 30\""},
};

static void each_operator(void **state)
{
    enum { COUNT = sizeof examples / sizeof *examples };
    apl_policy *policies[COUNT];
    world *w = world_new();
    (void)state;

    for (size_t i = 0; i < COUNT; i++)
        policies[i] = rule_of(w, examples[i].condition);
    world_load(w, document);
    for (size_t i = 0; i < COUNT; i++) {
        apl_policy_result result = world_judge(w, policies[i], 0);
        if (result.state != APL_NONCOMPLIANT || result.evidence_count < 1)
            fail_msg("%s gives %s, %u rows", examples[i].condition, apl_compliance_names[result.state],
                     result.evidence_count);
        const apl_evidence *row = &result.evidence[0];
        assert_string_equal(world_text(w, row->path), examples[i].path);
        if (examples[i].value)
            assert_string_equal(world_value(w, row->value), examples[i].value);
        if (examples[i].expected)
            assert_string_equal(world_value(w, row->expected), examples[i].expected);
        assert_true(result.reason.size > 10);
    }
    world_free(w);
}

/* What an expression gave stands behind what it was calculated from. */
static void shows_values_and_what_was_calculated(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *policy =
        rule_of(w, "{`value`: `[concat(field('kind'), field('properties.access'), field('kind'))]`, `equals`: "
                   "`kEnabledk`}");
    world_load(w, document);
    apl_policy_result result = world_judge(w, policy, 0);
    assert_int_equal(result.evidence_count, 3);
    assert_string_equal(world_text(w, result.evidence[0].path), "kind");
    assert_string_equal(world_text(w, result.evidence[1].path), "properties.access");
    assert_string_equal(world_value(w, result.evidence[1].value), "\"Enabled\"");
    assert_string_equal(world_value(w, result.evidence[1].expected), "missing");
    assert_false(result.evidence[1].is_calculated);
    assert_string_equal(world_text(w, result.evidence[2].path), "concat(kind, properties.access, kind)");
    assert_string_equal(world_value(w, result.evidence[2].value), "\"kEnabledk\"");
    assert_true(result.evidence[2].is_calculated);
    assert_string_equal(world_text(w, result.reason),
                        "kind is \"k\", expected concat(kind, properties.access, kind) to be not \"kEnabledk\", and 1 "
                        "more.");
    world_free(w);
}

static void sentence_names_the_first_and_counts_the_rest(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *one = rule_of(w, "{`field`: `properties.key`, `notEquals`: true}");
    apl_policy *two =
        rule_of(w, "{`field`: `properties.access`, `equals`: `Enabled`}, {`field`: `properties.on`, `equals`: false}");
    world_load(w, document);
    assert_string_equal(world_text(w, world_judge(w, one, 0).reason), "properties.key is missing, expected true.");
    assert_string_equal(world_text(w, world_judge(w, two, 0).reason),
                        "properties.access is \"Enabled\", expected not \"Enabled\", and 1 more.");
    world_free(w);
}

static void unread_names_what_was_not_read(void **state)
{
    world *w = world_new();
    (void)state;
    apl_policy *policy = rule_of(w, "{`field`: `properties.key`, `notEquals`: true}");
    world_load(w, "[{`id`: `x`, `type`: `T/t`, `@partial`: 1}]");
    apl_policy_result result = world_judge(w, policy, 0);
    assert_int_equal(result.state, APL_COMPLIANCE_UNKNOWN);
    assert_string_equal(world_text(w, result.reason), "properties.key was not read.");
    assert_int_equal(result.evidence_count, 1);
    assert_string_equal(world_value(w, result.evidence[0].value), "unread");
    assert_int_equal(result.unread_type.size, 0);
    world_free(w);
}

/* Without evidence a plain policy takes no memory at all. */
static void no_evidence_no_memory(void **state)
{
    world *w = world_new();
    apl_policy_result result;
    (void)state;
    apl_policy *policy =
        rule_of(w, "{`field`: `properties.on`, `notEquals`: true}, {`field`: `tags.env`, `equals`: `dev`}");
    apl_policy *other = rule_of(w, "{`field`: `properties.on`, `equals`: true}");
    world_load(w, document);
    apl_policy_eval eval = world_eval(w);
    eval.wants_evidence = false;
    eval.arena = apl_arena_new();
    size_t before = apl_arena_size(eval.arena);
    for (int i = 0; i < 100; i++) {
        apl_policy_evaluate(&result, policy, 0, &eval);
        assert_int_equal(result.state, APL_NONCOMPLIANT);
        assert_int_equal(result.evidence_count, 0);
        apl_policy_evaluate(&result, other, 0, &eval);
        assert_int_equal(result.state, APL_COMPLIANT);
    }
    assert_int_equal(apl_arena_size(eval.arena), before);
    apl_arena_free(eval.arena);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operator),
        cmocka_unit_test(shows_values_and_what_was_calculated),
        cmocka_unit_test(sentence_names_the_first_and_counts_the_rest),
        cmocka_unit_test(unread_names_what_was_not_read),
        cmocka_unit_test(no_evidence_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
