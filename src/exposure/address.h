/* exposure/address.h: sets of addresses that a caller from outside may have.
 *
 * One line of numbers holds both families: an IPv4 address is itself, an IPv6 network is its first 64 bits (global
 * addresses begin at 2000::/3, far behind the last IPv4 number). A set is sorted spans that neither touch nor
 * overlap. */
#ifndef APL_EXPOSURE_ADDRESS_H
#define APL_EXPOSURE_ADDRESS_H

#include "base/memory.h"
#include "base/str.h"

typedef struct apl_network {
    uint8_t bytes[16];
    unsigned size; /* 4 or 16 */
    unsigned prefix_bits;
} apl_network;

/* "a.b.c.d", "a.b.c.d/n" or the IPv6 forms, with or without space around; false when it is none of them. */
bool apl_network_parse(apl_network *out, apl_str text);

/* Addresses that no one outside can come from: RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291. */
bool apl_network_is_private(const apl_network *net);

typedef struct apl_span {
    uint64_t first;
    uint64_t last;
} apl_span;

typedef struct apl_span_set {
    const apl_span *items;
    size_t count;
} apl_span_set;

/* Every address of the public internet. */
extern const apl_span_set apl_spans_public;

/* The span of a network; IPv6 longer than /64 is widened to it. */
apl_span apl_span_of(const apl_network *net);

/* Sorts the spans and joins those that touch or overlap; works on `items` itself. */
apl_span_set apl_spans_tidy(apl_span *items, size_t count);

/* New sets in `arena`. O(a + b). */
apl_span_set apl_spans_and(apl_arena *arena, apl_span_set a, apl_span_set b);
apl_span_set apl_spans_without(apl_arena *arena, apl_span_set a, apl_span_set b);
apl_span_set apl_spans_or(apl_arena *arena, apl_span_set a, apl_span_set b);

bool apl_spans_has(apl_span_set set, uint64_t address);

/* How wide it is, in IPv4 addresses; an IPv6 /32 counts as much as an IPv4 /8. 0 only for the empty set. */
uint64_t apl_spans_size(apl_span_set set);

/* From this size on a set is the internet: a /8. */
#define APL_SPANS_INTERNET (UINT64_C(1) << 24)

#endif
