/* condition/operators.c: equality, order, patterns and membership of values.
 *
 * Called for each leaf that is evaluated. Missing, null and type coercion follow the register of decisions; a
 * comparison that has no order is an error and never false. No recursion: values that come from documents may be as
 * deep as APL_JSON_DEPTH_MAX. */
#include "condition/operators.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "condition/fold.h"

static const apl_operator_name names[] = {
    {"contains", APL_OP_CONTAINS, false},
    {"containsKey", APL_OP_CONTAINS_KEY, false},
    {"equals", APL_OP_EQUALS, false},
    {"exists", APL_OP_EXISTS, false},
    {"greater", APL_OP_GREATER, false},
    {"greaterOrEquals", APL_OP_GREATER_OR_EQUALS, false},
    {"in", APL_OP_IN, false},
    {"less", APL_OP_LESS, false},
    {"lessOrEquals", APL_OP_LESS_OR_EQUALS, false},
    {"like", APL_OP_LIKE, false},
    {"match", APL_OP_MATCH, false},
    {"matchInsensitively", APL_OP_MATCH_INSENSITIVELY, false},
    {"notContains", APL_OP_CONTAINS, true},
    {"notContainsKey", APL_OP_CONTAINS_KEY, true},
    {"notEquals", APL_OP_EQUALS, true},
    {"notIn", APL_OP_IN, true},
    {"notLike", APL_OP_LIKE, true},
    {"notMatch", APL_OP_MATCH, true},
    {"notMatchInsensitively", APL_OP_MATCH_INSENSITIVELY, true},
};
#define NAME_COUNT (sizeof names / sizeof names[0])

static const char *const sorted_names[] = {
    "contains",
    "containsKey",
    "equals",
    "exists",
    "greater",
    "greaterOrEquals",
    "in",
    "less",
    "lessOrEquals",
    "like",
    "match",
    "matchInsensitively",
    "notContains",
    "notContainsKey",
    "notEquals",
    "notIn",
    "notLike",
    "notMatch",
    "notMatchInsensitively",
    NULL,
};

const char *const *apl_condition_operators(void)
{
    return sorted_names;
}

const apl_operator_name *apl_operator_find(apl_str name)
{
    char first = name.size ? apl_char_lower(name.data[0]) : 0;

    for (size_t i = 0; i < NAME_COUNT; i++) {
        /* Members that are no operators come here too, so most names need no more than the first letter. */
        if (names[i].name[0] == first && apl_str_equal_nocase(name, apl_str_from(names[i].name)))
            return &names[i];
    }
    return NULL;
}

/* ---- numbers and scalars as text ---- */

static bool is_number_text(apl_str text)
{
    size_t at = text.size && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;
    size_t digits = 0;

    for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++)
        digits++;
    if (at < text.size && text.data[at] == '.') {
        for (at++; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++)
            digits++;
    }
    if (digits == 0)
        return false;
    if (at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        if (at < text.size && (text.data[at] == '-' || text.data[at] == '+'))
            at++;
        size_t exponent = at;
        while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9')
            at++;
        if (at == exponent)
            return false;
    }
    return at == text.size;
}

/* Longer than this no number is exact anyway. */
#define NUMBER_TEXT_MAX 64

bool apl_text_number(apl_value *out, apl_str text)
{
    char copy[NUMBER_TEXT_MAX];
    int64_t integer = 0;
    bool is_integer = true;

    text = apl_str_trim(text);
    if (text.size == 0 || text.size >= sizeof copy || !is_number_text(text))
        return false;
    bool is_negative = text.data[0] == '-';
    for (size_t i = text.data[0] == '-' || text.data[0] == '+' ? 1 : 0; i < text.size && is_integer; i++) {
        int digit = text.data[i] - '0';
        is_integer = digit >= 0 && digit <= 9 && !__builtin_mul_overflow(integer, 10, &integer) &&
                     !__builtin_sub_overflow(integer, digit, &integer);
    }
    if (is_integer && (is_negative || integer != INT64_MIN)) {
        *out = apl_value_integer(is_negative ? integer : -integer);
        return true;
    }
    memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    *out = apl_value_real(strtod(copy, NULL));
    return true;
}

bool apl_scalar_text(apl_str *out, char buffer[APL_SCALAR_TEXT_MAX], apl_value value)
{
    int size = 0;

    if (value.type == APL_VALUE_STRING) {
        *out = apl_value_str(value);
        return true;
    }
    if (value.type == APL_VALUE_BOOL)
        size = snprintf(buffer, APL_SCALAR_TEXT_MAX, "%s", value.boolean ? "true" : "false");
    else if (value.type == APL_VALUE_INTEGER)
        size = snprintf(buffer, APL_SCALAR_TEXT_MAX, "%lld", (long long)value.integer);
    else if (value.type == APL_VALUE_REAL)
        size = snprintf(buffer, APL_SCALAR_TEXT_MAX, "%.15g", value.real);
    else
        return false;
    *out = apl_str_make(buffer, (size_t)size);
    return true;
}

/* ---- equality ---- */

static bool numbers_equal(apl_value a, apl_value b)
{
    if (a.type == APL_VALUE_INTEGER && b.type == APL_VALUE_INTEGER)
        return a.integer == b.integer;
    double x = apl_value_number(a);
    double y = apl_value_number(b);
    return !(x < y) && !(x > y);
}

static bool text_equals_scalar(apl_str text, apl_value scalar)
{
    apl_value number;

    if (scalar.type == APL_VALUE_STRING)
        return apl_fold_equal(text, apl_value_str(scalar));
    if (scalar.type == APL_VALUE_BOOL)
        return apl_str_equal_nocase(text, scalar.boolean ? APL_STR("true") : APL_STR("false"));
    if (apl_value_is_number(scalar))
        return apl_text_number(&number, text) && numbers_equal(number, scalar);
    return scalar.type == APL_VALUE_NULL && text.size == 0;
}

/* Everything but two arrays or two objects. */
static bool scalars_equal(apl_value left, apl_value right)
{
    if (left.type == APL_VALUE_STRING)
        return text_equals_scalar(apl_value_str(left), right);
    if (right.type == APL_VALUE_STRING)
        return left.type != APL_VALUE_MISSING && text_equals_scalar(apl_value_str(right), left);
    if (apl_value_is_number(left) && apl_value_is_number(right))
        return numbers_equal(left, right);
    if (left.type == APL_VALUE_BOOL && right.type == APL_VALUE_BOOL)
        return left.boolean == right.boolean;
    bool left_is_nothing = left.type == APL_VALUE_NULL || left.type == APL_VALUE_MISSING;
    return left_is_nothing && right.type == APL_VALUE_NULL;
}

static bool is_container(apl_value value)
{
    return value.type == APL_VALUE_ARRAY || value.type == APL_VALUE_OBJECT;
}

typedef struct equal_frame {
    apl_value left;
    apl_value right;
    uint32_t next;
} equal_frame;

/* The pair to compare at `frame->next`; false when the left member has no counterpart. */
static bool next_pair(apl_value *left, apl_value *right, const equal_frame *frame)
{
    if (frame->left.type == APL_VALUE_ARRAY) {
        *left = frame->left.items[frame->next];
        *right = frame->right.items[frame->next];
        return true;
    }
    *left = frame->left.members[frame->next].value;
    *right = apl_value_get(frame->right, frame->left.members[frame->next].key);
    return right->type != APL_VALUE_MISSING;
}

/* Two arrays or two objects. */
static bool containers_equal(apl_value left, apl_value right)
{
    equal_frame frames[APL_JSON_DEPTH_MAX];
    size_t depth = 0;

    if (left.size != right.size)
        return false;
    frames[depth++] = (equal_frame){left, right, 0};
    while (depth > 0) {
        equal_frame *frame = &frames[depth - 1];
        if (frame->next == frame->left.size) {
            depth--;
            continue;
        }
        if (!next_pair(&left, &right, frame))
            return false;
        frame->next++;
        if (!is_container(left) || left.type != right.type) {
            if (is_container(left) || is_container(right) || !scalars_equal(left, right))
                return false;
        } else if (left.size != right.size || depth == APL_JSON_DEPTH_MAX) {
            return false;
        } else {
            frames[depth++] = (equal_frame){left, right, 0};
        }
    }
    return true;
}

/* The frames above are many pages of stack, which are not asked for when two scalars are compared. */
bool apl_values_equal(apl_value left, apl_value right)
{
    if (is_container(left) && left.type == right.type)
        return containers_equal(left, right);
    return !is_container(left) && !is_container(right) && scalars_equal(left, right);
}

/* ---- order ---- */

static int compare_numbers(apl_value a, apl_value b)
{
    if (a.type == APL_VALUE_INTEGER && b.type == APL_VALUE_INTEGER)
        return (a.integer > b.integer) - (a.integer < b.integer);
    double x = apl_value_number(a);
    double y = apl_value_number(b);
    return (x > y) - (x < y);
}

static int compare_texts(apl_str a, apl_str b)
{
    apl_instant x = 0;
    apl_instant y = 0;

    if (apl_instant_parse(&x, a) && apl_instant_parse(&y, b))
        return (x > y) - (x < y);
    return apl_fold_compare(a, b);
}

bool apl_values_compare(int *order, apl_value left, apl_value right)
{
    apl_value number;

    if (left.type == APL_VALUE_STRING && right.type == APL_VALUE_STRING) {
        *order = compare_texts(apl_value_str(left), apl_value_str(right));
        return true;
    }
    if (left.type == APL_VALUE_STRING && apl_text_number(&number, apl_value_str(left)))
        left = number;
    if (right.type == APL_VALUE_STRING && apl_text_number(&number, apl_value_str(right)))
        right = number;
    if (!apl_value_is_number(left) || !apl_value_is_number(right))
        return false;
    *order = compare_numbers(left, right);
    return true;
}

/* How much of a value a message shows. */
#define SHOWN_BYTES_MAX 60

static apl_str shown(apl_text *text, apl_value value)
{
    apl_text_init(text, SHOWN_BYTES_MAX);
    if (is_container(value))
        apl_text_add_format(text, "%s of %u", value.type == APL_VALUE_ARRAY ? "an array" : "an object", value.size);
    else
        apl_value_write(text, value, 0);
    return text->is_cut ? APL_STR("a long text") : apl_text_str(text);
}

static apl_truth no_order(apl_value left, apl_value right)
{
    apl_text a;
    apl_text b;
    apl_str left_text = shown(&a, left);
    apl_str right_text = shown(&b, right);

    (void)apl_fail(APL_E_INPUT, "%.*s (%s) and %.*s (%s) cannot be put in order", APL_STR_ARG(left_text),
                   apl_value_type_name(left), APL_STR_ARG(right_text), apl_value_type_name(right));
    apl_text_free(&a);
    apl_text_free(&b);
    return APL_TRUTH_ERROR;
}

static apl_truth apply_order(apl_operator base, apl_value left, apl_value right)
{
    int order = 0;

    if (left.type == APL_VALUE_MISSING || left.type == APL_VALUE_NULL)
        return APL_FALSE;
    if (!apl_values_compare(&order, left, right))
        return no_order(left, right);
    if (base == APL_OP_LESS)
        return apl_truth_of(order < 0);
    if (base == APL_OP_LESS_OR_EQUALS)
        return apl_truth_of(order <= 0);
    if (base == APL_OP_GREATER)
        return apl_truth_of(order > 0);
    return apl_truth_of(order >= 0);
}

/* ---- texts, members, keys ---- */

static bool text_holds(apl_operator base, apl_value left, apl_value right)
{
    char left_buffer[APL_SCALAR_TEXT_MAX];
    char right_buffer[APL_SCALAR_TEXT_MAX];
    apl_str text;
    apl_str pattern;

    if (!apl_scalar_text(&text, left_buffer, left) || !apl_scalar_text(&pattern, right_buffer, right))
        return false;
    if (base == APL_OP_LIKE)
        return apl_fold_like(text, pattern);
    if (base == APL_OP_CONTAINS)
        return apl_fold_find(text, pattern) >= 0;
    return apl_fold_match(text, pattern, base == APL_OP_MATCH_INSENSITIVELY);
}

static bool has_key(apl_value object, apl_value key)
{
    char buffer[APL_SCALAR_TEXT_MAX];
    apl_str text;

    if (object.type != APL_VALUE_OBJECT || !apl_scalar_text(&text, buffer, key))
        return false;
    return apl_value_get(object, text).type != APL_VALUE_MISSING;
}

static bool has_item(apl_value array, apl_value item)
{
    for (uint32_t i = 0; i < array.size; i++) {
        if (apl_values_equal(array.items[i], item))
            return true;
    }
    return false;
}

static bool contains(apl_value left, apl_value right)
{
    if (left.type == APL_VALUE_ARRAY)
        return has_item(left, right);
    if (left.type == APL_VALUE_OBJECT)
        return has_key(left, right);
    return text_holds(APL_OP_CONTAINS, left, right);
}

static bool has_null(apl_value array)
{
    for (uint32_t i = 0; i < array.size; i++) {
        if (array.items[i].type == APL_VALUE_NULL)
            return true;
    }
    return false;
}

/* A missing value is in a list that holds null; an explicit null is in no list. */
static bool is_in(apl_value left, apl_value list)
{
    if (left.type == APL_VALUE_NULL)
        return false;
    if (list.type != APL_VALUE_ARRAY)
        return apl_values_equal(left, list);
    return left.type == APL_VALUE_MISSING ? has_null(list) : has_item(list, left);
}

static bool exists(apl_value left)
{
    return left.type != APL_VALUE_MISSING && left.type != APL_VALUE_NULL;
}

/* `exists` takes true and "true"; anything else that got here was checked to be false. */
static bool wants_existence(apl_value right)
{
    return right.type == APL_VALUE_BOOL ? right.boolean : apl_str_equal_nocase(apl_value_str(right), APL_STR("true"));
}

apl_truth apl_operator_apply(apl_operator base, apl_value left, apl_value right)
{
    if (left.type == APL_VALUE_UNREAD || right.type == APL_VALUE_UNREAD)
        return APL_TRUTH_UNREAD;
    switch (base) {
    case APL_OP_EQUALS:
        return apl_truth_of(apl_values_equal(left, right));
    case APL_OP_LIKE:
    case APL_OP_MATCH:
    case APL_OP_MATCH_INSENSITIVELY:
        return apl_truth_of(text_holds(base, left, right));
    case APL_OP_CONTAINS:
        return apl_truth_of(contains(left, right));
    case APL_OP_IN:
        return apl_truth_of(is_in(left, right));
    case APL_OP_CONTAINS_KEY:
        return apl_truth_of(has_key(left, right));
    case APL_OP_LESS:
    case APL_OP_LESS_OR_EQUALS:
    case APL_OP_GREATER:
    case APL_OP_GREATER_OR_EQUALS:
        return apply_order(base, left, right);
    case APL_OP_EXISTS:
        return apl_truth_of(exists(left) == wants_existence(right));
    }
    return APL_TRUTH_ERROR;
}
