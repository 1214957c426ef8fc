/* tests/unit/test_yaml.c: YAML 1.2 by its core schema, and the limits around libfyaml.
 *
 * By tables, and over random JSON, which is YAML too and must give the same values. */
#include "test_random.h"

#include "base/limits.h"
#include "yaml/yaml.h"

#define SEEDS 1500u

typedef struct yaml_case {
    const char *yaml;
    const char *json; /* with ` for " */
} yaml_case;

static const yaml_case yaml_cases[] = {
    {"", "null"},
    {"# only a comment\n", "null"},
    {"a: 1\nb: [x, true, ~, null, 'null', \"1\"]\n", "{`a`: 1, `b`: [`x`, true, null, null, `null`, `1`]}"},
    {"[yes, no, on, off, Yes]", "[`yes`, `no`, `on`, `off`, `Yes`]"},
    {"[True, FALSE, tRue]", "[true, false, `tRue`]"},
    {"[1, -2, +3, 1.5, -1e3, .5, 1., 0x10, 1_000, 12e, e, '.', 1-2]",
     "[1, -2, 3, 1.5, -1000, 0.5, 1, `0x10`, `1_000`, `12e`, `e`, `.`, `1-2`]"},
    {"[9223372036854775807, 9223372036854775808]", "[9223372036854775807, `9223372036854775808`]"},
    {"2026-11-23: 2026-11-23T08:00:00Z", "{`2026-11-23`: `2026-11-23T08:00:00Z`}"},
    {"a: &x {b: 1}\nc: *x\n", "{`a`: {`b`: 1}, `c`: {`b`: 1}}"},
    {"a: >\n  one\n  two\n\nb: |\n  x\n  y\n", "{`a`: `one two\\n`, `b`: `x\\ny\\n`}"},
    {"a:\nb: \"\"\n", "{`a`: null, `b`: ``}"},
    {"\"\\u00e9\\n\"", "`\\u00e9\\n`"},
    {"{\"a\": [1, {\"b\": null}]}", "{`a`: [1, {`b`: null}]}"},
};

static void reads_the_core_schema(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < sizeof yaml_cases / sizeof *yaml_cases; i++) {
        apl_value value;
        if (apl_yaml_parse(&value, arena, apl_str_from(yaml_cases[i].yaml)) != APL_OK)
            fail_msg("%s: %s", yaml_cases[i].yaml, apl_error_message());
        if (!apl_value_equal(value, test_value(arena, yaml_cases[i].json)))
            fail_msg("%s gives %s", yaml_cases[i].yaml, random_json(arena, value, 0).data);
    }
    apl_arena_free(arena);
}

typedef struct refused {
    const char *yaml;
    const char *message;
} refused;

static const refused refusals[] = {
    {"a: [1\n", "not YAML"}, {"a: 1\n b: 2\n", "not YAML"},
    {"a: 1\na: 2\n", ""},    {"? [1, 2]\n: x\n", "a name of a mapping must be a text"},
    {"a: *x\n", ""},         {"\t- a\n- b", ""},
    {"a: &x [*x]\n", ""},
    {"%YAML 1.2\n---\na: 1\n", "directives"},
    {"a: 1\nb: '\xE1'\n", "line 2: the text is not UTF-8"},
};

static void refuses_with_a_place(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        apl_value value;
        if (apl_yaml_parse(&value, arena, apl_str_from(refusals[i].yaml)) == APL_OK)
            fail_msg("%s gives %s", refusals[i].yaml, random_json(arena, value, 0).data);
        if (strstr(apl_error_message(), refusals[i].message) == NULL || strncmp(apl_error_message(), "line ", 5) != 0)
            fail_msg("%s: %s", refusals[i].yaml, apl_error_message());
    }
    apl_arena_free(arena);
}

/* JSON without duplicate names is YAML (YAML 1.2, chapter 1.2), but for DEL and for names over 1,024 characters. */
static void reads_json_as_json(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {seed};
        apl_value value = random_value(&random, arena, 10);
        apl_value again;
        apl_str text = random_json(arena, value, (int)random_below(&random, 2) * 2);
        if (apl_yaml_parse(&again, arena, text) != APL_OK)
            fail_msg("seed %llu: %s in %s", (unsigned long long)seed, apl_error_message(), text.data);
        if (!apl_value_equal(value, again))
            fail_msg("seed %llu: %s gives %s", (unsigned long long)seed, text.data, random_json(arena, again, 0).data);
        apl_arena_free(arena);
    }
}

static apl_status parse_repeated(apl_arena *arena, const char *before, const char *part, unsigned count)
{
    apl_value value;
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    apl_text_add(&text, apl_str_from(before));
    for (unsigned i = 0; i < count; i++)
        apl_text_add(&text, apl_str_from(part));
    apl_status status = apl_yaml_parse(&value, arena, apl_text_str(&text));
    apl_text_free(&text);
    return status;
}

static void stops_at_its_limits(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_value value;
    (void)state;

    assert_int_not_equal(parse_repeated(arena, "", "[", 100000), APL_OK);
    assert_int_not_equal(parse_repeated(arena, "", "- ", APL_JSON_DEPTH_MAX + 10), APL_OK);
    assert_int_equal(parse_repeated(arena, "", "# a comment that is long\n", 400000), APL_E_LIMIT);
    /* A billion laughs: each line ten times the one before. */
    apl_str laughs = APL_STR("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                             "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
                             "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
                             "g: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n");
    assert_int_equal(apl_yaml_parse(&value, arena, laughs), APL_E_LIMIT);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_core_schema),
        cmocka_unit_test(refuses_with_a_place),
        cmocka_unit_test(reads_json_as_json),
        cmocka_unit_test(stops_at_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
