/* unit/test_choose.c: the set found is as small as any, against trying all sets.
 *
 * With paths without causes, causes that a path names twice, and weights of zero.
 * Only the number and the order by gain are held: of equal sets any will do. */
#include "remediate/choose.h"
#include "unit/test_random.h"

#define PATHS 12u
#define CAUSES 10u
#define CAUSES_OF_PATH 4u

static bool breaks_all(const apl_cover_paths *paths, unsigned set)
{
    for (uint32_t p = 0; p < paths->path_count; p++) {
        bool is_hit = paths->first[p] == paths->first[p + 1];
        for (uint32_t i = paths->first[p]; i < paths->first[p + 1]; i++)
            is_hit = is_hit || (set >> paths->causes[i] & 1u);
        if (!is_hit)
            return false;
    }
    return true;
}

static void no_smaller_set_exists(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 2000; number++) {
        random_source random = {number};
        uint64_t weights[PATHS];
        uint32_t first[PATHS + 1] = {0};
        uint32_t causes[PATHS * CAUSES_OF_PATH];
        apl_cover_pick picks[CAUSES];
        apl_cover_paths paths = {random_below(&random, PATHS + 1), CAUSES, weights, first, causes, NULL};
        unsigned found = 0;
        unsigned least = CAUSES + 1;
        bool is_exact;

        for (uint32_t p = 0; p < paths.path_count; p++) {
            weights[p] = random_below(&random, 3);
            first[p + 1] = first[p];
            for (uint32_t i = random_below(&random, CAUSES_OF_PATH + 1); i; i--)
                causes[first[p + 1]++] = random_below(&random, CAUSES);
        }
        size_t count = apl_choose_fewest(picks, &is_exact, &paths);
        for (size_t i = 0; i < count; i++)
            found |= 1u << picks[i].cause;
        for (unsigned set = 0; set < 1u << CAUSES; set++) {
            unsigned size = (unsigned)__builtin_popcount(set);
            if (size < least && breaks_all(&paths, set))
                least = size;
        }
        assert_true(is_exact);
        assert_true(breaks_all(&paths, found));
        assert_int_equal(count, least);
        for (size_t i = 1; i < count; i++)
            assert_true(picks[i].gain <= picks[i - 1].gain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_smaller_set_exists)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
