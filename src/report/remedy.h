/* report/remedy.h: the fix of a rule, made ready for one asset.
 *
 * `{id}`, `{name}`, `{resourceGroup}`, `{scope}` and `{parent}` in the texts of a rule become the asset's own. In
 * commands they are quoted for a POSIX shell, by the quotes that stand around them: a resource's name is foreign text
 * and must never become a command of its own. */
#ifndef APL_REPORT_REMEDY_H
#define APL_REPORT_REMEDY_H

#include "model/estate.h"

/* Lines of one fix. */
#define APL_REMEDY_COMMANDS_MAX 64

typedef struct apl_remedy {
    apl_str summary;
    const apl_str *commands; /* one command each; continued lines are joined */
    size_t command_count;
} apl_remedy;

/* The fix of `rule` for `asset`; without an asset (APL_ASSET_NONE) the placeholders stay. Texts are in `arena`. */
apl_remedy apl_remedy_make(apl_arena *arena, const apl_estate *estate, apl_asset_id asset, const apl_rule_info *rule);

#endif
