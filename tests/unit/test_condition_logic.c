/* unit/test_condition_logic.c: groups, and the four outcomes: true, false, unread and error.
 *
 * T, F, U and E stand for leaves with that outcome on a resource of which a part was not read. */
#include "unit/test_condition.h"

#define T "{`field`: `name`, `equals`: `n`}"
#define F "{`field`: `name`, `equals`: `x`}"
#define U "{`field`: `properties.unknown`, `equals`: `x`}"
#define E "{`field`: `properties.text`, `less`: 3}"
#define RESOURCE "{`name`: `n`, `properties`: {`text`: `abc`, `list`: [1, 2, 3]}}"

static const case_setting partial = {.is_partial = true};

static void groups(void **state)
{
    static const condition_case cases[] = {
        {"{`allOf`: [" T ", " T "]}", RESOURCE, APL_TRUE},
        {"{`allOf`: [" T ", " F "]}", RESOURCE, APL_FALSE},
        {"{`ALLOF`: [" F "]}", RESOURCE, APL_FALSE},
        {"{`anyOf`: [" F ", " T "]}", RESOURCE, APL_TRUE},
        {"{`anyOf`: [" F ", " F "]}", RESOURCE, APL_FALSE},
        {"{`not`: " T "}", RESOURCE, APL_FALSE},
        {"{`not`: {`not`: " T "}}", RESOURCE, APL_TRUE},
        {"{`allOf`: []}", RESOURCE, APL_TRUE},
        {"{`anyOf`: []}", RESOURCE, APL_FALSE},
        {"{`not`: {`anyOf`: []}}", RESOURCE, APL_TRUE},
        {"{`anyOf`: [{`allOf`: [" T ", " F "]}, {`allOf`: [" T ", {`not`: " F "}]}, " F "]}", RESOURCE, APL_TRUE},
        {"{`allOf`: [{`anyOf`: [" F ", " T "]}, {`anyOf`: [" F ", {`allOf`: [" F "]}]}]}", RESOURCE, APL_FALSE},
    };
    (void)state;
    check_cases_with(&partial, cases, COUNT_OF(cases));
}

/* A false member decides an allOf and a true one an anyOf, whatever else is unknown; then errors count, then unread. */
static void unknown_members(void **state)
{
    static const condition_case cases[] = {
        {U, RESOURCE, APL_TRUTH_UNREAD},
        {E, RESOURCE, APL_TRUTH_ERROR},
        {"{`allOf`: [" U ", " F "]}", RESOURCE, APL_FALSE},
        {"{`allOf`: [" E ", " F "]}", RESOURCE, APL_FALSE},
        {"{`allOf`: [" T ", " U "]}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`allOf`: [" U ", " E ", " T "]}", RESOURCE, APL_TRUTH_ERROR},
        {"{`allOf`: [" E ", " U "]}", RESOURCE, APL_TRUTH_ERROR},
        {"{`anyOf`: [" U ", " T "]}", RESOURCE, APL_TRUE},
        {"{`anyOf`: [" E ", " T "]}", RESOURCE, APL_TRUE},
        {"{`anyOf`: [" F ", " U "]}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`anyOf`: [" U ", " E ", " F "]}", RESOURCE, APL_TRUTH_ERROR},
        {"{`not`: " U "}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`not`: " E "}", RESOURCE, APL_TRUTH_ERROR},
        {"{`not`: {`allOf`: [" U ", " F "]}}", RESOURCE, APL_TRUE},
    };
    (void)state;
    check_cases_with(&partial, cases, COUNT_OF(cases));
}

/* Nothing is concluded from what was not read, not even by exists or by a negated operator. */
static void operators_on_unread(void **state)
{
    static const char *const operators[] = {
        "`equals`: 1",
        "`notEquals`: 1",
        "`like`: `*`",
        "`notLike`: `*`",
        "`match`: `.`",
        "`notMatch`: `.`",
        "`contains`: `a`",
        "`notContains`: `a`",
        "`in`: [1]",
        "`notIn`: [1]",
        "`containsKey`: `a`",
        "`notContainsKey`: `a`",
        "`less`: 1",
        "`lessOrEquals`: 1",
        "`greater`: 1",
        "`greaterOrEquals`: 1",
        "`exists`: true",
        "`exists`: false",
        "`equals`: null",
        "`equals`: `abcdefgh`",
        "`in`: [`a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, `i`]",
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(operators); i++) {
        char rule[256];
        (void)snprintf(rule, sizeof rule, "{`field`: `properties.unknown`, %s}", operators[i]);
        assert_int_equal(case_outcome(&partial, rule, RESOURCE), APL_TRUTH_UNREAD);
    }
}

static void unread_in_expressions(void **state)
{
    static const condition_case cases[] = {
        {"{`value`: `[toLower(field('properties.unknown'))]`, `equals`: `x`}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`value`: `[empty(field('properties.unknown'))]`, `equals`: true}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`value`: `[field('properties.unknown').a.b[0]]`, `equals`: true}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`value`: `[and(field('properties.unknown'), false)]`, `equals`: false}", RESOURCE, APL_TRUE},
        {"{`value`: `[and(field('properties.unknown'), true)]`, `equals`: false}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`value`: `[or(field('properties.unknown'), true, false)]`, `equals`: true}", RESOURCE, APL_TRUE},
        {"{`value`: `[or(false, field('properties.unknown'))]`, `equals`: true}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`value`: `[if(field('properties.unknown'), 1, 2)]`, `equals`: 1}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`value`: `[if(true, 1, field('properties.unknown'))]`, `equals`: 1}", RESOURCE, APL_TRUE},
        {"{`value`: `[coalesce(null(), field('properties.unknown'))]`, `equals`: 1}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`field`: `name`, `equals`: `[field('properties.unknown')]`}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`value`: `[resourceGroup().location]`, `equals`: `x`}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`value`: `[subscription().subscriptionId]`, `equals`: `x`}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`value`: [`[field('properties.unknown')]`, 1], `equals`: [1]}", RESOURCE, APL_TRUTH_UNREAD},
    };
    (void)state;
    check_cases_with(&partial, cases, COUNT_OF(cases));
}

/* A count of which some members are unknown is a range of numbers; what holds for all of it holds. */
static void counts_of_unknown_members(void **state)
{
    static const condition_case cases[] = {
        {"{`count`: {`field`: `properties.unknown[*]`}, `greater`: 0}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`count`: {`field`: `properties.unknown[*]`}, `greaterOrEquals`: 0}", RESOURCE, APL_TRUE},
        {"{`count`: {`field`: `properties.list[*]`, `where`: " U "}, `less`: 4}", RESOURCE, APL_TRUE},
        {"{`count`: {`field`: `properties.list[*]`, `where`: " U "}, `equals`: 4}", RESOURCE, APL_FALSE},
        {"{`count`: {`field`: `properties.list[*]`, `where`: " U "}, `notEquals`: 4}", RESOURCE, APL_TRUE},
        {"{`count`: {`field`: `properties.list[*]`, `where`: " U "}, `equals`: 2}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`count`: {`field`: `properties.list[*]`, `where`: " U "}, `in`: [9]}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`count`: {`field`: `properties.list[*]`, `where`: " E "}, `greater`: 0}", RESOURCE, APL_TRUTH_ERROR},
        {"{`count`: {`field`: `properties.list[*]`, `where`: {`anyOf`: [{`field`: `properties.list[*]`, `equals`: "
         "1}, " U "]}}, `greater`: 0}",
         RESOURCE, APL_TRUE},
        {"{`count`: {`value`: `[field('properties.unknown')]`}, `greater`: 0}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`field`: `properties.unknown[*].x`, `equals`: 1}", RESOURCE, APL_TRUTH_UNREAD},
        {"{`field`: `properties.list[*].x`, `equals`: 1}", RESOURCE, APL_TRUTH_UNREAD},
    };
    (void)state;
    check_cases_with(&partial, cases, COUNT_OF(cases));
}

static void the_first_error_is_told(void **state)
{
    case_run run;
    (void)state;

    case_begin(&run, &partial, "{`allOf`: [" T ", " E "]}", RESOURCE);
    assert_int_equal(apl_condition_eval(run.condition, &run.eval), APL_TRUTH_ERROR);
    assert_non_null(strstr(run.error, "cannot be put in order"));
    run.eval.error = NULL;
    assert_int_equal(apl_condition_eval(run.condition, &run.eval), APL_TRUTH_ERROR);
    case_end(&run);
}

static void deep_groups(void **state)
{
    char rule[8192] = "";
    size_t size = 0;
    (void)state;

    for (int i = 0; i < APL_POLICY_DEPTH_MAX; i++)
        size += (size_t)snprintf(rule + size, sizeof rule - size, i % 2 ? "{`not`: " : "{`allOf`: [");
    size += (size_t)snprintf(rule + size, sizeof rule - size, T);
    for (int i = APL_POLICY_DEPTH_MAX - 1; i >= 0; i--)
        size += (size_t)snprintf(rule + size, sizeof rule - size, i % 2 ? "}" : "]}");
    assert_int_equal(case_outcome(&partial, rule, RESOURCE), APL_TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups),
        cmocka_unit_test(unknown_members),
        cmocka_unit_test(operators_on_unread),
        cmocka_unit_test(unread_in_expressions),
        cmocka_unit_test(counts_of_unknown_members),
        cmocka_unit_test(the_first_error_is_told),
        cmocka_unit_test(deep_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
