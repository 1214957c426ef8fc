/* net/rate.c: a lane: bucket, window, places in flight, and what answers say.
 *
 * A lane never starts a request that the published rate would refuse, whatever the delays on the way: the bucket keeps
 * a margin for requests that overtake each other, and a place in the window is held until its time has passed since the
 * answer, which is later than the server's own count by any clock. */
#include "net/rate.h"

#include "base/status.h"
#include "net/limits.h"

/* Of what is published. A start at time t may arrive before one at t - 100 ms; at 25 a second those are three. */
#define BURST_SHARE 0.96
#define REFILL_SHARE 0.98

/* Answers after which a lane that was refused may have one more in flight. */
#define ANSWERS_TO_GROW 16u

static double burst_of(const apl_net_rate *rate)
{
    double burst = rate->burst * BURST_SHARE;

    return burst < 1 ? 1 : burst;
}

void apl_net_lane_init(apl_net_lane *lane, const apl_net_rate *rate, uint64_t now_ms)
{
    static const apl_net_rate none = {.name = ""};

    *lane = (apl_net_lane){.rate = rate ? rate : &none, .filled_ms = now_ms};
    lane->tokens = burst_of(lane->rate);
    lane->in_flight_max = lane->rate->in_flight_max ? lane->rate->in_flight_max : UINT32_MAX;
    if (lane->rate->window_count)
        lane->ended = apl_memory_new(lane->rate->window_count * sizeof *lane->ended);
}

void apl_net_lane_free(apl_net_lane *lane)
{
    apl_memory_free(lane->ended);
    lane->ended = NULL;
}

static void fill(apl_net_lane *lane, uint64_t now_ms)
{
    if (now_ms <= lane->filled_ms)
        return;
    lane->tokens += (double)(now_ms - lane->filled_ms) * lane->rate->per_second * REFILL_SHARE / 1000.0;
    if (lane->tokens > burst_of(lane->rate))
        lane->tokens = burst_of(lane->rate);
    lane->filled_ms = now_ms;
}

static uint64_t bucket_wait(apl_net_lane *lane, uint64_t now_ms)
{
    if (lane->rate->burst == 0)
        return 0;
    fill(lane, now_ms);
    if (lane->tokens >= 1)
        return 0;
    if (lane->rate->per_second <= 0)
        return APL_NET_LANE_FULL;
    uint64_t opens_ms = lane->filled_ms > now_ms ? lane->filled_ms - now_ms : 0; /* it fills from then on only */
    return opens_ms + (uint64_t)((1 - lane->tokens) * 1000.0 / (lane->rate->per_second * REFILL_SHARE)) + 1;
}

static uint64_t window_wait(apl_net_lane *lane, uint64_t now_ms)
{
    unsigned count = lane->rate->window_count;

    if (count == 0)
        return 0;
    while (lane->ended_count && lane->ended[lane->ended_first] + lane->rate->window_ms <= now_ms) {
        lane->ended_first = (lane->ended_first + 1) % count;
        lane->ended_count--;
    }
    if (lane->in_flight + lane->ended_count < count)
        return 0;
    return lane->ended_count ? lane->ended[lane->ended_first] + lane->rate->window_ms - now_ms : APL_NET_LANE_FULL;
}

uint64_t apl_net_lane_wait(apl_net_lane *lane, uint64_t now_ms)
{
    uint64_t closed = lane->closed_until_ms > now_ms ? lane->closed_until_ms - now_ms : 0;

    if (lane->in_flight >= lane->in_flight_max)
        return APL_NET_LANE_FULL;
    uint64_t bucket = bucket_wait(lane, now_ms);
    uint64_t window = window_wait(lane, now_ms);
    uint64_t wait = bucket > window ? bucket : window;
    return wait > closed ? wait : closed;
}

void apl_net_lane_start(apl_net_lane *lane, uint64_t now_ms)
{
    if (lane->rate->burst) {
        fill(lane, now_ms);
        lane->tokens -= 1;
    }
    lane->in_flight++;
}

static void close_until(apl_net_lane *lane, uint64_t until_ms)
{
    if (until_ms > lane->closed_until_ms)
        lane->closed_until_ms = until_ms;
}

static void halve(apl_net_lane *lane)
{
    unsigned from = lane->in_flight_max == UINT32_MAX ? lane->in_flight + 1 : lane->in_flight_max;

    lane->in_flight_max = from > 1 ? from / 2 : 1;
    lane->answers = 0;
}

/* Refused: closed for as long as the server says, then from an empty bucket. Those that were in flight together and are
 * all refused count once. */
static void refused(apl_net_lane *lane, uint64_t now_ms, const apl_net_quota *quota)
{
    bool is_first = now_ms >= lane->closed_until_ms;
    uint64_t wait_ms = APL_NET_REFUSED_FIRST_MS;

    if (is_first) {
        halve(lane);
        lane->refusals++;
    }
    for (unsigned i = 1; i < lane->refusals && wait_ms < APL_NET_REFUSED_LAST_MS; i++)
        wait_ms *= 2;
    if (quota->has_retry_after)
        wait_ms = quota->retry_after_ms;
    else if (quota->resets_ms)
        wait_ms = quota->resets_ms;
    if (wait_ms > APL_NET_RETRY_AFTER_MS_MAX)
        wait_ms = APL_NET_RETRY_AFTER_MS_MAX;
    close_until(lane, now_ms + wait_ms);
    lane->tokens = 0;
    lane->filled_ms = lane->closed_until_ms;
}

/* What is left goes first to those in flight, whose share the server has not seen yet. */
static void heed_remaining(apl_net_lane *lane, uint64_t now_ms, const apl_net_quota *quota)
{
    double left = (double)quota->remaining - lane->in_flight;

    if (left < 0)
        left = 0;
    if (lane->rate->burst && left < lane->tokens)
        lane->tokens = left;
    if (left >= 1)
        return;
    if (quota->resets_ms)
        close_until(lane, now_ms + quota->resets_ms);
    else if (lane->rate->burst == 0)
        close_until(lane, now_ms + APL_NET_QUOTA_EMPTY_MS);
}

static void grow(apl_net_lane *lane)
{
    unsigned most = lane->rate->in_flight_max ? lane->rate->in_flight_max : UINT32_MAX;

    lane->refusals = 0;
    if (lane->in_flight_max < most && ++lane->answers >= ANSWERS_TO_GROW) {
        lane->in_flight_max++;
        lane->answers = 0;
    }
}

void apl_net_lane_end(apl_net_lane *lane, uint64_t now_ms, const apl_net_quota *quota)
{
    unsigned count = lane->rate->window_count;

    APL_ASSERT(lane->in_flight > 0);
    lane->in_flight--;
    if (count) {
        APL_ASSERT(lane->ended_count < count);
        lane->ended[(lane->ended_first + lane->ended_count++) % count] = now_ms;
    }
    if (quota == NULL)
        return;
    if (quota->is_refused) {
        refused(lane, now_ms, quota);
        return;
    }
    if (!quota->is_strained)
        grow(lane);
    else if (lane->in_flight_max != UINT32_MAX && lane->in_flight_max > 1)
        lane->in_flight_max--;
    if (quota->remaining >= 0)
        heed_remaining(lane, now_ms, quota);
}
