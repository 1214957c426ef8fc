/* condition/operators.h: the operators of the language on two values.
 *
 * Nineteen names stand for twelve operators, seven of them also negated. What is missing, null, of another type or
 * unread is decided here and nowhere else; docs/policy-language.md gives the reasons. Nothing allocates. */
#ifndef APL_CONDITION_OPERATORS_H
#define APL_CONDITION_OPERATORS_H

#include "condition/condition.h"
#include "condition/fold.h"

typedef enum apl_operator {
    APL_OP_EQUALS = 0,
    APL_OP_LIKE,
    APL_OP_MATCH,
    APL_OP_MATCH_INSENSITIVELY,
    APL_OP_CONTAINS,
    APL_OP_IN,
    APL_OP_CONTAINS_KEY,
    APL_OP_LESS,
    APL_OP_LESS_OR_EQUALS,
    APL_OP_GREATER,
    APL_OP_GREATER_OR_EQUALS,
    APL_OP_EXISTS,
} apl_operator;

typedef struct apl_operator_name {
    const char *name; /* as the documentation writes it */
    apl_operator base;
    bool is_negative;
} apl_operator_name;

/* The operator of that name in any casing, or NULL. */
const apl_operator_name *apl_operator_find(apl_str name);

/* What an operand allows besides the general way. */
typedef enum apl_operand_shape {
    APL_OPERAND_GENERAL = 0,
    APL_OPERAND_TEXT,      /* equals, a text of ASCII */
    APL_OPERAND_BOOL,      /* equals, true or false */
    APL_OPERAND_INTEGER,   /* equals and the orders, a whole number */
    APL_OPERAND_EXISTENCE, /* exists */
    APL_OPERAND_LIST,      /* in, texts of ASCII that are neither numbers nor booleans */
    APL_OPERAND_PART,      /* contains, a text of ASCII */
    APL_OPERAND_START,     /* like, a text of ASCII whose only * is its last character */
} apl_operand_shape;

/* An operand that is known at compile time, prepared for speed. */
typedef struct apl_operand {
    apl_value value; /* the texts of a list are in lower case */
    apl_operand_shape shape;
    bool wants_existence;  /* APL_OPERAND_EXISTENCE */
    apl_str lower;         /* APL_OPERAND_TEXT, _PART, _START (without the *): in lower case */
    uint64_t sizes;        /* `in`: bit (size & 63) of each text of the list */
    const uint16_t *slots; /* `in`: a hash table of the texts, item number + 1; NULL when the list is short or mixed */
    uint32_t slot_mask;
} apl_operand;

void apl_operand_prepare(apl_operand *out, apl_arena *arena, apl_operator base, apl_value value);

/* What the operator cannot take as its right side, in words ("needs a text"), or NULL when it can. */
const char *apl_operand_fault(apl_operator base, apl_value value);

/* The outcome of the operator without its negation. APL_TRUTH_ERROR leaves the reason in the message of the thread. */
apl_truth apl_operator_apply(apl_operator base, apl_value left, apl_value right);
apl_truth apl_operator_apply_prepared(apl_operator base, apl_value left, const apl_operand *operand);

static inline apl_truth apl_truth_not(apl_truth truth)
{
    return truth == APL_TRUE ? APL_FALSE : truth == APL_FALSE ? APL_TRUE : truth;
}

static inline apl_truth apl_truth_of(bool holds)
{
    return holds ? APL_TRUE : APL_FALSE;
}

/* Whether `text` equals `lower`, of ASCII in lower case; unread where that takes folding. */
static inline apl_truth apl_operand_text_equals(apl_str text, apl_str lower)
{
    if (text.size < lower.size) /* nothing folds to a longer text */
        return APL_FALSE;
    apl_fold_start start = apl_fold_starts_ascii(text.data, lower.data, lower.size);
    return start == APL_FOLD_SAME && text.size > lower.size ? APL_FALSE : (apl_truth)start;
}

/* Whether the operator compares two whole numbers as apl_operand_meets_integer does. */
static inline bool apl_operator_is_of_numbers(apl_operator base)
{
    return base == APL_OP_EQUALS || (base >= APL_OP_LESS && base <= APL_OP_GREATER_OR_EQUALS);
}

static inline apl_truth apl_operand_meets_integer(apl_operator base, int64_t left, int64_t right)
{
    switch (base) {
    case APL_OP_LESS:
        return apl_truth_of(left < right);
    case APL_OP_LESS_OR_EQUALS:
        return apl_truth_of(left <= right);
    case APL_OP_GREATER:
        return apl_truth_of(left > right);
    case APL_OP_GREATER_OR_EQUALS:
        return apl_truth_of(left >= right);
    case APL_OP_EQUALS:
    case APL_OP_LIKE:
    case APL_OP_MATCH:
    case APL_OP_MATCH_INSENSITIVELY:
    case APL_OP_CONTAINS:
    case APL_OP_IN:
    case APL_OP_CONTAINS_KEY:
    case APL_OP_EXISTS:
        break;
    }
    return apl_truth_of(left == right);
}

/* The same, with the commonest cases in place: this is the inner loop of a scan. */
static inline apl_truth apl_operator_apply_fast(apl_operator base, apl_value left, const apl_operand *operand)
{
    apl_truth truth = APL_TRUTH_UNREAD;

    switch (operand->shape) {
    case APL_OPERAND_TEXT:
        if (left.type == APL_VALUE_STRING)
            truth = apl_operand_text_equals(apl_value_str(left), operand->lower);
        break;
    case APL_OPERAND_BOOL:
        if (left.type == APL_VALUE_BOOL)
            return apl_truth_of(left.boolean == operand->value.boolean);
        break;
    case APL_OPERAND_INTEGER:
        if (left.type == APL_VALUE_INTEGER)
            return apl_operand_meets_integer(base, left.integer, operand->value.integer);
        break;
    case APL_OPERAND_EXISTENCE:
        if (left.type == APL_VALUE_UNREAD)
            return APL_TRUTH_UNREAD;
        return apl_truth_of((left.type != APL_VALUE_MISSING && left.type != APL_VALUE_NULL) ==
                            operand->wants_existence);
    case APL_OPERAND_LIST:
    case APL_OPERAND_PART:
    case APL_OPERAND_START:
        break;
    case APL_OPERAND_GENERAL:
        return apl_operator_apply_prepared(base, left, operand);
    }
    if (truth != APL_TRUTH_UNREAD)
        return truth;
    return left.type == APL_VALUE_MISSING ? APL_FALSE : apl_operator_apply_prepared(base, left, operand);
}

/* Equal as the language sees it: no case, "443" is 443, "true" is true, null is "". */
bool apl_values_equal(apl_value left, apl_value right);

/* -1, 0, 1 in *order; false when the two types have no order between them. */
bool apl_values_compare(int *order, apl_value left, apl_value right);

/* The whole text as a number (white space around it aside). */
bool apl_text_number(apl_value *out, apl_str text);

/* A number or boolean written as the language's text operators see it, into `buffer`; a text is itself. False for
 * everything else. */
#define APL_SCALAR_TEXT_MAX 32
bool apl_scalar_text(apl_str *out, char buffer[APL_SCALAR_TEXT_MAX], apl_value value);

#endif
