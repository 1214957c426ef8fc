/* condition/operand.c: operands that are known at compile time, prepared once so that evaluating is cheap.
 *
 * A text of ASCII is kept in lower case, so that equality is a comparison of sizes and then of words. A long list of
 * texts gets a hash table. Everything else goes the general way of operators.c; both ways give the same outcome, which
 * a unit test checks. */
#include "condition/operators.h"

/* A list gets a hash table from this many items on; below it a walk over the sizes is faster. */
#define HASHED_LIST_MIN 8
#define HASHED_LIST_MAX 16384

static apl_str lower_ascii(apl_arena *arena, apl_str text)
{
    char *lower = apl_arena_alloc_raw(arena, (size_t)text.size + 1);

    for (uint32_t i = 0; i < text.size; i++)
        lower[i] = apl_char_lower(text.data[i]);
    lower[text.size] = 0;
    return apl_str_make(lower, text.size);
}

static bool is_ascii_text(apl_value value)
{
    return value.type == APL_VALUE_STRING && apl_fold_is_ascii(apl_value_str(value));
}

static uint64_t size_bit(uint32_t size)
{
    return UINT64_C(1) << (size & 63);
}

/* True when each item is a text of ASCII that is no number and no boolean, so that only a text can equal it. */
static bool is_plain_list(apl_value list)
{
    apl_value number;

    for (uint32_t i = 0; i < list.size; i++) {
        if (!is_ascii_text(list.items[i]))
            return false;
        apl_str text = apl_value_str(list.items[i]);
        if (text.size == 0 || apl_text_number(&number, text) || apl_str_equal_nocase(text, APL_STR("true")) ||
            apl_str_equal_nocase(text, APL_STR("false")))
            return false;
    }
    return true;
}

static void prepare_list(apl_operand *out, apl_arena *arena, apl_value list)
{
    apl_value *items = APL_ARENA_ARRAY(arena, apl_value, list.size);

    out->shape = APL_OPERAND_LIST;
    for (uint32_t i = 0; i < list.size; i++) {
        items[i] = apl_value_string(lower_ascii(arena, apl_value_str(list.items[i])));
        out->sizes |= size_bit(items[i].size);
    }
    out->value = apl_value_array(items, list.size);
    if (list.size < HASHED_LIST_MIN || list.size > HASHED_LIST_MAX)
        return;
    uint32_t slot_count = 16;
    while (slot_count < list.size * 2)
        slot_count *= 2;
    uint16_t *slots = APL_ARENA_ARRAY(arena, uint16_t, slot_count);
    for (uint32_t i = 0; i < list.size; i++) {
        uint32_t at = (uint32_t)apl_str_hash_nocase(apl_value_str(items[i])) & (slot_count - 1);
        while (slots[at])
            at = (at + 1) & (slot_count - 1);
        slots[at] = (uint16_t)(i + 1);
    }
    out->slots = slots;
    out->slot_mask = slot_count - 1;
}

static bool is_start(apl_str pattern)
{
    return pattern.size && memchr(pattern.data, '*', pattern.size) == pattern.data + pattern.size - 1;
}

void apl_operand_prepare(apl_operand *out, apl_arena *arena, apl_operator base, apl_value value)
{
    *out = (apl_operand){.value = value};
    if (base == APL_OP_IN && value.type == APL_VALUE_ARRAY) {
        if (value.size && is_plain_list(value))
            prepare_list(out, arena, value);
        return;
    }
    if (base == APL_OP_EQUALS && is_ascii_text(value)) {
        out->shape = APL_OPERAND_TEXT;
        out->lower = lower_ascii(arena, apl_value_str(value));
    }
    if (base == APL_OP_EQUALS && value.type == APL_VALUE_BOOL)
        out->shape = APL_OPERAND_BOOL;
    if (value.type == APL_VALUE_INTEGER && apl_operator_is_of_numbers(base))
        out->shape = APL_OPERAND_INTEGER;
    if (base == APL_OP_EXISTS && apl_operand_fault(base, value) == NULL) {
        out->shape = APL_OPERAND_EXISTENCE;
        out->wants_existence =
            value.type == APL_VALUE_BOOL ? value.boolean : apl_str_equal_nocase(apl_value_str(value), APL_STR("true"));
    }
    if (base == APL_OP_CONTAINS && is_ascii_text(value)) {
        out->shape = APL_OPERAND_PART;
        out->lower = lower_ascii(arena, apl_value_str(value));
    }
    if (base == APL_OP_LIKE && is_ascii_text(value) && is_start(apl_value_str(value))) {
        out->shape = APL_OPERAND_START;
        out->lower = lower_ascii(arena, apl_str_slice(apl_value_str(value), 0, value.size - 1));
    }
}

/* True, false, or unread where the long way has to say it: a list may hold what a text that is not ASCII folds to. */
static apl_truth list_has(const apl_operand *operand, apl_str text)
{
    if ((operand->sizes & size_bit(text.size)) == 0)
        return apl_fold_is_ascii(text) ? APL_FALSE : APL_TRUTH_UNREAD;
    if (operand->slots) {
        uint32_t at = (uint32_t)apl_str_hash_nocase(text) & operand->slot_mask;
        for (; operand->slots[at]; at = (at + 1) & operand->slot_mask) {
            apl_value item = operand->value.items[operand->slots[at] - 1];
            if (item.size == text.size && apl_fold_starts_ascii(text.data, item.string, item.size) == APL_FOLD_SAME)
                return APL_TRUE;
        }
        return apl_fold_is_ascii(text) ? APL_FALSE : APL_TRUTH_UNREAD;
    }
    for (uint32_t i = 0; i < operand->value.size; i++) {
        apl_value item = operand->value.items[i];
        if (item.size == text.size && apl_fold_starts_ascii(text.data, item.string, item.size) == APL_FOLD_SAME)
            return APL_TRUE;
    }
    return apl_fold_is_ascii(text) ? APL_FALSE : APL_TRUTH_UNREAD;
}

/* What the prepared text says of `text`: true, false, or unread where the long way has to say it. */
static apl_truth text_meets(apl_str text, const apl_operand *operand)
{
    apl_str lower = operand->lower;

    switch (operand->shape) {
    case APL_OPERAND_TEXT:
        return apl_operand_text_equals(text, lower);
    case APL_OPERAND_LIST:
        return list_has(operand, text);
    case APL_OPERAND_PART:
        if (apl_str_find_nocase(text, lower) >= 0)
            return APL_TRUE;
        return apl_fold_is_ascii(text) ? APL_FALSE : APL_TRUTH_UNREAD;
    case APL_OPERAND_START:
        if (text.size < lower.size) /* nothing folds to a longer text */
            return APL_FALSE;
        return (apl_truth)apl_fold_starts_ascii(text.data, lower.data, lower.size);
    case APL_OPERAND_GENERAL:
    case APL_OPERAND_BOOL:
    case APL_OPERAND_INTEGER:
    case APL_OPERAND_EXISTENCE:
        break;
    }
    return APL_TRUTH_UNREAD;
}

apl_truth apl_operator_apply_prepared(apl_operator base, apl_value left, const apl_operand *operand)
{
    if (left.type == APL_VALUE_STRING) {
        apl_truth truth = text_meets(apl_value_str(left), operand);
        if (truth != APL_TRUTH_UNREAD)
            return truth;
    }
    return apl_operator_apply(base, left, operand->value);
}

const char *apl_operand_fault(apl_operator base, apl_value value)
{
    bool is_text = value.type == APL_VALUE_STRING;
    bool is_scalar = is_text || value.type == APL_VALUE_BOOL || apl_value_is_number(value);

    switch (base) {
    case APL_OP_LIKE:
    case APL_OP_MATCH:
    case APL_OP_MATCH_INSENSITIVELY:
    case APL_OP_CONTAINS_KEY:
        return is_scalar ? NULL : "needs a text";
    case APL_OP_LESS:
    case APL_OP_LESS_OR_EQUALS:
    case APL_OP_GREATER:
    case APL_OP_GREATER_OR_EQUALS:
        return is_text || apl_value_is_number(value) ? NULL : "needs a number, a text or a date";
    case APL_OP_EXISTS:
        if (value.type == APL_VALUE_BOOL)
            return NULL;
        return apl_str_equal_nocase(apl_value_str(value), APL_STR("true")) ||
                       apl_str_equal_nocase(apl_value_str(value), APL_STR("false"))
                   ? NULL
                   : "needs true or false";
    case APL_OP_EQUALS:
    case APL_OP_CONTAINS:
    case APL_OP_IN:
        break;
    }
    return NULL;
}
