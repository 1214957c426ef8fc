/* base/clock.h: times as the providers write them.
 *
 * An instant is a count of 100-nanosecond ticks since 0001-01-01T00:00:00Z, the resolution that Azure's own
 * timestamps have (seven fraction digits). */
#ifndef APL_BASE_CLOCK_H
#define APL_BASE_CLOCK_H

#include "base/str.h"

typedef int64_t apl_instant;

#define APL_TICKS_PER_SECOND INT64_C(10000000)
#define APL_TICKS_PER_DAY (86400 * APL_TICKS_PER_SECOND)
#define APL_INSTANT_TEXT_MAX 40

/* The present time; taken once a run by the command and handed down, so that results repeat. */
apl_instant apl_clock_now(void);

/* Nanoseconds of a clock that only goes forward; for measuring. */
uint64_t apl_clock_monotonic_ns(void);

/* Reads an ISO 8601 date or date-time (2026-11-23, 2026-11-23T08:00:00Z, with fraction and offset); without an
 * offset it is UTC. False when the text is anything else. */
bool apl_instant_parse(apl_instant *out, apl_str text);

/* Writes 2026-11-23T08:00:00.0000000Z; with fraction_digits 0 to 7, or -1 for as many as are not zero.
 * Returns the length written to `out`, which has APL_INSTANT_TEXT_MAX bytes. */
size_t apl_instant_format(char *out, apl_instant instant, int fraction_digits);

#endif
