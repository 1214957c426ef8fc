/* tests/fuzz/fuzz_answer.c: any bytes as the header lines of an answer.
 *
 * Whatever a server writes, waiting stays within its maximum, dates lie in the years that have four digits, what is
 * read is part of what was there, and the order of lines that say different things does not matter. */
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/answer.h"
#include "net/limits.h"
#include "net/retry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECONDS_MAX INT64_C(253402300800)

/* Of a bucket that was emptied, until it holds one again; one a second, less the margin. */
#define FIRST_TOKEN_MS_MAX 1500

static bool is_within(apl_str part, apl_str whole)
{
    return part.size == 0 || (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static void check_dates(apl_str value, int64_t now)
{
    int64_t seconds = 0;
    uint64_t ms = 0;

    if (apl_answer_date(&seconds, value))
        APL_ASSERT(seconds >= 0 && seconds <= SECONDS_MAX);
    if (apl_answer_retry_after(&ms, value, now))
        APL_ASSERT(ms % 1000 == 0);
}

static void check_lines(apl_str lines, int64_t now)
{
    apl_str rest = lines;
    apl_str name;
    apl_str value;

    while (apl_answer_next(&name, &value, &rest)) {
        APL_ASSERT(is_within(name, lines) && is_within(value, lines));
        APL_ASSERT(apl_str_find(name, APL_STR(":")) < 0 && apl_str_find(value, APL_STR("\n")) < 0);
        if (name.size)
            APL_ASSERT(is_within(apl_answer_header(lines, name), lines));
        check_dates(value, now);
        APL_ASSERT(is_within(apl_answer_challenge(value, APL_STR("Basic"), APL_STR("realm")), lines));
        (void)apl_answer_is_json(value);
    }
}

/* The plan after a refusal never waits longer than a server may send us away for. */
static void check_plan(const apl_net_quota *quota, unsigned status)
{
    uint64_t random = status;
    apl_net_attempt attempt = {
        .outcome = APL_NET_ANSWERED,
        .status = status,
        .was_sent = true,
        .may_be_repeated = true,
        .attempts = 1,
        .refusals = 1,
        .attempts_max = APL_NET_ATTEMPTS_DEFAULT,
        .quota = *quota,
    };
    apl_net_plan plan = apl_net_plan_of(&attempt, &random);

    APL_ASSERT(plan.wait_ms <= APL_NET_RETRY_AFTER_MS_MAX + APL_NET_BACKOFF_LAST_MS);
    APL_ASSERT(plan.repeats || plan.wait_ms == 0);
}

static void check_lane(const apl_net_quota *quota)
{
    static const apl_net_rate rate = {.name = "fuzz", .burst = 3, .per_second = 1, .in_flight_max = 2};
    apl_net_lane lane;

    apl_net_lane_init(&lane, &rate, 1000);
    apl_net_lane_start(&lane, 1000);
    apl_net_lane_end(&lane, 1001, quota);
    uint64_t wait_ms = apl_net_lane_wait(&lane, 1001);
    APL_ASSERT(wait_ms <= APL_NET_RETRY_AFTER_MS_MAX + FIRST_TOKEN_MS_MAX);
    APL_ASSERT(apl_net_lane_wait(&lane, 1001 + wait_ms) == 0);
    apl_net_lane_free(&lane);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned statuses[] = {200, 429, 503, 500};
    const int64_t now = 1795568523;
    apl_arena *arena = apl_arena_new();

    if (size > 0) {
        unsigned status = statuses[data[0] % 4];
        apl_str lines = apl_arena_str(arena, apl_str_make((const char *)data + 1, size - 1));
        apl_net_quota quota = apl_answer_quota(lines, status, now);
        check_lines(lines, now);
        APL_ASSERT(quota.remaining >= -1 && quota.resets_ms <= APL_NET_RETRY_AFTER_MS_MAX);
        APL_ASSERT(status != 429 || quota.is_refused);
        check_plan(&quota, status);
        check_lane(&quota);
    }
    apl_arena_free(arena);
    return 0;
}
