/* net/rate.h: how many requests an API takes from one principal, and a lane that keeps to it.
 *
 * Two forms, of which an API may have both: a bucket (so many at once, so many a second) and a window (so many within
 * so many milliseconds). What is published is kept with a margin, because requests overtake each other on their way.
 * What an answer says of the quota goes before what is published. Pure functions of the time that is handed in. */
#ifndef APL_NET_RATE_H
#define APL_NET_RATE_H

#include "base/memory.h"

/* Of one API family; a constant. Zero: no such limit. */
typedef struct apl_net_rate {
    const char *name;       /* "arm"; part of the lane's key */
    unsigned burst;         /* bucket: requests that it holds */
    double per_second;      /* bucket: how it fills */
    unsigned window_count;  /* window: requests within ... */
    unsigned window_ms;     /* ... so long; counted from the answer, so that it holds on the server's clock too */
    unsigned in_flight_max; /* at once, of one lane */
} apl_net_rate;

/* What an answer says of the quota. */
typedef struct apl_net_quota {
    int64_t remaining;  /* requests that are left; -1: not said */
    uint64_t resets_ms; /* until it is full again; 0: not said */
    uint64_t retry_after_ms;
    bool has_retry_after;
    bool is_refused;  /* 429, or 503 with Retry-After: we were too fast */
    bool is_strained; /* the server says that the limit is near */
} apl_net_quota;

#define APL_NET_QUOTA_NONE ((apl_net_quota){.remaining = -1})

/* The requests of one (principal, API, share). */
typedef struct apl_net_lane {
    const apl_net_rate *rate;
    double tokens;
    uint64_t filled_ms;
    uint64_t *ended; /* ring of the window: when the last `window_count` requests were answered */
    unsigned ended_first;
    unsigned ended_count;
    uint64_t closed_until_ms;
    unsigned in_flight;
    unsigned in_flight_max; /* halved when refused, grows again with answers */
    unsigned answers;       /* since it last grew */
    unsigned refusals;      /* in a row */
} apl_net_lane;

/* `rate` NULL: no limit. */
void apl_net_lane_init(apl_net_lane *lane, const apl_net_rate *rate, uint64_t now_ms);
void apl_net_lane_free(apl_net_lane *lane);

/* Milliseconds until the next request may start: 0 now, APL_NET_LANE_FULL not before one in flight has ended. */
#define APL_NET_LANE_FULL UINT64_MAX
uint64_t apl_net_lane_wait(apl_net_lane *lane, uint64_t now_ms);

void apl_net_lane_start(apl_net_lane *lane, uint64_t now_ms);

/* One ended; `quota` NULL: without an answer. */
void apl_net_lane_end(apl_net_lane *lane, uint64_t now_ms, const apl_net_quota *quota);

#endif
