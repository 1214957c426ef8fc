/* model/record.c: puts values into words.
 *
 * Stands under the projector and the merging of documents. A text, array or object is not copied: the word keeps its
 * address, of which no system that we run on uses more than 48 bits. */
#include "model/record.h"

#define HIGH_BITS (64u - APL_WORD_LOW_BITS)
#define SIZE_LIMIT (1u << APL_WORD_SIZE_BITS)
#define INTEGER_LIMIT (INT64_C(1) << (HIGH_BITS - 1))

static uint64_t word_of(unsigned type, uint64_t size, uint64_t high)
{
    return high << APL_WORD_LOW_BITS | size << APL_WORD_TYPE_BITS | type;
}

static uint64_t high_of(const void *address)
{
    uint64_t high = (uintptr_t)address;

    APL_ASSERT(high >> HIGH_BITS == 0);
    return high;
}

bool apl_record_pack(uint64_t *word, apl_value value)
{
    switch ((apl_value_type)value.type) {
    case APL_VALUE_MISSING:
    case APL_VALUE_UNREAD:
    case APL_VALUE_NULL:
        *word = word_of(value.type, 0, 0);
        return true;
    case APL_VALUE_BOOL:
        *word = word_of(value.type, 0, value.boolean);
        return true;
    case APL_VALUE_INTEGER:
        *word = word_of(value.type, 0, (uint64_t)value.integer);
        return value.integer >= -INTEGER_LIMIT && value.integer < INTEGER_LIMIT;
    case APL_VALUE_STRING:
    case APL_VALUE_ARRAY:
    case APL_VALUE_OBJECT:
        *word = word_of(value.type, value.size, high_of(value.string));
        return value.size < SIZE_LIMIT;
    case APL_VALUE_REAL:
        break;
    }
    return false;
}

uint64_t apl_record_pack_far(const apl_value *value)
{
    return word_of(APL_WORD_FAR, 0, high_of(value));
}
