/* access/azure/vault.c: access policies of a key vault, as data actions.
 *
 * A vault goes either by Azure roles or by its own access policies (enableRbacAuthorization); the other of the two says
 * nothing. A policy is a grant at the vault: its permissions, in the words of the vault's API, stand for data actions.
 * Microsoft's page "Azure role-based access control vs. access policies" has both words side by side. */
#include "access/internal.h"

#define PREFIX "Microsoft.KeyVault/vaults/"

typedef struct vault_permission {
    const char *group;
    const char *permission;
    apl_str action;
} vault_permission;

static const vault_permission permissions[] = {
    {"secrets", "all", APL_STR(PREFIX "secrets/*")},
    {"secrets", "get", APL_STR(PREFIX "secrets/getSecret/action")},
    {"secrets", "list", APL_STR(PREFIX "secrets/readMetadata/action")},
    {"secrets", "set", APL_STR(PREFIX "secrets/setSecret/action")},
    {"secrets", "delete", APL_STR(PREFIX "secrets/delete")},
    {"secrets", "backup", APL_STR(PREFIX "secrets/backup/action")},
    {"secrets", "restore", APL_STR(PREFIX "secrets/restore/action")},
    {"secrets", "recover", APL_STR(PREFIX "secrets/recover/action")},
    {"secrets", "purge", APL_STR(PREFIX "secrets/purge/action")},
    {"keys", "all", APL_STR(PREFIX "keys/*")},
    {"keys", "all", APL_STR(PREFIX "keyrotationpolicies/*")},
    {"keys", "get", APL_STR(PREFIX "keys/read")},
    {"keys", "list", APL_STR(PREFIX "keys/read")},
    {"keys", "create", APL_STR(PREFIX "keys/create/action")},
    {"keys", "import", APL_STR(PREFIX "keys/import/action")},
    {"keys", "update", APL_STR(PREFIX "keys/update/action")},
    {"keys", "delete", APL_STR(PREFIX "keys/delete")},
    {"keys", "backup", APL_STR(PREFIX "keys/backup/action")},
    {"keys", "restore", APL_STR(PREFIX "keys/restore/action")},
    {"keys", "recover", APL_STR(PREFIX "keys/recover/action")},
    {"keys", "purge", APL_STR(PREFIX "keys/purge/action")},
    {"keys", "encrypt", APL_STR(PREFIX "keys/encrypt/action")},
    {"keys", "decrypt", APL_STR(PREFIX "keys/decrypt/action")},
    {"keys", "wrapKey", APL_STR(PREFIX "keys/wrap/action")},
    {"keys", "unwrapKey", APL_STR(PREFIX "keys/unwrap/action")},
    {"keys", "sign", APL_STR(PREFIX "keys/sign/action")},
    {"keys", "verify", APL_STR(PREFIX "keys/verify/action")},
    {"keys", "release", APL_STR(PREFIX "keys/release/action")},
    {"keys", "rotate", APL_STR(PREFIX "keys/rotate/action")},
    {"keys", "getrotationpolicy", APL_STR(PREFIX "keyrotationpolicies/read")},
    {"keys", "setrotationpolicy", APL_STR(PREFIX "keyrotationpolicies/write")},
    {"certificates", "all", APL_STR(PREFIX "certificates/*")},
    {"certificates", "all", APL_STR(PREFIX "certificatecas/*")},
    {"certificates", "all", APL_STR(PREFIX "certificatecontacts/*")},
    {"certificates", "get", APL_STR(PREFIX "certificates/read")},
    {"certificates", "list", APL_STR(PREFIX "certificates/read")},
    {"certificates", "create", APL_STR(PREFIX "certificates/create/action")},
    {"certificates", "import", APL_STR(PREFIX "certificates/import/action")},
    {"certificates", "update", APL_STR(PREFIX "certificates/update/action")},
    {"certificates", "delete", APL_STR(PREFIX "certificates/delete")},
    {"certificates", "backup", APL_STR(PREFIX "certificates/backup/action")},
    {"certificates", "restore", APL_STR(PREFIX "certificates/restore/action")},
    {"certificates", "recover", APL_STR(PREFIX "certificates/recover/action")},
    {"certificates", "purge", APL_STR(PREFIX "certificates/purge/action")},
    {"certificates", "managecontacts", APL_STR(PREFIX "certificatecontacts/write")},
    {"certificates", "getissuers", APL_STR(PREFIX "certificatecas/read")},
    {"certificates", "listissuers", APL_STR(PREFIX "certificatecas/read")},
    {"certificates", "setissuers", APL_STR(PREFIX "certificatecas/write")},
    {"certificates", "manageissuers", APL_STR(PREFIX "certificatecas/write")},
    {"certificates", "deleteissuers", APL_STR(PREFIX "certificatecas/delete")},
    {"storage", "all", APL_STR(PREFIX "storageaccounts/*")},
    {"storage", "get", APL_STR(PREFIX "storageaccounts/read")},
    {"storage", "list", APL_STR(PREFIX "storageaccounts/read")},
    {"storage", "set", APL_STR(PREFIX "storageaccounts/set/action")},
    {"storage", "delete", APL_STR(PREFIX "storageaccounts/delete")},
    {"storage", "regeneratekey", APL_STR(PREFIX "storageaccounts/regeneratekey/action")},
    {"storage", "getsas", APL_STR(PREFIX "storageaccounts/sas/read")},
    {"storage", "listsas", APL_STR(PREFIX "storageaccounts/sas/read")},
    {"storage", "setsas", APL_STR(PREFIX "storageaccounts/sas/set/action")},
    {"storage", "deletesas", APL_STR(PREFIX "storageaccounts/sas/delete")},
};

#define PERMISSION_COUNT (sizeof permissions / sizeof *permissions)

static bool lists(apl_value list, const char *permission)
{
    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        if (apl_str_equal_nocase(apl_value_str(list.items[i]), apl_str_from(permission)))
            return true;
    }
    return false;
}

/* Which permissions a policy gives: one letter each, so that equal policies are one role. */
static void mark(char marks[PERMISSION_COUNT], apl_value granted)
{
    for (size_t i = 0; i < PERMISSION_COUNT; i++) {
        bool is_given = lists(apl_value_member(granted, permissions[i].group), permissions[i].permission);
        marks[i] = is_given ? '1' : '0';
    }
}

static const apl_role *role_of(apl_access *access, const char marks[PERMISSION_COUNT])
{
    apl_role_block *block = APL_ARENA_NEW(access->arena, apl_role_block);
    apl_role *role = APL_ARENA_NEW(access->arena, apl_role);
    apl_str *actions = APL_ARENA_ARRAY(access->arena, apl_str, PERMISSION_COUNT);
    uint32_t count = 0;

    for (size_t i = 0; i < PERMISSION_COUNT; i++) {
        if (marks[i] == '1')
            actions[count++] = permissions[i].action;
    }
    block->lists[APL_ROLE_DATA_ACTIONS] = (apl_role_patterns){actions, count};
    *role = (apl_role){.id = APL_STR("access policy"), .name = APL_STR("access policy"), .blocks = block};
    role->block_count = 1;
    return role;
}

/* The rights of a policy; made when its permissions are met for the first time. */
static uint32_t rights_of(apl_access *access, apl_value granted)
{
    char marks[PERMISSION_COUNT];
    apl_str key;
    uint32_t known;

    mark(marks, granted);
    key = apl_str_make(marks, sizeof marks);
    known = apl_table_get(access->policy_rights, key);
    if (known != APL_TABLE_NONE)
        return known;
    key = apl_arena_str(access->arena, key);
    known = apl_access_rights(access, role_of(access, marks), key, APL_STR_NONE);
    (void)apl_table_put(access->policy_rights, key, known);
    return known;
}

static void add_policy(apl_access *access, apl_asset_id vault, apl_value policy)
{
    apl_str id = access->estate->assets.items[vault].id;
    apl_str object_id = apl_value_str(apl_value_member(policy, "objectId"));
    apl_value granted = apl_value_member(policy, "permissions");

    if (object_id.size == 0 || granted.type != APL_VALUE_OBJECT)
        return;
    apl_grant grant = {
        .assignment = vault,
        .identity = apl_identities_add(&access->identities, object_id),
        .rights = rights_of(access, granted),
        .role_id = APL_STR("access policy"),
        .role_name = APL_STR("access policy"),
        .scope = id,
        .scope_key = apl_scope_key(access->arena, id),
        .kind = APL_GRANT_ACCESS_POLICY,
        .is_role_known = true,
    };
    APL_PUSH(&access->grants, grant);
    access->has_assignments = true; /* data of this vault does not go by roles */
}

static bool is_vault(apl_str type)
{
    return apl_str_equal_nocase(type, APL_STR("Microsoft.KeyVault/vaults"));
}

bool apl_access_data_by_roles(const apl_access *access, apl_asset_id vault)
{
    apl_subject subject = apl_estate_subject(access->estate, vault);
    apl_value by_roles = apl_access_value(access, &subject, APL_ACCESS_VAULT_BY_ROLES);

    if (!subject.asset->is_read || !is_vault(subject.asset->type) || by_roles.type == APL_VALUE_UNREAD)
        return true;
    return by_roles.type == APL_VALUE_BOOL && by_roles.boolean;
}

void apl_access_read_vault(apl_access *access, const apl_subject *subject)
{
    apl_asset_id vault = (apl_asset_id)(subject->asset - access->estate->assets.items);

    if (!is_vault(subject->asset->type) || apl_access_data_by_roles(access, vault))
        return;
    apl_value policies = apl_access_value(access, subject, APL_ACCESS_VAULT_POLICIES);
    for (uint32_t i = 0; policies.type == APL_VALUE_ARRAY && i < policies.size; i++)
        add_policy(access, vault, policies.items[i]);
}
