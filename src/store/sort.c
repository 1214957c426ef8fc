/* store/sort.c: sorts by one digit of the hash after the other, the lowest first.
 *
 * Stands under the parts of a write that fill tables whose keys are hashes. It takes as long for hashes that somebody
 * chose as for any others, and must stay so. */
#include "store/sort.h"

#define DIGIT_BITS 11u
#define DIGITS 6u /* of 64 bits */
#define DIGIT_VALUES (1u << DIGIT_BITS)

/* Signed numbers in the order of unsigned ones. */
static uint64_t ordered(int64_t hash)
{
    return (uint64_t)hash ^ (UINT64_C(1) << 63);
}

static size_t digit_of(const apl_hash_item *item, unsigned digit)
{
    return (ordered(item->hash) >> (digit * DIGIT_BITS)) & (DIGIT_VALUES - 1);
}

typedef struct digit_counts {
    size_t of[DIGITS][DIGIT_VALUES];
} digit_counts;

static digit_counts *count_digits(const apl_hash_items *items)
{
    digit_counts *counts = apl_memory_new(sizeof *counts);

    for (size_t i = 0; i < items->count; i++) {
        for (unsigned digit = 0; digit < DIGITS; digit++)
            counts->of[digit][digit_of(&items->items[i], digit)]++;
    }
    return counts;
}

/* Counts to places: where the first one with each value goes. */
static void make_places(size_t places[DIGIT_VALUES])
{
    size_t next = 0;

    for (size_t value = 0; value < DIGIT_VALUES; value++) {
        size_t count = places[value];
        places[value] = next;
        next += count;
    }
}

void apl_hash_items_sort(apl_hash_items *items)
{
    if (items->count < 2)
        return;
    digit_counts *counts = count_digits(items);
    apl_hash_item *other = apl_memory_new(items->count * sizeof *other);

    for (unsigned digit = 0; digit < DIGITS; digit++) {
        make_places(counts->of[digit]);
        for (size_t i = 0; i < items->count; i++)
            other[counts->of[digit][digit_of(&items->items[i], digit)]++] = items->items[i];
        apl_hash_item *sorted = other;
        other = items->items;
        items->items = sorted;
    }
    items->capacity = items->count;
    apl_memory_free(other);
    apl_memory_free(counts);
}
