/* evaluate/acceptance.h: changes that somebody accepted, with a reason and an end.
 *
 * A file is YAML: a list, or {accepted: [...]}, of {asset, path, reason, owner, expiry}; `*` in asset and path stands
 * for any text. An accepted change is still shown, with who accepted it; findings are never accepted here, so that no
 * acceptance can hide a violation. */
#ifndef APL_EVALUATE_ACCEPTANCE_H
#define APL_EVALUATE_ACCEPTANCE_H

#include "base/clock.h"
#include "json/value.h"

typedef struct apl_acceptances apl_acceptances;

apl_acceptances *apl_acceptances_new(void);
void apl_acceptances_free(apl_acceptances *acceptances); /* NULL is allowed */

/* Adds one parsed file. One without path, reason, owner or expiry is APL_E_USAGE. */
apl_status apl_acceptances_add(apl_acceptances *acceptances, apl_value file, const char *file_name);

/* By whom, why and until when a change of this path in this asset is accepted at `now`, or an empty text. */
apl_str apl_acceptances_match(const apl_acceptances *acceptances, apl_str asset_id, apl_str path, apl_instant now);

#endif
