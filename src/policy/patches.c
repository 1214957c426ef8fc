/* policy/patches.c: the changes that modify and append ask for, as patches of a document.
 *
 * A patch is only given where it changes something: addOrReplace when the value differs, add when there is none (or, in
 * an array, no equal member), remove when there is one. As in Azure, an operation whose parent object is missing is
 * skipped. Nothing is written to any cloud here. */
#include "policy/effects.h"

#include "base/limits.h"

static const char *const operation_names[] = {
    [APL_OPERATION_ADD_OR_REPLACE] = "addOrReplace",
    [APL_OPERATION_ADD] = "add",
    [APL_OPERATION_REMOVE] = "remove",
};

void apl_operation_locate(apl_operation *operation, const apl_policy_context *context)
{
    apl_str field = operation->field;
    apl_str type;
    apl_str path;
    long dot = apl_str_find_last_char(field, '.');
    long slash = apl_str_find_last_char(field, '/');

    operation->field_id = apl_fields_ask(context->fields, field);
    operation->parent_id = APL_TABLE_NONE;
    operation->path = field;
    if (context->aliases == NULL || !apl_aliases_known(&type, context->aliases, field))
        return;
    if (apl_aliases_find(&path, context->aliases, type, field))
        operation->path = apl_arena_str(context->arena, path);
    if (dot <= slash)
        return;
    apl_str parent = apl_str_slice(field, 0, (size_t)dot);
    if (apl_aliases_find(&path, context->aliases, type, parent))
        operation->parent_id = apl_fields_ask(context->fields, parent);
}

static apl_status condition_holds(bool *holds, const apl_operation *operation, const apl_eval *settings)
{
    apl_value value;

    *holds = true;
    if (operation->condition == NULL)
        return APL_OK;
    apl_status status = apl_expression_eval(&value, operation->condition, settings);
    if (status != APL_OK)
        return status;
    if (value.type == APL_VALUE_UNREAD)
        return apl_fail(APL_E_INPUT, "the condition of the operation on %.*s needs what was not read",
                        APL_STR_ARG(operation->field));
    *holds = value.type == APL_VALUE_BOOL ? value.boolean : apl_str_equal_nocase(apl_value_str(value), APL_STR("true"));
    return APL_OK;
}

apl_patches apl_policy_constant_patches(const apl_policy *policy, apl_arena *arena)
{
    apl_patch *items = APL_ARENA_ARRAY(arena, apl_patch, policy->operation_count);
    apl_patches patches = {items, 0};
    apl_eval settings = {.arena = arena, .api_version = APL_STR(APL_LATEST_API_VERSION)};
    bool holds;

    for (size_t i = 0; i < policy->operation_count; i++) {
        const apl_operation *operation = &policy->operations[i];
        bool is_constant = operation->kind == APL_OPERATION_REMOVE || operation->constant.type != APL_VALUE_MISSING;
        if (!is_constant || condition_holds(&holds, operation, &settings) != APL_OK || !holds)
            continue;
        items[patches.count++] =
            (apl_patch){apl_str_from(operation_names[operation->kind]), operation->path, operation->constant};
    }
    return patches;
}

/* Whether the array that the field names has an equal member. */
static bool has_member(const apl_subject *subject, apl_field_id field, apl_value wanted)
{
    apl_walk walk;
    apl_value member;

    apl_walk_start(&walk, subject, field, NULL);
    while (apl_walk_next(&member, &walk)) {
        if (apl_value_equal(member, wanted))
            return true;
    }
    return false;
}

/* Whether the operation would change the document. */
static apl_status changes(bool *out, const apl_operation *operation, const apl_subject *subject, apl_value wanted)
{
    bool has_star = apl_subject_has_star(subject, operation->field_id);
    apl_value present = apl_subject_value(subject, operation->field_id);
    bool is_there = apl_value_is_there(present) && present.type != APL_VALUE_NULL;

    *out = false;
    if (present.type == APL_VALUE_UNREAD)
        return apl_fail(APL_E_INPUT, "%.*s was not read", APL_STR_ARG(operation->field));
    if (operation->parent_id != APL_TABLE_NONE && !has_star &&
        apl_subject_value(subject, operation->parent_id).type == APL_VALUE_MISSING)
        return APL_OK;
    switch (operation->kind) {
    case APL_OPERATION_ADD_OR_REPLACE:
        *out = has_star || !is_there || !apl_value_equal(present, wanted);
        break;
    case APL_OPERATION_ADD:
        *out = has_star ? !has_member(subject, operation->field_id, wanted) : !is_there;
        break;
    case APL_OPERATION_REMOVE:
        *out = is_there;
        break;
    }
    return APL_OK;
}

static apl_status patch_of(apl_patch *out, bool *changes_it, const apl_operation *operation, const apl_eval *settings)
{
    apl_value value = APL_MISSING;
    apl_status status = condition_holds(changes_it, operation, settings);

    if (status == APL_OK && *changes_it && operation->value)
        status = apl_expression_eval(&value, operation->value, settings);
    if (status != APL_OK || !*changes_it)
        return status;
    if (value.type == APL_VALUE_UNREAD)
        return apl_fail(APL_E_INPUT, "the value for %.*s needs what was not read", APL_STR_ARG(operation->field));
    status = changes(changes_it, operation, settings->subject, value);
    apl_str path = apl_subject_path(settings->arena, settings->subject, operation->field_id);
    *out = (apl_patch){apl_str_from(operation_names[operation->kind]), path.size ? path : operation->path, value};
    return status;
}

apl_status apl_policy_patches(apl_patches *out, const apl_policy *policy, apl_asset_id asset,
                              const apl_policy_eval *eval)
{
    char error[APL_ERROR_BYTES_MAX];
    apl_subject subject = apl_estate_subject(eval->estate, asset);
    apl_eval settings;
    apl_policy_eval_settings(&settings, policy, &subject, eval, error);
    apl_patch *items = APL_ARENA_ARRAY(eval->arena, apl_patch, policy->operation_count);

    *out = (apl_patches){items, 0};
    for (size_t i = 0; i < policy->operation_count; i++) {
        bool changes_it = false;
        apl_status status = patch_of(&items[out->count], &changes_it, &policy->operations[i], &settings);
        if (status != APL_OK)
            return status;
        out->count += changes_it;
    }
    return APL_OK;
}
