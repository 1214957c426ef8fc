/* tests/unit/test_store_sort.c: hashes are sorted as a plain comparison would, equal ones in the order they came.
 *
 * Random hashes, wide ones and ones of a few values, against qsort; then the ends of the range, where the sign
 * matters. */
#include "test_random.h"

#include <stdlib.h>

#include "store/sort.h"

#define ITEMS_MAX 5000u

static int compare(const void *a, const void *b)
{
    const apl_hash_item *x = a;
    const apl_hash_item *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->item < y->item ? -1 : 1;
}

static int64_t random_hash(random_source *random, bool is_short)
{
    uint64_t high = random_next(random);
    uint64_t low = random_next(random);

    return is_short ? (int64_t)(low % 64) - 32 : (int64_t)(high << 32 ^ low);
}

static void check_sort(random_source *random, uint32_t count, bool is_short)
{
    apl_hash_items items = {0};
    apl_hash_item *expected = apl_memory_new((count + 1) * sizeof *expected);

    for (uint32_t i = 0; i < count; i++) {
        expected[i] = (apl_hash_item){random_hash(random, is_short), i};
        APL_PUSH(&items, expected[i]);
    }
    if (count)
        qsort(expected, count, sizeof *expected, compare);
    apl_hash_items_sort(&items);
    assert_int_equal(items.count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(items.items[i].hash == expected[i].hash);
        assert_int_equal(items.items[i].item, expected[i].item);
    }
    apl_memory_free(items.items);
    apl_memory_free(expected);
}

static void sorts_as_comparing_does(void **state)
{
    random_source random = {11};
    (void)state;

    for (uint32_t count = 0; count < 4; count++)
        check_sort(&random, count, false);
    for (uint32_t round = 0; round < 20; round++) {
        check_sort(&random, random_below(&random, ITEMS_MAX), false);
        check_sort(&random, random_below(&random, ITEMS_MAX), true);
    }
}

static void keeps_the_ends_of_the_range_apart(void **state)
{
    static const int64_t sorted[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    const size_t count = sizeof sorted / sizeof *sorted;
    apl_hash_items items = {0};
    (void)state;

    for (size_t i = count; i > 0; i--)
        APL_PUSH(&items, ((apl_hash_item){sorted[i - 1], (uint32_t)i}));
    apl_hash_items_sort(&items);
    for (size_t i = 0; i < count; i++)
        assert_true(items.items[i].hash == sorted[i]);
    apl_memory_free(items.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_as_comparing_does),
        cmocka_unit_test(keeps_the_ends_of_the_range_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
