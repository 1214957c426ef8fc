/* net/rate.h: how many requests an API takes from one principal, and a lane that keeps to it.
 *
 * Two forms, of which an API may have both: a bucket (so many at once, so many a second) and a window (so many within so
 * many milliseconds). What is published is kept with a margin, because requests overtake each other on their way. What
 * an answer says of the quota goes before what is published. Pure functions of the time that is handed in. */
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

#endif
