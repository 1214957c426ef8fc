/* policy/evaluate.c: one compiled policy on one asset.
 *
 * The hot path of a scan: a policy without evidence and without related resources allocates nothing here. Order: what
 * the policy never judges (its refusal), what its mode leaves out, the `if`, and only when that does not hold whether
 * the policy is applicable at all (for audit, deny, modify and append the conditions on type, name and kind decide; for
 * -IfNotExists and manual the whole `if` does).
 *
 * Mode Indexed means types that have tags and a location. The table of such types is not public, so the document
 * decides: one with a location or tags counts, and so does a top-level type that lacks both, because lists and examples
 * are often shortened; a child type without both, and the types of the governance providers, do not. */
#include "policy/policy.h"

#include "base/limits.h"
#include "normalize/arm_id.h"
#include "policy/effects.h"
#include "policy/evidence.h"

/* ---- What functions of the language see of groups and subscriptions ---- */

static apl_value field_or_unread(const apl_policy_eval *eval, apl_asset_id asset, apl_field_id field)
{
    if (asset == APL_ASSET_NONE || !eval->estate->assets.items[asset].is_read)
        return APL_UNREAD;
    apl_subject subject = apl_estate_subject(eval->estate, asset);
    return apl_subject_value(&subject, field);
}

static apl_asset_id find_container(const apl_policy_eval *eval, const apl_asset *asset, apl_str id)
{
    if (id.size)
        return apl_estate_find(eval->estate, id);
    return asset->parent < eval->estate->assets.count ? asset->parent : APL_ASSET_NONE;
}

/* The id up to the end of `segment`, which must point into it; empty when the segment is. */
static apl_str up_to(apl_str id, apl_str segment)
{
    return segment.size ? apl_str_make(id.data, (size_t)(segment.data + segment.size - id.data)) : APL_STR_NONE;
}

/* resourceGroup(): in Azure the group of the id, elsewhere the parent (a namespace, an account). */
static apl_value group_value(const apl_policy *policy, const apl_asset *asset, const apl_policy_eval *eval)
{
    bool is_arm = apl_arm_is_id(asset->id);
    apl_str name = is_arm ? apl_arm_segment(asset->id, APL_STR("resourceGroups")) : APL_STR_NONE;
    apl_str id = up_to(asset->id, name);
    apl_value location = APL_UNREAD;
    apl_asset_id group = find_container(eval, asset, id);

    if (id.size == 0 && (is_arm || group == APL_ASSET_NONE))
        return APL_MISSING;
    if (group != APL_ASSET_NONE) {
        const apl_asset *found = &eval->estate->assets.items[group];
        name = id.size ? name : found->name;
        id = id.size ? id : found->id;
        location = found->is_read ? apl_value_string(found->location) : APL_UNREAD;
    }
    apl_member *members = APL_ARENA_ARRAY(eval->arena, apl_member, 5);
    members[0] = (apl_member){APL_STR("name"), apl_value_string(name)};
    members[1] = (apl_member){APL_STR("id"), apl_value_string(id)};
    members[2] = (apl_member){APL_STR("type"), apl_value_string(APL_STR("Microsoft.Resources/resourceGroups"))};
    members[3] = (apl_member){APL_STR("location"), location};
    members[4] = (apl_member){APL_STR("tags"), field_or_unread(eval, group, policy->tags_field)};
    return apl_value_object(members, 5);
}

static apl_value subscription_value(const apl_policy *policy, const apl_asset *asset, const apl_policy_eval *eval)
{
    apl_str number = apl_arm_is_id(asset->id) ? apl_arm_segment(asset->id, APL_STR("subscriptions")) : asset->scope;
    apl_str id = apl_arm_is_id(asset->id) ? up_to(asset->id, number) : number;

    if (number.size == 0)
        return APL_MISSING;
    apl_asset_id subscription = apl_estate_find(eval->estate, id);
    apl_member *members = APL_ARENA_ARRAY(eval->arena, apl_member, 5);
    members[0] = (apl_member){APL_STR("subscriptionId"), apl_value_string(number)};
    members[1] = (apl_member){APL_STR("id"), apl_value_string(id)};
    members[2] = (apl_member){APL_STR("displayName"), field_or_unread(eval, subscription, policy->display_name_field)};
    members[3] = (apl_member){APL_STR("tags"), field_or_unread(eval, subscription, policy->tags_field)};
    members[4] = (apl_member){APL_STR("tenantId"), asset->tenant.size ? apl_value_string(asset->tenant) : APL_UNREAD};
    return apl_value_object(members, 5);
}

void apl_policy_eval_settings(apl_eval *out, const apl_policy *policy, const apl_subject *subject,
                              const apl_policy_eval *eval, char *error)
{
    *out = (apl_eval){
        .subject = subject,
        .origin = subject,
        .arena = eval->arena,
        .now = eval->now,
        .api_version = APL_STR(APL_LATEST_API_VERSION),
        .error = error,
    };
    error[0] = 0;
    if (policy->needs_group)
        out->resource_group = group_value(policy, subject->asset, eval);
    if (policy->needs_subscription)
        out->subscription = subscription_value(policy, subject->asset, eval);
}

/* ---- Modes ---- */

/* Top-level types that never have tags or a location of their own. */
static bool is_governance_type(apl_str type)
{
    static const char *const namespaces[] = {"Microsoft.Resources/",
                                             "Microsoft.Authorization/",
                                             "Microsoft.Security/",
                                             "Microsoft.Management/",
                                             "Microsoft.PolicyInsights/",
                                             "Microsoft.Advisor/",
                                             "Microsoft.Insights/diagnosticSettings",
                                             "Microsoft.Subscription/"};
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
        if (apl_str_starts_nocase(type, apl_str_from(namespaces[i])))
            return true;
    }
    return false;
}

static bool is_child_type(apl_str type)
{
    const char *slash = type.size ? memchr(type.data, '/', type.size) : NULL;

    return slash && memchr(slash + 1, '/', (size_t)(type.data + type.size - slash - 1)) != NULL;
}

static bool is_container_type(apl_str type)
{
    /* The letter behind the vendor's name tells most types apart at once. */
    return type.size > 10 && (type.data[10] | 32) == 'r' &&
           apl_str_starts_nocase(type, APL_STR("Microsoft.Resources/"));
}

bool apl_policy_is_indexed(const apl_policy *policy, const apl_subject *subject)
{
    const apl_asset *asset = subject->asset;

    if (is_container_type(asset->type))
        return false;
    if (asset->location.size)
        return true;
    if (apl_subject_value(subject, policy->tags_field).type != APL_VALUE_MISSING)
        return true;
    return !is_child_type(asset->type) && !is_governance_type(asset->type);
}

static bool is_component_type(const apl_policy *policy, apl_str type)
{
    apl_str mode = policy->mode_name;

    return type.size > mode.size && type.data[mode.size] == '/' && apl_str_starts_nocase(type, mode);
}

/* False when the mode leaves the asset out; the reason is set only when somebody reads it, for it takes memory. */
static bool mode_takes(apl_policy_result *out, const apl_policy *policy, const apl_subject *subject,
                       const apl_policy_eval *eval)
{
    switch (policy->mode) {
    case APL_MODE_ALL:
    case APL_MODE_FOREIGN:
        return true;
    case APL_MODE_INDEXED:
        if (apl_policy_is_indexed(policy, subject))
            return true;
        out->reason = APL_STR("The mode Indexed leaves out resources without location and tags.");
        return false;
    case APL_MODE_COMPONENT:
        if (is_component_type(policy, subject->asset->type))
            return true;
        out->reason = apl_arena_format(eval->arena, "The mode %.*s judges its own components only.",
                                       APL_STR_ARG(policy->mode_name));
        return false;
    }
    return true;
}

/* ---- Outcomes ---- */

static apl_str sentence_of(apl_arena *arena, const char *text)
{
    apl_str reason = apl_str_from(text);

    return apl_arena_format(arena, "%.*s%s", APL_STR_ARG(reason), apl_str_ends(reason, APL_STR(".")) ? "" : ".");
}

static void set_error(apl_policy_result *out, apl_arena *arena, const char *reason)
{
    out->state = APL_COMPLIANCE_ERROR;
    out->reason = reason[0] ? sentence_of(arena, reason) : APL_STR("A function of the rule failed.");
}

/* What was decisive, and the sentence about it. */
static void explain(apl_policy_result *out, const apl_condition *condition, const apl_eval *settings, apl_truth outcome)
{
    apl_evidence_rows rows;

    rows.arena = settings->arena;
    rows.count = 0;
    apl_evidence_explain(&rows, condition, settings, outcome, APL_STR_NONE);
    apl_evidence_give(out, &rows);
    if (rows.count)
        out->reason = apl_evidence_sentence(&rows);
}

static void set_condition_holds(apl_policy_result *out, const apl_policy *policy, const apl_eval *settings,
                                const apl_policy_eval *eval)
{
    if (policy->effect_is_missing) {
        out->state = APL_COMPLIANCE_ERROR;
        out->reason = sentence_of(eval->arena, policy->missing.data);
        return;
    }
    if (apl_effect_needs_related(policy->effect)) {
        apl_existence_judge(out, policy, settings->subject, eval);
        return;
    }
    out->state = policy->effect == APL_EFFECT_MANUAL ? policy->manual_state : APL_NONCOMPLIANT;
    out->reason = APL_STR("The resource meets the condition of the policy rule.");
    if (policy->effect == APL_EFFECT_MANUAL) {
        out->reason = out->state == APL_COMPLIANT ? APL_STR_NONE : APL_STR("Compliance is attested by people.");
        return;
    }
    if (eval->wants_evidence)
        explain(out, policy->condition, settings, APL_TRUE);
}

static bool is_applicable(const apl_policy *policy, const apl_eval *settings)
{
    apl_str type = settings->subject->asset->type;

    if (policy->only_type.size == 0)
        return apl_condition_is_applicable(policy->condition, settings);
    return apl_str_equal(type, policy->only_type) || apl_str_equal_nocase(type, policy->only_type);
}

static void set_condition_fails(apl_policy_result *out, const apl_policy *policy, const apl_eval *settings)
{
    if (apl_effect_needs_related(policy->effect) || policy->effect == APL_EFFECT_MANUAL) {
        out->reason = APL_STR("The condition of the policy rule does not select the resource.");
        return;
    }
    if (is_applicable(policy, settings)) {
        out->state = APL_COMPLIANT;
        return;
    }
    out->reason = APL_STR("The policy is for resources of another type, name or kind.");
}

static void set_condition_open(apl_policy_result *out, const apl_policy *policy, const apl_eval *settings,
                               const apl_policy_eval *eval, apl_truth outcome)
{
    apl_eval plain = *settings;

    plain.error = NULL;
    if (!is_applicable(policy, &plain)) {
        out->reason = APL_STR("The policy is for resources of another type, name or kind.");
        return;
    }
    if (outcome == APL_TRUTH_ERROR) {
        set_error(out, eval->arena, settings->error);
        return;
    }
    out->state = APL_COMPLIANCE_UNKNOWN;
    out->reason = APL_STR("A part of the resource that the rule asks for was not read.");
    if (eval->wants_evidence)
        explain(out, policy->condition, settings, APL_TRUTH_UNREAD);
}

void apl_policy_evaluate(apl_policy_result *out, const apl_policy *policy, apl_asset_id asset,
                         const apl_policy_eval *eval)
{
    char error[APL_ERROR_BYTES_MAX];
    apl_subject subject = apl_estate_subject(eval->estate, asset);

    *out = (apl_policy_result){.state = APL_NOT_APPLICABLE, .effect = policy->effect, .related = APL_ASSET_NONE};
    if (policy->refusal.size) {
        out->reason = policy->refusal;
        return;
    }
    if (!subject.asset->is_read) {
        out->reason = APL_STR("The resource is only named by another document and was not read.");
        return;
    }
    if (!mode_takes(out, policy, &subject, eval))
        return;
    apl_eval settings;
    apl_policy_eval_settings(&settings, policy, &subject, eval, error);
    apl_truth outcome = apl_condition_eval(policy->condition, &settings);
    switch (outcome) {
    case APL_TRUE:
        set_condition_holds(out, policy, &settings, eval);
        break;
    case APL_FALSE:
        set_condition_fails(out, policy, &settings);
        break;
    case APL_TRUTH_UNREAD:
    case APL_TRUTH_ERROR:
        set_condition_open(out, policy, &settings, eval, outcome);
        break;
    }
    if (out->state == APL_NONCOMPLIANT && policy->message.size)
        out->reason = policy->message;
}

/* ---- The type index ---- */

bool apl_policy_takes_type(const apl_policy *policy, apl_str type)
{
    if (policy->refusal.size)
        return false;
    if (policy->mode == APL_MODE_COMPONENT && !is_component_type(policy, type))
        return false;
    if (policy->mode == APL_MODE_INDEXED && is_container_type(type))
        return false;
    return apl_condition_screen_type(policy->condition, type) != APL_FALSE;
}

bool apl_policy_reads_type(const apl_policy *policy, apl_str type)
{
    static const char *const containers[] = {"Microsoft.Resources/subscriptions",
                                             "Microsoft.Resources/subscriptions/resourceGroups",
                                             "Microsoft.Resources/resourceGroups", NULL};

    if (policy->refusal.size)
        return false;
    if ((policy->needs_group || policy->needs_subscription) && apl_is_one_of(type, containers))
        return true;
    if (apl_effect_needs_related(policy->effect) && apl_str_equal_nocase(policy->existence.type, type))
        return true;
    return apl_policy_takes_type(policy, type);
}

bool apl_policy_is_derived(const apl_policy *policy)
{
    return apl_effect_needs_related(policy->effect) || policy->needs_group || policy->needs_subscription ||
           apl_condition_is_derived(policy->condition) ||
           (policy->existence.condition && apl_condition_is_derived(policy->existence.condition));
}
