/* policy/lint_assignment.c: what is wrong in initiatives, assignments and exemptions.
 *
 * Each file is looked at by itself: whether what it refers to exists is known only to a whole set, which says so when
 * it is brought into force. */
#include "base/clock.h"
#include "base/limits.h"
#include "policy/effects.h"
#include "policy/linter.h"
#include "policy/members.h"
#include "policy/set.h"
#include "policy/texts.h"

/* Azure's documented limits. */
#define AZURE_INITIATIVE_PARAMETERS_MAX 400
#define AZURE_NOT_SCOPES_MAX 400
#define AZURE_SELECTORS_MAX 10
#define AZURE_SELECTOR_VALUES_MAX 50
#define AZURE_OVERRIDES_MAX 10

static apl_str member_path(const apl_linter *linter, apl_str prefix, const char *member)
{
    return apl_linter_path(linter, "%.*s%s", APL_STR_ARG(prefix), member);
}

static void check_body(apl_linter *linter, apl_value body, apl_str prefix, const char *const *members)
{
    /* Without an envelope the members of both stand beside each other. */
    for (uint32_t i = 0; i < body.size; i++) {
        apl_str key = body.members[i].key;
        if (apl_is_one_of(key, members) || (prefix.size == 0 && apl_is_one_of(key, apl_envelope_members)))
            continue;
        apl_reporter_warning(&linter->reporter, prefix.size ? APL_STR("properties") : APL_STR("$"),
                             apl_nearest_name(key, members), "unknown member \"%.*s\"", APL_STR_ARG(key));
    }
}

/* ---- Initiatives ---- */

static bool has_group(apl_value groups, apl_str name)
{
    for (uint32_t i = 0; groups.type == APL_VALUE_ARRAY && i < groups.size; i++) {
        if (apl_str_equal_nocase(apl_value_str(apl_value_member(groups.items[i], "name")), name))
            return true;
    }
    return false;
}

static void lint_reference(apl_linter *linter, apl_value reference, apl_value groups, apl_str path)
{
    apl_value names = apl_value_member(reference, "groupNames");

    apl_check_members(&linter->reporter, reference, path, apl_reference_members, APL_MESSAGE_WARNING);
    if (apl_value_member(reference, "policyDefinitionId").type != APL_VALUE_STRING)
        apl_reporter_error(&linter->reporter, path, NULL, "policyDefinitionId is missing");
    for (uint32_t i = 0; names.type == APL_VALUE_ARRAY && i < names.size; i++) {
        apl_str name = apl_value_str(names.items[i]);
        if (!has_group(groups, name))
            apl_reporter_error(&linter->reporter, path, NULL, "the group \"%.*s\" is not among policyDefinitionGroups",
                               APL_STR_ARG(name));
    }
}

static void check_reference_ids(apl_linter *linter, apl_value references, apl_str path)
{
    apl_table *seen = apl_table_new(true);

    for (uint32_t i = 0; i < references.size; i++) {
        apl_str id = apl_value_str(apl_value_member(references.items[i], "policyDefinitionReferenceId"));
        if (id.size == 0)
            continue;
        if (apl_table_get(seen, id) != APL_TABLE_NONE)
            apl_reporter_error(&linter->reporter, apl_linter_path(linter, "%.*s[%u]", APL_STR_ARG(path), i), NULL,
                               "policyDefinitionReferenceId \"%.*s\" stands twice", APL_STR_ARG(id));
        apl_table_put(seen, id, i);
    }
    apl_table_free(seen);
}

void apl_lint_initiative(apl_linter *linter, apl_value body, apl_str prefix)
{
    apl_value references = apl_value_member(body, "policyDefinitions");
    apl_value declared = apl_value_member(body, "parameters");
    apl_value groups = apl_value_member(body, "policyDefinitionGroups");
    apl_str path = member_path(linter, prefix, "policyDefinitions");

    check_body(linter, body, prefix, apl_initiative_members);
    for (uint32_t i = 0; i < references.size; i++)
        lint_reference(linter, references.items[i], groups, apl_linter_path(linter, "%.*s[%u]", APL_STR_ARG(path), i));
    check_reference_ids(linter, references, path);
    for (uint32_t i = 0; groups.type == APL_VALUE_ARRAY && i < groups.size; i++)
        apl_check_members(&linter->reporter, groups.items[i],
                          apl_linter_path(linter, "%.*spolicyDefinitionGroups[%u]", APL_STR_ARG(prefix), i),
                          apl_group_members, APL_MESSAGE_WARNING);
    apl_lint_parameters(linter, declared, references, member_path(linter, prefix, "parameters"), true);
    if (references.size > APL_POLICY_REFERENCES_MAX)
        apl_reporter_error(&linter->reporter, path, NULL, "more than %d references", APL_POLICY_REFERENCES_MAX);
    if (declared.type == APL_VALUE_OBJECT && declared.size > AZURE_INITIATIVE_PARAMETERS_MAX)
        apl_reporter_warning(&linter->reporter, member_path(linter, prefix, "parameters"), NULL,
                             "Azure takes at most %d parameters", AZURE_INITIATIVE_PARAMETERS_MAX);
}

/* ---- Assignments ---- */

static void lint_selectors(apl_linter *linter, apl_value selectors, apl_str path)
{
    apl_reporter *reporter = &linter->reporter;

    if (selectors.type != APL_VALUE_ARRAY)
        return;
    (void)apl_selectors_check(reporter, selectors, path);
    for (uint32_t i = 0; i < selectors.size; i++) {
        apl_value in = apl_value_member(selectors.items[i], "in");
        apl_value not_in = apl_value_member(selectors.items[i], "notIn");
        apl_str place = apl_linter_path(linter, "%.*s[%u]", APL_STR_ARG(path), i);
        apl_check_members(reporter, selectors.items[i], place, apl_selector_members, APL_MESSAGE_WARNING);
        if ((in.type == APL_VALUE_ARRAY) == (not_in.type == APL_VALUE_ARRAY))
            apl_reporter_error(reporter, place, NULL, "a selector needs either in or notIn, a list");
        if (in.size > AZURE_SELECTOR_VALUES_MAX || not_in.size > AZURE_SELECTOR_VALUES_MAX)
            apl_reporter_warning(reporter, place, NULL, "Azure takes at most %d values", AZURE_SELECTOR_VALUES_MAX);
    }
}

static void lint_resource_selectors(apl_linter *linter, apl_value list, apl_str prefix)
{
    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        apl_str path = apl_linter_path(linter, "%.*sresourceSelectors[%u]", APL_STR_ARG(prefix), i);
        apl_check_members(&linter->reporter, list.items[i], path, apl_resource_selector_members, APL_MESSAGE_WARNING);
        lint_selectors(linter, apl_value_member(list.items[i], "selectors"),
                       apl_linter_path(linter, "%.*s.selectors", APL_STR_ARG(path)));
    }
    if (list.type == APL_VALUE_ARRAY && list.size > AZURE_SELECTORS_MAX)
        apl_reporter_warning(&linter->reporter, member_path(linter, prefix, "resourceSelectors"), NULL,
                             "Azure takes at most %d resource selectors", AZURE_SELECTORS_MAX);
}

static void lint_override(apl_linter *linter, apl_value override, apl_str path)
{
    static const char *const kinds[] = {"policyEffect", "definitionVersion", NULL};
    apl_str kind = apl_value_str(apl_value_member(override, "kind"));
    apl_str value = apl_value_str(apl_value_member(override, "value"));
    apl_effect effect;

    apl_check_members(&linter->reporter, override, path, apl_override_members, APL_MESSAGE_WARNING);
    if (!apl_is_one_of(kind, kinds))
        apl_reporter_error(&linter->reporter, path, apl_nearest_name(kind, kinds), "unknown kind \"%.*s\"",
                           APL_STR_ARG(kind));
    if (apl_str_equal_nocase(kind, APL_STR("policyEffect")) && !apl_effect_parse(&effect, value))
        apl_reporter_error(&linter->reporter, path, apl_nearest_name(value, apl_effect_names),
                           "unknown effect \"%.*s\"", APL_STR_ARG(value));
    lint_selectors(linter, apl_value_member(override, "selectors"),
                   apl_linter_path(linter, "%.*s.selectors", APL_STR_ARG(path)));
}

static void lint_messages(apl_linter *linter, apl_value messages, apl_str prefix)
{
    for (uint32_t i = 0; messages.type == APL_VALUE_ARRAY && i < messages.size; i++) {
        apl_str path = apl_linter_path(linter, "%.*snonComplianceMessages[%u]", APL_STR_ARG(prefix), i);
        apl_check_members(&linter->reporter, messages.items[i], path, apl_message_members, APL_MESSAGE_WARNING);
        if (apl_value_str(apl_value_member(messages.items[i], "message")).size == 0)
            apl_reporter_error(&linter->reporter, path, NULL, "message is missing");
    }
}

void apl_lint_assignment(apl_linter *linter, apl_value body, apl_str prefix)
{
    static const char *const modes[] = {"Default", "DoNotEnforce", "Enroll", NULL};
    apl_value overrides = apl_value_member(body, "overrides");
    apl_value excluded = apl_value_member(body, "notScopes");
    apl_str mode = apl_value_str(apl_value_member(body, "enforcementMode"));

    check_body(linter, body, prefix, apl_assignment_members);
    if (mode.size && !apl_is_one_of(mode, modes))
        apl_reporter_error(&linter->reporter, member_path(linter, prefix, "enforcementMode"),
                           apl_nearest_name(mode, modes), "expected Default or DoNotEnforce, not \"%.*s\"",
                           APL_STR_ARG(mode));
    for (uint32_t i = 0; overrides.type == APL_VALUE_ARRAY && i < overrides.size; i++)
        lint_override(linter, overrides.items[i], apl_linter_path(linter, "%.*soverrides[%u]", APL_STR_ARG(prefix), i));
    if (overrides.type == APL_VALUE_ARRAY && overrides.size > AZURE_OVERRIDES_MAX)
        apl_reporter_warning(&linter->reporter, member_path(linter, prefix, "overrides"), NULL,
                             "Azure takes at most %d overrides", AZURE_OVERRIDES_MAX);
    if (excluded.type == APL_VALUE_ARRAY && excluded.size > AZURE_NOT_SCOPES_MAX)
        apl_reporter_warning(&linter->reporter, member_path(linter, prefix, "notScopes"), NULL,
                             "Azure takes at most %d excluded scopes", AZURE_NOT_SCOPES_MAX);
    lint_resource_selectors(linter, apl_value_member(body, "resourceSelectors"), prefix);
    lint_messages(linter, apl_value_member(body, "nonComplianceMessages"), prefix);
    if (apl_texts_mention(apl_value_member(body, "parameters"), APL_STR("parameters(")))
        apl_reporter_warning(&linter->reporter, member_path(linter, prefix, "parameters"), NULL,
                             "values of an assignment are taken as they stand; expressions are not evaluated");
}

/* ---- Exemptions ---- */

void apl_lint_exemption(apl_linter *linter, apl_value body, apl_str prefix)
{
    static const char *const categories[] = {"Waiver", "Mitigated", NULL};
    apl_str category = apl_value_str(apl_value_member(body, "exemptionCategory"));
    apl_value expires = apl_value_member(body, "expiresOn");
    apl_instant instant;

    check_body(linter, body, prefix, apl_exemption_members);
    if (!apl_is_one_of(category, categories))
        apl_reporter_error(&linter->reporter, member_path(linter, prefix, "exemptionCategory"),
                           apl_nearest_name(category, categories), "expected Waiver or Mitigated, not \"%.*s\"",
                           APL_STR_ARG(category));
    if (expires.type == APL_VALUE_MISSING || expires.type == APL_VALUE_NULL)
        apl_reporter_warning(&linter->reporter, member_path(linter, prefix, "expiresOn"), NULL,
                             "the exemption has no end");
    else if (!apl_instant_parse(&instant, apl_value_str(expires)))
        apl_reporter_error(&linter->reporter, member_path(linter, prefix, "expiresOn"), NULL,
                           "\"%.*s\" is no ISO 8601 date", APL_STR_ARG(apl_value_str(expires)));
    lint_resource_selectors(linter, apl_value_member(body, "resourceSelectors"), prefix);
}
