/* policy/judge.c: states of many policies on many assets of one type: the inner loop of a scan.
 *
 * Follows apl_policy_evaluate step by step (refusal, mode, `if`, applicability, related resources) with what is the
 * same for all assets of the type taken out of it. Policies that need more than the asset and its related resources,
 * and assets that were not read, are handed to apl_policy_evaluate itself. */
#include "policy/judge.h"

#include "model/type_plan.h"
#include "policy/effects.h"

/* What a policy comes to once the outcome of its `if` is known. */
typedef enum after_outcome {
    AFTER_STATE = 0, /* the state beside it */
    AFTER_EXISTENCE, /* related resources decide */
    AFTER_FACTS,     /* the state beside it when the policy is applicable to the asset, which its name or kind decide */
} after_outcome;

typedef struct next_step {
    uint8_t after; /* after_outcome */
    uint8_t state; /* apl_compliance */
} next_step;

typedef struct ready_policy {
    const apl_policy *policy;
    const apl_condition *condition; /* narrowed to the type */
    bool is_plain;                  /* apl_policy_evaluate judges it */
    bool is_indexed;                /* takes assets with location or tags only */
    next_step next[4];              /* by apl_truth */
} ready_policy;

struct apl_judge {
    apl_arena *arena;
    size_t count;
    ready_policy *policies;
};

static next_step when_true(const apl_policy *policy)
{
    if (policy->effect_is_missing)
        return (next_step){AFTER_STATE, APL_COMPLIANCE_ERROR};
    if (apl_effect_needs_related(policy->effect))
        return (next_step){AFTER_EXISTENCE, 0};
    return (next_step){AFTER_STATE,
                       (uint8_t)(policy->effect == APL_EFFECT_MANUAL ? policy->manual_state : APL_NONCOMPLIANT)};
}

/* `state` where the policy is applicable. */
static next_step when_applicable(const apl_policy *policy, apl_str type, apl_compliance state)
{
    apl_truth applies = apl_condition_applies_to_type(policy->condition, type);

    if (policy->only_type.size)
        applies = apl_str_equal_nocase(type, policy->only_type) ? APL_TRUE : APL_FALSE;
    if (applies == APL_FALSE)
        return (next_step){AFTER_STATE, APL_NOT_APPLICABLE};
    return (next_step){applies == APL_TRUE ? AFTER_STATE : AFTER_FACTS, (uint8_t)state};
}

static void make_ready(ready_policy *out, const apl_judged_policy *judged, const apl_narrow *narrow)
{
    const apl_policy *policy = judged->policy;
    const apl_plan *plan = narrow->plan;
    bool selects = apl_effect_needs_related(policy->effect) || policy->effect == APL_EFFECT_MANUAL;

    out->policy = policy;
    out->is_plain = policy->needs_group || policy->needs_subscription || plan->type.size == 0 ||
                    !apl_policy_takes_type(policy, plan->type);
    if (out->is_plain)
        return;
    out->condition = apl_condition_narrow(policy->condition, narrow);
    out->is_indexed = policy->mode == APL_MODE_INDEXED;
    out->next[APL_TRUE] = when_true(policy);
    out->next[APL_FALSE] =
        selects ? (next_step){AFTER_STATE, APL_NOT_APPLICABLE} : when_applicable(policy, plan->type, APL_COMPLIANT);
    if (judged->is_always_applicable)
        out->next[APL_FALSE] = (next_step){AFTER_STATE, APL_COMPLIANT};
    out->next[APL_TRUTH_UNREAD] = when_applicable(policy, plan->type, APL_COMPLIANCE_UNKNOWN);
    out->next[APL_TRUTH_ERROR] = when_applicable(policy, plan->type, APL_COMPLIANCE_ERROR);
}

apl_judge *apl_judge_new(const apl_judge_options *options)
{
    apl_arena *arena = apl_arena_new();
    apl_judge *judge = APL_ARENA_NEW(arena, apl_judge);
    apl_narrow narrow = {.arena = arena, .plan = options->plan, .now = options->now};

    judge->arena = arena;
    judge->count = options->policy_count;
    judge->policies = APL_ARENA_ARRAY(arena, ready_policy, options->policy_count);
    for (size_t i = 0; i < options->policy_count; i++)
        make_ready(&judge->policies[i], &options->policies[i], &narrow);
    return judge;
}

void apl_judge_free(apl_judge *judge)
{
    if (judge)
        apl_arena_free(judge->arena);
}

void apl_hearing_open(apl_hearing *hearing, const apl_judge *judge, apl_asset_id asset, const apl_policy_eval *eval)
{
    hearing->judge = judge;
    hearing->eval = eval;
    hearing->asset = asset;
    hearing->subject = apl_estate_subject(eval->estate, asset);
    hearing->settings = (apl_eval){
        .subject = &hearing->subject,
        .origin = &hearing->subject,
        .arena = eval->arena,
        .now = eval->now,
        .api_version = APL_STR(APL_LATEST_API_VERSION),
    };
}

static apl_compliance plain_state(const apl_hearing *hearing, const apl_policy *policy)
{
    apl_policy_result result;

    apl_policy_evaluate(&result, policy, hearing->asset, hearing->eval);
    return result.state;
}

static apl_compliance state_after(const apl_hearing *hearing, const apl_policy *policy, next_step next)
{
    apl_policy_result result = {.state = APL_NOT_APPLICABLE};

    switch ((after_outcome)next.after) {
    case AFTER_STATE:
        break;
    case AFTER_EXISTENCE:
        apl_existence_judge(&result, policy, &hearing->subject, hearing->eval);
        return result.state;
    case AFTER_FACTS:
        if (!apl_condition_is_applicable(policy->condition, &hearing->settings))
            return APL_NOT_APPLICABLE;
        break;
    }
    return (apl_compliance)next.state;
}

apl_compliance apl_hearing_state(const apl_hearing *hearing, size_t policy)
{
    const ready_policy *ready = &hearing->judge->policies[policy];

    if (ready->is_plain || !hearing->subject.asset->is_read)
        return plain_state(hearing, ready->policy);
    if (ready->is_indexed && !apl_policy_is_indexed(ready->policy, &hearing->subject))
        return APL_NOT_APPLICABLE;
    next_step next = ready->next[apl_condition_eval(ready->condition, &hearing->settings)];
    return next.after == AFTER_STATE ? (apl_compliance)next.state : state_after(hearing, ready->policy, next);
}
