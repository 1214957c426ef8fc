/* exposure/address.c: parsing addresses, and sets of them as sorted spans.
 *
 * Stands under ranges of single settings and under rules of security groups. Knows nothing of assets. */
#include "exposure/address.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define IPV4_LAST UINT64_C(0xFFFFFFFF)
#define IPV6_FIRST UINT64_C(0x2000000000000000)
#define IPV6_LAST UINT64_C(0x3FFFFFFFFFFFFFFF)

/* What is left of IPv4 without private, local, shared, multicast and reserved addresses. */
static const apl_span public_spans[] = {
    {UINT64_C(0x01000000), UINT64_C(0x09FFFFFF)}, {UINT64_C(0x0B000000), UINT64_C(0x643FFFFF)},
    {UINT64_C(0x64800000), UINT64_C(0x7EFFFFFF)}, {UINT64_C(0x80000000), UINT64_C(0xA9FDFFFF)},
    {UINT64_C(0xA9FF0000), UINT64_C(0xAC0FFFFF)}, {UINT64_C(0xAC200000), UINT64_C(0xC0A7FFFF)},
    {UINT64_C(0xC0A90000), UINT64_C(0xDFFFFFFF)}, {IPV6_FIRST, IPV6_LAST},
};
const apl_span_set apl_spans_public = {public_spans, sizeof public_spans / sizeof *public_spans};

static bool parse_prefix(unsigned *bits, apl_str text, unsigned bits_max)
{
    unsigned value = 0;

    if (text.size == 0 || text.size > 3)
        return false;
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.data[i] - '0');
    }
    *bits = value;
    return value <= bits_max;
}

static bool parse_address(apl_network *out, apl_str text)
{
    char copy[INET6_ADDRSTRLEN + 1];

    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    out->size = inet_pton(AF_INET, copy, out->bytes) == 1 ? 4 : inet_pton(AF_INET6, copy, out->bytes) == 1 ? 16 : 0;
    out->prefix_bits = out->size * 8;
    return out->size != 0;
}

bool apl_network_parse(apl_network *out, apl_str text)
{
    text = apl_str_trim(text);
    long slash = apl_str_find(text, APL_STR("/"));

    if (!parse_address(out, slash < 0 ? text : apl_str_slice(text, 0, (size_t)slash)))
        return false;
    return slash < 0 ||
           parse_prefix(&out->prefix_bits, apl_str_slice(text, (size_t)slash + 1, text.size), out->size * 8);
}

bool apl_network_is_private(const apl_network *net)
{
    const uint8_t *b = net->bytes;

    if (net->size == 4) {
        return (b[0] == 10 && net->prefix_bits >= 8) ||
               (b[0] == 172 && (b[1] & 0xF0) == 16 && net->prefix_bits >= 12) ||
               (b[0] == 192 && b[1] == 168 && net->prefix_bits >= 16) || (b[0] == 127 && net->prefix_bits >= 8) ||
               (b[0] == 169 && b[1] == 254 && net->prefix_bits >= 16) ||
               (b[0] == 100 && (b[1] & 0xC0) == 64 && net->prefix_bits >= 10);
    }
    return ((b[0] & 0xFE) == 0xFC && net->prefix_bits >= 7) || (b[0] == 0xFE && (b[1] & 0xC0) == 0x80);
}

apl_span apl_span_of(const apl_network *net)
{
    unsigned bytes = net->size == 4 ? 4 : 8;
    unsigned free_bits = net->prefix_bits < bytes * 8 ? bytes * 8 - net->prefix_bits : 0;
    uint64_t first = 0;

    for (unsigned i = 0; i < bytes; i++)
        first = first << 8 | net->bytes[i];
    uint64_t low = free_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << free_bits) - 1;
    apl_span span = {first & ~low, first | low};
    /* The low end of IPv6 has no global address, and its numbers stand for IPv4 here. */
    if (net->size == 16 && span.last <= IPV4_LAST)
        return (apl_span){UINT64_MAX, UINT64_MAX};
    if (net->size == 16 && span.first <= IPV4_LAST)
        span.first = IPV4_LAST + 1;
    return span;
}

static int compare_spans(const void *a, const void *b)
{
    const apl_span *x = a;
    const apl_span *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->last > y->last) - (x->last < y->last);
}

apl_span_set apl_spans_tidy(apl_span *items, size_t count)
{
    size_t kept = 0;

    if (count)
        qsort(items, count, sizeof *items, compare_spans);
    for (size_t i = 0; i < count; i++) {
        if (kept && (items[kept - 1].last == UINT64_MAX || items[i].first <= items[kept - 1].last + 1)) {
            if (items[i].last > items[kept - 1].last)
                items[kept - 1].last = items[i].last;
            continue;
        }
        items[kept++] = items[i];
    }
    return (apl_span_set){items, kept};
}

apl_span_set apl_spans_and(apl_arena *arena, apl_span_set a, apl_span_set b)
{
    apl_span *items = APL_ARENA_ARRAY(arena, apl_span, a.count + b.count);
    size_t count = 0;

    for (size_t i = 0, j = 0; i < a.count && j < b.count;) {
        uint64_t first = a.items[i].first > b.items[j].first ? a.items[i].first : b.items[j].first;
        uint64_t last = a.items[i].last < b.items[j].last ? a.items[i].last : b.items[j].last;
        if (first <= last)
            items[count++] = (apl_span){first, last};
        if (a.items[i].last < b.items[j].last)
            i++;
        else
            j++;
    }
    return (apl_span_set){items, count};
}

apl_span_set apl_spans_without(apl_arena *arena, apl_span_set a, apl_span_set b)
{
    apl_span *items = APL_ARENA_ARRAY(arena, apl_span, a.count + b.count);
    size_t count = 0;
    size_t j = 0;

    for (size_t i = 0; i < a.count; i++) {
        uint64_t first = a.items[i].first;
        bool is_left = true;
        while (j < b.count && b.items[j].last < first)
            j++;
        for (size_t k = j; is_left && k < b.count && b.items[k].first <= a.items[i].last; k++) {
            if (b.items[k].first > first)
                items[count++] = (apl_span){first, b.items[k].first - 1};
            is_left = b.items[k].last < a.items[i].last;
            first = is_left ? b.items[k].last + 1 : first;
        }
        if (is_left)
            items[count++] = (apl_span){first, a.items[i].last};
    }
    return (apl_span_set){items, count};
}

apl_span_set apl_spans_or(apl_arena *arena, apl_span_set a, apl_span_set b)
{
    apl_span *items = APL_ARENA_ARRAY(arena, apl_span, a.count + b.count);

    if (a.count)
        memcpy(items, a.items, a.count * sizeof *items);
    if (b.count)
        memcpy(items + a.count, b.items, b.count * sizeof *items);
    return apl_spans_tidy(items, a.count + b.count);
}

bool apl_spans_has(apl_span_set set, uint64_t address)
{
    for (size_t i = 0; i < set.count; i++) {
        if (address >= set.items[i].first && address <= set.items[i].last)
            return true;
    }
    return false;
}

uint64_t apl_spans_size(apl_span_set set)
{
    uint64_t size = 0;

    for (size_t i = 0; i < set.count; i++) {
        uint64_t wide = set.items[i].last - set.items[i].first + 1;
        if (set.items[i].first > IPV4_LAST)
            wide = wide >> 8 ? wide >> 8 : 1;
        size += wide;
    }
    return size;
}
