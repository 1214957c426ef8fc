/* access/azure/role.h: a role definition: what its permission blocks allow.
 *
 * A block allows what its actions match and its notActions do not; notActions take away from their own block only and
 * forbid nothing. Blocks add up. A block may have a condition of its own. Read-only once read. */
#ifndef APL_ACCESS_AZURE_ROLE_H
#define APL_ACCESS_AZURE_ROLE_H

#include "access/azure/abac.h"
#include "access/decision.h"

enum { APL_ROLE_ACTIONS = 0, APL_ROLE_NOT_ACTIONS, APL_ROLE_DATA_ACTIONS, APL_ROLE_NOT_DATA_ACTIONS, APL_ROLE_LISTS };

typedef struct apl_role_patterns {
    const apl_str *items;
    uint32_t count;
} apl_role_patterns;

typedef struct apl_role_block {
    apl_role_patterns lists[APL_ROLE_LISTS];
    apl_str condition_text;
    const apl_abac *condition; /* NULL: none, or one that cannot be read */
} apl_role_block;

typedef struct apl_role {
    apl_str id;   /* as the definition has it; may be empty */
    apl_str name; /* for people */
    const apl_role_block *blocks;
    size_t block_count;
    bool has_condition;
    bool reads_resource; /* a condition may depend on the id of the resource */
} apl_role;

/* Reads a definition in any of its forms: of the API with or without `properties`, of the CLI, of PowerShell, of the
 * Python SDK. False when it holds no permissions, so that nobody can tell what it allows. */
bool apl_role_read(apl_role *out, apl_arena *arena, apl_value definition);

/* The same for the permissions alone: an array of blocks. */
void apl_role_read_blocks(apl_role *out, apl_arena *arena, apl_value permissions);

/* APL_TRUE, APL_FALSE, or APL_TRUTH_UNREAD: only under a condition. *is_contested is set when another reading of
 * a star between slashes would decide otherwise; it may be NULL. */
apl_truth apl_role_allows(bool *is_contested, const apl_role *role, apl_plane plane, const apl_request *request);

/* A condition in three values: without text true, one that cannot be read unread. */
apl_truth apl_role_condition(const apl_abac *condition, apl_str text, const apl_request *request);

/* Three-valued and. */
apl_truth apl_truth_both(apl_truth a, apl_truth b);

/* The last part of an id, for ids of role definitions: their GUID. */
apl_str apl_role_guid(apl_str id);

#endif
