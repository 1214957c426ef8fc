/* policy/effects.h: the `then` of a policy rule.
 *
 * Which effect is in force, and what its details ask for. */
#ifndef APL_POLICY_EFFECTS_H
#define APL_POLICY_EFFECTS_H

#include "policy/definition.h"

/* The effect of that name in any casing; false when there is none. */
bool apl_effect_parse(apl_effect *out, apl_str name);

static inline bool apl_effect_needs_related(apl_effect effect)
{
    return effect == APL_EFFECT_AUDIT_IF_NOT_EXISTS || effect == APL_EFFECT_DEPLOY_IF_NOT_EXISTS;
}

/* Resolves the effect: the override, else the text of `then` with the parameters put in. */
apl_status apl_effect_resolve(apl_policy_build *build, apl_str override);

/* Compiles the details that the effect in force reads. */
apl_status apl_effect_details(apl_policy_build *build);

/* patches.c: where the field of an operation lies, and what its parent is called. */
void apl_operation_locate(apl_operation *operation, const apl_policy_context *context);

/* The operations whose values are constant and whose conditions hold in a scan, for people and plans. */
apl_patches apl_policy_constant_patches(const apl_policy *policy, apl_arena *arena);

/* existence.c: details of auditIfNotExists and deployIfNotExists. */
apl_status apl_existence_compile(apl_policy_build *build, apl_value details);

/* Whether a related resource meets them; `origin` is the resource of the `if`. Fills state, reason, related, evidence.
 */
void apl_existence_judge(apl_policy_result *out, const apl_policy *policy, const apl_subject *origin,
                         const apl_policy_eval *eval);

#endif
