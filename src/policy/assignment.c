/* policy/assignment.c: assignments: where a policy is in force, with which values and which effect.
 *
 * Scope, notScopes and resourceSelectors decide which assets an assignment covers. An override of the effect that
 * depends on the asset gives an instance of its own, which covers exactly the assets that the override chooses; of
 * several overrides that choose an asset the first one counts. enforcementMode makes no difference to a judgement. */
#include "policy/set.h"

#include "base/limits.h"
#include "policy/effects.h"

apl_status apl_assignment_check(apl_policy_set *set, const apl_policy_document *assignment)
{
    apl_reporter reporter = apl_policy_reporter(set, assignment->file);
    apl_value overrides = apl_value_member(assignment->body, "overrides");
    apl_value selectors = apl_value_member(assignment->body, "resourceSelectors");
    apl_status status = APL_OK;
    apl_effect effect;

    if (overrides.type == APL_VALUE_ARRAY && overrides.size > APL_OVERRIDES_MAX)
        return apl_reporter_error(&reporter, APL_STR("overrides"), NULL, "more than %d overrides", APL_OVERRIDES_MAX);
    for (uint32_t i = 0; overrides.type == APL_VALUE_ARRAY && i < overrides.size && status == APL_OK; i++) {
        apl_str value = apl_value_str(apl_value_member(overrides.items[i], "value"));
        apl_str kind = apl_value_str(apl_value_member(overrides.items[i], "kind"));
        if (apl_str_equal_nocase(kind, APL_STR("policyEffect")) && !apl_effect_parse(&effect, value))
            return apl_reporter_error(&reporter, APL_STR("overrides"), apl_nearest_name(value, apl_effect_names),
                                      "unknown effect \"%.*s\"", APL_STR_ARG(value));
        status = apl_selectors_check(&reporter, apl_value_member(overrides.items[i], "selectors"),
                                     APL_STR("overrides.selectors"));
    }
    for (uint32_t i = 0; selectors.type == APL_VALUE_ARRAY && i < selectors.size && status == APL_OK; i++)
        status = apl_selectors_check(&reporter, apl_value_member(selectors.items[i], "selectors"),
                                     APL_STR("resourceSelectors.selectors"));
    return status;
}

apl_status apl_assignment_expand(apl_policy_set *set, const apl_policy_document *assignment)
{
    apl_reporter reporter = apl_policy_reporter(set, assignment->file);
    apl_str id = apl_value_str(apl_value_member(assignment->body, "policyDefinitionId"));
    apl_policy_document *initiative = apl_policy_find(&set->initiatives, set->initiatives_by_id, id);
    apl_policy_document *definition = apl_policy_find(&set->definitions, set->definitions_by_id, id);
    apl_status status = apl_assignment_check(set, assignment);

    if (status != APL_OK)
        return status;
    /* The id says which of the two is meant, should one name stand for both. */
    if (initiative && definition && apl_str_find_nocase(id, APL_STR("/policyDefinitions/")) >= 0)
        initiative = NULL;
    if (initiative) {
        initiative->is_used = true;
        return apl_initiative_expand(set, initiative, assignment);
    }
    if (definition == NULL) {
        apl_reporter_warning(&reporter, APL_STR("policyDefinitionId"), NULL,
                             "%.*s is not among the files; the assignment is not judged", APL_STR_ARG(id));
        return APL_OK;
    }
    definition->is_used = true;
    apl_policy_instance instance = {.definition = definition, .assignment = assignment};
    instance.definition_version = apl_value_str(apl_value_member(assignment->body, "definitionVersion"));
    instance.parameters = apl_value_member(assignment->body, "parameters");
    return apl_assignment_add(set, &instance);
}

static bool is_effect_override(apl_value override)
{
    return apl_str_equal_nocase(apl_value_str(apl_value_member(override, "kind")), APL_STR("policyEffect"));
}

apl_status apl_assignment_add(apl_policy_set *set, apl_policy_instance *instance)
{
    apl_value overrides = apl_value_member(instance->assignment->body, "overrides");

    for (uint32_t i = 0; overrides.type == APL_VALUE_ARRAY && i < overrides.size; i++) {
        apl_value override = overrides.items[i];
        bool needs_asset = false;
        if (!is_effect_override(override) ||
            !apl_selectors_may_choose(apl_value_member(override, "selectors"), instance->reference_id, &needs_asset))
            continue;
        apl_policy_instance overridden = *instance;
        overridden.effect = apl_value_str(apl_value_member(override, "value"));
        overridden.override_index = i + 1;
        apl_status status = apl_policy_instance_add(set, &overridden);
        if (status != APL_OK || !needs_asset)
            return status; /* it reaches everything that the ones before it left */
    }
    return apl_policy_instance_add(set, instance);
}

/* The number + 1 of the first override that chooses the asset, 0 when none does. */
static uint32_t override_of(const apl_policy_instance *instance, const apl_asset *asset)
{
    apl_value overrides = apl_value_member(instance->assignment->body, "overrides");

    for (uint32_t i = 0; overrides.type == APL_VALUE_ARRAY && i < overrides.size; i++) {
        if (is_effect_override(overrides.items[i]) &&
            apl_selectors_choose(apl_value_member(overrides.items[i], "selectors"), asset, instance->reference_id))
            return i + 1;
    }
    return 0;
}

/* The scope of an assignment: its member, else what its id stands under. */
static apl_str scope_of(const apl_policy_document *assignment)
{
    static const char marker[] = "/providers/Microsoft.Authorization/policyAssignments/";
    apl_str scope = apl_value_str(apl_value_member(assignment->body, "scope"));

    if (scope.size == 0)
        scope = apl_value_str(apl_value_member(assignment->whole, "scope"));
    if (scope.size)
        return scope;
    long at = apl_str_find_nocase(assignment->id, apl_str_from(marker));
    return at > 0 ? apl_str_slice(assignment->id, 0, (size_t)at) : APL_STR_NONE;
}

bool apl_assignment_covers(const apl_policy_instance *instance, const apl_estate *estate, const apl_asset *asset)
{
    const apl_policy_document *assignment = instance->assignment;
    apl_str scope = scope_of(assignment);
    apl_value excluded = apl_value_member(assignment->body, "notScopes");

    if (scope.size && !apl_scope_contains(estate, scope, asset, true))
        return false;
    for (uint32_t i = 0; excluded.type == APL_VALUE_ARRAY && i < excluded.size; i++) {
        if (apl_scope_contains(estate, apl_value_str(excluded.items[i]), asset, false))
            return false;
    }
    if (!apl_resource_selectors_choose(apl_value_member(assignment->body, "resourceSelectors"), asset,
                                       instance->reference_id))
        return false;
    return override_of(instance, asset) == instance->override_index;
}

apl_str apl_assignment_message(const apl_policy_document *assignment, apl_str reference_id)
{
    apl_value messages = apl_value_member(assignment->body, "nonComplianceMessages");
    apl_str general = APL_STR_NONE;

    for (uint32_t i = 0; messages.type == APL_VALUE_ARRAY && i < messages.size; i++) {
        apl_str message = apl_value_str(apl_value_member(messages.items[i], "message"));
        apl_str reference = apl_value_str(apl_value_member(messages.items[i], "policyDefinitionReferenceId"));
        if (reference.size && apl_str_equal_nocase(reference, reference_id))
            return message;
        if (reference.size == 0 && general.size == 0)
            general = message;
    }
    return general;
}
