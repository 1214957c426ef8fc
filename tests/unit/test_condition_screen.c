/* unit/test_condition_screen.c: what a condition says by the type alone, whether a policy is applicable, and
 * explanations.
 *
 * Applicability follows Microsoft's "Azure Policy applicability logic"; explanations list the leaves that decided. */
#include "unit/test_condition.h"

#define TYPE "{`field`: `type`, `equals`: `a/b`}"
#define OTHER "{`field`: `properties.x`, `equals`: 1}"
#define NAME "{`field`: `name`, `equals`: `n`}"
#define KIND "{`field`: `kind`, `equals`: `k`}"

static void screening_by_type(void **state)
{
    static const struct {
        const char *rule;
        apl_truth of_a_b;
        apl_truth of_other;
    } cases[] = {
        {TYPE, APL_TRUE, APL_FALSE},
        {OTHER, APL_TRUTH_UNREAD, APL_TRUTH_UNREAD},
        {"{`allOf`: [" TYPE ", " OTHER "]}", APL_TRUTH_UNREAD, APL_FALSE},
        {"{`allOf`: [" OTHER ", " TYPE "]}", APL_TRUTH_UNREAD, APL_FALSE},
        {"{`anyOf`: [" TYPE ", " OTHER "]}", APL_TRUE, APL_TRUTH_UNREAD},
        {"{`not`: " TYPE "}", APL_FALSE, APL_TRUE},
        {"{`field`: `type`, `notEquals`: `A/B`}", APL_FALSE, APL_TRUE},
        {"{`field`: `TYPE`, `in`: [`x/y`, `A/B`]}", APL_TRUE, APL_FALSE},
        {"{`field`: `type`, `like`: `a/b*`}", APL_TRUE, APL_FALSE},
        {"{`allOf`: [{`value`: 1, `equals`: 2}, " TYPE "]}", APL_FALSE, APL_FALSE},
        {"{`field`: `type`, `equals`: `[field('name')]`}", APL_TRUTH_UNREAD, APL_TRUTH_UNREAD},
        {"{`allOf`: [" TYPE
         ", {`count`: {`field`: `properties.x[*]`, `where`: {`field`: `type`, `equals`: `z`}}, `equals`: 1}]}",
         APL_TRUTH_UNREAD, APL_FALSE},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        case_run run;
        case_begin(&run, &(case_setting){0}, cases[i].rule, "{}");
        assert_int_equal(apl_condition_screen_type(run.condition, APL_STR("A/b")), cases[i].of_a_b);
        assert_int_equal(apl_condition_screen_type(run.condition, APL_STR("a/c")), cases[i].of_other);
        case_end(&run);
    }
}

static void applicability(void **state)
{
    static const struct {
        const char *rule;
        const char *resource;
        bool is_applicable;
    } cases[] = {
        {TYPE, "{`type`: `a/b`}", true},
        {TYPE, "{`type`: `x`}", false},
        {"{`allOf`: [" TYPE ", " OTHER "]}", "{`type`: `a/b`}", true},
        {"{`allOf`: [" TYPE ", {`not`: " OTHER "}]}", "{`type`: `a/b`, `properties`: {`x`: 1}}", true},
        {"{`allOf`: [" TYPE ", " OTHER "]}", "{`type`: `x`}", false},
        {KIND, "{`type`: `x`, `kind`: `q`}", true},
        {NAME, "{`type`: `x`, `name`: `q`}", true},
        {"{`allOf`: [" TYPE ", " KIND "]}", "{`type`: `a/b`, `kind`: `q`}", true},
        {"{`allOf`: [" TYPE ", " NAME "]}", "{`type`: `a/b`, `name`: `q`}", true},
        {"{`allOf`: [" TYPE ", " KIND ", " OTHER "]}", "{`type`: `a/b`, `kind`: `q`}", false},
        {"{`allOf`: [" TYPE ", " KIND ", " OTHER "]}", "{`type`: `a/b`, `kind`: `k`}", true},
        {"{`allOf`: [" TYPE ", {`not`: " NAME "}, " OTHER "]}", "{`type`: `a/b`, `name`: `n`}", false},
        {"{`anyOf`: [" TYPE ", " OTHER "]}", "{`type`: `x`}", true},
        {"{`allOf`: [{`field`: `location`, `equals`: `x`}]}", "{`type`: `Microsoft.Resources/subscriptions`}", false},
        {"{`allOf`: [{`field`: `location`, `equals`: `x`}]}", "{`type`: `a/b`}", true},
        {"{`allOf`: [" TYPE ", {`count`: {`field`: `properties.a[*]`}, `equals`: 9}]}", "{`type`: `a/b`}", true},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        case_run run;
        case_begin(&run, &(case_setting){0}, cases[i].rule, cases[i].resource);
        if (apl_condition_is_applicable(run.condition, &run.eval) != cases[i].is_applicable)
            fail_msg("%s on %s", cases[i].rule, cases[i].resource);
        case_end(&run);
    }
}

static void derived_facts(void **state)
{
    static const struct {
        const char *rule;
        bool is_derived;
    } cases[] = {
        {OTHER, false},
        {"{`field`: `aplomb.exposure`, `equals`: `internet`}", true},
        {"{`value`: `[field('aplomb.ai')]`, `equals`: true}", true},
        {"{`count`: {`field`: `aplomb.usedFor[*]`}, `greater`: 0}", true},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        case_run run;
        case_begin(&run, &(case_setting){0}, cases[i].rule, "{}");
        assert_int_equal(apl_condition_is_derived(run.condition), cases[i].is_derived);
        case_end(&run);
    }
}

/* The leaves of the explanation, as `path operator outcome`, with ! for negated ones. */
static void check_leaves(const char *rule, const char *resource, const char *expected)
{
    case_run run;
    apl_trace trace;
    apl_text text;

    case_begin(&run, &(case_setting){0}, rule, resource);
    apl_trace_init(&trace, run.arena);
    run.eval.trace = &trace;
    (void)apl_condition_eval(run.condition, &run.eval);
    apl_text_init(&text, 4096);
    for (size_t i = 0; i < trace.leaves.count; i++) {
        const apl_trace_leaf *leaf = &trace.leaves.items[i];
        apl_text_add_format(&text, "%s%s%.*s %.*s ", i ? "; " : "", leaf->is_negated ? "!" : "",
                            APL_STR_ARG(leaf->path), APL_STR_ARG(leaf->operator_name));
        apl_value_write(&text, leaf->operand, 0);
        apl_text_add(&text, APL_STR(" found "));
        apl_value_write(&text, leaf->value, 0);
        apl_text_add_format(&text, " %s", truth_name(leaf->outcome));
    }
    apl_text_add_char(&text, 0);
    if (strcmp(text.data, expected) != 0)
        fail_msg("%s on %s:\n  %s, expected\n  %s", rule, resource, text.data, expected);
    apl_text_free(&text);
    apl_trace_free(&trace);
    case_end(&run);
}

#define LEAF(name, number) "{`field`: `" name "`, `equals`: " number "}"
#define DATA "{`a`: 1, `b`: 2, `c`: 3, `l`: [{`x`: 1}, {`x`: 2}], `name`: `n`}"

static void explanations(void **state)
{
    (void)state;
    check_leaves(LEAF("a", "1"), DATA, "a equals 1 found 1 true");
    check_leaves("{`not`: " LEAF("a", "1") "}", DATA, "!a equals 1 found 1 true");
    check_leaves("{`allOf`: [" LEAF("a", "1") ", " LEAF("b", "2") "]}", DATA,
                 "a equals 1 found 1 true; b equals 2 found 2 true");
    check_leaves("{`allOf`: [" LEAF("a", "1") ", " LEAF("b", "9") ", " LEAF("c", "3") "]}", DATA,
                 "b equals 9 found 2 false");
    check_leaves("{`anyOf`: [" LEAF("a", "9") ", " LEAF("b", "2") ", " LEAF("c", "3") "]}", DATA,
                 "b equals 2 found 2 true");
    check_leaves("{`anyOf`: [" LEAF("a", "9") ", " LEAF("b", "9") "]}", DATA,
                 "a equals 9 found 1 false; b equals 9 found 2 false");
    check_leaves("{`allOf`: [{`anyOf`: [" LEAF("a", "9") ", " LEAF("b", "2") "]}, {`not`: {`anyOf`: [" LEAF(
                     "c", "9") ", " LEAF("a", "8") "]}}]}",
                 DATA, "b equals 2 found 2 true; !c equals 9 found 3 false; !a equals 8 found 1 false");
    check_leaves("{`anyOf`: [{`allOf`: [" LEAF("a", "1") ", " LEAF("b", "9") "]}, " LEAF("c", "9") "]}", DATA,
                 "b equals 9 found 2 false; c equals 9 found 3 false");
    check_leaves("{`allOf`: [" LEAF("a", "1") ", {`field`: `name`, `less`: 5}, " LEAF("b", "2") "]}", DATA,
                 "name less 5 found \"n\" error");
    check_leaves("{`field`: `l[*].x`, `equals`: 1}", DATA, "l[*].x equals 1 found 2 false");
    check_leaves("{`count`: {`field`: `l[*]`, `where`: {`field`: `l[*].x`, `greater`: 0}}, `greater`: 0}", DATA,
                 "l[*] count greater 0 found 2 true");
    check_leaves("{`value`: `[add(field('a'), 1)]`, `equals`: `[field('b')]`}", DATA,
                 "add(a, 1) equals 2 found 2 true");
    check_leaves("{`value`: 1, `in`: [1, 2]}", DATA, "1 in [1,2] found 1 true");
    check_leaves("{`field`: `none`, `exists`: false}", DATA, "none exists false found null true");
}

static void long_explanations_are_cut(void **state)
{
    case_run run;
    apl_trace trace;
    (void)state;

    case_begin(&run, &(case_setting){0}, "{`allOf`: [" LEAF("a", "1") ", " LEAF("b", "2") ", " LEAF("c", "3") "]}",
               DATA);
    apl_trace_init(&trace, run.arena);
    trace.leaves_max = 2;
    run.eval.trace = &trace;
    assert_int_equal(apl_condition_eval(run.condition, &run.eval), APL_TRUE);
    assert_int_equal(trace.leaves.count, 2);
    apl_trace_free(&trace);
    case_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screening_by_type),
        cmocka_unit_test(applicability),
        cmocka_unit_test(derived_facts),
        cmocka_unit_test(explanations),
        cmocka_unit_test(long_explanations_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
