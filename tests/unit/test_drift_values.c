/* tests/unit/test_drift_values.c: what counts as a change of a body, and what never leaves it.
 *
 * Cases as a table; then random bodies: nothing differs from itself, both directions tell of the same paths, and
 * cleaning twice is cleaning once. */
#include "test_random.h"

#include "base/limits.h"
#include "evaluate/drift_values.h"

typedef struct value_case {
    const char *before;
    const char *after;
    const char *differs; /* "path before>after;" of each, in order */
} value_case;

static const value_case cases[] = {
    {"{`a`: 1}", "{`a`: 1}", ""},
    {"{`a`: 1}", "{`a`: 2}", "a 1>2;"},
    {"{`a`: 1}", "{`A`: 1.0}", ""},
    {"{`a`: true}", "{}", "a true>null;"},
    {"{`a`: null, `b`: ``, `c`: [], `d`: {}}", "{}", ""},
    {"{`a`: {`b`: {`c`: `x`}}}", "{`a`: {`b`: {`c`: `y`}}}", "a.b.c \"x\">\"y\";"},
    {"{}", "{`a`: {`b`: 1}}", "a null>{\"b\":1};"},
    {"{`a`: [1, 2, 3]}", "{`a`: [3, 1, 2]}", ""},
    {"{`a`: [1, 2]}", "{`a`: [1, 2, 2]}", "a [1,2]>[1,2,2];"},
    {"{`a`: [{`name`: `x`, `v`: 1}, {`name`: `y`, `v`: 2}]}", "{`a`: [{`name`: `Y`, `v`: 2}, {`name`: `x`, `v`: 3}]}",
     "a[x].v 1>3;a[y].name \"y\">\"Y\";"},
    {"{`a`: [{`name`: `x`}]}", "{`a`: [{`name`: `x`}, {`name`: `z`}]}", "a[z] null>{\"name\":\"z\"};"},
    {"{`a`: [{`id`: `1`, `name`: `same`}, {`id`: `2`, `name`: `same`}]}",
     "{`a`: [{`id`: `2`, `name`: `same`}, {`id`: `1`, `name`: `other`}]}", "a[1].name \"same\">\"other\";"},
    {"{`a`: [{`v`: 1}, {`v`: 2}]}", "{`a`: [{`v`: 1}, {`v`: 3}]}", "a[1].v 2>3;"},
    {"[1]", "{`a`: 1}", " [1]>{\"a\":1};"},
    /* Quiet paths, and times of writing among them. */
    {"{`etag`: `1`, `systemData`: {`by`: `x`}}", "{`etag`: `2`, `systemData`: {`by`: `y`}}", ""},
    {"{`p`: {`state`: `a`, `provisioningState`: `U`}}", "{`p`: {`state`: `b`, `provisioningState`: `S`}}",
     "p.state \"a\">\"b\";"},
    /* Secrets show that they changed, and nothing else. */
    {"{`accountKey`: `one`}", "{`accountKey`: `two`}",
     "accountKey \"sha256:7692c3ad3540\">\"sha256:3fc4ccfe7458\";"},
    {"{`tokens`: {`refreshToken`: [`one`]}}", "{`tokens`: {`refreshToken`: [`one`]}}", ""},
    {"{`password`: ``}", "{`password`: `one`}", "password \"\">\"sha256:7692c3ad3540\";"},
};

static void vocabulary_open(apl_vocabulary *vocabulary, apl_arena *arena)
{
    apl_vocabulary_init(vocabulary, arena);
    assert_int_equal(apl_vocabulary_add(vocabulary,
                                        test_value(arena, "{`quiet`: [{`path`: `etag`, `why`: `w`}, {`path`: "
                                                          "`systemData`, `why`: `w`}, {`path`: `*.provisioningState`, "
                                                          "`type`: `X/*`, `why`: `w`}]}"),
                                        "quiet.yaml"),
                     APL_OK);
}

static void add_values(apl_text *out, const apl_drift_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        apl_text_add_format(out, "%.*s ", APL_STR_ARG(values->items[i].path));
        apl_value_write(out, values->items[i].before, 0);
        apl_text_add_char(out, '>');
        apl_value_write(out, values->items[i].after, 0);
        apl_text_add_char(out, ';');
    }
}

static void tells_what_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        apl_arena *arena = apl_arena_new();
        apl_vocabulary vocabulary;
        apl_drift_values values = {0};
        apl_text text;

        vocabulary_open(&vocabulary, arena);
        apl_text_init(&text, APL_PATH_BYTES_MAX);
        apl_value before = apl_drift_clean(arena, &vocabulary, APL_STR("X/y"), test_value(arena, cases[i].before));
        apl_value after = apl_drift_clean(arena, &vocabulary, APL_STR("X/y"), test_value(arena, cases[i].after));
        apl_drift_compare_values(&values, arena, before, after);
        add_values(&text, &values);
        if (!apl_str_equal(apl_text_str(&text), apl_str_from(cases[i].differs)))
            fail_msg("%s, %s: %.*s", cases[i].before, cases[i].after, APL_STR_ARG(apl_text_str(&text)));
        apl_text_free(&text);
        apl_memory_free(values.items);
        apl_vocabulary_free(&vocabulary);
        apl_arena_free(arena);
    }
}

static void narrows_quiet_paths_to_types(void **state)
{
    (void)state;
    apl_arena *arena = apl_arena_new();
    apl_vocabulary vocabulary;

    vocabulary_open(&vocabulary, arena);
    assert_true(apl_vocabulary_is_quiet(&vocabulary, APL_STR("x/y"), APL_STR("p.ProvisioningState")));
    assert_false(apl_vocabulary_is_quiet(&vocabulary, APL_STR("z/y"), APL_STR("p.provisioningState")));
    assert_true(apl_vocabulary_is_quiet(&vocabulary, APL_STR("z/y"), APL_STR("ETag")));
    apl_vocabulary_free(&vocabulary);
    apl_arena_free(arena);
}

static void check_random_pair(random_source *random, const apl_vocabulary *vocabulary, apl_arena *arena)
{
    apl_value values[2];
    apl_drift_values forth = {0};
    apl_drift_values back = {0};
    apl_drift_values itself = {0};

    for (int i = 0; i < 2; i++) {
        apl_value body = random_value(random, arena, 12);
        values[i] = apl_drift_clean(arena, vocabulary, APL_STR("X/y"), body);
        assert_true(apl_value_equal(values[i], apl_drift_clean(arena, vocabulary, APL_STR("X/y"), values[i])));
        apl_drift_compare_values(&itself, arena, values[i], values[i]);
        assert_int_equal(itself.count, 0);
    }
    apl_drift_compare_values(&forth, arena, values[0], values[1]);
    apl_drift_compare_values(&back, arena, values[1], values[0]);
    assert_int_equal(forth.count, back.count);
    for (size_t i = 0; i < forth.count; i++)
        assert_true(apl_str_equal_nocase(forth.items[i].path, back.items[i].path));
    apl_memory_free(forth.items);
    apl_memory_free(back.items);
}

static void agrees_with_itself(void **state)
{
    random_source random = {7};
    apl_arena *arena = apl_arena_new();
    apl_arena *scratch = apl_arena_new();
    apl_vocabulary vocabulary;

    (void)state;
    vocabulary_open(&vocabulary, arena);
    for (int i = 0; i < 3000; i++) {
        check_random_pair(&random, &vocabulary, scratch);
        apl_arena_reset(scratch);
    }
    apl_vocabulary_free(&vocabulary);
    apl_arena_free(scratch);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_changed),
        cmocka_unit_test(narrows_quiet_paths_to_types),
        cmocka_unit_test(agrees_with_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
