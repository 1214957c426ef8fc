/* tests/unit/test_str.c: strings that know their length.
 *
 * Each function against the most obvious way of doing the same, over random texts of few letters. */
#include "test_random.h"

#define SEEDS 20000u

/* What the pattern means, a table of which start of the text matches which start of the pattern. */
static bool naive_like(apl_str text, apl_str pattern)
{
    bool matches[64][64] = {{false}};

    assert_true(text.size < 64 && pattern.size < 64);
    matches[0][0] = true;
    for (uint32_t p = 1; p <= pattern.size; p++) {
        bool is_star = pattern.data[p - 1] == '*';
        for (uint32_t t = 0; t <= text.size; t++) {
            if (is_star)
                matches[p][t] = matches[p - 1][t] || (t && matches[p][t - 1]);
            else
                matches[p][t] = t && matches[p - 1][t - 1] &&
                                apl_char_lower(text.data[t - 1]) == apl_char_lower(pattern.data[p - 1]);
        }
    }
    return matches[pattern.size][text.size];
}

/* A text of few letters, so that matches are not rare. */
static apl_str random_letters(random_source *random, char *buffer, uint32_t size_max, const char *letters)
{
    uint32_t size = random_below(random, size_max + 1);

    for (uint32_t i = 0; i < size; i++)
        buffer[i] = letters[random_below(random, (uint32_t)strlen(letters))];
    return apl_str_make(buffer, size);
}

static void like_is_the_naive_matcher(void **state)
{
    random_source random = {1};
    char a[32];
    char b[32];
    unsigned matched = 0;
    (void)state;

    for (unsigned i = 0; i < SEEDS; i++) {
        apl_str text = random_letters(&random, a, 12, "abAB/");
        apl_str pattern = random_letters(&random, b, 7, "abA/***");
        bool expected = naive_like(text, pattern);
        matched += expected;
        if (apl_str_like_nocase(text, pattern) != expected)
            fail_msg("\"%.*s\" like \"%.*s\" should be %d", APL_STR_ARG(text), APL_STR_ARG(pattern), expected);
    }
    assert_true(matched > SEEDS / 20 && matched < SEEDS / 2);
}

static void like_is_not_slow_on_hostile_patterns(void **state)
{
    static char text[2000];
    static char pattern[400];
    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    pattern[sizeof pattern - 1] = 'b';
    assert_false(apl_str_like_nocase(apl_str_make(text, sizeof text), apl_str_make(pattern, sizeof pattern)));
}

static long naive_find(apl_str text, apl_str part, bool ignores_case)
{
    for (uint32_t i = 0; i + part.size <= text.size; i++) {
        apl_str slice = apl_str_slice(text, i, i + part.size);
        if (ignores_case ? apl_str_equal_nocase(slice, part) : apl_str_equal(slice, part))
            return (long)i;
    }
    return -1;
}

static void finds_like_a_loop(void **state)
{
    random_source random = {2};
    char a[32];
    char b[32];
    (void)state;

    for (unsigned i = 0; i < SEEDS; i++) {
        apl_str text = random_letters(&random, a, 14, "abAB");
        apl_str part = random_letters(&random, b, 3, "abAB");
        assert_int_equal(apl_str_find(text, part), naive_find(text, part, false));
        assert_int_equal(apl_str_find_nocase(text, part), naive_find(text, part, true));
        assert_int_equal(apl_str_starts(text, part), naive_find(text, part, false) == 0);
        assert_int_equal(apl_str_starts_nocase(text, part), naive_find(text, part, true) == 0);
    }
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void compares_in_one_order(void **state)
{
    random_source random = {3};
    char bytes[3][32];
    (void)state;

    for (unsigned i = 0; i < SEEDS; i++) {
        apl_str a = random_letters(&random, bytes[0], 3, "aB\xC3");
        apl_str b = random_letters(&random, bytes[1], 3, "aB\xC3");
        apl_str c = random_letters(&random, bytes[2], 3, "aA\xC3");
        assert_int_equal(sign(apl_str_compare(a, b)), -sign(apl_str_compare(b, a)));
        assert_int_equal(apl_str_compare(a, b) == 0, apl_str_equal(a, b));
        assert_int_equal(apl_str_compare_nocase(a, c) == 0, apl_str_equal_nocase(a, c));
        if (apl_str_compare_nocase(a, b) < 0 && apl_str_compare_nocase(b, c) < 0)
            assert_true(apl_str_compare_nocase(a, c) < 0);
        if (apl_str_equal_nocase(a, c))
            assert_true(apl_str_hash_nocase(a) == apl_str_hash_nocase(c));
    }
}

static void hashes_long_texts_without_case(void **state)
{
    static char lower[1000];
    static char upper[1000];
    (void)state;
    memset(lower, 'x', sizeof lower);
    memset(upper, 'X', sizeof upper);
    for (size_t size = 250; size < 1000; size += 3)
        assert_true(apl_str_hash_nocase(apl_str_make(lower, size)) == apl_str_hash_nocase(apl_str_make(upper, size)));
    lower[999] = 'y';
    assert_true(apl_str_hash_nocase(apl_str_make(lower, 1000)) != apl_str_hash_nocase(apl_str_make(upper, 1000)));
}

static void cuts_parts_off(void **state)
{
    apl_str rest = APL_STR("a//b/");
    apl_str part;
    (void)state;

    assert_true(apl_str_next(&part, &rest, '/') && apl_str_equal(part, APL_STR("a")));
    assert_true(apl_str_next(&part, &rest, '/') && part.size == 0);
    assert_true(apl_str_next(&part, &rest, '/') && apl_str_equal(part, APL_STR("b")));
    assert_true(apl_str_next(&part, &rest, '/') && part.size == 0);
    assert_false(apl_str_next(&part, &rest, '/'));
    rest = APL_STR("");
    assert_true(apl_str_next(&part, &rest, '/') && part.size == 0);
    assert_false(apl_str_next(&part, &rest, '/'));
}

static void takes_small_things(void **state)
{
    (void)state;
    assert_true(apl_str_equal(apl_str_trim(APL_STR(" \t a b\r\n")), APL_STR("a b")));
    assert_int_equal(apl_str_trim(APL_STR("  ")).size, 0);
    assert_int_equal(apl_str_trim(APL_STR_NONE).size, 0);
    assert_int_equal(apl_str_find_last_char(APL_STR("a/b/c"), '/'), 3);
    assert_int_equal(apl_str_find_last_char(APL_STR_NONE, '/'), -1);
    assert_true(apl_str_ends(APL_STR("x.json"), APL_STR(".json")));
    assert_false(apl_str_ends(APL_STR("n"), APL_STR(".json")));
    assert_int_equal(apl_str_from(NULL).size, 0);
    assert_true(apl_str_equal(APL_STR_NONE, APL_STR("")));
}

/* The whole table of edits, as Wagner and Fischer wrote it down. */
static unsigned naive_distance(apl_str a, apl_str b)
{
    unsigned edits[32][32];

    for (uint32_t i = 0; i <= a.size; i++) {
        for (uint32_t j = 0; j <= b.size; j++) {
            bool is_same = i && j && apl_char_lower(a.data[i - 1]) == apl_char_lower(b.data[j - 1]);
            edits[i][j] = i == 0 ? j : j == 0 ? i : edits[i - 1][j - 1] + !is_same;
            if (i && edits[i - 1][j] + 1 < edits[i][j])
                edits[i][j] = edits[i - 1][j] + 1;
            if (j && edits[i][j - 1] + 1 < edits[i][j])
                edits[i][j] = edits[i][j - 1] + 1;
        }
    }
    return edits[a.size][b.size];
}

static void counts_edits(void **state)
{
    random_source random = {4};
    char a[32];
    char b[32];
    (void)state;

    for (unsigned i = 0; i < SEEDS; i++) {
        apl_str x = random_letters(&random, a, 9, "abAc");
        apl_str y = random_letters(&random, b, 9, "abAc");
        unsigned expected = naive_distance(x, y);
        assert_int_equal(apl_str_distance_nocase(x, y, 100), expected);
        assert_int_equal(apl_str_distance_nocase(x, y, 2), expected < 2 ? expected : 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_is_the_naive_matcher),
        cmocka_unit_test(like_is_not_slow_on_hostile_patterns),
        cmocka_unit_test(finds_like_a_loop),
        cmocka_unit_test(compares_in_one_order),
        cmocka_unit_test(hashes_long_texts_without_case),
        cmocka_unit_test(cuts_parts_off),
        cmocka_unit_test(takes_small_things),
        cmocka_unit_test(counts_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
