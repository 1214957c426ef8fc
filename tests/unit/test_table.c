/* tests/unit/test_table.c: the hash table against a list that is searched from end to end.
 *
 * The same random steps on both, with and without regard to case. */
#include "test_random.h"

#include "base/table.h"

#define KEYS_MAX 400
#define STEPS 30000u

typedef struct obvious_map {
    apl_str keys[KEYS_MAX];
    uint32_t values[KEYS_MAX];
    size_t count;
    bool ignores_case;
} obvious_map;

static size_t place_of(const obvious_map *map, apl_str key)
{
    size_t i = 0;

    while (i < map->count &&
           !(map->ignores_case ? apl_str_equal_nocase(map->keys[i], key) : apl_str_equal(map->keys[i], key)))
        i++;
    return i;
}

static uint32_t put(obvious_map *map, apl_str key, uint32_t value, bool replaces)
{
    size_t place = place_of(map, key);

    if (place == map->count) {
        assert_true(map->count < KEYS_MAX);
        map->keys[map->count++] = key;
        map->values[place] = value;
    }
    if (replaces)
        map->values[place] = value;
    return map->values[place];
}

static void run(bool ignores_case)
{
    apl_arena *arena = apl_arena_new();
    apl_table *table = apl_table_new(ignores_case);
    obvious_map map = {.ignores_case = ignores_case};
    random_source random = {ignores_case};

    for (unsigned i = 0; i < STEPS; i++) {
        apl_str key = apl_arena_format(arena, random_below(&random, 2) ? "key%u" : "KEY%u", random_below(&random, 150));
        uint32_t value = (uint32_t)random_next(&random) & 0x7FFFFFFF;
        size_t place = place_of(&map, key);
        assert_int_equal(apl_table_get(table, key), place == map.count ? APL_TABLE_NONE : map.values[place]);
        if (random_below(&random, 3) == 0)
            assert_int_equal(apl_table_put(table, key, value), put(&map, key, value, false));
        if (random_below(&random, 3) == 0) {
            apl_table_set(table, key, value);
            (void)put(&map, key, value, true);
        }
        assert_int_equal(apl_table_count(table), map.count);
        if (random_below(&random, 1000) == 0)
            apl_table_reserve(table, random_below(&random, 2000));
    }
    assert_int_equal(map.count, ignores_case ? 150 : 300);
    apl_table_free(table);
    apl_arena_free(arena);
}

static void is_the_obvious_map(void **state)
{
    (void)state;
    run(false);
}

static void is_the_obvious_map_without_case(void **state)
{
    (void)state;
    run(true);
}

static void takes_many_keys_and_odd_ones(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_table *table = apl_table_new(false);
    (void)state;

    assert_int_equal(apl_table_put(table, APL_STR_NONE, 7), 7);
    assert_int_equal(apl_table_put(table, apl_str_make("a\0b", 3), 8), 8);
    assert_int_equal(apl_table_put(table, apl_str_make("a\0c", 3), 9), 9);
    for (uint32_t i = 0; i < 100000; i++)
        (void)apl_table_put(table, apl_arena_format(arena, "%u", i), i);
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(apl_table_get(table, apl_arena_format(arena, "%u", i)), i);
    assert_int_equal(apl_table_get(table, APL_STR("")), 7);
    assert_int_equal(apl_table_get(table, apl_str_make("a\0c", 3)), 9);
    assert_int_equal(apl_table_count(table), 100003);
    apl_table_free(table);
    apl_table_free(NULL);
    apl_arena_free(arena);
}

static void renumbers_what_is_there(void **state)
{
    static const uint32_t numbers[] = {2, 0, 1};
    apl_table *table = apl_table_new(true);
    (void)state;

    (void)apl_table_put(table, APL_STR("a"), 0);
    (void)apl_table_put(table, APL_STR("b"), 1);
    (void)apl_table_put(table, APL_STR("c"), 2);
    apl_table_renumber(table, numbers);
    assert_int_equal(apl_table_get(table, APL_STR("A")), 2);
    assert_int_equal(apl_table_get(table, APL_STR("b")), 0);
    assert_int_equal(apl_table_get(table, APL_STR("C")), 1);
    assert_int_equal(apl_table_get(table, APL_STR("d")), APL_TABLE_NONE);
    apl_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_obvious_map),
        cmocka_unit_test(is_the_obvious_map_without_case),
        cmocka_unit_test(takes_many_keys_and_odd_ones),
        cmocka_unit_test(renumbers_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
