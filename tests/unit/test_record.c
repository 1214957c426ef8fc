/* tests/unit/test_record.c: a value that went into a record comes out as it was.
 *
 * Random values, and those at the limits of what a word holds: long texts, wide integers, reals, empty containers. */
#include "test_random.h"

#include "model/record.h"

static void check_value(apl_value value, bool fits)
{
    uint64_t word = 0;

    assert_int_equal(apl_record_pack(&word, value), fits);
    if (!fits)
        word = apl_record_pack_far(&value);
    apl_value back = apl_record_unpack(word);
    assert_int_equal(back.type, value.type);
    assert_int_equal(back.size, value.size);
    assert_true(apl_value_equal(back, value));
    if (value.type >= APL_VALUE_STRING)
        assert_ptr_equal(back.string, value.string);
}

static void limits_fit_or_lie_elsewhere(void **state)
{
    static const int64_t near[] = {0, 1, -1, INT64_C(140737488355327), INT64_C(-140737488355328)};
    static const int64_t far[] = {INT64_C(140737488355328), INT64_C(-140737488355329), INT64_MAX, INT64_MIN};
    static char text[5000];
    (void)state;

    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof near / sizeof *near; i++)
        check_value(apl_value_integer(near[i]), true);
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        check_value(apl_value_integer(far[i]), false);
    check_value(apl_value_bool(true), true);
    check_value(apl_value_bool(false), true);
    check_value(APL_NULL, true);
    check_value(apl_value_real(0.5), false);
    check_value(apl_value_string(apl_str_make(text, 0)), true);
    check_value(apl_value_string(apl_str_make(text, 4095)), true);
    check_value(apl_value_string(apl_str_make(text, 4096)), false);
    check_value(apl_value_object(NULL, 0), true);
    check_value(apl_value_array(NULL, 0), true);
}

static void random_values_come_back(void **state)
{
    apl_arena *arena = apl_arena_new();
    random_source random = {3};
    (void)state;

    for (unsigned i = 0; i < 20000; i++) {
        apl_value value = random_value(&random, arena, 6);
        uint64_t word = 0;
        bool fits = apl_record_pack(&word, value);
        check_value(value, fits);
        assert_true(fits || value.type == APL_VALUE_REAL || value.type == APL_VALUE_INTEGER);
    }
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_fit_or_lie_elsewhere),
        cmocka_unit_test(random_values_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
