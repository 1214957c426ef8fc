/* store/rule_text.h: rules and evidence as the JSON that the store keeps, and back.
 *
 * Content-addressed, so the text of the same rule must be the same in every scan: members in a fixed order. */
#ifndef APL_STORE_RULE_TEXT_H
#define APL_STORE_RULE_TEXT_H

#include "model/estate.h"

/* Adds {"check":..., "controls":[[framework, control]...]}; all of the rule but its id. */
void apl_rule_write(apl_text *out, const apl_rule_info *rule);

/* Reads it back; `id` and `text` must live as long as `arena`. */
apl_status apl_rule_read(apl_rule_info *out, apl_arena *arena, apl_str id, apl_str text);

/* Adds [{"path":..., "value":..., "expected":...}...]; nothing when the finding has no evidence. A missing value has no
 * member, an unread one is named in "unread". */
void apl_evidence_write(apl_text *out, const apl_finding *finding);
apl_status apl_evidence_read(const apl_evidence **out, uint32_t *count, apl_arena *arena, apl_str text);

#endif
