/* graph/bits.h: sets of numbers as bits, 64 a word.
 *
 * A set of a million nodes is 125 KB and stays in the second cache, which is why searches keep what they have visited
 * in one. The caller owns the words and knows how many numbers there are; nothing here checks. */
#ifndef APL_GRAPH_BITS_H
#define APL_GRAPH_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

static inline size_t apl_bits_words(size_t count)
{
    return (count + 63) / 64;
}

/* An empty set of numbers below `count`; freed with apl_memory_free. */
static inline uint64_t *apl_bits_new(size_t count)
{
    return apl_memory_new((apl_bits_words(count) + 1) * sizeof(uint64_t));
}

static inline bool apl_bit(const uint64_t *bits, uint32_t number)
{
    return (bits[number >> 6] >> (number & 63)) & 1;
}

static inline void apl_bit_set(uint64_t *bits, uint32_t number)
{
    bits[number >> 6] |= UINT64_C(1) << (number & 63);
}

static inline void apl_bit_clear(uint64_t *bits, uint32_t number)
{
    bits[number >> 6] &= ~(UINT64_C(1) << (number & 63));
}

static inline size_t apl_bits_count(const uint64_t *bits, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < apl_bits_words(count); i++)
        found += (size_t)__builtin_popcountll(bits[i]);
    return found;
}

#endif
