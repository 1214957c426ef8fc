/* tests/unit/test_rate.c: lanes, against a server in simulated time.
 *
 * The server counts by itself, in the plainest way; requests take a random time to reach it and to come back. Whatever
 * the delays, it must have no reason to refuse, and the client must not be much slower than the rate allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/limits.h"
#include "net/rate.h"
#include "net/retry.h"

#define FLIGHTS_MAX 64
#define REQUESTS_MAX 4000

typedef struct flight {
    bool is_used;
    bool has_arrived;
    uint64_t arrives_ms;
    uint64_t answered_ms;
    apl_net_quota quota;
} flight;

/* What the server publishes, and its own books. */
typedef struct server {
    const apl_net_rate *rate;
    double tokens;
    uint64_t filled_ms;
    uint64_t seen[REQUESTS_MAX]; /* when each request arrived */
    unsigned seen_count;
    unsigned refused;
    bool tells; /* its answers say how much is left */
    uint64_t random;
} server;

static uint64_t between(server *one, uint64_t least, uint64_t most)
{
    return least + apl_net_random(&one->random) % (most - least + 1);
}

static bool takes(server *one, uint64_t now_ms, apl_net_quota *quota)
{
    const apl_net_rate *rate = one->rate;
    unsigned in_window = 0;
    bool is_fine = true;

    if (rate->burst) {
        one->tokens += (double)(now_ms - one->filled_ms) * rate->per_second / 1000.0;
        one->tokens = one->tokens > rate->burst ? rate->burst : one->tokens;
        one->filled_ms = now_ms;
        is_fine = one->tokens >= 1;
        one->tokens -= is_fine ? 1 : 0;
    }
    for (unsigned i = 0; i < one->seen_count; i++)
        in_window += one->seen[i] + rate->window_ms > now_ms;
    if (rate->window_count && in_window >= rate->window_count)
        is_fine = false;
    one->seen[one->seen_count++] = now_ms;
    if (one->tells && rate->burst)
        quota->remaining = (int64_t)one->tokens;
    if (one->tells && rate->window_count) {
        quota->remaining = (int64_t)rate->window_count - in_window - 1;
        quota->resets_ms = rate->window_ms;
    }
    quota->is_refused = !is_fine;
    one->refused += !is_fine;
    return is_fine;
}

static void arrive(server *one, flight *each, uint64_t now_ms)
{
    each->quota = APL_NET_QUOTA_NONE;
    (void)takes(one, now_ms, &each->quota);
    each->has_arrived = true;
    each->answered_ms = now_ms + between(one, 2, 150);
}

/* Sends `count` requests; the time that it took. */
static uint64_t run(server *one, unsigned count)
{
    flight flights[FLIGHTS_MAX] = {0};
    apl_net_lane lane;
    unsigned started = 0;
    unsigned ended = 0;
    uint64_t now_ms = 1000;

    one->tokens = one->rate->burst;
    one->filled_ms = now_ms;
    apl_net_lane_init(&lane, one->rate, now_ms);
    for (; ended < count; now_ms++) {
        for (unsigned i = 0; i < FLIGHTS_MAX; i++) {
            flight *each = &flights[i];
            if (each->is_used && !each->has_arrived && each->arrives_ms <= now_ms)
                arrive(one, each, now_ms);
            if (each->is_used && each->has_arrived && each->answered_ms <= now_ms) {
                apl_net_lane_end(&lane, now_ms, &each->quota);
                each->is_used = false;
                ended++;
            }
            if (!each->is_used && started < count && apl_net_lane_wait(&lane, now_ms) == 0) {
                apl_net_lane_start(&lane, now_ms);
                *each = (flight){.is_used = true, .arrives_ms = now_ms + between(one, 1, 120)};
                started++;
            }
        }
        assert_true(now_ms < 100000000);
    }
    assert_int_equal(lane.in_flight, 0);
    apl_net_lane_free(&lane);
    return now_ms - 1000;
}

static const apl_net_rate bucket = {.name = "bucket", .burst = 250, .per_second = 25, .in_flight_max = 24};
static const apl_net_rate window = {.name = "window", .window_count = 15, .window_ms = 5000, .in_flight_max = 5};
static const apl_net_rate both = {
    .name = "both", .burst = 50, .per_second = 10, .window_count = 100, .window_ms = 30000, .in_flight_max = 8};

static void is_never_refused(void **state)
{
    static const apl_net_rate *const rates[] = {&bucket, &window, &both};

    (void)state;
    for (unsigned seed = 0; seed < 8; seed++) {
        for (size_t i = 0; i < 3; i++) {
            server one = {.rate = rates[i], .random = seed, .tells = seed % 2};
            (void)run(&one, 600);
            assert_int_equal(one.refused, 0);
        }
    }
}

static void uses_what_the_rate_allows(void **state)
{
    server one = {.rate = &bucket, .random = 7};
    server other = {.rate = &window, .random = 7};

    (void)state;
    /* 250 at once and 25 a second: 1,250 requests take 40 s. */
    assert_in_range(run(&one, 1250), 39000, 44000);
    /* 15 in 5 s, held until the answer is that old: the delay of one answer a window more. */
    assert_in_range(run(&other, 150), 45000, 50000);
}

/* Another program uses the same quota: what is left decides, not what we sent. */
static void heeds_what_is_left(void **state)
{
    apl_net_quota quota = {.remaining = 0};
    apl_net_lane lane;

    (void)state;
    apl_net_lane_init(&lane, &bucket, 0);
    apl_net_lane_start(&lane, 0);
    apl_net_lane_end(&lane, 10, &quota);
    assert_in_range(apl_net_lane_wait(&lane, 10), 30, 50);
    apl_net_lane_init(&lane, &window, 0);
    apl_net_lane_start(&lane, 0);
    quota.resets_ms = 3000;
    apl_net_lane_end(&lane, 10, &quota);
    assert_int_equal(apl_net_lane_wait(&lane, 10), 3000);
    apl_net_lane_free(&lane);
}

static void a_refusal_closes_and_slows(void **state)
{
    apl_net_quota refusal = {.remaining = -1, .is_refused = true, .has_retry_after = true, .retry_after_ms = 17000};
    apl_net_quota silent = {.remaining = -1, .is_refused = true};
    apl_net_lane lane;

    (void)state;
    apl_net_lane_init(&lane, &bucket, 0);
    for (unsigned i = 0; i < 4; i++)
        apl_net_lane_start(&lane, 0);
    apl_net_lane_end(&lane, 100, &refusal);
    assert_int_equal(lane.in_flight_max, 12);
    apl_net_lane_end(&lane, 200, &refusal); /* sent before the first was refused: counts once */
    assert_int_equal(lane.in_flight_max, 12);
    assert_in_range(apl_net_lane_wait(&lane, 200), 17000, 17100);
    assert_in_range(apl_net_lane_wait(&lane, 17200), 1, 50); /* from an empty bucket, not with all 250 at once */
    apl_net_lane_end(&lane, 20000, &silent);
    assert_in_range(apl_net_lane_wait(&lane, 20000), 2 * APL_NET_REFUSED_FIRST_MS, 2 * APL_NET_REFUSED_FIRST_MS + 50);
    apl_net_quota good = APL_NET_QUOTA_NONE;
    apl_net_lane_end(&lane, 40000, &good);
    assert_int_equal(lane.refusals, 0);
}

static void no_server_closes_a_lane_for_ever(void **state)
{
    apl_net_quota years = {
        .remaining = -1, .is_refused = true, .has_retry_after = true, .retry_after_ms = UINT64_C(99999999999)};
    apl_net_lane lane;

    (void)state;
    apl_net_lane_init(&lane, &bucket, 0);
    apl_net_lane_start(&lane, 0);
    apl_net_lane_end(&lane, 100, &years);
    assert_in_range(apl_net_lane_wait(&lane, 100), APL_NET_RETRY_AFTER_MS_MAX, APL_NET_RETRY_AFTER_MS_MAX + 100);
    apl_net_lane_free(&lane);
}

static void grows_back_and_eases_near_the_limit(void **state)
{
    apl_net_quota good = APL_NET_QUOTA_NONE;
    apl_net_quota near = {.remaining = -1, .is_strained = true};
    apl_net_lane lane;

    (void)state;
    apl_net_lane_init(&lane, &bucket, 0);
    lane.in_flight_max = 1;
    for (unsigned i = 0; i < 2000; i++) {
        apl_net_lane_start(&lane, i);
        apl_net_lane_end(&lane, i, &good);
    }
    assert_int_equal(lane.in_flight_max, bucket.in_flight_max);
    for (unsigned i = 0; i < 100; i++) {
        apl_net_lane_start(&lane, i);
        apl_net_lane_end(&lane, i, &near);
    }
    assert_int_equal(lane.in_flight_max, 1);
}

static void without_a_rate_nothing_waits(void **state)
{
    apl_net_lane lane;

    (void)state;
    apl_net_lane_init(&lane, NULL, 0);
    for (unsigned i = 0; i < 10000; i++) {
        assert_int_equal(apl_net_lane_wait(&lane, 0), 0);
        apl_net_lane_start(&lane, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_never_refused),
        cmocka_unit_test(uses_what_the_rate_allows),
        cmocka_unit_test(heeds_what_is_left),
        cmocka_unit_test(a_refusal_closes_and_slows),
        cmocka_unit_test(no_server_closes_a_lane_for_ever),
        cmocka_unit_test(without_a_rate_nothing_waits),
        cmocka_unit_test(grows_back_and_eases_near_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
