/* access/internal.h: what an access holds; for the files of this layer only.
 *
 * Filled once by apl_access_new and apl_access_compile, read-only from then on. */
#ifndef APL_ACCESS_INTERNAL_H
#define APL_ACCESS_INTERNAL_H

#include "access/access.h"
#include "access/azure/role.h"
#include "access/azure/scope.h"
#include "access/identities.h"

typedef enum apl_access_field {
    APL_ACCESS_PRINCIPAL_ID = 0,
    APL_ACCESS_ROLE_ID,
    APL_ACCESS_SCOPE,
    APL_ACCESS_CONDITION,
    APL_ACCESS_ORIGIN, /* of an active assignment of PIM: the role assignment that it is */
    APL_ACCESS_PERMISSIONS,
    APL_ACCESS_ROLE_NAME,
    APL_ACCESS_PRINCIPALS,
    APL_ACCESS_EXCLUDED,
    APL_ACCESS_NOT_BELOW, /* doNotApplyToChildScopes */
    APL_ACCESS_MAIL,
    APL_ACCESS_CLASSIC_ROLE,
    APL_ACCESS_VAULT_BY_ROLES,
    APL_ACCESS_VAULT_POLICIES,
    APL_ACCESS_USER_NAME,
    APL_ACCESS_USER_MAIL,
    APL_ACCESS_APP_ID,
    APL_ACCESS_CHILDREN,
    APL_ACCESS_CHAIN,
    APL_ACCESS_DETAILS,
    APL_ACCESS_DIRECTORY_SCOPE,
    APL_ACCESS_TEMPLATE,
    APL_ACCESS_DISPLAY_NAME,
    APL_ACCESS_MEMBERS,
    APL_ACCESS_APP_GIVEN_ROLE,
    APL_ACCESS_APP_GIVEN_RESOURCE,
    APL_ACCESS_APP_ROLE_IDS,
    APL_ACCESS_APP_ROLE_VALUES,
    APL_ACCESS_APP_ROLE_ID,
    APL_ACCESS_RESOURCE_ID,
    APL_ACCESS_DIRECTORY_ORIGIN,
    APL_ACCESS_DELEGATED,        /* Lighthouse: [{principalId, roleDefinitionId}] */
    APL_ACCESS_DELEGATED_ROLE,
    APL_ACCESS_DELEGATED_MAYBE,  /* the same, to be activated first */
    APL_ACCESS_DELEGATED_MAYBE_ROLE,
    APL_ACCESS_LOCAL_AUTH_OFF,
    APL_ACCESS_SHARED_KEY,
    APL_ACCESS_ADMIN_USER,
    APL_ACCESS_GROUP_ID,          /* of a membership that must be activated first */
    APL_ACCESS_GROUP_ACCESS,      /* member or owner */
    APL_ACCESS_CLIENT_ID,         /* of a delegated permission; APL_ACCESS_SCOPE has the names, between spaces */
    APL_ACCESS_CONSENTED_SCOPE,   /* the same, listed at the service principal */
    APL_ACCESS_CONSENTED_RESOURCE,
    APL_ACCESS_USER_TYPE,
    APL_ACCESS_ENABLED,
    APL_ACCESS_SIGN_IN,
    APL_ACCESS_SIGN_IN_ALONE,     /* of a client in the user's name */
    APL_ACCESS_APP_SIGN_IN,       /* of an application, in a document of its own */
    APL_ACCESS_APP_TENANT,        /* where the application was registered */
    APL_ACCESS_PRINCIPAL_TYPE,
    APL_ACCESS_FIELD_COUNT,
} apl_access_field;

/* What a document is to the access layer; told by its type, once a type. */
typedef enum apl_access_type {
    APL_ACCESS_TYPE_NONE = 0,
    APL_ACCESS_TYPE_ASSIGNMENT,
    APL_ACCESS_TYPE_ELIGIBLE,
    APL_ACCESS_TYPE_ACTIVE, /* of Privileged Identity Management */
    APL_ACCESS_TYPE_CLASSIC,
    APL_ACCESS_TYPE_DENY,
    APL_ACCESS_TYPE_DEFINITION,
    APL_ACCESS_TYPE_DELEGATION,
    APL_ACCESS_TYPE_VAULT,
    APL_ACCESS_TYPE_CONTAINER,        /* management group, subscription */
    APL_ACCESS_TYPE_MANAGED_IDENTITY,
    APL_ACCESS_TYPE_DIRECTORY_ASSIGNMENT,
    APL_ACCESS_TYPE_DIRECTORY_ACTIVE,
    APL_ACCESS_TYPE_DIRECTORY_ELIGIBLE,
    APL_ACCESS_TYPE_DIRECTORY_ROLE,   /* activated, with its members */
    APL_ACCESS_TYPE_DIRECTORY_DEFINITION,
    APL_ACCESS_TYPE_APP_ROLE,         /* given to somebody, in a document of its own */
    APL_ACCESS_TYPE_DELEGATED,        /* a delegated permission, in a document of its own */
    APL_ACCESS_TYPE_GROUP_ELIGIBLE,   /* a membership that must be activated first */
    APL_ACCESS_TYPE_DIRECTORY_OBJECT, /* any other; a service principal may list what it was given */
    APL_ACCESS_TYPE_ACCOUNT,          /* has keys; only looked at when a question is about it */
} apl_access_type;

apl_access_type apl_access_type_of(apl_str type);

#define APL_ACCESS_FIELD_FORMS 3 /* of the API, of the CLI, of the Python SDK */

struct apl_access_fields {
    apl_field_id ids[APL_ACCESS_FIELD_COUNT][APL_ACCESS_FIELD_FORMS];
};

/* A role with the condition of an assignment; or a role of the directory, which is held or not. */
typedef struct apl_rights {
    apl_str held;         /* in the directory: the id of the role or permission; else empty */
    apl_plane held_plane; /* with `held`: of the two planes of the directory */
    const apl_role *role; /* NULL: nobody knows it, or `held` */
    apl_str condition_text;
    const apl_abac *condition; /* NULL with a text: it cannot be read */
    bool reads_resource;
} apl_rights;

typedef struct apl_deny {
    apl_asset_id asset;
    apl_str scope_key;
    apl_role role; /* its permissions: what it denies */
    const uint32_t *principals;
    uint32_t principal_count;
    const uint32_t *excluded;
    uint32_t excluded_count;
    bool is_everyone;
    bool not_below;
} apl_deny;

/* May become a member of the group (Privileged Identity Management for groups). */
typedef struct apl_eligible {
    uint32_t member; /* identities */
    uint32_t group;
} apl_eligible;

typedef struct apl_registered {
    apl_plane plane;
    apl_str action;
} apl_registered;

/* What tells cheaply that a grant does not reach a resource; in the order of grants_of. Most questions meet only grants
 * of the principal elsewhere, and for those neither the grant nor its scope is touched. */
typedef struct apl_reach {
    uint32_t grant;
    uint32_t scope_size;
    char tail[4];    /* the last bytes of the scope, which a resource in it has at the same place */
    bool is_looked_at; /* anything but a plain path: "/", a management group, the directory */
} apl_reach;

struct apl_access {
    const apl_estate *estate;
    const apl_access_fields *fields;
    const apl_library *library;
    apl_arena *arena;
    apl_identities identities;
    apl_management_groups *groups;
    apl_table *roles_by_guid; /* -> roles */
    APL_VECTOR(const apl_role *) roles;
    apl_table *rights_by_key; /* "<guid>\n<condition>" -> rights */
    apl_table *policy_rights; /* permissions of an access policy -> rights */
    APL_VECTOR(apl_rights) rights;
    APL_VECTOR(apl_grant) grants;
    uint32_t *grants_from; /* by identity: offsets into reaches */
    apl_reach *reaches;    /* of all grants, by identity */
    APL_VECTOR(apl_deny) denies;
    APL_VECTOR(apl_eligible) eligible; /* sorted */
    bool has_assignments; /* a document of Azure role assignments was read, or the list of them was empty */
    bool has_directory;   /* the same for roles of the directory */
    apl_table *unread_subscriptions; /* whose role assignments were refused */
    apl_table *held_names[2]; /* by plane of the directory: id or name -> held_ids */
    APL_VECTOR(apl_str) held_ids;
    APL_VECTOR(apl_registered) actions;
    apl_table *actions_by_key; /* "<plane><action>" */
    uint32_t word_count;       /* of a bit set over the actions; set by apl_access_compile */
    uint64_t *allowed;         /* by rights: word_count words each */
    uint64_t *perhaps;
    uint64_t *contested;
};

/* A field of the asset, in whichever form its document has it. */
apl_value apl_access_value(const apl_access *access, const apl_subject *subject, apl_access_field field);

/* The role of that definition id: out of the documents, else of the library; NULL: nobody knows it. */
const apl_role *apl_access_role(apl_access *access, apl_str definition_id);

/* The number of the (role, condition). `key` tells roles apart. */
uint32_t apl_access_rights(apl_access *access, const apl_role *role, apl_str key, apl_str condition);

/* The number of a role or permission of the directory; `id` is canonical. */
uint32_t apl_access_held_rights(apl_access *access, apl_plane plane, apl_str id);

/* The canonical id of a role or permission of the directory by its id, template id, name or value; else the text. */
apl_str apl_access_held_id(const apl_access *access, apl_plane plane, apl_str text);

/* Whether a scope of the directory covers a directory object, or an Azure resource of its tenant. */
apl_truth apl_directory_covers(const apl_access *access, apl_str scope_key, apl_str resource_key);

static inline bool apl_is_directory_id(apl_str id)
{
    return id.size && (id.data[0] == 'e' || id.data[0] == 'E') && apl_str_starts_nocase(id, APL_STR("entra://"));
}

/* True for accounts whose data their keys open. */
bool apl_access_has_keys(apl_str type);

/* Definitions first, then what is assigned. */
void apl_access_read_directory_names(apl_access *access, const apl_subject *subject, apl_access_type type);
void apl_access_read_directory(apl_access *access, const apl_subject *subject, apl_access_type type);

/* Holds as it stands; the other grants need something of the principal first. */
static inline bool apl_grant_is_sure(const apl_grant *grant)
{
    return grant->kind != APL_GRANT_ELIGIBLE && grant->kind != APL_GRANT_DELEGATED;
}

/* The readers; each takes what it knows of one asset. Azure: assignments, deny assignments, classic administrators. */
void apl_access_read_azure(apl_access *access, const apl_subject *subject, apl_access_type type);
void apl_access_read_vault(apl_access *access, const apl_subject *subject);

/* What the rights allow of an action, conditions included. */
apl_truth apl_rights_allow(bool *is_contested, const apl_rights *rights, apl_plane plane, const apl_request *request);

/* Whether a deny assignment is for one of the identities (`members`: the principal and its groups). */
bool apl_deny_names(const apl_deny *deny, const uint32_t *members, size_t count);

/* Whether it denies the action on the resource (in key form). Unread: only perhaps. */
apl_truth apl_deny_holds(const apl_access *access, const apl_deny *deny, apl_plane plane, const apl_request *request,
                         apl_str resource_key);

/* The identity and all groups that it is in, itself first; at most `max`. */
size_t apl_access_members(uint32_t *out, size_t max, const apl_access *access, uint32_t identity);

/* Adds the groups that those in `out` may become members of, and the groups of these; the new number of them. */
size_t apl_access_may_join(uint32_t *out, size_t count, size_t max, const apl_access *access);

/* The groups that one identity may become a direct member of. */
const apl_eligible *apl_access_eligible(uint32_t *count, const apl_access *access, uint32_t identity);

/* A user in more groups than this is looked at in the first ones only; a token holds no more than 1,000 or so. */
#define APL_ACCESS_MEMBERS_MAX 4096

#endif
