/* store/rule_text.h: rules and evidence as the JSON that the store keeps, and back.
 *
 * Content-addressed, so the text of the same rule must be the same in every scan: members in a fixed order. */
#ifndef APL_STORE_RULE_TEXT_H
#define APL_STORE_RULE_TEXT_H

#include "model/estate.h"

/* Adds {"check":..., "controls":[[framework, control]...]}; all of the rule but its id. A judged rule has "types" and,
 * where it lists them, "passes" too, by `numbers`, those of the assets in the store. */
void apl_rule_write(apl_text *out, const apl_rule_info *rule, const apl_judged_rule *judged, const int64_t *numbers);

/* What was judged, with the assets by their numbers in the store; not judged: only findings name the rule. */
typedef struct apl_rule_judged {
    bool is_judged;
    const apl_str *types;
    uint32_t type_count;
    bool lists_passes;
    const int64_t *passes;
    uint32_t pass_count;
} apl_rule_judged;

/* Reads it back; `id` and `text` must live as long as `arena`. */
apl_status apl_rule_read(apl_rule_info *out, apl_rule_judged *judged, apl_arena *arena, apl_str id, apl_str text);

/* Adds [{"path":..., "value":..., "expected":...}...]; nothing when the finding has no evidence. A missing value has no
 * member, an unread one is named in "unread". */
void apl_evidence_write(apl_text *out, const apl_finding *finding);
apl_status apl_evidence_read(const apl_evidence **out, uint32_t *count, apl_arena *arena, apl_str text);

#endif
