/* tests/unit/test_memory.c: arenas, growing arrays, growing texts and messages.
 *
 * The sanitizer build gives each piece of an arena memory of its own; the tests hold for both ways. */
#include "test_random.h"

#include "base/limits.h"

#define PIECES 2000

/* Every piece keeps its bytes until the reset, whatever comes behind it. */
static void pieces_do_not_overlap(void **state)
{
    apl_arena *arena = apl_arena_new();
    random_source random = {1};
    struct {
        unsigned char *bytes;
        size_t size;
    } pieces[PIECES];
    (void)state;

    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < PIECES; i++) {
            size_t size = random_below(&random, i % 100 == 0 ? 100000 : 60);
            bool is_zeroed = random_below(&random, 2) != 0;
            pieces[i].size = size;
            pieces[i].bytes = is_zeroed ? apl_arena_alloc(arena, size) : apl_arena_alloc_raw(arena, size);
            assert_non_null(pieces[i].bytes);
            assert_int_equal((uintptr_t)pieces[i].bytes % (is_zeroed ? 16 : 8), 0);
            for (size_t b = 0; is_zeroed && b < size; b++)
                assert_int_equal(pieces[i].bytes[b], 0);
            memset(pieces[i].bytes, (int)(i % 251), size);
        }
        for (unsigned i = 0; i < PIECES; i++) {
            for (size_t b = 0; b < pieces[i].size; b++)
                assert_int_equal(pieces[i].bytes[b], i % 251);
        }
        apl_arena_reset(arena);
    }
    apl_arena_free(arena);
    apl_arena_free(NULL);
}

static void a_reset_arena_takes_no_more(void **state)
{
    apl_arena *arena = apl_arena_new();
    size_t after_first = 0;
    (void)state;

    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 0; i < 1000; i++)
            (void)apl_arena_alloc(arena, 1000);
        if (round == 0)
            after_first = apl_arena_size(arena);
        assert_true(apl_arena_size(arena) <= after_first);
        apl_arena_reset(arena);
    }
    apl_arena_free(arena);
}

static void copies_end_with_a_zero(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_str copy = apl_arena_str(arena, apl_str_make("ab\0c", 4));
    (void)state;

    assert_int_equal(copy.size, 4);
    assert_memory_equal(copy.data, "ab\0c", 5);
    assert_string_equal(apl_arena_str(arena, APL_STR_NONE).data, "");
    assert_string_equal(apl_arena_format(arena, "%s-%05d", "x", 42).data, "x-00042");
    assert_int_equal(apl_arena_format(arena, "%s", "").size, 0);
    apl_arena_free(arena);
}

static void vectors_grow(void **state)
{
    APL_VECTOR(unsigned) numbers = {0};
    (void)state;

    for (unsigned i = 0; i < 100000; i++)
        APL_PUSH(&numbers, i * 3);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(numbers.items[i], i * 3);
    APL_RESERVE(&numbers, 500000);
    assert_true(numbers.capacity >= 600000);
    assert_int_equal(numbers.items[99999], 299997);
    apl_memory_free(numbers.items);
}

static void texts_stop_at_their_limit(void **state)
{
    apl_text text;
    (void)state;

    apl_text_init(&text, 10);
    apl_text_add(&text, APL_STR("12345"));
    apl_text_add_format(&text, "%d", 678);
    assert_false(text.is_cut);
    apl_text_add(&text, APL_STR("abc"));
    assert_true(text.is_cut);
    assert_true(apl_str_equal(apl_text_str(&text), APL_STR("12345678")));
    apl_text_free(&text);
    assert_null(text.data);
}

static void texts_take_long_formats(void **state)
{
    static char long_part[5000];
    apl_text text;
    (void)state;

    memset(long_part, 'x', sizeof long_part - 1);
    apl_text_init(&text, SIZE_MAX);
    for (unsigned i = 0; i < 100; i++)
        apl_text_add_format(&text, "%s;%u", long_part, i);
    assert_int_equal(text.size, 100 * (sizeof long_part - 1) + 10 * 2 + 90 * 3);
    apl_text_add_char(&text, '!');
    assert_int_equal(text.data[text.size - 1], '!');
    apl_text_free(&text);
}

static void messages_are_one_a_thread_and_cut(void **state)
{
    static char long_part[3000];
    (void)state;
    memset(long_part, 'x', sizeof long_part - 1);
    assert_int_equal(apl_fail(APL_E_INPUT, "line %d", 7), APL_E_INPUT);
    assert_int_equal(apl_fail_context(APL_E_INPUT, "%s", "file"), APL_E_INPUT);
    assert_string_equal(apl_error_message(), "file: line 7");
    assert_int_equal(apl_fail_context(APL_E_LIMIT, "%s", long_part), APL_E_LIMIT);
    assert_int_equal(strlen(apl_error_message()), APL_ERROR_BYTES_MAX - 1);
    assert_int_equal(apl_fail(APL_E_IO, "%s", long_part), APL_E_IO);
    assert_int_equal(strlen(apl_error_message()), APL_ERROR_BYTES_MAX - 1);
}

/* Formats that only join texts go another way than the rest; both must say what printf says. */
static void formats_as_printf_does(void **state)
{
    apl_arena *arena = apl_arena_new();
    char large[1500];
    apl_str none = APL_STR_NONE;
    (void)state;

    memset(large, 'x', sizeof large);
    apl_str whole = apl_str_make(large, sizeof large);
    assert_string_equal(apl_arena_format(arena, "%s", "").data, "");
    assert_string_equal(apl_arena_format(arena, "plain").data, "plain");
    assert_string_equal(apl_arena_format(arena, "<%.*s|%s>", APL_STR_ARG(none), "b").data, "<|b>");
    assert_string_equal(apl_arena_format(arena, "%.*s", 3, "a\0c").data, "a");
    assert_string_equal(apl_arena_format(arena, "%s %u%% of %.*s", "all", 7u, 2, "abc").data, "all 7% of ab");
    assert_string_equal(apl_arena_format(arena, "%.3s", "abcdef").data, "abc");
    apl_str joined = apl_arena_format(arena, "%.*s%s", APL_STR_ARG(whole), "end");
    assert_int_equal(joined.size, sizeof large + 3);
    assert_string_equal(joined.data + sizeof large, "end");
    joined = apl_arena_format(arena, "%.*s%d", APL_STR_ARG(whole), 42);
    assert_int_equal(joined.size, sizeof large + 2);
    assert_string_equal(joined.data + sizeof large, "42");
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_as_printf_does),
        cmocka_unit_test(pieces_do_not_overlap),
        cmocka_unit_test(a_reset_arena_takes_no_more),
        cmocka_unit_test(copies_end_with_a_zero),
        cmocka_unit_test(vectors_grow),
        cmocka_unit_test(texts_stop_at_their_limit),
        cmocka_unit_test(texts_take_long_formats),
        cmocka_unit_test(messages_are_one_a_thread_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
