/* evaluate/evaluate.h: rules over assets: findings.
 *
 * Every rule is judged on every asset of the types that it takes, on all threads. At most one finding a (rule, asset);
 * what passes is counted, and kept only when asked for. Unread input gives `manual` with the permission that was
 * missing, never pass or fail. */
#ifndef APL_EVALUATE_EVALUATE_H
#define APL_EVALUATE_EVALUATE_H

#include "evaluate/mute.h"
#include "normalize/services.h"
#include "policy/rule.h"

typedef struct apl_evaluate_options {
    const apl_rule *rules; /* ours */
    size_t rule_count;
    const apl_policy_set *policies; /* the user's, or NULL */
    const apl_mutes *mutes;         /* or NULL */
    const apl_services *services;   /* for the permission that reading a type takes */
    apl_instant now;
    unsigned threads;
    bool keeps_passes;
} apl_evaluate_options;

/* Fills estate->findings, sorted by severity (high first), rule id and asset, and estate->passes. */
void apl_evaluate(apl_estate *estate, const apl_evaluate_options *options);

/* Sets is_judged alone, for an estate whose findings came out of a store. */
void apl_evaluate_mark(apl_estate *estate, const apl_evaluate_options *options);

/* Names, at each step of each attack path, the failed findings whose fix takes it away. After apl_evaluate. */
void apl_evaluate_fixes(apl_estate *estate);

#endif
