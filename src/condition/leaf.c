/* condition/leaf.c: one condition object: its members, its operator and its operands.
 *
 * {"field" | "value" | "count": ..., <operator>: ...}, or {"allOf" | "anyOf" | "not": ...}. Names in any casing. What
 * is constant on both sides is decided here, once. */
#include "condition/compiler.h"

static const char *const left_names[] = {"field", "value", "count"};
static const char *const group_names[] = {"allOf", "anyOf", "not"};

static bool is_one_of(const char *const *names, apl_str key, size_t *index)
{
    for (*index = 0; *index < 3; (*index)++) {
        if (apl_str_equal_nocase(key, apl_str_from(names[*index])))
            return true;
    }
    return false;
}

static void unknown_member(apl_compiler *compiler, apl_str key)
{
    apl_report about = {APL_MESSAGE_ERROR, APL_E_CONTENT, APL_STR_NONE};
    unsigned distance = apl_nearest_limit(key);

    for (const char *const *name = apl_condition_operators(); *name; name++)
        apl_nearest_try(&about.nearest, &distance, key, apl_str_from(*name));
    for (size_t i = 0; i < 3; i++) {
        apl_nearest_try(&about.nearest, &distance, key, apl_str_from(left_names[i]));
        apl_nearest_try(&about.nearest, &distance, key, apl_str_from(group_names[i]));
    }
    apl_report_into(compiler, key);
    apl_report_message(compiler, &about,
                       "'%.*s' is no operator; expected field, value or count with one operator, or allOf, anyOf, not",
                       APL_STR_ARG(key));
    compiler->step_count--;
}

/* Puts one member where it belongs; false when there is another of its kind, or none. */
static bool take_member(apl_condition_parts *parts, apl_compiler *compiler, const apl_member *member)
{
    const apl_operator_name *operator= apl_operator_find(member->key);
    size_t index = 0;
    apl_str *place = &parts->operator_key;

    if (is_one_of(left_names, member->key, &index)) {
        place = &parts->left_key;
    } else if (is_one_of(group_names, member->key, &index)) {
        place = &parts->group_key;
    } else if (operator== NULL) {
        unknown_member(compiler, member->key);
        return false;
    }
    if (place->data) {
        apl_report_error(compiler, "both '%.*s' and '%.*s' stand in one condition", APL_STR_ARG(*place),
                         APL_STR_ARG(member->key));
        return false;
    }
    *place = member->key;
    if (place == &parts->left_key) {
        parts->left = member->value;
    } else if (place == &parts->group_key) {
        parts->group = (apl_node_kind)(APL_NODE_ALL + index);
        parts->members = member->value;
    } else {
        parts->operator= operator;
        parts->right = member->value;
    }
    return true;
}

bool apl_condition_take_apart(apl_condition_parts *out, apl_compiler *compiler, apl_value json)
{
    memset(out, 0, sizeof *out);
    if (json.type != APL_VALUE_OBJECT) {
        apl_report_error(compiler, "a condition must be an object, not %s", apl_value_type_name(json));
        return false;
    }
    for (uint32_t i = 0; i < json.size; i++) {
        if (!take_member(out, compiler, &json.members[i]))
            return false;
    }
    if (out->group_key.data && (out->left_key.data || out->operator_key.data)) {
        apl_report_error(compiler, "'%.*s' stands alone in a condition", APL_STR_ARG(out->group_key));
        return false;
    }
    if (out->group_key.data == NULL && out->left_key.data == NULL) {
        apl_report_error(compiler, "the condition has no field, value or count, nor allOf, anyOf or not");
        return false;
    }
    if (out->group_key.data == NULL && out->operator_key.data == NULL) {
        apl_report_error(compiler, "the condition has no operator; expected one such as equals, in or exists");
        return false;
    }
    return true;
}

/* ---- the left side ---- */

static apl_str written(apl_compiler *compiler, apl_value json)
{
    apl_text text;

    if (json.type == APL_VALUE_STRING)
        return apl_value_str(json);
    apl_text_init(&text, APL_ERROR_BYTES_MAX);
    apl_value_write(&text, json, 0);
    apl_str kept = text.is_cut ? APL_STR("...") : apl_arena_str(compiler->arena, apl_text_str(&text));
    apl_text_free(&text);
    return kept;
}

static apl_code *code_of(apl_compiler *compiler, apl_value json)
{
    apl_code *code = APL_ARENA_NEW(compiler->arena, apl_code);

    return apl_code_compile(code, compiler, json) ? code : NULL;
}

static bool constant_text(apl_str *out, const apl_code *code)
{
    if (!apl_code_is_constant(code) || code->steps[0].constant.type != APL_VALUE_STRING)
        return false;
    *out = apl_value_str(code->steps[0].constant);
    return true;
}

static uint8_t flags_of_field(apl_str name)
{
    if (apl_str_equal_nocase(name, APL_STR("type")))
        return APL_NODE_IS_TYPE;
    if (apl_str_equal_nocase(name, APL_STR("name")))
        return APL_NODE_IS_NAME;
    if (apl_str_equal_nocase(name, APL_STR("kind")))
        return APL_NODE_IS_KIND;
    return apl_str_equal_nocase(name, APL_STR("location")) ? APL_NODE_IS_LOCATION : 0;
}

static bool compile_field(apl_node *node, apl_compiler *compiler, apl_value left)
{
    apl_code *code = NULL;
    apl_str name;

    if (left.type != APL_VALUE_STRING) {
        apl_report_error(compiler, "the field must be a text, not %s", apl_value_type_name(left));
        return false;
    }
    code = code_of(compiler, left);
    if (code == NULL)
        return false;
    if (constant_text(&name, code)) {
        node->kind = APL_NODE_FIELD;
        node->field = apl_field_compile(compiler, name);
        node->flags |= flags_of_field(name);
        return true;
    }
    if (apl_code_is_constant(code)) {
        apl_report_error(compiler, "the name of the field is %s, not a text",
                         apl_value_type_name(code->steps[0].constant));
        return false;
    }
    node->kind = APL_NODE_FIELD_NAMED;
    node->left = code;
    node->named = apl_named_fields_compile(compiler, code);
    return true;
}

/* ---- counts ---- */

typedef struct count_parts {
    apl_value field;
    apl_value value;
    apl_value name;
    apl_value where;
} count_parts;

static bool take_count_apart(count_parts *out, apl_compiler *compiler, apl_value json)
{
    static const char *const names[] = {"field", "value", "name", "where"};
    apl_value *const places[] = {&out->field, &out->value, &out->name, &out->where};

    memset(out, 0, sizeof *out);
    if (json.type != APL_VALUE_OBJECT) {
        apl_report_error(compiler, "a count must be an object, not %s", apl_value_type_name(json));
        return false;
    }
    for (uint32_t i = 0; i < json.size; i++) {
        apl_report about = {APL_MESSAGE_ERROR, APL_E_CONTENT, APL_STR_NONE};
        apl_str key = json.members[i].key;
        unsigned distance = apl_nearest_limit(key);
        size_t at = 0;
        while (at < 4 && !apl_str_equal_nocase(key, apl_str_from(names[at]))) {
            apl_nearest_try(&about.nearest, &distance, key, apl_str_from(names[at]));
            at++;
        }
        if (at == 4) {
            apl_report_message(compiler, &about, "'%.*s' is no member of a count; expected field or value, name, where",
                               APL_STR_ARG(key));
            return false;
        }
        *places[at] = json.members[i].value;
    }
    bool has_field = out->field.type != APL_VALUE_MISSING;
    if (has_field == (out->value.type != APL_VALUE_MISSING)) {
        apl_report_error(compiler, "a count needs either a field or a value");
        return false;
    }
    return true;
}

/* A count is over members: a name without [*] gets it, unless only the name without is an alias. */
static apl_str counted_name(apl_compiler *compiler, apl_str name)
{
    const apl_aliases *aliases = compiler->options->aliases;
    apl_str starred;

    if (apl_str_find(name, APL_STR("[*]")) >= 0)
        return name;
    starred = apl_arena_format(compiler->arena, "%.*s[*]", APL_STR_ARG(name));
    apl_report_warning(compiler, "count.field should name the members of an array: '%.*s'", APL_STR_ARG(starred));
    if (aliases && apl_aliases_known(NULL, aliases, name) && !apl_aliases_known(NULL, aliases, starred))
        return name;
    return starred;
}

static bool compile_counted_field(apl_node *node, apl_count_around *around, apl_compiler *compiler,
                                  const count_parts *parts)
{
    apl_code *code = parts->field.type == APL_VALUE_STRING ? code_of(compiler, parts->field) : NULL;
    apl_str name;

    if (parts->name.type != APL_VALUE_MISSING) {
        apl_report_error(compiler, "only a count over a value has a name");
        return false;
    }
    if (code == NULL || !constant_text(&name, code)) {
        apl_report_error(compiler, "count.field must be a text that is known before the first resource is read");
        return false;
    }
    name = counted_name(compiler, name);
    node->field = apl_field_compile_counted(compiler, name);
    *around = (apl_count_around){.is_field = true, .name = name};
    return true;
}

static bool check_count_name(apl_compiler *compiler, apl_str name)
{
    for (uint32_t i = 0; i < compiler->count_depth; i++) {
        if (compiler->counts[i].is_field)
            continue;
        if (name.size == 0 || compiler->counts[i].name.size == 0) {
            apl_report_error(compiler, "counts over values that stand in each other need names");
            return false;
        }
        if (apl_str_equal_nocase(compiler->counts[i].name, name)) {
            apl_report_error(compiler, "the name '%.*s' is taken by a count around this one", APL_STR_ARG(name));
            return false;
        }
    }
    return true;
}

/* Documented limit on value counts of one rule: Microsoft, "Azure Policy definition structure". */
#define VALUE_COUNTS_OF_AZURE 10

static bool compile_counted_value(apl_node *node, apl_count_around *around, apl_compiler *compiler,
                                  const count_parts *parts)
{
    apl_code *code = code_of(compiler, parts->value);
    apl_str name = apl_value_str(parts->name);

    if (parts->name.type != APL_VALUE_MISSING && (parts->name.type != APL_VALUE_STRING || name.size == 0)) {
        apl_report_error(compiler, "the name of a count must be a text, not %s", apl_value_type_name(parts->name));
        return false;
    }
    if (code == NULL || !check_count_name(compiler, name))
        return false;
    if (++compiler->value_counts == VALUE_COUNTS_OF_AZURE + 1)
        apl_report_warning(compiler, "Azure allows at most %d counts over values in a rule", VALUE_COUNTS_OF_AZURE);
    *around = (apl_count_around){.name = name};
    node->left = code;
    if (!apl_code_is_constant(code))
        return true;
    around->items = code->steps[0].constant;
    if (around->items.type != APL_VALUE_ARRAY) {
        apl_report_error(compiler, "a count needs an array, not %s", apl_value_type_name(around->items));
        return false;
    }
    if (around->items.size > APL_VALUE_COUNT_MAX)
        apl_report_warning(compiler, "Azure documents at most %d members for a count over a value, here are %u",
                           APL_VALUE_COUNT_MAX, around->items.size);
    return true;
}

static bool compile_count(apl_node *node, apl_value *where, apl_compiler *compiler, apl_value json)
{
    count_parts parts;
    apl_count_around around;
    bool is_good = false;

    if (!take_count_apart(&parts, compiler, json))
        return false;
    node->kind = APL_NODE_COUNT;
    node->level = (uint8_t)compiler->count_depth;
    if (compiler->count_depth == APL_COUNTS_NESTED_MAX) {
        apl_report_message(compiler, &(apl_report){APL_MESSAGE_ERROR, APL_E_LIMIT, APL_STR_NONE},
                           "counts nest more than %d deep", APL_COUNTS_NESTED_MAX);
        return false;
    }
    is_good = parts.field.type != APL_VALUE_MISSING ? compile_counted_field(node, &around, compiler, &parts)
                                                    : compile_counted_value(node, &around, compiler, &parts);
    if (!is_good)
        return false;
    *where = parts.where;
    if (where->type != APL_VALUE_MISSING)
        compiler->counts[compiler->count_depth++] = around;
    return true;
}

/* ---- the right side ---- */

/* From this number of members on the outcome of the comparison stays the same; 0 when every member counts. */
static uint32_t stop_of(apl_operator base, apl_value operand)
{
    if (operand.type != APL_VALUE_INTEGER || operand.integer < 0 || operand.integer >= UINT32_MAX - 1)
        return 0;
    uint32_t limit = (uint32_t)operand.integer;
    if (base == APL_OP_GREATER_OR_EQUALS || base == APL_OP_LESS)
        return limit;
    if (base == APL_OP_GREATER || base == APL_OP_LESS_OR_EQUALS || base == APL_OP_EQUALS)
        return limit + 1;
    return 0;
}

static apl_value normal_location(apl_compiler *compiler, apl_value value)
{
    if (value.type == APL_VALUE_STRING)
        return apl_location_normalise(apl_arena_alloc_raw(compiler->arena, APL_LOCATION_TEXT_MAX), value);
    if (value.type != APL_VALUE_ARRAY)
        return value;
    apl_value *items = APL_ARENA_ARRAY(compiler->arena, apl_value, value.size);
    for (uint32_t i = 0; i < value.size; i++)
        items[i] = apl_location_normalise(apl_arena_alloc_raw(compiler->arena, APL_LOCATION_TEXT_MAX), value.items[i]);
    return apl_value_array(items, value.size);
}

static apl_value one_normal_type(apl_value type)
{
    return type.type == APL_VALUE_STRING ? apl_value_string(apl_type_normalise(apl_value_str(type))) : type;
}

static apl_value normal_type(apl_compiler *compiler, apl_value value)
{
    if (value.type != APL_VALUE_ARRAY)
        return one_normal_type(value);
    apl_value *items = APL_ARENA_ARRAY(compiler->arena, apl_value, value.size);
    for (uint32_t i = 0; i < value.size; i++)
        items[i] = one_normal_type(value.items[i]);
    return apl_value_array(items, value.size);
}

static void check_operand(apl_compiler *compiler, const apl_condition_parts *parts, apl_value operand)
{
    const char *cause = apl_operand_fault(parts->operator->base, operand);

    if (cause)
        apl_report_error(compiler, "%s %s, not %s", parts->operator->name, cause, apl_value_type_name(operand));
    if (parts->operator->base == APL_OP_LIKE && operand.type == APL_VALUE_STRING) {
        apl_str pattern = apl_value_str(operand);
        const char *star = pattern.size ? memchr(pattern.data, '*', pattern.size) : NULL;
        size_t behind = star ? pattern.size - (size_t)(star + 1 - pattern.data) : 0;
        if (star && behind && memchr(star + 1, '*', behind))
            apl_report_warning(compiler, "Azure documents at most one * in a pattern");
    }
}

static void note_type(apl_compiler *compiler, const apl_node *node, apl_value operand)
{
    apl_value first = operand.type == APL_VALUE_ARRAY && operand.size ? operand.items[0] : operand;

    if ((node->flags & APL_NODE_IS_TYPE) && apl_str_starts_nocase(apl_value_str(first), APL_STR("Microsoft.")))
        compiler->is_about_azure = true;
}

static bool compile_operand(apl_node *node, apl_compiler *compiler, const apl_condition_parts *parts)
{
    apl_code *code = NULL;

    apl_report_into(compiler, parts->operator_key);
    code = code_of(compiler, parts->right);
    if (code && apl_code_is_constant(code)) {
        apl_operand *operand = APL_ARENA_NEW(compiler->arena, apl_operand);
        apl_value value = code->steps[0].constant;
        check_operand(compiler, parts, value);
        note_type(compiler, node, value);
        if (node->flags & APL_NODE_IS_LOCATION)
            value = normal_location(compiler, value);
        if (node->flags & APL_NODE_IS_TYPE)
            value = normal_type(compiler, value);
        apl_operand_prepare(operand, compiler->arena, parts->operator->base, value);
        node->operand = operand;
        if (node->kind == APL_NODE_COUNT)
            node->stop_at = stop_of(parts->operator->base, value);
    }
    node->right = code;
    compiler->step_count--;
    return code != NULL;
}

/* A leaf with constants on both sides is decided now; one that fails stays, to fail where it is met. */
static void decide(apl_node *node)
{
    if (node->kind != APL_NODE_VALUE || node->operand == NULL || !apl_code_is_constant(node->left))
        return;
    apl_truth truth =
        apl_operator_apply_prepared((apl_operator)node->base, node->left->steps[0].constant, node->operand);
    if (truth == APL_TRUTH_ERROR)
        return;
    node->kind = APL_NODE_TRUTH;
    node->truth = (node->flags & APL_NODE_NEGATIVE) ? apl_truth_not(truth) : truth;
}

/* Inside a count, the left side of a value that needs fewer than all counts around it is kept. */
static void keep_left(apl_node *node, apl_compiler *compiler)
{
    uint32_t needed = apl_code_counts_needed(node->left, compiler->count_depth);

    if (needed >= compiler->count_depth || compiler->kept_count == APL_KEPT_MAX || node->left->count == 1)
        return;
    node->flags |= APL_NODE_IS_KEPT;
    node->level = (uint8_t)needed;
    node->kept = compiler->kept_count++;
}

bool apl_leaf_compile(apl_node *node, apl_value *where, apl_compiler *compiler, const apl_condition_parts *parts)
{
    apl_node_info *info = APL_ARENA_NEW(compiler->arena, apl_node_info);
    uint32_t counts_around = compiler->count_depth;
    bool is_good = true;

    *where = APL_MISSING;
    node->base = (uint8_t)parts->operator->base;
    node->info = info;
    if (parts->operator->is_negative)
        node->flags |= APL_NODE_NEGATIVE;
    apl_report_into(compiler, parts->left_key);
    if (apl_str_equal_nocase(parts->left_key, APL_STR("field"))) {
        is_good = compile_field(node, compiler, parts->left);
    } else if (apl_str_equal_nocase(parts->left_key, APL_STR("count"))) {
        is_good = compile_count(node, where, compiler, parts->left);
    } else {
        node->kind = APL_NODE_VALUE;
        node->left = code_of(compiler, parts->left);
        is_good = node->left != NULL;
    }
    compiler->step_count--;
    info->operator_name = apl_str_from(parts->operator->name);
    info->text = written(compiler, parts->left);
    if (node->kind == APL_NODE_COUNT) {
        apl_value field = apl_value_member(parts->left, "field");
        info->operator_name = apl_arena_format(compiler->arena, "count %s", parts->operator->name);
        apl_value value = apl_value_member(parts->left, "value");
        apl_value name = apl_value_member(parts->left, "name");
        /* A list says less than its name. */
        bool is_named = value.type == APL_VALUE_ARRAY && name.type == APL_VALUE_STRING;
        info->text = written(compiler, field.type == APL_VALUE_STRING ? field : is_named ? name : value);
    }
    uint32_t counts_inside = compiler->count_depth;
    compiler->count_depth = counts_around; /* the operand stands outside of the count */
    is_good = compile_operand(node, compiler, parts) && is_good;
    compiler->count_depth = counts_inside;
    if (is_good && node->kind == APL_NODE_VALUE)
        keep_left(node, compiler);
    if (is_good)
        decide(node);
    else
        compiler->count_depth = counts_around;
    return is_good;
}
