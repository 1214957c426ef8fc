/* unit/test_condition_operators.c: every operator of the language, by tables of rule, resource and outcome.
 *
 * Where the language has corners, docs/policy-language.md names the decision and this file or
 * test_condition_decisions.c has its test. */
#include "unit/test_random.h"

#include "condition/fold.h"
#include "condition/operators.h"
#include "unit/test_condition.h"

#define A                                                                                                              \
    "{`properties`: {`s`: `Abc`, `n`: 443, `r`: 1.5, `t`: true, `d`: `443`, `z`: null, `e`: ``, `l`: [`a`, `B`, 3], "  \
    "`o`: {`Key`: 1}, `day`: `2026-11-23`, `u`: `Stra\\u00dfe`}}"
#define P(name) "{`field`: `properties." name "`, "

static void equals(void **state)
{
    static const condition_case cases[] = {
        {P("s") "`equals`: `abc`}", A, APL_TRUE},
        {P("s") "`EQUALS`: `ABC`}", A, APL_TRUE},
        {P("s") "`equals`: `abcd`}", A, APL_FALSE},
        {P("s") "`equals`: `abd`}", A, APL_FALSE},
        {P("s") "`equals`: 1}", A, APL_FALSE},
        {P("n") "`equals`: 443}", A, APL_TRUE},
        {P("n") "`equals`: `443`}", A, APL_TRUE},
        {P("n") "`equals`: 443.0}", A, APL_TRUE},
        {P("n") "`equals`: true}", A, APL_FALSE},
        {P("d") "`equals`: 443}", A, APL_TRUE},
        {P("t") "`equals`: true}", A, APL_TRUE},
        {P("t") "`equals`: `TRUE`}", A, APL_TRUE},
        {P("t") "`equals`: `yes`}", A, APL_FALSE},
        {P("u") "`equals`: `STRASSE`}", A, APL_TRUE},
        {P("l") "`equals`: [`A`, `b`, `3`]}", A, APL_TRUE},
        {P("l") "`equals`: [`A`, `b`]}", A, APL_FALSE},
        {P("o") "`equals`: {`key`: 1}}", A, APL_TRUE},
        {P("o") "`equals`: {`key`: 2}}", A, APL_FALSE},
        {P("o") "`equals`: `x`}", A, APL_FALSE},
        {P("s") "`notEquals`: `abc`}", A, APL_FALSE},
        {P("s") "`notEquals`: `x`}", A, APL_TRUE},
        {P("u") "`notEquals`: `strasse`}", A, APL_FALSE},
    };
    (void)state;
    check_cases(cases, COUNT_OF(cases));
}

static void patterns(void **state)
{
    static const condition_case cases[] = {
        {P("s") "`like`: `A*`}", A, APL_TRUE},
        {P("s") "`like`: `*BC`}", A, APL_TRUE},
        {P("s") "`like`: `a*c`}", A, APL_TRUE},
        {P("s") "`like`: `*`}", A, APL_TRUE},
        {P("s") "`like`: `abc*`}", A, APL_TRUE},
        {P("s") "`like`: `b*`}", A, APL_FALSE},
        {P("s") "`like`: `abc`}", A, APL_TRUE},
        {P("n") "`like`: `44*`}", A, APL_TRUE},
        {P("t") "`like`: `tr*`}", A, APL_TRUE},
        {P("l") "`like`: `*`}", A, APL_FALSE},
        {P("u") "`like`: `*asse`}", A, APL_TRUE},
        {P("u") "`like`: `x*`}", A, APL_FALSE},
        {P("s") "`notLike`: `A*`}", A, APL_FALSE},
        {P("s") "`notLike`: `x*`}", A, APL_TRUE},
        {P("s") "`match`: `Ab?`}", A, APL_TRUE},
        {P("s") "`match`: `ab?`}", A, APL_FALSE},
        {P("s") "`match`: `...`}", A, APL_TRUE},
        {P("s") "`match`: `..`}", A, APL_FALSE},
        {P("s") "`match`: `##?`}", A, APL_FALSE},
        {P("n") "`match`: `###`}", A, APL_TRUE},
        {P("day") "`match`: `####-##-##`}", A, APL_TRUE},
        {P("u") "`match`: `Stra??`}", A, APL_TRUE},
        {P("s") "`matchInsensitively`: `aB?`}", A, APL_TRUE},
        {P("s") "`matchinsensitively`: `xB?`}", A, APL_FALSE},
        {P("s") "`notMatch`: `ab?`}", A, APL_TRUE},
        {P("s") "`notMatchInsensitively`: `ab?`}", A, APL_FALSE},
    };
    (void)state;
    check_cases(cases, COUNT_OF(cases));
}

static void membership(void **state)
{
    static const condition_case cases[] = {
        {P("s") "`contains`: `B`}", A, APL_TRUE},
        {P("s") "`contains`: ``}", A, APL_TRUE},
        {P("s") "`contains`: `x`}", A, APL_FALSE},
        {P("n") "`contains`: 4}", A, APL_TRUE},
        {P("l") "`contains`: `b`}", A, APL_TRUE},
        {P("l") "`contains`: `3`}", A, APL_TRUE},
        {P("l") "`contains`: `c`}", A, APL_FALSE},
        {P("o") "`contains`: `KEY`}", A, APL_TRUE},
        {P("u") "`contains`: `SS`}", A, APL_TRUE},
        {P("s") "`notContains`: `x`}", A, APL_TRUE},
        {P("l") "`notContains`: `a`}", A, APL_FALSE},
        {P("s") "`in`: [`x`, `ABC`]}", A, APL_TRUE},
        {P("s") "`in`: [`x`, `y`]}", A, APL_FALSE},
        {P("s") "`in`: []}", A, APL_FALSE},
        {P("s") "`in`: `abc`}", A, APL_TRUE},
        {P("n") "`in`: [`80`, `443`]}", A, APL_TRUE},
        {P("d") "`in`: [80, 443]}", A, APL_TRUE},
        {P("u") "`in`: [`x`, `strasse`]}", A, APL_TRUE},
        {P("s") "`in`: [`a1`,`a2`,`a3`,`a4`,`a5`,`a6`,`a7`,`a8`,`a9`,`ABC`]}", A, APL_TRUE},
        {P("s") "`in`: [`a1`,`a2`,`a3`,`a4`,`a5`,`a6`,`a7`,`a8`,`a9`,`abd`]}", A, APL_FALSE},
        {P("s") "`notin`: [`x`]}", A, APL_TRUE},
        {P("s") "`notIn`: [`abc`]}", A, APL_FALSE},
        {P("o") "`containsKey`: `key`}", A, APL_TRUE},
        {P("o") "`containsKey`: `other`}", A, APL_FALSE},
        {P("s") "`containsKey`: `a`}", A, APL_FALSE},
        {P("o") "`notContainsKey`: `key`}", A, APL_FALSE},
        {P("s") "`notContainsKey`: `key`}", A, APL_TRUE},
        {P("l") "`exists`: true}", A, APL_TRUE},
        {P("x") "`exists`: true}", A, APL_FALSE},
        {P("x") "`exists`: `False`}", A, APL_TRUE},
        {P("e") "`exists`: `true`}", A, APL_TRUE},
    };
    (void)state;
    check_cases(cases, COUNT_OF(cases));
}

static void order(void **state)
{
    static const condition_case cases[] = {
        {P("n") "`less`: 444}", A, APL_TRUE},
        {P("n") "`less`: 443}", A, APL_FALSE},
        {P("n") "`lessOrEquals`: 443}", A, APL_TRUE},
        {P("n") "`greater`: `442`}", A, APL_TRUE},
        {P("n") "`greater`: 443}", A, APL_FALSE},
        {P("n") "`greaterOrEquals`: 443}", A, APL_TRUE},
        {P("d") "`greater`: 80}", A, APL_TRUE},
        {P("r") "`greater`: 1}", A, APL_TRUE},
        {P("r") "`less`: 1.25}", A, APL_FALSE},
        {P("s") "`less`: `abd`}", A, APL_TRUE},
        {P("s") "`greater`: `ABB`}", A, APL_TRUE},
        {P("d") "`less`: `80`}", A, APL_TRUE}, /* two texts are compared as texts */
        {P("s") "`greaterOrEquals`: `ABC`}", A, APL_TRUE},
    };
    (void)state;
    check_cases(cases, COUNT_OF(cases));
}

/* Preparing an operand must never change an outcome. */
static void compare_ways(apl_arena *arena, apl_operator base, apl_value left, apl_value right)
{
    apl_operand operand;

    apl_operand_prepare(&operand, arena, base, right);
    apl_truth general = apl_operator_apply(base, left, right);
    apl_truth prepared = apl_operator_apply_prepared(base, left, &operand);
    apl_truth fast = apl_operand_fault(base, right) ? general : apl_operator_apply_fast(base, left, &operand);
    if (general == prepared && general == fast)
        return;
    apl_text text;
    apl_text_init(&text, APL_ERROR_BYTES_MAX);
    apl_value_write(&text, left, 0);
    apl_text_add(&text, APL_STR(" and "));
    apl_value_write(&text, right, 0);
    fail_msg("operator %d on %.*s: %s, prepared %s, fast %s", base, APL_STR_ARG(apl_text_str(&text)),
             truth_name(general), truth_name(prepared), truth_name(fast));
}

static void prepared_operands_agree(void **state)
{
    static const char *const texts[] = {
        "null",
        "true",
        "0",
        "443",
        "1.5",
        "``",
        "`abc`",
        "`ABC`",
        "`443`",
        "`true`",
        "`Stra\\u00dfe`",
        "`\\u212a`",
        "`k`",
        "[]",
        "[`a`]",
        "[`A`, `b`]",
        "[null]",
        "[``]",
        "[`443`, `x`]",
        "[`k`, `abc`, `strasse`, `d`, `e`, `f`, `g`, `h`, `i`]",
        "{}",
        "{`a`: 1}",
    };
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        for (size_t j = 0; j < COUNT_OF(texts); j++) {
            for (int base = APL_OP_EQUALS; base <= APL_OP_EXISTS; base++) {
                compare_ways(arena, (apl_operator)base, case_json(arena, texts[i]), case_json(arena, texts[j]));
                compare_ways(arena, (apl_operator)base, APL_MISSING, case_json(arena, texts[j]));
                compare_ways(arena, (apl_operator)base, APL_UNREAD, case_json(arena, texts[j]));
            }
        }
    }
    apl_arena_free(arena);
}

/* Characters of one to three bytes, some of which fold to ASCII: the sign of Kelvin, long and sharp s, the ligature ff.
 */
static apl_value foldable_text(random_source *random, apl_arena *arena, uint32_t length_max, bool is_ascii)
{
    static const char *const characters[] = {
        "k", "K", "s", "S", "f", "a", "A", "[", "\x7f", "\xe2\x84\xaa", "\xc5\xbf", "\xc3\x9f", "\xef\xac\x80", "\xff"};
    apl_text text;

    apl_text_init(&text, APL_ERROR_BYTES_MAX);
    for (uint32_t left = random_below(random, length_max + 1); left > 0; left--)
        apl_text_add(&text, apl_str_from(characters[random_below(random, is_ascii ? 9 : COUNT_OF(characters))]));
    apl_value value = apl_value_string(apl_arena_str(arena, apl_text_str(&text)));
    apl_text_free(&text);
    return value;
}

#define RANDOM_PAIRS 20000

/* Most characters are few and most texts short, so that many pairs agree. */
static void prepared_operands_agree_on_random_texts(void **state)
{
    static const apl_operator operators[] = {APL_OP_EQUALS, APL_OP_LIKE, APL_OP_CONTAINS, APL_OP_IN};
    random_source random = {20261125};
    uint32_t holds = 0;
    (void)state;

    for (int i = 0; i < RANDOM_PAIRS; i++) {
        apl_arena *arena = apl_arena_new();
        uint32_t length = random_below(&random, 2) ? 3 : 24;
        apl_operator base = operators[random_below(&random, COUNT_OF(operators))];
        apl_value right = foldable_text(&random, arena, length, random_below(&random, 4) > 0);
        apl_value around[] = {foldable_text(&random, arena, length, random_below(&random, 2)), right,
                              foldable_text(&random, arena, length, random_below(&random, 2))};
        apl_str left = apl_arena_format(arena, "%.*s%.*s%.*s", APL_STR_ARG(apl_value_str(around[0])),
                                        APL_STR_ARG(apl_value_str(around[1])), APL_STR_ARG(apl_value_str(around[2])));
        if (random_below(&random, 2))
            left = apl_value_str(around[2 * random_below(&random, 2)]);
        if (base == APL_OP_LIKE)
            right = apl_value_string(apl_arena_format(arena, "%.*s*", APL_STR_ARG(apl_value_str(right))));
        if (base == APL_OP_IN)
            right = apl_value_array(around + random_below(&random, 2), 2);
        holds += apl_operator_apply(base, apl_value_string(left), right) == APL_TRUE;
        compare_ways(arena, base, apl_value_string(left), right);
        apl_arena_free(arena);
    }
    assert_true(holds > RANDOM_PAIRS / 10);
}

static void names_are_sorted_and_found(void **state)
{
    const char *const *names = apl_condition_operators();
    size_t count = 0;
    (void)state;

    for (; names[count]; count++) {
        if (count)
            assert_true(apl_str_compare_nocase(apl_str_from(names[count - 1]), apl_str_from(names[count])) < 0);
        assert_non_null(apl_operator_find(apl_str_from(names[count])));
    }
    assert_int_equal(count, 19);
    assert_null(apl_operator_find(APL_STR("equal")));
}

static void folding(void **state)
{
    (void)state;
    assert_true(apl_fold_equal(APL_STR("\xce\xa3\xcf\x83\xcf\x82"), APL_STR("\xcf\x83\xcf\x83\xcf\x83"))); /* sigmas */
    assert_false(apl_fold_equal(APL_STR("\xff"), APL_STR("\xfe")));
    assert_true(apl_fold_equal(APL_STR("a\xff"), APL_STR("A\xff")));
    assert_int_equal(apl_fold_find(APL_STR("x\xc3\x84y"), APL_STR("\xc3\xa4Y")), 1);
    assert_int_equal(apl_fold_find_last(APL_STR("abAB"), APL_STR("ab")), 2);
    assert_int_equal(apl_fold_find_last(APL_STR("abc"), APL_STR("")), 3);
    assert_int_equal(apl_fold_find(APL_STR(""), APL_STR("a")), -1);
    assert_true(apl_fold_ends(APL_STR("Stra\xc3\x9f"
                                      "e"),
                              APL_STR("SSE")));
    assert_false(apl_fold_ends(APL_STR("e"), APL_STR("see")));
    assert_true(apl_fold_compare(APL_STR("a"), APL_STR("B")) < 0);
    assert_true(apl_fold_compare(APL_STR("abc"), APL_STR("AB")) > 0);
    assert_int_equal(apl_utf8_length(APL_STR("x\xc3\x84\xf0\x9f\x98\x80")), 3);
    assert_true(apl_fold_like(APL_STR("\xc3\x84pfel"), APL_STR("\xc3\xa4*F*L")));
    assert_false(apl_fold_like(APL_STR("\xc3\x84pfel"), APL_STR("\xc3\xa4*x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals),
        cmocka_unit_test(patterns),
        cmocka_unit_test(membership),
        cmocka_unit_test(order),
        cmocka_unit_test(prepared_operands_agree),
        cmocka_unit_test(prepared_operands_agree_on_random_texts),
        cmocka_unit_test(names_are_sorted_and_found),
        cmocka_unit_test(folding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
