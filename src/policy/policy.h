/* policy/policy.h: policy definitions over assets.
 *
 * A definition (ours or Microsoft's, with or without the ARM envelope) is compiled once for one set of parameter
 * values; what comes out is an apl_policy, read-only. Evaluating one on one asset gives a state with its reason.
 * Related resources (auditIfNotExists, deployIfNotExists) are found through an index over the estate. */
#ifndef APL_POLICY_POLICY_H
#define APL_POLICY_POLICY_H

#include "condition/condition.h"
#include "model/estate.h"

typedef enum apl_effect {
    APL_EFFECT_DISABLED = 0,
    APL_EFFECT_AUDIT,
    APL_EFFECT_DENY,
    APL_EFFECT_AUDIT_IF_NOT_EXISTS,
    APL_EFFECT_DEPLOY_IF_NOT_EXISTS,
    APL_EFFECT_MODIFY,
    APL_EFFECT_APPEND,
    APL_EFFECT_DENY_ACTION,
    APL_EFFECT_MANUAL,
    APL_EFFECT_ENFORCE_SETTING,
    APL_EFFECT_NONE,
} apl_effect;
extern const char *const apl_effect_names[]; /* as the language writes them: "auditIfNotExists" */

typedef enum apl_compliance {
    APL_COMPLIANT = 0,
    APL_NONCOMPLIANT,
    APL_NOT_APPLICABLE,
    APL_EXEMPT,
    APL_COMPLIANCE_UNKNOWN, /* input was not read */
    APL_COMPLIANCE_ERROR,   /* a function failed */
} apl_compliance;
extern const char *const apl_compliance_names[]; /* "compliant", "noncompliant", "not-applicable", ... */

typedef struct apl_policy apl_policy;

/* Related resources by type, by parent and by resource group; built after linking. Read-only. */
typedef struct apl_related apl_related;
apl_related *apl_related_new(const apl_estate *estate);
void apl_related_free(apl_related *related); /* NULL is allowed */

/* The outcome of one policy on one asset. Texts belong to the arena of the evaluation. */
typedef struct apl_policy_result {
    apl_compliance state;
    apl_effect effect;
    apl_str reason;       /* one sentence for people; empty for compliant */
    apl_str unread_type;  /* unknown: the type that was not read, or empty when a part of the asset itself was not */
    apl_asset_id related; /* the related resource that satisfied or came nearest, or APL_ASSET_NONE */
    uint32_t evidence_count;
    const apl_evidence *evidence; /* only when asked for */
} apl_policy_result;

typedef struct apl_policy_eval {
    const apl_estate *estate;
    const apl_related *related; /* NULL: no -IfNotExists policy is evaluated (state unknown) */
    apl_arena *arena;           /* scratch and results; the caller resets it */
    apl_instant now;
    bool wants_evidence;
    bool state_only;   /* nobody reads the reason; texts cost more than the judgement */
    bool closed_world; /* policy eval: the documents given are all there is, so no related resource means
                          noncompliant; else a related type of which nothing was read in the asset's scope is
                          unread. An `unread` coverage row of the type always makes it unread. */
} apl_policy_eval;

void apl_policy_evaluate(apl_policy_result *out, const apl_policy *policy, apl_asset_id asset,
                         const apl_policy_eval *eval);

/* False when no asset of this type can ever be judged by the policy. For the type index. */
bool apl_policy_takes_type(const apl_policy *policy, apl_str type);

/* True when evaluating the policy reads fields of assets of this type: those it judges, related ones, and the groups
 * and subscriptions that its functions ask for. For deciding which fields the plan of a type keeps. */
bool apl_policy_reads_type(const apl_policy *policy, apl_str type);

/* The index over only those assets that the policies may look for as related ones. */
apl_related *apl_related_new_for(const apl_estate *estate, const apl_policy *const *policies, size_t policy_count);

apl_effect apl_policy_effect(const apl_policy *policy);
apl_str apl_policy_id(const apl_policy *policy); /* definition `id`, else `name`, else the file path */
apl_str apl_policy_title(const apl_policy *policy);
/* True when other documents or derived facts are needed: related resources, groups, subscriptions, aplomb.* fields. */
bool apl_policy_is_derived(const apl_policy *policy);
apl_str apl_policy_related_type(const apl_policy *policy); /* empty without -IfNotExists */
apl_value apl_policy_details(const apl_policy *policy); /* `then.details` as written: roleDefinitionIds, deployment */

/* The parameters that have neither a value nor a default, as a clause ("the parameter 'x' has no value and no
 * default"); empty when all have one. Such a policy compiles; what depends on the value is judged `error`. */
apl_str apl_policy_missing_parameters(const apl_policy *policy);

/* The changes that modify or append would make to the asset, with their values evaluated; nothing when the policy has
 * another effect, when a condition of an operation does not hold, or when the value is there already. APL_E_INPUT when
 * a function fails or its input was not read. */
typedef struct apl_patches {
    const apl_patch *items; /* in the arena of the evaluation */
    size_t count;
} apl_patches;
apl_status apl_policy_patches(apl_patches *out, const apl_policy *policy, apl_asset_id asset,
                              const apl_policy_eval *eval);

/* Compiles one definition with parameter values over its defaults. `parameters` is {p: {"value": v}} or {p: v}, or
 * missing. */
typedef struct apl_policy_context {
    apl_arena *arena; /* compiled policies live here */
    apl_fields *fields;
    const apl_aliases *aliases;
    apl_value parameters;  /* of a set: values for definitions that stand by themselves, over their defaults */
    bool keeps_incomplete; /* of a set: keep a definition by itself whose `if` or effect waits for a value */
    bool skips_policies;   /* of our own rules: leave rule.policy NULL, for somebody who only lists them */
    apl_message_fn on_message;
    void *on_message_context;
} apl_policy_context;

/* Values for names that the definition does not declare are ignored, so that one file of values serves many. Everything
 * is copied. */
apl_status apl_policy_compile(apl_policy **out, const apl_policy_context *context, apl_value definition,
                              apl_value parameters, const char *file);

#endif
