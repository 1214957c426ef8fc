/* policy/rule.h: a rule of ours: a policy rule plus what people want to know about it.
 *
 * Read from services/<cloud>/<service>/rules/<check>.yaml (docs/content.md). Unknown members are errors. The framework
 * controls are joined by the check's name from the frameworks that are loaded. */
#ifndef APL_POLICY_RULE_H
#define APL_POLICY_RULE_H

#include "policy/policy.h"

typedef struct apl_rule {
    apl_rule_info info;
    apl_policy *policy;
} apl_rule;

/* Compiles the rule in `file` (an object, as docs/content.md says) of `service` ("azure/ai-services"). `file_name` is
 * for messages and must end in /rules/<check>.yaml, the check's own name. */
apl_status apl_rule_compile(apl_rule *out, const apl_policy_context *context, apl_value file, apl_str service,
                            const char *file_name);

/* What people want to know about a policy that somebody else wrote: texts from its definition, `metadata.severity` or
 * medium, constant patches of modify and append. Texts belong to the policy or the arena. */
void apl_rule_info_of_policy(apl_rule_info *out, apl_arena *arena, const apl_policy *policy);

/* False when it is none of apl_severity_names, in any casing. */
bool apl_severity_parse(uint8_t *out, apl_str name);

/* A set of policies as a user brings them (--policies): files or folders with definitions, initiatives, assignments and
 * exemptions, in any order, each file one object, an array, or a list page. Gives one rule per policy in force: a
 * definition that no assignment or initiative in the folder names is taken by itself with its defaults. */
typedef struct apl_policy_set apl_policy_set;

apl_status apl_policy_set_new(apl_policy_set **out, const apl_policy_context *context);
void apl_policy_set_free(apl_policy_set *set);

/* Adds the documents of one parsed file. A definition that cannot be compiled is APL_E_CONTENT with one clear line. */
apl_status apl_policy_set_add(apl_policy_set *set, apl_value file, const char *file_name);

/* Resolves initiatives and assignments after the last file. */
apl_status apl_policy_set_finish(apl_policy_set *set);

size_t apl_policy_set_count(const apl_policy_set *set);
const apl_rule *apl_policy_set_rule(const apl_policy_set *set, size_t index);

/* Who brought rule `index` into force. Empty ids: nobody, the definition stands by itself. */
typedef struct apl_policy_group {
    apl_str initiative; /* the id of the initiative */
    apl_str title;      /* its display name */
    apl_str group;      /* one of the reference's groupNames: a control of a regulation; empty: in no group */
    apl_str group_title; /* what the initiative's policyDefinitionGroups call it */
} apl_policy_group;

typedef struct apl_policy_source {
    apl_str definition;
    apl_str initiative;
    apl_str assignment;
    apl_str reference_id;
    apl_str definition_version; /* as the reference wishes: "1.*.*"; the files have one version only */
    bool is_enforced;           /* false with enforcementMode DoNotEnforce */
    const apl_policy_group *groups;
    size_t group_count;
} apl_policy_source;
apl_policy_source apl_policy_set_source(const apl_policy_set *set, size_t index);

/* Whether the assignment of rule `index` covers the asset: inside its scope, not in notScopes, chosen by its resource
 * selectors. *exemption is set to its reason when an exemption in force at `now` covers the asset. */
bool apl_policy_set_covers(const apl_policy_set *set, size_t index, const apl_policy_eval *eval, apl_asset_id asset,
                           apl_str *exemption);

#endif
