/* policy/exemption.c: exemptions: assets that an assignment does not count against, until a day.
 *
 * An exemption covers what its scope holds, for the whole assignment or for some references of its initiative. One that
 * has expired at `now` is as if it were not there. The reason names category, exemption and day. */
#include "policy/set.h"

#include "base/limits.h"

static const char *const categories[] = {"Waiver", "Mitigated", NULL};

apl_status apl_exemption_check(apl_policy_set *set, const apl_policy_document *exemption)
{
    apl_reporter reporter = apl_policy_reporter(set, exemption->file);
    apl_str category = apl_value_str(apl_value_member(exemption->body, "exemptionCategory"));
    apl_value expires = apl_value_member(exemption->body, "expiresOn");
    apl_value selectors = apl_value_member(exemption->body, "resourceSelectors");
    apl_status status = APL_OK;
    apl_instant instant;

    if (category.size && !apl_is_one_of(category, categories))
        return apl_reporter_error(&reporter, APL_STR("exemptionCategory"), apl_nearest_name(category, categories),
                                  "expected Waiver or Mitigated, not \"%.*s\"", APL_STR_ARG(category));
    if (expires.type != APL_VALUE_MISSING && expires.type != APL_VALUE_NULL &&
        !apl_instant_parse(&instant, apl_value_str(expires)))
        return apl_reporter_error(&reporter, APL_STR("expiresOn"), NULL, "\"%.*s\" is no ISO 8601 date",
                                  APL_STR_ARG(apl_value_str(expires)));
    for (uint32_t i = 0; selectors.type == APL_VALUE_ARRAY && i < selectors.size && status == APL_OK; i++)
        status = apl_selectors_check(&reporter, apl_value_member(selectors.items[i], "selectors"),
                                     APL_STR("resourceSelectors.selectors"));
    return status;
}

static apl_str scope_of(const apl_policy_document *exemption)
{
    static const char marker[] = "/providers/Microsoft.Authorization/policyExemptions/";
    apl_str scope = apl_value_str(apl_value_member(exemption->body, "scope"));
    long at = apl_str_find_nocase(exemption->id, apl_str_from(marker));

    if (scope.size || at < 0)
        return scope;
    return apl_str_slice(exemption->id, 0, (size_t)at);
}

static bool names_reference(apl_value references, apl_str reference_id)
{
    if (references.type != APL_VALUE_ARRAY || references.size == 0)
        return true;
    for (uint32_t i = 0; i < references.size; i++) {
        if (apl_str_equal_nocase(apl_value_str(references.items[i]), reference_id))
            return true;
    }
    return false;
}

static bool is_in_force(const apl_policy_document *exemption, const apl_policy_instance *instance,
                        const apl_policy_eval *eval, const apl_asset *asset)
{
    apl_str scope = scope_of(exemption);
    apl_str expires = apl_value_str(apl_value_member(exemption->body, "expiresOn"));
    apl_instant instant;

    if (expires.size && apl_instant_parse(&instant, expires) && instant <= eval->now)
        return false;
    if (!names_reference(apl_value_member(exemption->body, "policyDefinitionReferenceIds"), instance->reference_id))
        return false;
    if (scope.size == 0 || !apl_scope_contains(eval->estate, scope, asset, false))
        return false;
    return apl_resource_selectors_choose(apl_value_member(exemption->body, "resourceSelectors"), asset,
                                         instance->reference_id);
}

static apl_str reason_of(apl_arena *arena, const apl_policy_document *exemption)
{
    apl_str category = apl_value_str(apl_value_member(exemption->body, "exemptionCategory"));
    apl_str expires = apl_value_str(apl_value_member(exemption->body, "expiresOn"));
    apl_str name = apl_value_str(apl_value_member(exemption->body, "displayName"));

    if (name.size == 0)
        name = exemption->name.size ? exemption->name : exemption->id;
    return apl_arena_format(arena, "%.*s by the exemption \"%.*s\"%s%.*s.",
                            APL_STR_ARG(category.size ? category : APL_STR("Exempt")), APL_STR_ARG(name),
                            expires.size ? " until " : "", APL_STR_ARG(expires));
}

bool apl_exemption_find(apl_str *reason, const apl_policy_set *set, const apl_policy_instance *instance,
                        const apl_policy_eval *eval, const apl_asset *asset)
{
    uint32_t first = apl_table_get(set->exemptions_by_assignment, instance->assignment->id);

    for (uint32_t at = first == APL_TABLE_NONE ? 0 : first + 1; at; at = set->next_exemption[at - 1]) {
        const apl_policy_document *exemption = &set->exemptions.items[at - 1];
        if (is_in_force(exemption, instance, eval, asset)) {
            *reason = reason_of(eval->arena, exemption);
            return true;
        }
    }
    return false;
}
