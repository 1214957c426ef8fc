/* unit/test_condition_arrays.c: [*] in fields, counts in all five forms, current(), and what binds to what.
 *
 * The resource has an array of rules with arrays in them, as network rules and diagnostic settings have. */
#include "unit/test_condition.h"

#define R                                                                                                              \
    "{`type`: `t`, `name`: `n`, `properties`: {`kind`: `x`, `empty`: [], `ports`: [80, 443, 8080], "                   \
    "`rules`: [{`name`: `a`, `on`: true, `to`: [`x`, `y`]}, {`name`: `b`, `on`: false, `to`: [`x`]}, {`name`: `c`, "   \
    "`on`: true}]}}"
#define COUNT(inner, operator) "{`count`: {`field`: `properties.rules[*]`" inner "}, " operator"}"
#define RULE(rest) "{`field`: `properties.rules[*]." rest "}"

static void implicit_all_of(void **state)
{
    static const condition_case cases[] = {
        {"{`field`: `properties.ports[*]`, `greater`: 79}", R, APL_TRUE},
        {"{`field`: `properties.ports[*]`, `greater`: 80}", R, APL_FALSE},
        {RULE("on`, `equals`: true"), R, APL_FALSE},
        {RULE("name`, `exists`: true"), R, APL_TRUE},
        {RULE("to[*]`, `notEquals`: `z`"), R, APL_TRUE},
        {RULE("to[*]`, `equals`: `x`"), R, APL_FALSE},
        {RULE("missing`, `exists`: false"), R, APL_TRUE},
        {"{`field`: `properties.empty[*]`, `equals`: 1}", R, APL_TRUE},
        {"{`field`: `properties.empty[*].x`, `exists`: true}", R, APL_TRUE},
        {"{`not`: {`field`: `properties.ports[*]`, `notEquals`: 443}}", R, APL_TRUE},
        {"{`field`: `properties.ports`, `contains`: 443}", R, APL_TRUE},
    };
    (void)state;
    check_cases(cases, COUNT_OF(cases));
}

static void field_counts(void **state)
{
    static const condition_case cases[] = {
        {COUNT("", "`equals`: 3"), R, APL_TRUE},
        {COUNT("", "`greater`: 2"), R, APL_TRUE},
        {COUNT("", "`less`: 3"), R, APL_FALSE},
        {COUNT("", "`lessOrEquals`: 3"), R, APL_TRUE},
        {COUNT("", "`in`: [1, 3]"), R, APL_TRUE},
        {COUNT("", "`exists`: true"), R, APL_TRUE},
        {COUNT(", `where`: " RULE("on`, `equals`: true"), "`equals`: 2"), R, APL_TRUE},
        {COUNT(", `where`: " RULE("on`, `equals`: true"), "`greaterOrEquals`: 1"), R, APL_TRUE},
        {COUNT(", `where`: " RULE("on`, `equals`: true"), "`notEquals`: 2"), R, APL_FALSE},
        {COUNT(", `where`: {`allOf`: [" RULE("on`, `equals`: true") ", " RULE("name`, `equals`: `C`") "]}",
               "`equals`: 1"),
         R, APL_TRUE},
        {COUNT(", `where`: {`not`: " RULE("name`, `in`: [`a`, `b`]") "}", "`equals`: 1"), R, APL_TRUE},
        /* fields outside of the array stay visible */
        {COUNT(", `where`: {`field`: `properties.kind`, `equals`: `x`}", "`equals`: 3"), R, APL_TRUE},
        /* an array inside the member keeps its all-of */
        {COUNT(", `where`: " RULE("to[*]`, `equals`: `x`"), "`equals`: 2"), R, APL_TRUE},
        {"{`count`: {`field`: `properties.rules[*].to[*]`}, `equals`: 3}", R, APL_TRUE},
        {"{`count`: {`field`: `properties.rules[*].to[*]`, `where`: " RULE("to[*]`, `equals`: `x`") "}, `equals`: 2}",
         R, APL_TRUE},
        {"{`count`: {`field`: `properties.rules[*].to[*]`, `where`: " RULE("on`, `equals`: true") "}, `equals`: 2}", R,
         APL_TRUE},
        {"{`count`: {`field`: `properties.empty[*]`}, `equals`: 0}", R, APL_TRUE},
        {"{`count`: {`field`: `properties.nothing[*]`}, `equals`: 0}", R, APL_TRUE},
        {"{`count`: {`field`: `properties.kind[*]`}, `equals`: 0}", R, APL_TRUE},
        {"{`count`: {`field`: `properties.ports`, `where`: {`field`: `properties.ports[*]`, `less`: 100}}, `equals`: "
         "1}",
         R, APL_TRUE},
    };
    (void)state;
    check_cases(cases, COUNT_OF(cases));
}

static void nested_counts(void **state)
{
    static const condition_case cases[] = {
        {COUNT(", `where`: {`count`: {`field`: `properties.rules[*].to[*]`}, `greater`: 1}", "`equals`: 1"), R,
         APL_TRUE},
        {COUNT(", `where`: {`count`: {`field`: `properties.rules[*].to[*]`, `where`: {`allOf`: [" RULE(
                   "to[*]`, `equals`: `x`") ", " RULE("on`, `equals`: true") "]}}, `equals`: 1}",
               "`equals`: 1"),
         R, APL_TRUE},
        {COUNT(", `where`: {`allOf`: [{`count`: {`field`: `properties.rules[*].to[*]`}, `equals`: 0}, " RULE(
                   "name`, `equals`: `c`") "]}",
               "`equals`: 1"),
         R, APL_TRUE},
        {"{`count`: {`value`: [`x`, `y`, `z`], `name`: `w`, `where`: {`count`: {`field`: `properties.rules[*].to[*]`, "
         "`where`: " RULE("to[*]`, `equals`: `[current('w')]`") "}, `greater`: 0}}, `equals`: 2}",
         R, APL_TRUE},
        {"{`count`: {`value`: [1, 2], `name`: `p`, `where`: {`count`: {`value`: [2, 3], `name`: `q`, `where`: "
         "{`value`: "
         "`[current('p')]`, `equals`: `[current('q')]`}}, `equals`: 1}}, `equals`: 1}",
         R, APL_TRUE},
        {COUNT(", `where`: {`anyOf`: [{`count`: {`field`: `properties.ports[*]`, `where`: {`field`: "
               "`properties.ports[*]`, "
               "`greater`: 8000}}, `equals`: 0}, " RULE("name`, `equals`: `a`") "]}",
               "`equals`: 1"),
         R, APL_TRUE},
    };
    (void)state;
    check_cases(cases, COUNT_OF(cases));
}

static void value_counts(void **state)
{
    static const condition_case cases[] = {
        {"{`count`: {`value`: [1, 2, 3]}, `equals`: 3}", R, APL_TRUE},
        {"{`count`: {`value`: [1, 2, 3], `name`: `i`}, `equals`: 3}", R, APL_TRUE},
        {"{`count`: {`value`: [1, 2, 3], `where`: {`value`: `[current()]`, `greater`: 1}}, `equals`: 2}", R, APL_TRUE},
        {"{`count`: {`value`: [1, 2, 3], `name`: `i`, `where`: {`value`: `[current('I')]`, `less`: 2}}, `equals`: 1}",
         R, APL_TRUE},
        {"{`count`: {`value`: [{`a`: 1}, {`a`: 2}], `name`: `i`, `where`: {`value`: `[current('i').a]`, `equals`: 2}}, "
         "`equals`: 1}",
         R, APL_TRUE},
        {"{`count`: {`value`: [`n*`, `m*`], `name`: `i`, `where`: {`field`: `name`, `like`: `[current('i')]`}}, "
         "`equals`: 1}",
         R, APL_TRUE},
        {"{`count`: {`value`: `[field('properties.ports')]`, `where`: {`value`: `[current()]`, `less`: 500}}, "
         "`equals`: 2}",
         R, APL_TRUE},
        {"{`count`: {`value`: `[field('properties.ports[*]')]`}, `equals`: 3}", R, APL_TRUE},
        {"{`count`: {`value`: `[field('properties.nothing[*]')]`}, `equals`: 0}", R, APL_TRUE},
        {"{`count`: {`value`: `[field('name')]`}, `equals`: 0}", R, APL_TRUTH_ERROR},
    };
    (void)state;
    check_cases(cases, COUNT_OF(cases));
}

static void current_members(void **state)
{
    static const condition_case cases[] = {
        {COUNT(", `where`: {`value`: `[current('properties.rules[*].name')]`, `equals`: `b`}", "`equals`: 1"), R,
         APL_TRUE},
        {COUNT(", `where`: {`value`: `[current('properties.rules[*]').name]`, `equals`: `b`}", "`equals`: 1"), R,
         APL_TRUE},
        {COUNT(", `where`: {`value`: `[current().name]`, `equals`: `b`}", "`equals`: 1"), R, APL_TRUE},
        {COUNT(", `where`: {`value`: `[length(current('properties.rules[*].to[*]'))]`, `equals`: 2}", "`equals`: 1"), R,
         APL_TRUE},
        {COUNT(", `where`: {`value`: `[current('properties.rules[*].missing')]`, `equals`: ``}", "`equals`: 3"), R,
         APL_TRUE},
        /* field() of a bound array is an array of one */
        {COUNT(", `where`: {`value`: `[length(field('properties.rules[*].name'))]`, `equals`: 1}", "`equals`: 3"), R,
         APL_TRUE},
        {COUNT(", `where`: {`value`: `[first(field('properties.rules[*].name'))]`, `equals`: `c`}", "`equals`: 1"), R,
         APL_TRUE},
        {"{`value`: `[length(field('properties.rules[*].name'))]`, `equals`: 3}", R, APL_TRUE},
        {"{`value`: `[join(field('properties.rules[*].to[*]'), '')]`, `equals`: `xyx`}", R, APL_TRUE},
    };
    (void)state;
    check_cases(cases, COUNT_OF(cases));
}

/* Every count with a limit stops early; the outcome must be that of counting all. */
static void stopping_early_changes_nothing(void **state)
{
    static const char *const operators[] = {"equals",       "notEquals", "less",
                                            "lessOrEquals", "greater",   "greaterOrEquals"};
    static const bool expected[6][6] = {
        /* members 3, compared with 0 .. 5 */
        {false, false, false, true, false, false}, {true, true, true, false, true, true},
        {false, false, false, false, true, true},  {false, false, false, true, true, true},
        {true, true, true, false, false, false},   {true, true, true, true, false, false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(operators); i++) {
        for (int number = 0; number < 6; number++) {
            char rule[256];
            (void)snprintf(rule, sizeof rule,
                           "{`count`: {`field`: `properties.ports[*]`, `where`: {`field`: `name`, "
                           "`equals`: `n`}}, `%s`: %d}",
                           operators[i], number);
            if (case_outcome(&(case_setting){0}, rule, R) != (expected[i][number] ? APL_TRUE : APL_FALSE))
                fail_msg("%s", rule);
        }
    }
}

/* An alias may hide its array: the path of the alias decides what a name binds to. */
static void aliases_bind_by_path(void **state)
{
    static const char table[] =
        "[{\"namespace\":\"N\",\"resourceTypes\":[{\"resourceType\":\"t\",\"aliases\":["
        "{\"name\":\"N/t/logs[*]\",\"defaultPath\":\"properties.logs[*]\"},"
        "{\"name\":\"N/t/logs.enabled\",\"defaultPath\":\"properties.logs[*].enabled\"},"
        "{\"name\":\"N/t/peers[*]\",\"defaultPath\":\"properties.peers[*]\"},"
        "{\"name\":\"N/t/peers[*].state\",\"defaultPath\":\"properties.peers[*].properties.state\"}]}]}]";
    static const char resource[] =
        "{`type`: `N/t`, `properties`: {`logs`: [{`enabled`: true}, {`enabled`: false}], `peers`: "
        "[{`properties`: {`state`: `ok`}}, {`properties`: {`state`: `no`}}]}}";
    const condition_case cases[] = {
        {"{`field`: `N/t/logs.enabled`, `equals`: true}", resource, APL_FALSE},
        {"{`count`: {`field`: `N/t/logs[*]`, `where`: {`field`: `N/t/logs.enabled`, `equals`: true}}, `equals`: 1}",
         resource, APL_TRUE},
        {"{`count`: {`field`: `N/t/peers[*]`, `where`: {`field`: `N/t/peers[*].state`, `equals`: `ok`}}, `equals`: 1}",
         resource, APL_TRUE},
        {"{`count`: {`field`: `N/t/peers[*]`, `where`: {`value`: `[current('N/t/peers[*].state')]`, `equals`: `no`}}, "
         "`equals`: 1}",
         resource, APL_TRUE},
    };
    case_setting setting = {0};
    apl_aliases *aliases = NULL;
    (void)state;

    assert_int_equal(apl_aliases_load(&aliases, apl_str_from(table)), APL_OK);
    setting.aliases = aliases;
    check_cases_with(&setting, cases, COUNT_OF(cases));
    apl_aliases_free(aliases);
}

/* A hostile document cannot make counts of counts run for hours. */
static void counting_ends(void **state)
{
    static const char rule[] = "{`count`: {`field`: `a[*]`, `where`: {`count`: {`field`: `b[*]`, `where`: {`field`: "
                               "`b[*]`, `equals`: 2}}, `equals`: 7}}, `equals`: 0}";
    static const char simple[] = "{`count`: {`field`: `a[*]`, `where`: {`field`: `b[*]`, `equals`: 1}}, `less`: 9999}";
    apl_text resource;
    (void)state;

    apl_text_init(&resource, 1u << 20);
    apl_text_add(&resource, APL_STR("{`a`: [1"));
    for (int i = 0; i < 4000; i++)
        apl_text_add(&resource, APL_STR(", 1"));
    apl_text_add(&resource, APL_STR("], `b`: [1"));
    for (int i = 0; i < 4000; i++)
        apl_text_add(&resource, APL_STR(", 1"));
    apl_text_add(&resource, APL_STR("]}"));
    apl_text_add_char(&resource, 0);
    assert_int_equal(case_outcome(&(case_setting){0}, rule, resource.data), APL_TRUTH_ERROR);
    assert_int_equal(case_outcome(&(case_setting){0}, simple, resource.data), APL_TRUTH_ERROR);
    apl_text_free(&resource);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(implicit_all_of),      cmocka_unit_test(field_counts),
        cmocka_unit_test(nested_counts),        cmocka_unit_test(value_counts),
        cmocka_unit_test(current_members),      cmocka_unit_test(stopping_early_changes_nothing),
        cmocka_unit_test(aliases_bind_by_path), cmocka_unit_test(counting_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
