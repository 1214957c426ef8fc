/* access/azure/scope.h: which scope covers which resource.
 *
 * By path segments, without regard to case; management groups through the tree that the documents show. A scope in its
 * key form is in lower case, without a slash at the end; "/" is everything. */
#ifndef APL_ACCESS_AZURE_SCOPE_H
#define APL_ACCESS_AZURE_SCOPE_H

#include "condition/condition.h"
#include "model/estate.h"

typedef struct apl_management_groups apl_management_groups;

typedef struct apl_scope_fields {
    apl_field_id children; /* of a management group */
    apl_field_id chain;    /* of a subscription: the names of the groups above it, nearest first */
    apl_field_id details;  /* of a management group that was read whole */
} apl_scope_fields;

/* `assets`: the management groups and subscriptions, in the order of the estate. */
typedef APL_VECTOR(apl_asset_id) apl_asset_ids;
apl_management_groups *apl_management_groups_new(const apl_estate *estate, const apl_asset_ids *assets,
                                                 const apl_scope_fields *fields);
void apl_management_groups_free(apl_management_groups *groups);

/* The key form, in `arena`. */
apl_str apl_scope_key(apl_arena *arena, apl_str scope);

/* The key form in a buffer of APL_ID_BYTES_MAX bytes; longer ids are cut. */
apl_str apl_scope_key_in(char *buffer, apl_str scope);

/* Whether `scope` is `resource` or stands above it; both in key form. Unread when the management groups above the
 * resource's subscription are not known far enough. */
apl_truth apl_scope_covers(const apl_management_groups *groups, apl_str scope, apl_str resource);

/* The tenant of the subscription that the key lies in; empty when it is not known. */
apl_str apl_scope_tenant(const apl_management_groups *groups, apl_str resource_key);

#endif
