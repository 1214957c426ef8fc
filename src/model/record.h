/* model/record.h: the kept slots of one document, in half the memory of their values.
 *
 * First a bit for each slot of the plan, then a word for the value of each set bit, in order. A word holds the type,
 * and a short size with the address, or a number; what does not fit lies elsewhere and the word says where. Records are
 * most of what an estate keeps of a document, and are read-only once they are made. */
#ifndef APL_MODEL_RECORD_H
#define APL_MODEL_RECORD_H

#include "base/status.h"
#include "json/value.h"

typedef struct apl_record {
    const uint64_t *present; /* and the words of the values behind it; NULL: nothing was kept */
} apl_record;

/* The parts of a word, from the lowest bit: type, size, and address or number. */
#define APL_WORD_TYPE_BITS 4u
#define APL_WORD_SIZE_BITS 12u
#define APL_WORD_LOW_BITS (APL_WORD_TYPE_BITS + APL_WORD_SIZE_BITS)
#define APL_WORD_FAR 15u /* instead of a type: the address is that of a value */

_Static_assert(APL_VALUE_OBJECT < APL_WORD_FAR, "a word has room for the type of a value");

/* False when the value does not fit into a word. */
bool apl_record_pack(uint64_t *word, apl_value value);

/* The word of a value that lies elsewhere; it must live as long as the record. */
uint64_t apl_record_pack_far(const apl_value *value);

/* The value of a word. O(1); here, because every condition reads fields. */
static inline apl_value apl_record_unpack(uint64_t word)
{
    unsigned type = word & ((1u << APL_WORD_TYPE_BITS) - 1);
    uint64_t high = word >> APL_WORD_LOW_BITS;
    apl_value value = {.type = (uint8_t)type};

    if (type == APL_WORD_FAR)
        return *(const apl_value *)(uintptr_t)high;
    if (type >= APL_VALUE_STRING) {
        value.size = (uint32_t)(word >> APL_WORD_TYPE_BITS) & ((1u << APL_WORD_SIZE_BITS) - 1);
        value.string = (const char *)(uintptr_t)high;
    } else if (type == APL_VALUE_INTEGER) {
        value.integer = (int64_t)word >> APL_WORD_LOW_BITS;
    } else if (type == APL_VALUE_BOOL) {
        value.boolean = high != 0;
    }
    return value;
}

static inline bool apl_record_has(const apl_record *record, unsigned slot)
{
    return record->present && ((record->present[slot / 64] >> (slot % 64)) & 1u);
}

/* The words of the values; `word_count` is that of the plan. */
static inline const uint64_t *apl_record_words(const apl_record *record, size_t word_count)
{
    return record->present + word_count;
}

#endif
