/* unit/test_graph_cover.c: greedy coverage against trying every cause at every pick.
 *
 * With weights, prices, causes that a path names twice and paths without causes. */
#include "graph/cover.h"
#include "unit/test_graph.h"

#define PATHS 12u
#define CAUSES 8u
#define CAUSES_OF_PATH 4u

typedef struct example {
    uint64_t weights[PATHS];
    uint32_t first[PATHS + 1];
    uint32_t causes[PATHS * CAUSES_OF_PATH];
    uint32_t prices[CAUSES];
    apl_cover_paths paths;
} example;

static void make_example(example *made, uint64_t number)
{
    random_source random = {number};

    *made = (example){0};
    made->paths.path_count = random_below(&random, PATHS + 1);
    made->paths.cause_count = 1 + random_below(&random, CAUSES);
    for (uint32_t p = 0; p < made->paths.path_count; p++) {
        made->weights[p] = number % 3 ? random_below(&random, 4) : random_next(&random) >> 5;
        made->first[p + 1] = made->first[p];
        for (uint32_t i = random_below(&random, CAUSES_OF_PATH + 1); i; i--)
            made->causes[made->first[p + 1]++] = random_below(&random, made->paths.cause_count);
    }
    for (uint32_t i = 0; i < CAUSES; i++)
        made->prices[i] = 1 + random_below(&random, 5);
    made->paths.weights = made->weights;
    made->paths.first = made->first;
    made->paths.causes = made->causes;
    made->paths.prices = number % 2 ? made->prices : NULL;
}

/* What the cause breaks of the paths that are whole; breaks them when asked to. */
static apl_cover_pick pick_of(const example *from, bool *broken, uint32_t cause, bool breaks)
{
    apl_cover_pick pick = {.cause = cause};

    for (uint32_t p = 0; p < from->paths.path_count; p++) {
        bool is_hit = false;
        for (uint32_t i = from->first[p]; i < from->first[p + 1]; i++)
            is_hit = is_hit || from->causes[i] == cause;
        if (!is_hit || broken[p])
            continue;
        pick.gain += from->weights[p];
        pick.path_count++;
        broken[p] = breaks;
    }
    return pick;
}

static void picks_are_greedy(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < TEST_GRAPHS; number++) {
        example made;
        apl_cover_pick picks[CAUSES + 1];
        bool broken[PATHS] = {false};

        make_example(&made, number);
        size_t picks_max = number % 5 ? CAUSES + 1 : 2;
        size_t count = apl_cover(picks, picks_max, &made.paths);
        for (size_t i = 0; i <= count; i++) {
            apl_cover_pick best = {0};
            uint32_t best_price = 1;
            for (uint32_t cause = 0; cause < made.paths.cause_count; cause++) {
                apl_cover_pick pick = pick_of(&made, broken, cause, false);
                uint32_t price = made.paths.prices ? made.prices[cause] : 1;
                if ((long double)pick.gain / price > (long double)best.gain / best_price) {
                    best = pick;
                    best_price = price;
                }
            }
            if (i == count) {
                assert_true(best.gain == 0 || count == picks_max);
                break;
            }
            assert_true(best.gain > 0);
            assert_int_equal(picks[i].cause, best.cause);
            assert_int_equal(picks[i].gain, best.gain);
            assert_int_equal(picks[i].path_count, best.path_count);
            (void)pick_of(&made, broken, best.cause, true);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picks_are_greedy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
