/* net/retry.h: whether a request is made again, and when.
 *
 * A pure function of what happened, so that it can be tested without a server. What may have changed something is never
 * repeated, unless the server said that it did nothing (429) or the connection did not come about. */
#ifndef APL_NET_RETRY_H
#define APL_NET_RETRY_H

#include "net/client.h"

typedef struct apl_net_attempt {
    apl_net_outcome outcome;
    unsigned status;
    bool was_sent; /* the connection was there, so that the server may have got it */
    bool may_be_repeated;
    unsigned attempts; /* made so far, without those that were refused for being too fast */
    unsigned refusals;
    unsigned attempts_max;
    apl_net_quota quota;
} apl_net_attempt;

typedef struct apl_net_plan {
    bool repeats;
    uint64_t wait_ms;
} apl_net_plan;

/* `random` is the state of the jitter, which goes on by one step. */
apl_net_plan apl_net_plan_of(const apl_net_attempt *attempt, uint64_t *random);

/* The next number of the sequence (splitmix64). */
uint64_t apl_net_random(uint64_t *state);

#endif
