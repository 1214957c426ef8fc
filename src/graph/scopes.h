/* graph/scopes.h: the scopes at which somebody has a grant, and which of them hold a resource.
 *
 * For the files that make the attack graph. Scopes and grants are numbers; grants are those of the access engine. */
#ifndef APL_GRAPH_SCOPES_H
#define APL_GRAPH_SCOPES_H

#include "access/access.h"

typedef struct apl_grant_scopes apl_grant_scopes;

/* What stands at several numbers in a row; valid until the next call. */
typedef struct apl_numbers {
    const uint32_t *items;
    uint32_t count;
} apl_numbers;

/* Both must outlive the result. O(grants + assets). */
apl_grant_scopes *apl_grant_scopes_new(const apl_estate *estate, const apl_access *access);
void apl_grant_scopes_free(apl_grant_scopes *scopes);

uint32_t apl_grant_scopes_count(const apl_grant_scopes *scopes);
uint32_t apl_grant_scopes_of(const apl_grant_scopes *scopes, uint32_t grant);

/* The grants at one scope, in the order of their numbers. */
apl_numbers apl_grant_scopes_grants(const apl_grant_scopes *scopes, uint32_t scope);

/* True when a deny assignment names the principal of a grant at the scope; of any grant. */
bool apl_grant_scopes_has_denied(const apl_grant_scopes *scopes, uint32_t scope);
bool apl_grant_scopes_has_any_denied(const apl_grant_scopes *scopes);

/* True for vaults, and what lies in them, whose access policies decide instead of roles. O(1). */
bool apl_grant_scopes_by_policies(const apl_grant_scopes *scopes, apl_asset_id asset);

/* The scopes that hold the asset; found once an asset and then kept. */
apl_numbers apl_grant_scopes_above(apl_grant_scopes *scopes, apl_asset_id asset);

#endif
