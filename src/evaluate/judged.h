/* evaluate/judged.h: which rules had something to judge, and what passed.
 *
 * A pass is no finding that is kept: for a rule of ours it follows from the types it takes, for a policy of the user,
 * which may not be applicable, the assets are listed. For the files of this folder only. */
#ifndef APL_EVALUATE_JUDGED_H
#define APL_EVALUATE_JUDGED_H

#include "evaluate/evaluate.h"

/* A rule of ours, or rule `set_index` of the user's policies. */
typedef struct apl_applied_rule {
    const apl_rule *rule;
    size_t set_index;
    bool is_users;
} apl_applied_rule;

typedef APL_VECTOR(apl_applied_rule) apl_applied_rules;

/* Rule `set_index` of the user's policies passed on the asset. */
typedef struct apl_policy_pass {
    uint32_t set_index;
    apl_asset_id asset;
} apl_policy_pass;

typedef APL_VECTOR(apl_policy_pass) apl_policy_passes;

/* Fills estate->judged. `by_type` is by number of the type; the passes are reordered. After the findings are final. */
void apl_judged_set(apl_estate *estate, const apl_evaluate_options *options, const apl_applied_rules *by_type,
                    apl_policy_passes *passes);

#endif
