/* tests/unit/test_retry.c: what is made again, and after how long.
 *
 * A pure function: no server, no clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/limits.h"
#include "net/retry.h"

static apl_net_attempt answered(unsigned status)
{
    return (apl_net_attempt){.outcome = APL_NET_ANSWERED,
                             .status = status,
                             .was_sent = true,
                             .may_be_repeated = true,
                             .attempts = 1,
                             .attempts_max = 6,
                             .quota = {.remaining = -1, .is_refused = status == 429}};
}

static void only_what_may_pass_is_repeated(void **state)
{
    static const unsigned passes[] = {408, 429, 500, 502, 503, 504};
    static const unsigned stays[] = {200, 204, 301, 304, 400, 401, 403, 404, 409, 410, 412, 422, 501, 505};
    static const apl_net_outcome ends[] = {APL_NET_UNTRUSTED, APL_NET_TOO_LARGE, APL_NET_REDIRECTED,
                                           APL_NET_NO_TOKEN,  APL_NET_CANCELLED, APL_NET_OUT_OF_TIME};
    uint64_t random = 1;

    (void)state;
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
        apl_net_attempt attempt = answered(passes[i]);
        assert_true(apl_net_plan_of(&attempt, &random).repeats);
    }
    for (size_t i = 0; i < sizeof stays / sizeof stays[0]; i++) {
        apl_net_attempt attempt = answered(stays[i]);
        assert_false(apl_net_plan_of(&attempt, &random).repeats);
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        apl_net_attempt attempt = answered(0);
        attempt.outcome = ends[i];
        assert_false(apl_net_plan_of(&attempt, &random).repeats);
    }
}

static void what_may_have_changed_something_is_not_repeated(void **state)
{
    apl_net_attempt attempt = answered(500);
    uint64_t random = 1;

    (void)state;
    attempt.may_be_repeated = false;
    assert_false(apl_net_plan_of(&attempt, &random).repeats);
    attempt = answered(0);
    attempt.outcome = APL_NET_UNREACHABLE;
    attempt.may_be_repeated = false;
    assert_false(apl_net_plan_of(&attempt, &random).repeats);
    attempt.was_sent = false; /* the connection did not come about */
    assert_true(apl_net_plan_of(&attempt, &random).repeats);
    attempt = answered(429); /* refused before anything was done */
    attempt.may_be_repeated = false;
    assert_true(apl_net_plan_of(&attempt, &random).repeats);
}

static void waits_longer_each_time_and_ends(void **state)
{
    apl_net_attempt attempt = answered(500);
    uint64_t random = 42;
    uint64_t longest = APL_NET_BACKOFF_FIRST_MS;

    (void)state;
    attempt.attempts_max = 12;
    for (attempt.attempts = 1; attempt.attempts < 12; attempt.attempts++) {
        apl_net_plan plan = apl_net_plan_of(&attempt, &random);
        assert_true(plan.repeats);
        assert_in_range(plan.wait_ms, longest / 2, longest);
        longest = longest * 2 > APL_NET_BACKOFF_LAST_MS ? APL_NET_BACKOFF_LAST_MS : longest * 2;
    }
    assert_false(apl_net_plan_of(&attempt, &random).repeats);
}

static void refusals_are_counted_apart(void **state)
{
    apl_net_attempt attempt = answered(429);
    uint64_t random = 42;

    (void)state;
    attempt.attempts = 99;
    attempt.refusals = APL_NET_REFUSALS_MAX - 1;
    assert_true(apl_net_plan_of(&attempt, &random).repeats);
    attempt.refusals = APL_NET_REFUSALS_MAX;
    assert_false(apl_net_plan_of(&attempt, &random).repeats);
}

static void advice_goes_before_chance(void **state)
{
    apl_net_attempt attempt = answered(429);
    uint64_t random = 42;

    (void)state;
    attempt.quota.has_retry_after = true;
    attempt.quota.retry_after_ms = 60000;
    assert_in_range(apl_net_plan_of(&attempt, &random).wait_ms, 60000, 60000 + APL_NET_BACKOFF_FIRST_MS);
    attempt.quota.retry_after_ms = APL_NET_RETRY_AFTER_MS_MAX + 1;
    assert_false(apl_net_plan_of(&attempt, &random).repeats);
}

static void the_same_seed_waits_the_same(void **state)
{
    apl_net_attempt attempt = answered(503);
    uint64_t a = 5;
    uint64_t b = 5;
    uint64_t c = 6;
    unsigned differs = 0;

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        uint64_t wait = apl_net_plan_of(&attempt, &a).wait_ms;
        assert_int_equal(wait, apl_net_plan_of(&attempt, &b).wait_ms);
        differs += wait != apl_net_plan_of(&attempt, &c).wait_ms;
    }
    assert_true(differs > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_may_pass_is_repeated),
        cmocka_unit_test(what_may_have_changed_something_is_not_repeated),
        cmocka_unit_test(waits_longer_each_time_and_ends),
        cmocka_unit_test(refusals_are_counted_apart),
        cmocka_unit_test(advice_goes_before_chance),
        cmocka_unit_test(the_same_seed_waits_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
