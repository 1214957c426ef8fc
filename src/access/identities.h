/* access/identities.h: who there is, by object id, and which groups they are in.
 *
 * An identity is a number; several assets may be one (a user-assigned identity and its service principal). Groups may
 * be in each other in any way, in circles too. Built once, then read-only. */
#ifndef APL_ACCESS_IDENTITIES_H
#define APL_ACCESS_IDENTITIES_H

#include "base/table.h"
#include "model/estate.h"

#define APL_IDENTITY_NONE UINT32_MAX

typedef struct apl_identity {
    apl_str id;         /* object id in lower case */
    apl_asset_id asset; /* the first asset that it is, or APL_ASSET_NONE */
} apl_identity;

typedef struct apl_identities {
    apl_arena *arena;
    const apl_estate *estate;
    apl_table *by_id;                  /* object id */
    apl_table *by_name;                /* user principal name, mail, application id */
    APL_VECTOR(apl_identity) items;
    uint32_t *of_asset;                /* by asset, APL_IDENTITY_NONE where it is none */
    uint32_t *group_from;              /* items.count + 1 offsets into groups; after apl_identities_link */
    uint32_t *groups;                  /* the groups that an identity is directly in */
    size_t linked_count;               /* identities that group_from knows */
} apl_identities;

typedef struct apl_identity_fields {
    apl_field_id principal_id;     /* of a managed identity */
    apl_field_id user_name;        /* userPrincipalName */
    apl_field_id mail;
    apl_field_id app_id;
} apl_identity_fields;

void apl_identities_init(apl_identities *ids, const apl_estate *estate, const apl_identity_fields *fields);
void apl_identities_free(apl_identities *ids);

/* The number of the object id; a new one when it is not known yet. Before apl_identities_link. */
uint32_t apl_identities_add(apl_identities *ids, apl_str object_id);

/* Takes the groups from the member-of relations. */
void apl_identities_link(apl_identities *ids);

/* By object id, entra:// id, user principal name, application id, or the resource that has the identity. */
uint32_t apl_identities_find(const apl_identities *ids, apl_str principal);

/* The direct groups of an identity. */
static inline const uint32_t *apl_identity_groups(uint32_t *count, const apl_identities *ids, uint32_t identity)
{
    if (identity >= ids->linked_count) {
        *count = 0;
        return NULL;
    }
    *count = ids->group_from[identity + 1] - ids->group_from[identity];
    return ids->groups + ids->group_from[identity];
}

#endif
