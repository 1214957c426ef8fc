/* policy/scope.c: which assets a scope and a list of selectors reach.
 *
 * Scopes are ids; an asset is inside when its id is the scope or goes on with a slash behind it. Management groups have
 * no part in a resource's id, so the chain of parents in the estate decides, where it is known. */
#include "policy/set.h"

#include "normalize/arm_id.h"

/* Management groups are at most six deep, below subscription, group and resources. */
#define PARENTS_MAX 24

static bool is_management_group(apl_str scope)
{
    return apl_str_starts_nocase(scope, APL_STR("/providers/Microsoft.Management/managementGroups/"));
}

static bool is_id_prefix(apl_str scope, apl_str id)
{
    while (scope.size > 1 && scope.data[scope.size - 1] == '/')
        scope = apl_str_slice(scope, 0, scope.size - 1);
    if (apl_str_equal(scope, APL_STR("/")))
        return apl_arm_is_id(id);
    return scope.size && apl_str_starts_nocase(id, scope) && (id.size == scope.size || id.data[scope.size] == '/');
}

static bool management_group_contains(const apl_estate *estate, apl_str scope, const apl_asset *asset,
                                      bool when_unknown)
{
    bool knows_tree = false;

    if (!apl_arm_is_id(asset->id))
        return false;
    for (int i = 0; asset && i < PARENTS_MAX; i++) {
        if (apl_str_equal_nocase(asset->id, scope))
            return true;
        knows_tree = knows_tree || is_management_group(asset->id);
        asset = asset->parent < estate->assets.count ? &estate->assets.items[asset->parent] : NULL;
    }
    return knows_tree ? false : when_unknown;
}

bool apl_scope_contains(const apl_estate *estate, apl_str scope, const apl_asset *asset, bool when_unknown)
{
    if (is_management_group(scope))
        return management_group_contains(estate, scope, asset, when_unknown);
    return is_id_prefix(scope, asset->id);
}

/* ---- Selectors ---- */

/* "East US 2" and eastus2 are one. */
static bool location_equal(apl_str a, apl_str b)
{
    uint32_t i = 0;
    uint32_t j = 0;

    for (;;) {
        while (i < a.size && a.data[i] == ' ')
            i++;
        while (j < b.size && b.data[j] == ' ')
            j++;
        if (i == a.size || j == b.size)
            return i == a.size && j == b.size;
        if (apl_char_lower(a.data[i++]) != apl_char_lower(b.data[j++]))
            return false;
    }
}

static bool list_has(apl_value list, apl_str text, bool is_location)
{
    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        apl_str item = apl_value_str(list.items[i]);
        if (is_location ? location_equal(item, text) : apl_str_equal_nocase(item, text))
            return true;
    }
    return false;
}

static bool kind_is(apl_value selector, const char *kind)
{
    return apl_str_equal_nocase(apl_value_str(apl_value_member(selector, "kind")), apl_str_from(kind));
}

static bool is_reference_kind(apl_value selector)
{
    return kind_is(selector, "policyDefinitionReferenceId") || kind_is(selector, "definitionReferenceId");
}

static bool chooses_text(apl_value selector, apl_str text, bool is_location)
{
    apl_value in = apl_value_member(selector, "in");
    apl_value not_in = apl_value_member(selector, "notIn");

    if (in.type == APL_VALUE_ARRAY && !list_has(in, text, is_location))
        return false;
    return !list_has(not_in, text, is_location);
}

static bool has_kind(apl_value selectors, const char *kind)
{
    for (uint32_t i = 0; selectors.type == APL_VALUE_ARRAY && i < selectors.size; i++) {
        if (kind_is(selectors.items[i], kind))
            return true;
    }
    return false;
}

static bool selector_chooses(apl_value selector, apl_value all, const apl_asset *asset, apl_str reference_id)
{
    if (is_reference_kind(selector))
        return chooses_text(selector, reference_id, false);
    if (kind_is(selector, "resourceType"))
        return chooses_text(selector, asset->type, false);
    if (kind_is(selector, "resourceLocation")) {
        /* Beside resourceWithoutLocation the two are alternatives. */
        if (asset->location.size == 0 && has_kind(all, "resourceWithoutLocation"))
            return true;
        return chooses_text(selector, asset->location, true);
    }
    if (kind_is(selector, "resourceWithoutLocation"))
        return asset->location.size == 0 || has_kind(all, "resourceLocation");
    return true; /* who asks (userPrincipalId, groupPrincipalId) is not known in a scan */
}

bool apl_selectors_choose(apl_value selectors, const apl_asset *asset, apl_str reference_id)
{
    for (uint32_t i = 0; selectors.type == APL_VALUE_ARRAY && i < selectors.size; i++) {
        if (!selector_chooses(selectors.items[i], selectors, asset, reference_id))
            return false;
    }
    return true;
}

bool apl_selectors_may_choose(apl_value selectors, apl_str reference_id, bool *needs_asset)
{
    for (uint32_t i = 0; selectors.type == APL_VALUE_ARRAY && i < selectors.size; i++) {
        if (!is_reference_kind(selectors.items[i]))
            *needs_asset = true;
        else if (!chooses_text(selectors.items[i], reference_id, false))
            return false;
    }
    return true;
}

bool apl_resource_selectors_choose(apl_value resource_selectors, const apl_asset *asset, apl_str reference_id)
{
    if (resource_selectors.type != APL_VALUE_ARRAY || resource_selectors.size == 0)
        return true;
    for (uint32_t i = 0; i < resource_selectors.size; i++) {
        if (apl_selectors_choose(apl_value_member(resource_selectors.items[i], "selectors"), asset, reference_id))
            return true;
    }
    return false;
}

apl_status apl_selectors_check(apl_reporter *reporter, apl_value selectors, apl_str path)
{
    static const char *const kinds[] = {
        "resourceLocation",      "resourceType",    "resourceWithoutLocation", "policyDefinitionReferenceId",
        "definitionReferenceId", "userPrincipalId", "groupPrincipalId",        NULL};
    for (uint32_t i = 0; selectors.type == APL_VALUE_ARRAY && i < selectors.size; i++) {
        apl_str kind = apl_value_str(apl_value_member(selectors.items[i], "kind"));
        if (!apl_is_one_of(kind, kinds))
            return apl_reporter_error(reporter, path, apl_nearest_name(kind, kinds), "unknown selector kind \"%.*s\"",
                                      APL_STR_ARG(kind));
    }
    return APL_OK;
}
