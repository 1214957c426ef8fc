/* tests/unit/test_value.c: looking into values, comparing, copying and writing them.
 *
 * By tables, and over random values: what is copied shares nothing, what is written can be read. */
#include "test_random.h"

#include "base/limits.h"

#define SEEDS 3000u

static const char *written(apl_arena *arena, apl_value value, int indent)
{
    return random_json(arena, value, indent).data;
}

static void looks_members_up_without_case(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_value value = test_value(arena, "{`Name`: 1, `other`: {`A`: {`b`: `x`}}, `name`: 2}");
    (void)state;

    assert_int_equal(apl_value_member(value, "NAME").integer, 2);
    assert_string_equal(test_text(arena, apl_value_str(apl_value_at(value, "Other.a.B"))), "x");
    assert_int_equal(apl_value_at(value, "other.c.b").type, APL_VALUE_MISSING);
    assert_int_equal(apl_value_member(apl_value_integer(1), "x").type, APL_VALUE_MISSING);
    assert_int_equal(apl_value_str(apl_value_integer(1)).size, 0);
    apl_arena_free(arena);
}

typedef struct equal_case {
    const char *a;
    const char *b;
    bool is_equal;
} equal_case;

static const equal_case equal_cases[] = {
    {"1", "1.0", true},
    {"1", "2", false},
    {"9007199254740993", "9007199254740992", false},
    {"1", "true", false},
    {"1", "`1`", false},
    {"null", "null", true},
    {"null", "false", false},
    {"`a`", "`A`", false},
    {"[1, 2]", "[2, 1]", false},
    {"[]", "{}", false},
    {"{`a`: 1, `b`: [2]}", "{`b`: [2.0], `a`: 1}", true},
    {"{`a`: 1}", "{`A`: 1}", false},
    {"{`a`: 1}", "{`a`: 1, `b`: null}", false},
    {"{`a`: 1, `b`: null}", "{`a`: 1, `c`: null}", false},
    {"[[[1]]]", "[[[1]]]", true},
    {"[1]", "[1, 2]", false},
    {"{`a`: 1, `a`: 2}", "{`a`: 2}", true},
    {"{`a`: 1, `a`: 2}", "{`a`: 2, `b`: 1}", false},
    {"{`a`: 2, `a`: 1}", "{`a`: 1, `a`: 2}", false},
    {"{`a`: 1}", "[1]", false},
};

static void compares_as_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof equal_cases / sizeof *equal_cases; i++) {
        const equal_case *one = &equal_cases[i];
        apl_arena *arena = apl_arena_new();
        apl_value a = test_value(arena, one->a);
        apl_value b = test_value(arena, one->b);
        if (apl_value_equal(a, b) != one->is_equal || apl_value_equal(b, a) != one->is_equal)
            fail_msg("%s and %s should %s equal", one->a, one->b, one->is_equal ? "be" : "not be");
        apl_arena_free(arena);
    }
    assert_true(apl_value_equal(APL_MISSING, APL_MISSING));
    assert_false(apl_value_equal(APL_MISSING, APL_UNREAD));
    assert_false(apl_value_equal(APL_MISSING, APL_NULL));
}

static void copies_share_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *first = apl_arena_new();
        apl_arena *second = apl_arena_new();
        random_source random = {seed};
        apl_value value = random_value(&random, first, 12);
        apl_str before = random_json(second, value, 0);
        apl_value copy = apl_value_copy(second, value);
        assert_true(apl_value_equal(value, copy));
        apl_arena_free(first); /* what is left must not lean on it */
        assert_string_equal(written(second, copy, 0), before.data);
        apl_arena_free(second);
    }
}

static void writes_what_can_be_read(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {seed};
        apl_value value = random_value(&random, arena, 12);
        for (int indent = 0; indent <= 4; indent += 2) {
            apl_value again;
            apl_str text = random_json(arena, value, indent);
            if (apl_json_parse(&again, arena, text) != APL_OK || !apl_value_equal(value, again))
                fail_msg("seed %llu: %s is not read back", (unsigned long long)seed, text.data);
        }
        apl_arena_free(arena);
    }
}

static void numbers_come_back(void **state)
{
    static const double reals[] = {
        0.1,  1e300, -2.5e-300, 1.0 / 3, 123456789.123456789, 5e-324, 1.7976931348623157e308, 1e15,
        1e16, 1e17,  -0.0,      100.0};
    static const int64_t integers[] = {0, -1, INT64_MAX, INT64_MIN, INT64_C(9007199254740993)};
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        apl_value again = test_value(arena, written(arena, apl_value_real(reals[i]), 0));
        double back = apl_value_number(again);
        if (back < reals[i] || back > reals[i])
            fail_msg("%.17g comes back as %.17g", reals[i], back);
    }
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        apl_value again = test_value(arena, written(arena, apl_value_integer(integers[i]), 0));
        assert_int_equal(again.type, APL_VALUE_INTEGER);
        assert_true(again.integer == integers[i]);
    }
    apl_arena_free(arena);
}

typedef struct written_case {
    const char *bytes;
    const char *json;
} written_case;

/* Escapes as RFC 8259 has them; what is no UTF-8 (RFC 3629) becomes U+FFFD byte by byte. */
static const written_case written_cases[] = {
    {"", "\"\""},
    {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
    {"\b\f\n\r\t\x01\x1f\x7f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\""},
    {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
    {"a\xFF"
     "b",
     "\"a\xEF\xBF\xBD"
     "b\""},
    {"\xC3", "\"\xEF\xBF\xBD\""},
    {"\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"\xF4\x8F\xBF\xBF", "\"\xF4\x8F\xBF\xBF\""},
};

static void writes_strings(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < sizeof written_cases / sizeof *written_cases; i++)
        assert_string_equal(written(arena, apl_value_string(apl_str_from(written_cases[i].bytes)), 0),
                            written_cases[i].json);
    assert_string_equal(written(arena, apl_value_string(apl_str_make("a\0b", 3)), 0), "\"a\\u0000b\"");
    apl_arena_free(arena);
}

static void writes_every_type(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    assert_string_equal(written(arena, APL_MISSING, 0), "null");
    assert_string_equal(written(arena, APL_UNREAD, 0), "null");
    assert_string_equal(written(arena, test_value(arena, "[]"), 2), "[]");
    assert_string_equal(written(arena, test_value(arena, "{ }"), 2), "{}");
    assert_string_equal(written(arena, test_value(arena, "{`a`: [1, true, {}], `b`: null}"), 0),
                        "{\"a\":[1,true,{}],\"b\":null}");
    assert_string_equal(written(arena, test_value(arena, "{`a`: [1], `b`: null}"), 2),
                        "{\n  \"a\": [\n    1\n  ],\n  \"b\": null\n}");
    assert_string_equal(apl_value_type_name(APL_UNREAD), "unread");
    assert_string_equal(apl_value_type_name(apl_value_real(1)), "number");
    apl_arena_free(arena);
}

/* As deep as a document may be, and deeper, because values are also made by hand. */
static void walks_deep_values(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_value value = APL_NULL;
    (void)state;

    for (unsigned i = 0; i < 10 * APL_JSON_DEPTH_MAX; i++) {
        apl_value *inner = APL_ARENA_NEW(arena, apl_value);
        *inner = value;
        value = apl_value_array(inner, 1);
    }
    assert_true(apl_value_equal(value, apl_value_copy(arena, value)));
    assert_int_equal(random_json(arena, value, 0).size, 20 * APL_JSON_DEPTH_MAX + 4);
    apl_arena_free(arena);
}

/* A name that stands many times at every depth must not make the work grow with each level. */
static void comparing_hostile_objects_ends(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_value deep = APL_NULL;
    apl_member *wide = APL_ARENA_ARRAY(arena, apl_member, 200000);
    (void)state;

    for (unsigned depth = 0; depth < APL_JSON_DEPTH_MAX; depth++) {
        apl_member *members = APL_ARENA_ARRAY(arena, apl_member, 8);
        for (unsigned i = 0; i < 8; i++)
            members[i] = (apl_member){APL_STR("a"), deep};
        deep = apl_value_object(members, 8);
    }
    assert_true(apl_value_equal(deep, deep));
    for (unsigned i = 0; i < 200000; i++)
        wide[i] = (apl_member){apl_arena_format(arena, "%u", i), APL_NULL};
    assert_true(apl_value_equal(apl_value_object(wide, 200000), apl_value_object(wide, 200000)));
    assert_false(apl_value_equal(apl_value_object(wide, 200000), apl_value_object(wide, 199999)));
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_members_up_without_case),
        cmocka_unit_test(compares_as_json),
        cmocka_unit_test(copies_share_nothing),
        cmocka_unit_test(writes_what_can_be_read),
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(writes_strings),
        cmocka_unit_test(writes_every_type),
        cmocka_unit_test(walks_deep_values),
        cmocka_unit_test(comparing_hostile_objects_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
