/* policy/members.c: the lists of members.h.
 *
 * Names are those of Microsoft's documentation ("Azure Policy definition structure", "initiative definition structure",
 * "assignment structure", "exemption structure", API version 2025-03-01) and of docs/content.md. Nothing but data. */
#include "policy/members.h"

#include <stddef.h>

const char *const apl_rule_members[] = {"check", "title",    "severity",   "why", "fix",
                                        "needs", "evidence", "policyRule", NULL};
const char *const apl_rule_fix_members[] = {"summary", "cli", "bicep", "terraform", "patch", NULL};
const char *const apl_rule_patch_members[] = {"path", "value", "operation", NULL};

const char *const apl_envelope_members[] = {
    "properties", "id",         "name",      "type", "systemData", "location", "identity",
    "scope",      "apiVersion", "dependsOn", "etag", "sku",        "metadata", NULL,
};
const char *const apl_definition_members[] = {
    "displayName", "description", "policyType", "mode",       "metadata",
    "version",     "versions",    "parameters", "policyRule", "externalEvaluationEnforcementSettings",
    NULL,
};
const char *const apl_parameter_members[] = {"type", "metadata", "defaultValue", "allowedValues", "schema", NULL};
const char *const apl_policy_rule_members[] = {"if", "then", NULL};
const char *const apl_then_members[] = {"effect", "details", NULL};

const char *const apl_details_members[] = {
    "type",
    "name",
    "kind",
    "resourceGroupName",
    "existenceScope",
    "existenceCondition",
    "evaluationDelay",
    "roleDefinitionIds",
    "deploymentScope",
    "deployment",
    "conflictEffect",
    "operations",
    "actionNames",
    "cascadeBehaviors",
    "defaultState",
    "setting",
    "templateInfo",
    "constraintTemplate",
    "constraint",
    "constraintInfo",
    "values",
    "apiGroups",
    "kinds",
    "namespaces",
    "excludedNamespaces",
    "labelSelector",
    "source",
    "warn",
    "mutationInfo",
    "field",
    "value",
    NULL,
};
const char *const apl_if_not_exists_members[] = {
    "type", "name", "kind", "resourceGroupName", "existenceScope", "existenceCondition", "evaluationDelay", NULL,
};
const char *const apl_deploy_members[] = {
    "type",
    "name",
    "kind",
    "resourceGroupName",
    "existenceScope",
    "existenceCondition",
    "evaluationDelay",
    "roleDefinitionIds",
    "deploymentScope",
    "deployment",
    NULL,
};
const char *const apl_modify_members[] = {"roleDefinitionIds", "conflictEffect", "operations", NULL};
const char *const apl_operation_members[] = {"operation", "field", "value", "condition", NULL};
const char *const apl_append_members[] = {"field", "value", NULL};
const char *const apl_deny_action_members[] = {"actionNames", "cascadeBehaviors", NULL};
const char *const apl_manual_members[] = {"defaultState", NULL};

const char *const apl_initiative_members[] = {
    "displayName", "description",       "policyType",
    "metadata",    "version",           "versions",
    "parameters",  "policyDefinitions", "policyDefinitionGroups",
    NULL,
};
const char *const apl_reference_members[] = {
    "policyDefinitionId", "policyDefinitionReferenceId", "definitionVersion",          "parameters",
    "groupNames",         "latestDefinitionVersion",     "effectiveDefinitionVersion", NULL,
};
const char *const apl_group_members[] = {
    "name", "category", "displayName", "description", "additionalMetadataId", NULL,
};
const char *const apl_assignment_members[] = {
    "displayName",
    "description",
    "metadata",
    "policyDefinitionId",
    "definitionVersion",
    "parameters",
    "scope",
    "notScopes",
    "enforcementMode",
    "nonComplianceMessages",
    "overrides",
    "resourceSelectors",
    "latestDefinitionVersion",
    "effectiveDefinitionVersion",
    "assignmentType",
    "instanceId",
    "selfServeExemptionSettings",
    NULL,
};
const char *const apl_override_members[] = {"kind", "value", "selectors", NULL};
const char *const apl_resource_selector_members[] = {"name", "selectors", NULL};
const char *const apl_selector_members[] = {"kind", "in", "notIn", NULL};
const char *const apl_message_members[] = {"message", "policyDefinitionReferenceId", NULL};
const char *const apl_exemption_members[] = {
    "displayName",
    "description",
    "metadata",
    "policyAssignmentId",
    "policyDefinitionReferenceIds",
    "exemptionCategory",
    "expiresOn",
    "resourceSelectors",
    "assignmentScopeValidation",
    "scope",
    NULL,
};
const char *const apl_selector_kinds[] = {
    "resourceLocation",      "resourceType",    "resourceWithoutLocation", "policyDefinitionReferenceId",
    "definitionReferenceId", "userPrincipalId", "groupPrincipalId",        NULL,
};
