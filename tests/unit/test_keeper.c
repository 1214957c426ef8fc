/* tests/unit/test_keeper.c: what is kept equals what was given, and what repeats is kept once.
 *
 * Random texts and blocks, more than the keeper has places for: each copy must hold its own bytes until the end. */
#include "test_random.h"

#include "normalize/keeper.h"

#define ROUNDS 60000u
#define NUMBERS 40000u /* different texts: some come twice soon, some late, some never */

static apl_str numbered_text(char *room, size_t size, uint32_t number)
{
    int length = snprintf(room, size, "/subscriptions/%u/resourceGroups/rg-%u", number / 7, number);

    assert_true(length > 0 && (size_t)length < size);
    return apl_str_make(room, (size_t)length);
}

static void kept_bytes_stay_what_they_were(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_keeper *keeper = apl_keeper_new(arena);
    random_source random = {7};
    apl_str *kept = apl_memory_new(ROUNDS * sizeof *kept);
    const uint64_t **blocks = apl_memory_new(ROUNDS * sizeof *blocks);
    uint32_t *numbers = apl_memory_new(ROUNDS * sizeof *numbers);
    char room[128];
    (void)state;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        numbers[i] = random_below(&random, NUMBERS);
        uint64_t block[3] = {numbers[i], 1, numbers[i]};
        kept[i] = apl_keeper_text(keeper, numbered_text(room, sizeof room, numbers[i]));
        blocks[i] = apl_keeper_block(keeper, block, sizeof block);
        assert_int_equal((uintptr_t)blocks[i] % sizeof(uint64_t), 0);
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        assert_true(apl_str_equal(kept[i], numbered_text(room, sizeof room, numbers[i])));
        assert_int_equal(kept[i].data[kept[i].size], 0);
        assert_int_equal(blocks[i][0], numbers[i]);
        assert_int_equal(blocks[i][2], numbers[i]);
    }
    apl_memory_free(numbers);
    apl_memory_free(blocks);
    apl_memory_free(kept);
    apl_keeper_free(keeper);
    apl_arena_free(arena);
}

static void what_repeats_is_kept_once(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_keeper *keeper = apl_keeper_new(arena);
    uint64_t block[2] = {1, 2};
    uint64_t same[2] = {1, 2};
    uint64_t other[2] = {1, 3};
    char bytes[] = "westeurope";
    char long_text[2000];
    (void)state;

    apl_str first = apl_keeper_text(keeper, apl_str_from(bytes));
    assert_ptr_not_equal(first.data, bytes);
    for (uint32_t i = 0; i < 1000; i++) { /* what comes once does not drive out what comes again and again */
        char room[128];
        (void)apl_keeper_text(keeper, numbered_text(room, sizeof room, i));
        assert_ptr_equal(apl_keeper_text(keeper, APL_STR("westeurope")).data, first.data);
    }
    const void *kept = apl_keeper_block(keeper, block, sizeof block);
    assert_ptr_equal(apl_keeper_block(keeper, same, sizeof same), kept);
    assert_ptr_not_equal(apl_keeper_block(keeper, other, sizeof other), kept);
    assert_ptr_not_equal(apl_keeper_block(keeper, block, sizeof block[0]), kept);
    assert_int_equal(apl_keeper_text(keeper, APL_STR_NONE).size, 0);
    assert_non_null(apl_keeper_text(keeper, APL_STR_NONE).data);
    assert_non_null(apl_keeper_block(keeper, NULL, 0));
    memset(long_text, 'x', sizeof long_text);
    assert_true(apl_str_equal(apl_keeper_text(keeper, apl_str_make(long_text, sizeof long_text)),
                              apl_str_make(long_text, sizeof long_text)));
    apl_keeper_free(keeper);
    apl_keeper_free(NULL);
    apl_arena_free(arena);
}

static void what_lay_elsewhere_is_forgotten(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_arena *other = apl_arena_new();
    apl_keeper *keeper = apl_keeper_new(arena);
    uint64_t block[2] = {1, 2};
    (void)state;

    apl_str text = apl_keeper_text(keeper, APL_STR("westeurope"));
    const void *kept = apl_keeper_block(keeper, block, sizeof block);
    apl_keeper_move(keeper, other);
    assert_ptr_not_equal(apl_keeper_text(keeper, APL_STR("westeurope")).data, text.data);
    assert_ptr_not_equal(apl_keeper_block(keeper, block, sizeof block), kept);
    apl_keeper_free(keeper);
    apl_arena_free(arena);
    apl_arena_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_bytes_stay_what_they_were),
        cmocka_unit_test(what_repeats_is_kept_once),
        cmocka_unit_test(what_lay_elsewhere_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
