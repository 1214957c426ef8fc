/* unit/test_technique.c: techniques are compiled whole or refused with one line that says where and why.
 *
 * What a technique does to an estate is shown by techniques/cases; here are the mistakes that content may have. */
#include "test_random.h"

#include "condition/aliases.h"
#include "graph/technique.h"
#include "json/json.h"

#define BASE "`id`: `T1`, `name`: `N`, `title`: `T`, `on`: `T.Ai/accounts`, `likelihood`: 0.5, `why`: `{from} to {to}`"

typedef struct compiled {
    apl_arena *arena;
    apl_vocabulary vocabulary;
    apl_fields *fields;
    apl_techniques techniques;
} compiled;

static apl_value value_of(apl_arena *arena, const char *text)
{
    apl_value value = APL_MISSING;
    apl_str copy = apl_arena_str(arena, apl_str_from(text));

    for (uint32_t i = 0; i < copy.size; i++) {
        if (copy.data[i] == '`')
            ((char *)(uintptr_t)copy.data)[i] = '"';
    }
    assert_int_equal(apl_json_parse(&value, arena, copy), APL_OK);
    return value;
}

static void compiled_open(compiled *test)
{
    *test = (compiled){.arena = apl_arena_new(), .fields = apl_fields_new()};
    apl_vocabulary_init(&test->vocabulary, test->arena);
    apl_value words =
        value_of(test->arena, "{`kinds`: {`ai-service`: {`title`: `s`, `ai`: true}, `credential`: {`title`: "
                              "`c`}}, `relations`: {`contains`: {`title`: `c`}}}");
    assert_int_equal(apl_vocabulary_add(&test->vocabulary, words, "words"), APL_OK);
    apl_techniques_init(&test->techniques);
}

static void compiled_close(compiled *test)
{
    apl_techniques_free(&test->techniques);
    apl_fields_free(test->fields);
    apl_vocabulary_free(&test->vocabulary);
    apl_arena_free(test->arena);
}

static apl_status add(compiled *test, const char *text)
{
    apl_techniques_options options = {.vocabulary = &test->vocabulary, .fields = test->fields, .arena = test->arena};

    return apl_techniques_add(&test->techniques, &options, value_of(test->arena, text), "f.yaml");
}

static void compiles_all_members(void **state)
{
    compiled test;
    (void)state;

    compiled_open(&test);
    assert_int_equal(
        add(&test,
            "{`family`: `f`, `title`: `t`, `techniques`: [{" BASE
            ", `from`: `principal`, `permission`: {`control`: [`a/b`], `data`: `c/d`}, `also`: [{`control`: `e/f`}],"
            "`when`: {`field`: `properties.x`, `equals`: true}, `to`: {`id`: `{@id}#keys`, `kind`: `credential`, "
            "`name`: "
            "`keys of {@name}`}, `gives`: [`data`, `write`], `attack`: [`T1552`], `atlas`: `AML.T0055`, `breaks`: "
            "[`one`, {`check`: `two`, `at`: [`asset`, `to`]}], `lowers`: [`three`], `noise`: `high`, "
            "`needs_user`: true}],"
            "`relations`: [{`relation`: `contains`, `on`: {`kind`: `ai-service`}, `to`: {`relation`: `contains`},"
            "`likelihood`: 1, `why`: `in`}]}"),
        APL_OK);
    assert_int_equal(test.techniques.items.count, 2);
    const apl_technique *one = &test.techniques.items.items[0];
    assert_int_equal(one->from, APL_END_PRINCIPAL);
    assert_int_equal(one->to, APL_END_ID);
    assert_int_equal(one->permission.action_count, 2);
    assert_int_equal(one->also_count, 1);
    assert_int_equal(one->gives, 1u << APL_CAPABILITY_DATA | 1u << APL_CAPABILITY_WRITE);
    assert_int_equal(one->break_count, 2);
    assert_int_equal(one->break_places[0], (1u << APL_BREAK_PLACE_COUNT) - 1);
    assert_int_equal(one->break_places[1], 1u << APL_BREAK_AT_ASSET | 1u << APL_BREAK_AT_TO);
    assert_int_equal(one->atlas_count, 1);
    assert_true(one->needs_user);
    assert_int_equal(one->asked.count, 1);
    assert_int_equal(one->why_count, 3);
    assert_true(apl_technique_takes(one, APL_STR("t.ai/ACCOUNTS"), NULL, 0));
    apl_kind kind = apl_vocabulary_kind(&test.vocabulary, APL_STR("ai-service"));
    assert_true(apl_technique_takes(&test.techniques.items.items[1], APL_STR("x"), &kind, 1));
    assert_int_equal(add(&test,
                         "{`targets`: [{`name`: `n`, `title`: `t`, `on`: {`kind`: [`ai-service`]}, `needs`: `use`,"
                         "`impact`: 70}]}"),
                     APL_OK);
    assert_int_equal(test.techniques.targets.items[0].needs, APL_CAPABILITY_USE);
    compiled_close(&test);
}

typedef struct mistake {
    const char *text; /* of one technique */
    const char *says;
} mistake;

static const mistake mistakes[] = {
    {"`id`: `T1`", "needs name and title"},
    {BASE ", `relation`: `contains`", "either id (of a technique) or relation"},
    {BASE ", `gives`: `power`", "gives \"power\" is no capability"},
    {BASE ", `takes`: `controll`", "did you mean \"control\"?"},
    {BASE ", `from`: `someone`", "from is principal, self"},
    {BASE ", `from`: {`entry`: `outside`}", "no entry is called \"outside\""},
    {BASE ", `from`: {`relation`: `holds`}", "no relation is called \"holds\""},
    {BASE ", `from`: `principal`", "go together"},
    {BASE ", `permission`: {`control`: `a/b`}", "go together"},
    {BASE ", `from`: `principal`, `permission`: {}", "a permission names"},
    {BASE ", `also`: [{`control`: `a/b`}]", "beside `permission`"},
    {BASE ", `to`: {`id`: `{@id}#keys`, `kind`: `credentials`}", "did you mean \"credential\"?"},
    {BASE ", `to`: {`id`: `{@nothing}`, `kind`: `credential`}", "to"},
    {BASE ", `breaks`: `one`", "breaks must be a list"},
    {BASE ", `breaks`: [{`check`: `one`, `at`: `parent`}]", "there are asset, holder, to and from"},
    {BASE ", `breaks`: [{`check`: `one`}]", "there are asset, holder, to and from"},
    {BASE ", `breaks`: [{`at`: `asset`}]", "an item names no check"},
    {BASE ", `breaks`: [{`check`: `one`, `on`: `asset`}]", "unknown member \"on\""},
    {BASE ", `brakes`: [`one`]", "unknown member \"brakes\""},
    {BASE ", `when`: {`field`: `a`, `equal`: 1}", "equal"},
    {"`id`: `T1`, `name`: `N`, `title`: `T`, `on`: `a`, `likelihood`: 1.5, `why`: `w`", "likelihood must be"},
    {"`id`: `T1`, `name`: `N`, `title`: `T`, `on`: `a`, `likelihood`: 0.5", "needs why"},
    {"`id`: `T1`, `name`: `N`, `title`: `T`, `on`: `a`, `likelihood`: 0.5, `why`: `{from`", "a brace is not closed"},
    {"`id`: `T1`, `name`: `N`, `title`: `T`, `likelihood`: 0.5, `why`: `w`", "needs `on`"},
    {"`id`: `T1`, `name`: `N`, `title`: `T`, `on`: {`kind`: `ai`}, `likelihood`: 0.5, `why`: `w`", "no kind is called"},
};

static void refuses_each_mistake_in_one_line(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        char text[2048];
        compiled test;
        compiled_open(&test);
        (void)snprintf(text, sizeof text, "{`family`: `f`, `title`: `t`, `techniques`: [{%s}]}", mistakes[i].text);
        assert_int_not_equal(add(&test, text), APL_OK);
        if (strstr(apl_error_message(), mistakes[i].says) == NULL)
            fail_msg("%s: says \"%s\"", mistakes[i].text, apl_error_message());
        assert_non_null(strstr(apl_error_message(), "f.yaml"));
        assert_null(strchr(apl_error_message(), '\n'));
        compiled_close(&test);
    }
}

static void refuses_files_of_no_use(void **state)
{
    static const mistake files[] = {
        {"{`techniques`: []}", "needs family"},
        {"{`family`: `f`, `techniques`: {}}", "must be a list"},
        {"{`family`: `f`, `technique`: []}", "did you mean \"techniques\"?"},
        {"{`targets`: {}}", "must be a list"},
        {"{`targets`: [{`name`: `n`, `title`: `t`, `on`: `a`, `impact`: 0}]}", "an impact above 0"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        compiled test;
        compiled_open(&test);
        assert_int_not_equal(add(&test, files[i].text), APL_OK);
        if (strstr(apl_error_message(), files[i].says) == NULL)
            fail_msg("%s: says \"%s\"", files[i].text, apl_error_message());
        compiled_close(&test);
    }
}

static void costs_add_where_likelihoods_multiply(void **state)
{
    (void)state;

    assert_int_equal(apl_step_cost(1.0), 1);
    assert_int_equal(apl_step_cost(0.5), 99);
    assert_in_range(apl_step_cost(0.25), 2 * apl_step_cost(0.5) - 1, 2 * apl_step_cost(0.5) + 1);
    assert_int_equal(apl_step_cost(1e-9), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compiles_all_members),
        cmocka_unit_test(refuses_each_mistake_in_one_line),
        cmocka_unit_test(refuses_files_of_no_use),
        cmocka_unit_test(costs_add_where_likelihoods_multiply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
