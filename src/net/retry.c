/* net/retry.c: the plan after an attempt.
 *
 * Waiting doubles from attempt to attempt; half of it is chance, so that what failed together does not come back
 * together. Advice of the server goes before that. Untrusted certificates, answers that are too large and redirects to
 * elsewhere are not tried again: they would be the same. */
#include "net/retry.h"

#include "net/limits.h"

uint64_t apl_net_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static bool may_pass(const apl_net_attempt *attempt)
{
    switch (attempt->outcome) {
    case APL_NET_ANSWERED:
        return attempt->status == 408 || attempt->status == 429 || attempt->status == 500 || attempt->status == 502 ||
               attempt->status == 503 || attempt->status == 504;
    case APL_NET_UNREACHABLE:
    case APL_NET_TIMED_OUT:
    case APL_NET_WRONG_TYPE:
        return true;
    case APL_NET_UNTRUSTED:
    case APL_NET_TOO_LARGE:
    case APL_NET_REDIRECTED:
    case APL_NET_NO_TOKEN:
    case APL_NET_CANCELLED:
    case APL_NET_OUT_OF_TIME:
    case APL_NET_OUTCOMES:
        return false;
    }
    return false;
}

/* Between half and all of `ms`. */
static uint64_t jittered(uint64_t ms, uint64_t *random)
{
    return ms / 2 + apl_net_random(random) % (ms - ms / 2 + 1);
}

apl_net_plan apl_net_plan_of(const apl_net_attempt *attempt, uint64_t *random)
{
    bool is_refusal = attempt->outcome == APL_NET_ANSWERED && attempt->quota.is_refused;
    bool did_nothing = (attempt->outcome == APL_NET_ANSWERED && attempt->status == 429) || !attempt->was_sent;
    uint64_t wait_ms = APL_NET_BACKOFF_FIRST_MS;

    if (!may_pass(attempt) || (!attempt->may_be_repeated && !did_nothing))
        return (apl_net_plan){0};
    if (is_refusal ? attempt->refusals >= APL_NET_REFUSALS_MAX : attempt->attempts >= attempt->attempts_max)
        return (apl_net_plan){0};
    if (attempt->quota.has_retry_after) {
        if (attempt->quota.retry_after_ms > APL_NET_RETRY_AFTER_MS_MAX)
            return (apl_net_plan){0};
        return (apl_net_plan){true, attempt->quota.retry_after_ms + jittered(APL_NET_BACKOFF_FIRST_MS, random)};
    }
    unsigned tries = is_refusal ? attempt->refusals : attempt->attempts;
    for (unsigned i = 1; i < tries && wait_ms < APL_NET_BACKOFF_LAST_MS; i++)
        wait_ms *= 2;
    if (wait_ms > APL_NET_BACKOFF_LAST_MS)
        wait_ms = APL_NET_BACKOFF_LAST_MS;
    return (apl_net_plan){true, jittered(wait_ms, random)};
}
