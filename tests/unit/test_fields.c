/* tests/unit/test_fields.c: paths cut into steps, and the registry of asked fields.
 *
 * Paths of every form by a table, and random names that are written as a path and must be cut out of it again. */
#include "test_random.h"

#include "model/plan.h"

/* The steps of a path, each name in quotes, `*` for the members of an array; "-" when it is no path. */
static const char *steps_of(apl_arena *arena, const char *path)
{
    apl_step steps[APL_STEPS_MAX];
    size_t count = 0;
    apl_text text;

    if (!apl_path_parse(steps, &count, arena, apl_str_from(path)))
        return "-";
    apl_text_init(&text, SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        apl_text_add_char(&text, i ? ' ' : '/');
        if (steps[i].key.data)
            apl_text_add_format(&text, "'%.*s'", APL_STR_ARG(steps[i].key));
        else
            apl_text_add_char(&text, '*');
    }
    const char *made = test_text(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

typedef struct path_case {
    const char *path;
    const char *steps;
} path_case;

static const path_case path_cases[] = {
    {"a", "/'a'"},
    {"a.b.c", "/'a' 'b' 'c'"},
    {"a[*].b[*]", "/'a' * 'b' *"},
    {"a[*][*]", "/'a' * *"},
    {"[*].x", "/* 'x'"},
    {"tags['cost.centre']", "/'tags' 'cost.centre'"},
    {"tags[cost]", "/'tags' 'cost'"},
    {"tags['it''s']", "/'tags' 'it's'"},
    {"tags['a]b'].c", "/'tags' 'a]b' 'c'"},
    {"['id']", "/'id'"},
    {"['']", "/''"},
    {"tags['''x''']", "/'tags' 'x'"},
    {"a['*']", "/'a' '*'"},
    {"identity.userAssignedIdentities.@keys[*]", "/'identity' 'userAssignedIdentities' '@keys' *"},
    {"", "-"},
    {".", "-"},
    {"a.", "-"},
    {"a..b", "-"},
    {".a", "-"},
    {"a[", "-"},
    {"a['b", "-"},
    {"a['b]", "-"},
};

static void cuts_paths(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < sizeof path_cases / sizeof *path_cases; i++)
        assert_string_equal(steps_of(arena, path_cases[i].path), path_cases[i].steps);
    apl_arena_free(arena);
}

/* Any names, written as a path and cut again, are the same names. */
static void random_names_come_back(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {seed};
        apl_str names[5];
        size_t count = 1 + random_below(&random, 5);
        apl_step steps[APL_STEPS_MAX];
        size_t step_count = 0;
        apl_text path;
        apl_text_init(&path, SIZE_MAX);
        for (size_t i = 0; i < count; i++) {
            names[i] = random_text(&random, arena, 5);
            /* A name between quotes of its own loses them, because tags are sometimes written so. */
            if (apl_str_starts(names[i], APL_STR("'")) && apl_str_ends(names[i], APL_STR("'")))
                names[i] = APL_STR("x");
            apl_text_add(&path, APL_STR("['"));
            for (uint32_t c = 0; c < names[i].size; c++)
                apl_text_add(&path, names[i].data[c] == '\'' ? APL_STR("''") : apl_str_slice(names[i], c, c + 1));
            apl_text_add(&path, APL_STR("']"));
        }
        if (!apl_path_parse(steps, &step_count, arena, apl_text_str(&path)))
            fail_msg("%.*s is no path", (int)path.size, path.data);
        assert_int_equal(step_count, count);
        for (size_t i = 0; i < count; i++) {
            if (steps[i].key.data == NULL || !apl_str_equal(steps[i].key, names[i]))
                fail_msg("%.*s: name %zu is wrong", (int)path.size, path.data, i);
        }
        apl_text_free(&path);
        apl_arena_free(arena);
    }
}

static void long_paths_are_refused(void **state)
{
    apl_arena *arena = apl_arena_new();
    char path[2 * APL_STEPS_MAX + 3];
    (void)state;

    for (size_t i = 0; i <= APL_STEPS_MAX; i++)
        memcpy(path + 2 * i, "a.", 2);
    path[2 * APL_STEPS_MAX + 1] = 0;
    assert_string_equal(steps_of(arena, path), "-");
    path[2 * APL_STEPS_MAX - 1] = 0;
    assert_string_not_equal(steps_of(arena, path), "-");
    apl_arena_free(arena);
}

static void names_are_kept_once(void **state)
{
    apl_fields *fields = apl_fields_new();
    apl_field_list list = {0};
    (void)state;

    apl_field_id a = apl_fields_ask(fields, APL_STR("Properties.A"));
    apl_fields_record(fields, &list);
    assert_int_equal(apl_fields_ask(fields, APL_STR("properties.a")), a);
    apl_field_id b = apl_fields_ask_number(fields, APL_STR("b[*]"));
    assert_int_equal(apl_fields_ask(fields, APL_STR("PROPERTIES.A")), a);
    apl_fields_record(fields, NULL);
    assert_false(apl_fields_wants_value(fields, b));
    assert_int_equal(apl_fields_ask(fields, APL_STR("b[*]")), b);
    (void)apl_fields_ask(fields, APL_STR("c"));

    assert_true(apl_fields_wants_value(fields, b));
    assert_int_equal(apl_fields_count(fields), 3);
    assert_true(apl_str_equal(apl_fields_name(fields, a), APL_STR("Properties.A")));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0], a);
    assert_int_equal(list.items[1], b);
    apl_memory_free(list.items);
    apl_fields_free(fields);
    apl_fields_free(NULL);
}

static void derived_facts_have_a_name_of_their_own(void **state)
{
    (void)state;
    assert_true(apl_field_is_derived(APL_STR("Aplomb.exposure")));
    assert_false(apl_field_is_derived(APL_STR("aplomb")));
    assert_false(apl_field_is_derived(APL_STR("properties.aplomb.x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_paths),
        cmocka_unit_test(random_names_come_back),
        cmocka_unit_test(long_paths_are_refused),
        cmocka_unit_test(names_are_kept_once),
        cmocka_unit_test(derived_facts_have_a_name_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
