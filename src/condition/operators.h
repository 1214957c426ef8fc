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
    APL_OPERAND_TEXT,  /* equals, a text of ASCII */
    APL_OPERAND_BOOL,  /* equals, true or false */
    APL_OPERAND_LIST,  /* in, texts of ASCII that are neither numbers nor booleans */
    APL_OPERAND_PART,  /* contains, a text of ASCII */
    APL_OPERAND_START, /* like, a text of ASCII whose only * is its last character */
} apl_operand_shape;

/* An operand that is known at compile time, prepared for speed. */
typedef struct apl_operand {
    apl_value value; /* the texts of a list are in lower case */
    apl_operand_shape shape;
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

/* The same, with the commonest cases in place: this is the inner loop of a scan. */
static inline apl_truth apl_operator_apply_fast(apl_operator base, apl_value left, const apl_operand *operand)
{
    if (operand->shape == APL_OPERAND_TEXT && left.type == APL_VALUE_STRING && left.size == operand->lower.size &&
        apl_fold_equal_ascii(left.string, operand->lower.data, left.size))
        return APL_TRUE;
    if (operand->shape == APL_OPERAND_BOOL && left.type == APL_VALUE_BOOL)
        return left.boolean == operand->value.boolean ? APL_TRUE : APL_FALSE;
    if (operand->shape != APL_OPERAND_GENERAL && left.type == APL_VALUE_MISSING)
        return APL_FALSE;
    return apl_operator_apply_prepared(base, left, operand);
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

static inline apl_truth apl_truth_not(apl_truth truth)
{
    return truth == APL_TRUE ? APL_FALSE : truth == APL_FALSE ? APL_TRUE : truth;
}

static inline apl_truth apl_truth_of(bool holds)
{
    return holds ? APL_TRUE : APL_FALSE;
}

#endif
