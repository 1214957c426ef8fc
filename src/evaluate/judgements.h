/* evaluate/judgements.h: how often each judged rule passed and failed, and the outcome for each asset.
 *
 * What the states of controls are made from; for the files of this folder only. Numbers of rules are places in
 * estate->judged. */
#ifndef APL_EVALUATE_JUDGEMENTS_H
#define APL_EVALUATE_JUDGEMENTS_H

#include "base/table.h"
#include "model/estate.h"

/* In the order of badness: the worst of an asset counts. */
typedef enum apl_outcome {
    APL_OUTCOME_PASS = 0,
    APL_OUTCOME_ACCEPTED,
    APL_OUTCOME_UNREAD,
    APL_OUTCOME_FAIL,
    APL_OUTCOME_COUNT,
} apl_outcome;

typedef struct apl_rule_counts {
    uint64_t of[APL_OUTCOME_COUNT];
    uint32_t unread_types;
} apl_rule_counts;

typedef APL_VECTOR(uint32_t) apl_numbers;

typedef struct apl_judgements {
    const apl_estate *estate;
    const bool *takes; /* by asset; NULL: all */
    apl_table *types;  /* type -> number into rules_of_type */
    APL_VECTOR(apl_numbers) rules_of_type;
    apl_table *rules; /* rule id -> number */
    uint32_t *rule_of_finding;
    apl_rule_counts *counts; /* by rule */
} apl_judgements;

void apl_judgements_make(apl_judgements *out, const apl_estate *estate, const bool *takes);
void apl_judgements_free(apl_judgements *judgements);

/* Calls back for every rule that judged the asset, asset by asset in order. O(judgements). */
typedef void apl_judgement_visit(void *context, apl_asset_id asset, uint32_t rule, apl_outcome outcome);
void apl_judgements_each(const apl_judgements *judgements, apl_judgement_visit *visit, void *context);

#endif
