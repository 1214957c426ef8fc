/* model/slot.h: what lies in a slot of an asset's record, where the binding of the field is known.
 *
 * In a header because conditions ask nothing more often: see condition/eval.c. The binding is that of an ordinary path
 * and of the asset's type. */
#ifndef APL_MODEL_SLOT_H
#define APL_MODEL_SLOT_H

#include "model/estate.h"
#include "model/type_plan.h"

/* Set bits of the word; written out, because the compiler calls a library for it on a plain x86-64. */
static inline unsigned apl_slot_count_bits(uint64_t word)
{
    word -= (word >> 1) & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)((word * UINT64_C(0x0101010101010101)) >> 56);
}

/* Whether what is missing at this binding was not read, as far as the record tells. */
static inline bool apl_slot_is_unread(const apl_asset *asset, const apl_binding *binding)
{
    uint32_t groups = asset->unread_groups;

    if (groups == 0)
        return false;
    return (groups & 1u) != 0 || (binding->group && (groups & (1u << binding->group)) != 0);
}

/* `below`, or unread where it is missing and that tells nothing. */
static inline apl_value apl_slot_unread_or(const apl_asset *asset, const apl_binding *binding, apl_value below)
{
    return below.type == APL_VALUE_MISSING && apl_slot_is_unread(asset, binding) ? APL_UNREAD : below;
}

/* The value of the slot, which the binding has; or missing, or unread. */
static inline apl_value apl_slot_value(const apl_asset *asset, const apl_binding *binding)
{
    uint32_t word = binding->slot / 64u;
    uint64_t bit = UINT64_C(1) << (binding->slot % 64u);
    const uint64_t *present = asset->record.present;
    unsigned before = 0;

    if (!apl_record_has(&asset->record, binding->slot))
        return apl_slot_unread_or(asset, binding, APL_MISSING);
    for (uint32_t i = 0; i < word; i++)
        before += apl_slot_count_bits(present[i]);
    before += apl_slot_count_bits(present[word] & (bit - 1));
    return apl_record_unpack(apl_record_words(&asset->record, asset->plan->word_count)[before]);
}

#endif
