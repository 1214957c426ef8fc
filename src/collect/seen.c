/* collect/seen.c: a hash table of digests, open, at most half full.
 *
 * The digest of no bytes that a caller gives is all zeros in practice; such a one would only be met twice. */
#include "collect/seen.h"

struct apl_seen {
    apl_digest *slots;
    size_t capacity; /* a power of two */
    size_t count;
};

apl_seen *apl_seen_new(void)
{
    apl_seen *seen = apl_memory_new(sizeof *seen);

    seen->capacity = 256;
    seen->slots = apl_memory_new(seen->capacity * sizeof *seen->slots);
    return seen;
}

void apl_seen_free(apl_seen *seen)
{
    if (seen)
        apl_memory_free(seen->slots);
    apl_memory_free(seen);
}

/* The slot of the digest, or the free one where it belongs. */
static apl_digest *slot_of(apl_digest *slots, size_t capacity, apl_digest digest)
{
    size_t at = (size_t)digest.low & (capacity - 1);

    while ((slots[at].low | slots[at].high) && (slots[at].low != digest.low || slots[at].high != digest.high))
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static void grow(apl_seen *seen)
{
    size_t capacity = seen->capacity * 2;
    apl_digest *slots = apl_memory_new(capacity * sizeof *slots);

    for (size_t i = 0; i < seen->capacity; i++) {
        if (seen->slots[i].low | seen->slots[i].high)
            *slot_of(slots, capacity, seen->slots[i]) = seen->slots[i];
    }
    apl_memory_free(seen->slots);
    seen->slots = slots;
    seen->capacity = capacity;
}

bool apl_seen_first(apl_seen *seen, apl_str text)
{
    apl_digest digest = apl_digest_of(text);

    if (seen->count * 2 >= seen->capacity)
        grow(seen);
    apl_digest *slot = slot_of(seen->slots, seen->capacity, digest);
    if (slot->low | slot->high)
        return false;
    *slot = digest;
    seen->count++;
    return true;
}
