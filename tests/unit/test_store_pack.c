/* unit/test_store_pack.c: numbers and times in few bytes, and bytes that are neither.
 *
 * What is unpacked may come from a damaged file. */
#include "unit/test_store_estate.h"

#include "store/pack.h"

static void numbers_come_back(void **state)
{
    static const uint64_t numbers[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, (uint64_t)1 << 63, UINT64_MAX};
    apl_text text;
    apl_str bytes;
    uint64_t number;

    (void)state;
    apl_text_init(&text, 1000);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        apl_pack_number(&text, numbers[i]);
    bytes = apl_text_str(&text);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_true(apl_unpack_number(&number, &bytes));
        assert_int_equal(number, numbers[i]);
    }
    assert_false(apl_unpack_number(&number, &bytes));
    apl_text_free(&text);
}

static void what_is_no_number_is_refused(void **state)
{
    apl_str endless = APL_STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01");
    apl_str cut = APL_STR("\xff");
    apl_str none = APL_STR_NONE;
    uint64_t number;

    (void)state;
    assert_false(apl_unpack_number(&number, &endless));
    assert_false(apl_unpack_number(&number, &cut));
    assert_false(apl_unpack_number(&number, &none));
}

static void times_come_back_in_runs(void **state)
{
    static const apl_instant times[] = {5, 5, 5, 0, 637000000000000000, 637000000000000000, -7, INT64_MAX, INT64_MIN};
    apl_text text;
    apl_reads_packer packer = {.out = &text};
    apl_instant time;

    (void)state;
    apl_text_init(&text, 1000);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        apl_reads_pack(&packer, times[i]);
    apl_reads_pack_end(&packer);
    apl_reads_unpacker unpacker = {.bytes = apl_text_str(&text)};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        assert_true(apl_reads_unpack(&time, &unpacker));
        assert_true(time == times[i]);
    }
    assert_false(apl_reads_unpack(&time, &unpacker));
    apl_text_free(&text);
}

static void a_million_equal_times_are_a_few_bytes(void **state)
{
    apl_text text;
    apl_reads_packer packer = {.out = &text};

    (void)state;
    apl_text_init(&text, 1000);
    for (size_t i = 0; i < 1000000; i++)
        apl_reads_pack(&packer, 637000000000000000);
    apl_reads_pack_end(&packer);
    assert_in_range(text.size, 1, 16);
    apl_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(times_come_back_in_runs),
        cmocka_unit_test(a_million_equal_times_are_a_few_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
