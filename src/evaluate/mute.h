/* evaluate/mute.h: findings that somebody decided not to see, with a reason and an end.
 *
 * A mute file is YAML: a list, or {mutes: [...]}, of {check, asset, reason, owner, expiry}. `check` is a check or rule
 * id, `asset` an asset id; `*` in either stands for any text, and case does not matter. An expired mute no longer
 * mutes; the finding then says that it did. */
#ifndef APL_EVALUATE_MUTE_H
#define APL_EVALUATE_MUTE_H

#include "base/clock.h"
#include "model/estate.h"

typedef struct apl_mutes apl_mutes;

apl_mutes *apl_mutes_new(void);
void apl_mutes_free(apl_mutes *mutes);

/* Adds one parsed file. A mute without reason, owner or expiry is APL_E_USAGE. */
apl_status apl_mutes_add(apl_mutes *mutes, apl_value file, const char *file_name);

/* Whether the rule is muted on the asset at `now`; *reason says by what, or that a mute has expired, else it is
 * empty. */
bool apl_mutes_match(const apl_mutes *mutes, apl_str *reason, const apl_rule_info *rule, const apl_asset *asset,
                     apl_instant now);

#endif
