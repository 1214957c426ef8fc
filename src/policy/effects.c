/* policy/effects.c: effects by name, by parameter and by override, and what their details say.
 *
 * modify and append become a list of operations; deployIfNotExists keeps its deployment as written, because expanding
 * it is another step; manual has a state of its own. The details of an effect that is not in force are compiled too
 * when they name a related type, so that a mistake shows before somebody switches the effect on. */
#include "policy/effects.h"

#include "base/limits.h"
#include "policy/texts.h"

#define OPERATIONS_MAX 1000 /* of one policy; the longest published list has 60 */

const char *const apl_effect_names[] = {
    [APL_EFFECT_DISABLED] = "disabled",
    [APL_EFFECT_AUDIT] = "audit",
    [APL_EFFECT_DENY] = "deny",
    [APL_EFFECT_AUDIT_IF_NOT_EXISTS] = "auditIfNotExists",
    [APL_EFFECT_DEPLOY_IF_NOT_EXISTS] = "deployIfNotExists",
    [APL_EFFECT_MODIFY] = "modify",
    [APL_EFFECT_APPEND] = "append",
    [APL_EFFECT_DENY_ACTION] = "denyAction",
    [APL_EFFECT_MANUAL] = "manual",
    [APL_EFFECT_ENFORCE_SETTING] = "enforceSetting",
    [APL_EFFECT_NONE] = "none",
    NULL,
};

const char *const apl_compliance_names[] = {
    [APL_COMPLIANT] = "compliant",
    [APL_NONCOMPLIANT] = "noncompliant",
    [APL_NOT_APPLICABLE] = "not-applicable",
    [APL_EXEMPT] = "exempt",
    [APL_COMPLIANCE_UNKNOWN] = "unknown",
    [APL_COMPLIANCE_ERROR] = "error",
    NULL,
};

bool apl_effect_parse(apl_effect *out, apl_str name)
{
    for (int i = 0; apl_effect_names[i]; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(apl_effect_names[i]))) {
            *out = (apl_effect)i;
            return true;
        }
    }
    return false;
}

apl_status apl_effect_resolve(apl_policy_build *build, apl_str override)
{
    apl_policy *policy = build->policy;
    apl_value effect = override.size ? apl_value_string(override) : apl_value_member(build->then, "effect");
    apl_status status;

    if (effect.type != APL_VALUE_STRING)
        return apl_reporter_error(build->reporter, build->path, NULL, "then.effect must be a text");
    status = apl_policy_constant(&effect, build, effect, "then.effect");
    if (status != APL_OK)
        return status;
    if (effect.type == APL_VALUE_UNREAD) {
        policy->effect = APL_EFFECT_NONE;
        policy->effect_is_missing = true;
        return APL_OK;
    }
    apl_str name = apl_value_str(effect);
    if (!apl_effect_parse(&policy->effect, name))
        return apl_reporter_error(build->reporter, build->path, apl_nearest_name(name, apl_effect_names),
                                  "then.effect: unknown effect \"%.*s\"", APL_STR_ARG(name));
    return APL_OK;
}

static apl_status operation_kind(apl_operation_kind *out, apl_policy_build *build, apl_str name)
{
    static const char *const names[] = {"addOrReplace", "add", "remove", NULL};

    for (int i = 0; names[i]; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(names[i]))) {
            *out = (apl_operation_kind)i;
            return APL_OK;
        }
    }
    return apl_reporter_error(build->reporter, build->path, apl_nearest_name(name, names),
                              "then.details.operations: unknown operation \"%.*s\"", APL_STR_ARG(name));
}

/* Compiles `value`; *constant is what it gives when it needs no resource. */
static apl_status compile_value(const apl_expression **out, apl_value *constant, apl_policy_build *build,
                                apl_value value)
{
    apl_compile settings = apl_policy_compile_settings(build, "then.details");
    apl_expression *expression = NULL;
    apl_status status = apl_expression_compile(&expression, &settings, value);

    *out = expression;
    *constant = APL_MISSING;
    if (status != APL_OK)
        return status;
    static const char *const needs_resource[] = {"field(", "resourceGroup(", "subscription(", "requestContext(",
                                                 "utcNow("};
    for (size_t i = 0; i < sizeof needs_resource / sizeof *needs_resource; i++) {
        if (apl_texts_mention(value, apl_str_from(needs_resource[i])))
            return APL_OK;
    }
    apl_eval eval = {.arena = build->context->arena};
    if (apl_expression_eval(constant, expression, &eval) != APL_OK || constant->type == APL_VALUE_UNREAD)
        *constant = APL_MISSING; /* the reason comes up again when the patch is asked for */
    return APL_OK;
}

static apl_status compile_operation_condition(apl_operation *out, apl_policy_build *build, apl_value condition)
{
    apl_compile settings = apl_policy_compile_settings(build, "then.details.operations.condition");
    apl_expression *expression = NULL;

    if (condition.type == APL_VALUE_MISSING || (condition.type == APL_VALUE_BOOL && condition.boolean))
        return APL_OK;
    settings.forbids_subject = true;
    out->is_conditional = true;
    apl_status status = apl_expression_compile(&expression, &settings, condition);
    out->condition = expression;
    return status;
}

static apl_status compile_operation(apl_operation *out, apl_policy_build *build, apl_value operation, bool is_append)
{
    apl_value field = apl_value_member(operation, "field");
    apl_value value = apl_value_member(operation, "value");
    apl_status status = APL_OK;

    if (apl_value_str(field).size == 0)
        return apl_reporter_error(build->reporter, build->path, NULL, "then.details: an operation has no field");
    status = apl_policy_constant(&field, build, field, "then.details.field");
    if (status != APL_OK)
        return status;
    *out = (apl_operation){.kind = APL_OPERATION_ADD};
    out->field = apl_arena_str(build->context->arena, apl_value_str(field));
    apl_operation_locate(out, build->context);
    if (!is_append)
        status = operation_kind(&out->kind, build, apl_value_str(apl_value_member(operation, "operation")));
    if (status == APL_OK && !is_append)
        status = compile_operation_condition(out, build, apl_value_member(operation, "condition"));
    if (status != APL_OK || out->kind == APL_OPERATION_REMOVE)
        return status;
    if (value.type == APL_VALUE_MISSING)
        return apl_reporter_error(build->reporter, build->path, NULL,
                                  "then.details: the operation on %.*s has no value", APL_STR_ARG(out->field));
    return compile_value(&out->value, &out->constant, build, value);
}

/* modify has {operations: [...]}, append an array of {field, value} or one of them. */
static apl_status compile_operations(apl_policy_build *build, apl_value details)
{
    apl_policy *policy = build->policy;
    bool is_append = policy->effect == APL_EFFECT_APPEND;
    apl_value list = is_append ? details : apl_value_member(details, "operations");
    const apl_value *items = list.type == APL_VALUE_ARRAY ? list.items : &list;
    size_t count = list.type == APL_VALUE_ARRAY ? list.size : 1;

    if (list.type != APL_VALUE_ARRAY && !(is_append && list.type == APL_VALUE_OBJECT))
        return apl_reporter_error(build->reporter, build->path, NULL, "then.details: %s",
                                  is_append ? "append needs a list of {field, value}" : "modify needs operations");
    if (count > OPERATIONS_MAX)
        return apl_reporter_error(build->reporter, build->path, NULL, "then.details: more than %d operations",
                                  OPERATIONS_MAX);
    apl_operation *operations = APL_ARENA_ARRAY(build->context->arena, apl_operation, count);
    for (size_t i = 0; i < count; i++) {
        apl_status status = compile_operation(&operations[i], build, items[i], is_append);
        if (status != APL_OK)
            return status;
    }
    policy->operations = operations;
    policy->operation_count = count;
    return APL_OK;
}

static apl_status read_manual_state(apl_policy_build *build, apl_value details)
{
    static const char *const names[] = {"Unknown", "Compliant", "Non-compliant", "NonCompliant", NULL};
    apl_str state = apl_value_str(apl_value_member(details, "defaultState"));

    build->policy->manual_state = APL_COMPLIANCE_UNKNOWN;
    if (state.size == 0 || apl_str_equal_nocase(state, APL_STR("Unknown")))
        return APL_OK;
    if (!apl_is_one_of(state, names))
        return apl_reporter_error(build->reporter, build->path, apl_nearest_name(state, names),
                                  "then.details.defaultState: unknown state \"%.*s\"", APL_STR_ARG(state));
    build->policy->manual_state = apl_str_equal_nocase(state, APL_STR("Compliant")) ? APL_COMPLIANT : APL_NONCOMPLIANT;
    return APL_OK;
}

apl_status apl_effect_details(apl_policy_build *build)
{
    apl_policy *policy = build->policy;
    apl_value details = apl_value_member(build->then, "details");
    bool names_type = apl_value_member(details, "type").type == APL_VALUE_STRING;

    policy->details = apl_value_copy(build->context->arena, details);
    if (policy->mode == APL_MODE_FOREIGN)
        return APL_OK;
    if (apl_effect_needs_related(policy->effect) || names_type)
        return apl_existence_compile(build, details);
    if (policy->effect == APL_EFFECT_MODIFY || policy->effect == APL_EFFECT_APPEND)
        return compile_operations(build, details);
    if (policy->effect == APL_EFFECT_MANUAL)
        return read_manual_state(build, details);
    return APL_OK;
}
