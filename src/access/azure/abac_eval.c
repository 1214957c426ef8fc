/* access/azure/abac_eval.c: a condition on one request, in three values.
 *
 * The action is always known. The names of the resource and of those above it come out of its id; every other attribute
 * is known only when the question gives it. Nothing is allocated. */
#include "access/azure/abac_program.h"
#include "base/limits.h"

/* Values of one attribute that are looked at; more make the comparison unread. */
#define VALUES_MAX 256

typedef struct value_list {
    const apl_str *texts;
    uint32_t count;
    bool is_known;
    apl_str own[VALUES_MAX];
    char number[32]; /* a number or truth value of the question as text */
} value_list;

static const char *const source_names[] = {"", "Request", "Resource", "Principal", "Environment"};

/* One value of the question as a text. False when it is none. */
static bool text_of(apl_str *out, value_list *list, apl_value value)
{
    *out = apl_value_str(value);
    if (value.type == APL_VALUE_STRING)
        return true;
    if (value.type == APL_VALUE_BOOL) {
        *out = value.boolean ? APL_STR("true") : APL_STR("false");
        return true;
    }
    if (value.type != APL_VALUE_INTEGER)
        return false;
    /* Digits from the end: only one number is kept, so a list of numbers must be given as texts. */
    uint64_t left = value.integer < 0 ? 0 - (uint64_t)value.integer : (uint64_t)value.integer;
    char *end = list->number + sizeof list->number;
    char *at = end;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value.integer < 0)
        *--at = '-';
    *out = apl_str_make(at, (size_t)(end - at));
    return true;
}

/* The attribute as the question gives it; false when it says nothing of it. */
static bool given_values(value_list *out, const apl_abac_operand *operand, const apl_request *request)
{
    apl_value source = apl_value_member(request->attributes, source_names[operand->source]);
    apl_value value = apl_value_get(source, operand->attribute);

    if (value.type == APL_VALUE_NULL) {
        out->is_known = true;
        return true;
    }
    if (!apl_value_is_there(value) || value.type == APL_VALUE_OBJECT)
        return false;
    const apl_value *items = value.type == APL_VALUE_ARRAY ? value.items : &value;
    uint32_t count = value.type == APL_VALUE_ARRAY ? value.size : 1;
    if (count > VALUES_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if ((value.type == APL_VALUE_ARRAY && items[i].type == APL_VALUE_INTEGER && count > 1) ||
            !text_of(&out->own[i], out, items[i]))
            return false;
    }
    out->texts = out->own;
    out->count = count;
    out->is_known = true;
    return true;
}

/* The name that `id` has at the resource type `type`, as the attribute "type:name" wants it: walks type and id side by
 * side from the provider on. Below blobs a name may have slashes: `takes_rest`. */
static apl_str name_at_type(apl_str id, apl_str type, bool takes_rest)
{
    apl_str rest = id;
    apl_str part;
    apl_str wanted;
    long providers = -1;

    for (long at; (at = apl_str_find_nocase(rest, APL_STR("/providers/"))) >= 0;) {
        rest = apl_str_slice(rest, (size_t)at + 11, rest.size);
        providers = at;
    }
    if (providers < 0 || !apl_str_next(&part, &rest, '/') || !apl_str_next(&wanted, &type, '/') ||
        !apl_str_equal_nocase(part, wanted))
        return APL_STR_NONE;
    apl_str name = APL_STR_NONE;
    while (apl_str_next(&wanted, &type, '/')) {
        if (!apl_str_next(&part, &rest, '/') || !apl_str_equal_nocase(part, wanted))
            return APL_STR_NONE;
        if (takes_rest && type.size == 0)
            return rest;
        if (!apl_str_next(&name, &rest, '/'))
            return APL_STR_NONE;
    }
    return name;
}

static bool resource_values(value_list *out, const apl_abac_operand *operand, const apl_request *request)
{
    long colon = apl_str_find_last_char(operand->attribute, ':');

    if (operand->source != APL_ABAC_RESOURCE || colon < 0)
        return false;
    apl_str type = apl_str_slice(operand->attribute, 0, (size_t)colon);
    apl_str what = apl_str_slice(operand->attribute, (size_t)colon + 1, operand->attribute.size);
    bool is_path = apl_str_equal_nocase(what, APL_STR("path"));
    if (!is_path && !apl_str_equal_nocase(what, APL_STR("name")))
        return false;
    out->own[0] = name_at_type(request->resource, type, is_path);
    out->texts = out->own;
    out->count = 1;
    out->is_known = out->own[0].size > 0;
    return out->is_known;
}

static void values_of(value_list *out, const apl_abac_operand *operand, const apl_request *request)
{
    out->is_known = false;
    out->count = 0;
    if (operand->source == APL_ABAC_LITERAL) {
        out->texts = operand->values;
        out->count = operand->value_count;
        out->is_known = true;
        return;
    }
    if (!given_values(out, operand, request))
        (void)resource_values(out, operand, request);
}

static apl_truth negate(apl_truth a)
{
    return a == APL_TRUTH_UNREAD ? a : a == APL_TRUE ? APL_FALSE : APL_TRUE;
}

static apl_truth both(apl_truth a, apl_truth b)
{
    if (a == APL_FALSE || b == APL_FALSE)
        return APL_FALSE;
    return a == APL_TRUE && b == APL_TRUE ? APL_TRUE : APL_TRUTH_UNREAD;
}

static apl_truth either(apl_truth a, apl_truth b)
{
    return negate(both(negate(a), negate(b)));
}

/* One value of the left side against the right side. */
static apl_truth against_right(const apl_abac_step *step, apl_str left, const value_list *right)
{
    bool is_all = step->quantifier.is_all_right;
    apl_truth outcome = is_all ? APL_TRUE : APL_FALSE;

    for (uint32_t i = 0; i < right->count; i++) {
        apl_truth one = apl_abac_compare(step->operator, left, right->texts[i]);
        outcome = is_all ? both(outcome, one) : either(outcome, one);
    }
    return outcome;
}

/* An attribute that is known not to exist satisfies no comparison. */
static apl_truth compare(const apl_abac_step *step, const apl_request *request)
{
    value_list left;
    value_list right;
    bool is_all = step->quantifier.is_all_left;
    apl_truth outcome = is_all ? APL_TRUE : APL_FALSE;

    values_of(&left, &step->left, request);
    values_of(&right, &step->right, request);
    if (!left.is_known || !right.is_known)
        return APL_TRUTH_UNREAD;
    if (left.count == 0 || right.count == 0)
        return APL_FALSE;
    for (uint32_t i = 0; i < left.count; i++) {
        apl_truth one = against_right(step, left.texts[i], &right);
        outcome = is_all ? both(outcome, one) : either(outcome, one);
    }
    return outcome;
}

static apl_truth exists(const apl_abac_step *step, const apl_request *request)
{
    value_list list;

    values_of(&list, &step->left, request);
    if (!list.is_known)
        return APL_TRUTH_UNREAD;
    return list.count ? APL_TRUE : APL_FALSE;
}

static apl_truth leaf(const apl_abac_step *step, const apl_request *request)
{
    apl_str sub_operation = apl_value_str(apl_value_member(request->attributes, "SubOperation"));

    switch ((int)step->kind) {
    case APL_ABAC_COMPARE:
        return compare(step, request);
    case APL_ABAC_EXISTS:
        return exists(step, request);
    case APL_ABAC_SUB_OPERATION:
        if (sub_operation.size == 0)
            return APL_TRUTH_UNREAD;
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < step->left.value_count; i++) {
        apl_str name = step->kind == APL_ABAC_SUB_OPERATION ? sub_operation : request->action;
        if (apl_str_like_nocase(name, step->left.values[i]))
            return APL_TRUE;
    }
    return APL_FALSE;
}

apl_truth apl_abac_eval(const apl_abac *abac, const apl_request *request)
{
    apl_truth stack[APL_ABAC_DEPTH_MAX];
    unsigned size = 0;

    for (uint32_t i = 0; i < abac->step_count; i++) {
        const apl_abac_step *step = &abac->steps[i];
        if (step->kind < APL_ABAC_NOT) {
            stack[size++] = leaf(step, request);
        } else if (step->kind == APL_ABAC_NOT) {
            stack[size - 1] = negate(stack[size - 1]);
        } else {
            size--;
            stack[size - 1] = step->kind == APL_ABAC_AND ? both(stack[size - 1], stack[size])
                                                         : either(stack[size - 1], stack[size]);
        }
    }
    APL_ASSERT(size == 1);
    return stack[0];
}

bool apl_abac_reads_resource(const apl_abac *abac)
{
    return abac->reads_resource;
}

size_t apl_abac_role_ids(apl_str *out, size_t max, const apl_abac *abac)
{
    size_t count = 0;

    for (uint32_t i = 0; i < abac->step_count; i++) {
        const apl_abac_step *step = &abac->steps[i];
        bool is_list = step->kind == APL_ABAC_COMPARE && step->left.source == APL_ABAC_REQUEST &&
                       step->right.source == APL_ABAC_LITERAL &&
                       apl_str_ends(step->left.attribute, APL_STR(":RoleDefinitionId"));
        for (uint32_t v = 0; is_list && v < step->right.value_count && count < max; v++)
            out[count++] = step->right.values[v];
    }
    return count;
}
