/* tests/unit/test_json.c: the reader over yyjson.
 *
 * What it takes and what it refuses, where it says that the fault is, and random values written and read back in
 * every way that the product reads them. */
#include "test_random.h"

#include "base/limits.h"

#define SEEDS 2000u

typedef struct refused {
    const char *text;
    const char *message;
} refused;

static const refused refusals[] = {
    {"", "line 1, column 1: the text is empty"},
    {" \n ", "line 2, column 2: the text is empty"},
    {"{", "line 1, column 2: the JSON ends in the middle of a value"},
    {"{\"a\": tru", "the JSON ends in the middle of a value"},
    {"{\n  \"a\": x}", "line 2, column 8: not JSON"},
    {"{} {}", "line 1, column 3: something stands behind the JSON value"},
    {"[1,]", "not JSON"},
    {"{\"a\" 1}", "not JSON"},
    {"'a'", "not JSON"},
    {"NaN", "not JSON"},
    {"// x\n1", "not JSON"},
    {"01", "not JSON"},
    {"\"\x01\"", "not valid JSON text"},
    {"\"\xFF\"", "not valid JSON text"},
    {"\"\\ud800\"", "not valid JSON text"},
};

static void says_where_the_fault_is(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_value value;
    (void)state;

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (apl_json_parse(&value, arena, apl_str_from(refusals[i].text)) == APL_OK)
            fail_msg("%s is read", refusals[i].text);
        if (strstr(apl_error_message(), refusals[i].message) == NULL)
            fail_msg("%s: %s", refusals[i].text, apl_error_message());
    }
    apl_arena_free(arena);
}

static apl_str nested(apl_arena *arena, const char *open, const char *close, unsigned depth)
{
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    for (unsigned i = 0; i < depth; i++)
        apl_text_add(&text, apl_str_from(open));
    apl_text_add(&text, APL_STR("1"));
    for (unsigned i = 0; i < depth; i++)
        apl_text_add(&text, apl_str_from(close));
    apl_str made = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

static void refuses_what_is_too_deep(void **state)
{
    static const char *const brackets[][2] = {{"[", "]"}, {"{\"a\":", "}"}, {"[0,", ",0]"}, {"[{\"a\":", "}]"}};
    static const unsigned levels[] = {1, 1, 1, 2};
    apl_arena *arena = apl_arena_new();
    apl_value value;
    (void)state;

    for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++) {
        unsigned fits = APL_JSON_DEPTH_MAX / levels[i];
        apl_str deep = nested(arena, brackets[i][0], brackets[i][1], fits);
        assert_int_equal(apl_json_parse(&value, arena, deep), APL_OK);
        deep = nested(arena, brackets[i][0], brackets[i][1], fits + 1);
        assert_int_equal(apl_json_parse(&value, arena, deep), APL_E_LIMIT);
        deep = nested(arena, brackets[i][0], brackets[i][1], 100000);
        assert_int_equal(apl_json_parse(&value, arena, deep), APL_E_LIMIT);
    }
    assert_non_null(strstr(apl_error_message(), "nested deeper than 256 levels"));
    apl_arena_free(arena);
}

static void brackets_without_end_are_refused(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_value value;
    apl_str open = nested(arena, "[", "", 1000000);
    (void)state;

    assert_int_equal(apl_json_parse(&value, arena, open), APL_E_INPUT);
    assert_non_null(strstr(apl_error_message(), "more brackets are opened than can be closed"));
    apl_arena_free(arena);
}

static void knows_numbers(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    assert_int_equal(test_value(arena, "9223372036854775807").type, APL_VALUE_INTEGER);
    assert_int_equal(test_value(arena, "-9223372036854775808").type, APL_VALUE_INTEGER);
    assert_int_equal(test_value(arena, "9223372036854775808").type, APL_VALUE_REAL);
    assert_int_equal(test_value(arena, "1e2").type, APL_VALUE_REAL);
    assert_int_equal(test_value(arena, "-0").type, APL_VALUE_INTEGER);
    apl_arena_free(arena);
}

/* Values one after another are read one by one, and *used says where each ends. */
static void reads_one_value_at_a_time(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        apl_json_reader *reader = apl_json_reader_new();
        random_source random = {seed};
        apl_value values[4];
        apl_text text;
        size_t count = 1 + random_below(&random, 4);
        apl_text_init(&text, SIZE_MAX);
        apl_text_add(&text, seed % 7 ? APL_STR("") : APL_STR("\xEF\xBB\xBF"));
        for (size_t i = 0; i < count; i++) {
            values[i] = random_value(&random, arena, 8);
            apl_text_add(&text, random_json(arena, values[i], (int)random_below(&random, 3)));
            apl_text_add(&text, APL_STR(" \r\n\t"));
        }
        apl_str rest = apl_text_str(&text);
        for (size_t i = 0; i <= count; i++) {
            const apl_json *node = NULL;
            size_t used = 0;
            assert_int_equal(apl_json_read(&node, &used, reader, rest), APL_OK);
            assert_int_equal(node == NULL, i == count);
            if (node)
                assert_true(apl_value_equal(apl_json_value(arena, node), values[i]));
            rest = apl_str_slice(rest, used, rest.size);
        }
        assert_int_equal(rest.size, 0);
        apl_text_free(&text);
        apl_json_reader_free(reader);
        apl_arena_free(arena);
    }
    apl_json_reader_free(NULL);
}

/* Reading in place gives the same, and leaves the bytes behind the text as they were. */
static void reads_in_place(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        apl_json_reader *reader = apl_json_reader_new();
        random_source random = {seed};
        apl_value value = random_value(&random, arena, 8);
        apl_str json = random_json(arena, value, 0);
        char *text = apl_arena_alloc(arena, json.size + APL_JSON_PADDING);
        const apl_json *node = NULL;
        size_t used = 0;
        memcpy(text, json.data, json.size);
        memset(text + json.size, '7', APL_JSON_PADDING);
        assert_int_equal(apl_json_read_in_place(&node, &used, reader, text, json.size), APL_OK);
        assert_true(apl_value_equal(apl_json_value(arena, node), value));
        assert_int_equal(used, json.size);
        assert_memory_equal(text + json.size, "77777777", APL_JSON_PADDING);
        apl_json_reader_free(reader);
        apl_arena_free(arena);
    }
}

static size_t count_values(apl_value value)
{
    APL_VECTOR(apl_value) pending = {0};
    size_t count = 0;

    APL_PUSH(&pending, value);
    while (pending.count) {
        apl_value at = pending.items[--pending.count];
        count++;
        for (uint32_t i = 0; at.type >= APL_VALUE_ARRAY && i < at.size; i++) {
            count += at.type == APL_VALUE_OBJECT;
            APL_PUSH(&pending, at.type == APL_VALUE_OBJECT ? at.members[i].value : at.items[i]);
        }
    }
    apl_memory_free(pending.items);
    return count;
}

static void weighs_and_writes_nodes(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        apl_json_reader *reader = apl_json_reader_new();
        random_source random = {seed};
        apl_value value = random_value(&random, arena, 8);
        apl_value again;
        const apl_json *node = NULL;
        size_t used = 0;
        apl_text text;
        assert_int_equal(apl_json_read(&node, &used, reader, random_json(arena, value, 0)), APL_OK);
        assert_int_equal(apl_json_weight(node), count_values(value));
        apl_text_init(&text, SIZE_MAX);
        assert_true(apl_json_write(&text, node));
        assert_int_equal(apl_json_parse(&again, arena, apl_text_str(&text)), APL_OK);
        assert_true(apl_value_equal(value, again));
        apl_text_free(&text);
        apl_text_init(&text, 1);
        assert_int_equal(apl_json_write(&text, node), random_json(arena, value, 0).size <= 1);
        apl_text_free(&text);
        apl_json_reader_free(reader);
        apl_arena_free(arena);
    }
}

static void refuses_texts_that_are_too_long(void **state)
{
    size_t size = (size_t)APL_DOCUMENT_BYTES_MAX + APL_PAGE_BYTES_MAX + 10;
    char *text = apl_memory_new(size);
    apl_json_reader *reader = apl_json_reader_new();
    const apl_json *node = NULL;
    size_t used = 7;
    (void)state;

    memset(text, '1', size);
    assert_int_equal(apl_json_read(&node, &used, reader, apl_str_make(text, size)), APL_E_LIMIT);
    assert_null(node);
    assert_int_equal(used, 0);
    apl_json_reader_free(reader);
    apl_memory_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_where_the_fault_is),          cmocka_unit_test(refuses_what_is_too_deep),
        cmocka_unit_test(brackets_without_end_are_refused), cmocka_unit_test(knows_numbers),
        cmocka_unit_test(reads_one_value_at_a_time),        cmocka_unit_test(reads_in_place),
        cmocka_unit_test(weighs_and_writes_nodes),          cmocka_unit_test(refuses_texts_that_are_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
