/* access/azure/vault.c: access policies of a key vault, as data actions.
 *
 * A vault goes either by Azure roles or by its own access policies (enableRbacAuthorization); the other of the two says
 * nothing. A policy is a grant at the vault: its permissions, in the words of the vault's API, stand for data actions.
 * Microsoft's page "Azure role-based access control vs. access policies" has both words side by side. */
#include "access/internal.h"

#define PREFIX "Microsoft.KeyVault/vaults/"

typedef struct vault_permission {
    const char *group; /* permissions of one group stand together */
    apl_str permission;
    apl_str action;
} vault_permission;

static const vault_permission permissions[] = {
    {"secrets", APL_STR("all"), APL_STR(PREFIX "secrets/*")},
    {"secrets", APL_STR("get"), APL_STR(PREFIX "secrets/getSecret/action")},
    {"secrets", APL_STR("list"), APL_STR(PREFIX "secrets/readMetadata/action")},
    {"secrets", APL_STR("set"), APL_STR(PREFIX "secrets/setSecret/action")},
    {"secrets", APL_STR("delete"), APL_STR(PREFIX "secrets/delete")},
    {"secrets", APL_STR("backup"), APL_STR(PREFIX "secrets/backup/action")},
    {"secrets", APL_STR("restore"), APL_STR(PREFIX "secrets/restore/action")},
    {"secrets", APL_STR("recover"), APL_STR(PREFIX "secrets/recover/action")},
    {"secrets", APL_STR("purge"), APL_STR(PREFIX "secrets/purge/action")},
    {"keys", APL_STR("all"), APL_STR(PREFIX "keys/*")},
    {"keys", APL_STR("all"), APL_STR(PREFIX "keyrotationpolicies/*")},
    {"keys", APL_STR("get"), APL_STR(PREFIX "keys/read")},
    {"keys", APL_STR("list"), APL_STR(PREFIX "keys/read")},
    {"keys", APL_STR("create"), APL_STR(PREFIX "keys/create/action")},
    {"keys", APL_STR("import"), APL_STR(PREFIX "keys/import/action")},
    {"keys", APL_STR("update"), APL_STR(PREFIX "keys/update/action")},
    {"keys", APL_STR("delete"), APL_STR(PREFIX "keys/delete")},
    {"keys", APL_STR("backup"), APL_STR(PREFIX "keys/backup/action")},
    {"keys", APL_STR("restore"), APL_STR(PREFIX "keys/restore/action")},
    {"keys", APL_STR("recover"), APL_STR(PREFIX "keys/recover/action")},
    {"keys", APL_STR("purge"), APL_STR(PREFIX "keys/purge/action")},
    {"keys", APL_STR("encrypt"), APL_STR(PREFIX "keys/encrypt/action")},
    {"keys", APL_STR("decrypt"), APL_STR(PREFIX "keys/decrypt/action")},
    {"keys", APL_STR("wrapKey"), APL_STR(PREFIX "keys/wrap/action")},
    {"keys", APL_STR("unwrapKey"), APL_STR(PREFIX "keys/unwrap/action")},
    {"keys", APL_STR("sign"), APL_STR(PREFIX "keys/sign/action")},
    {"keys", APL_STR("verify"), APL_STR(PREFIX "keys/verify/action")},
    {"keys", APL_STR("release"), APL_STR(PREFIX "keys/release/action")},
    {"keys", APL_STR("rotate"), APL_STR(PREFIX "keys/rotate/action")},
    {"keys", APL_STR("getrotationpolicy"), APL_STR(PREFIX "keyrotationpolicies/read")},
    {"keys", APL_STR("setrotationpolicy"), APL_STR(PREFIX "keyrotationpolicies/write")},
    {"certificates", APL_STR("all"), APL_STR(PREFIX "certificates/*")},
    {"certificates", APL_STR("all"), APL_STR(PREFIX "certificatecas/*")},
    {"certificates", APL_STR("all"), APL_STR(PREFIX "certificatecontacts/*")},
    {"certificates", APL_STR("get"), APL_STR(PREFIX "certificates/read")},
    {"certificates", APL_STR("list"), APL_STR(PREFIX "certificates/read")},
    {"certificates", APL_STR("create"), APL_STR(PREFIX "certificates/create/action")},
    {"certificates", APL_STR("import"), APL_STR(PREFIX "certificates/import/action")},
    {"certificates", APL_STR("update"), APL_STR(PREFIX "certificates/update/action")},
    {"certificates", APL_STR("delete"), APL_STR(PREFIX "certificates/delete")},
    {"certificates", APL_STR("backup"), APL_STR(PREFIX "certificates/backup/action")},
    {"certificates", APL_STR("restore"), APL_STR(PREFIX "certificates/restore/action")},
    {"certificates", APL_STR("recover"), APL_STR(PREFIX "certificates/recover/action")},
    {"certificates", APL_STR("purge"), APL_STR(PREFIX "certificates/purge/action")},
    {"certificates", APL_STR("managecontacts"), APL_STR(PREFIX "certificatecontacts/write")},
    {"certificates", APL_STR("getissuers"), APL_STR(PREFIX "certificatecas/read")},
    {"certificates", APL_STR("listissuers"), APL_STR(PREFIX "certificatecas/read")},
    {"certificates", APL_STR("setissuers"), APL_STR(PREFIX "certificatecas/write")},
    {"certificates", APL_STR("manageissuers"), APL_STR(PREFIX "certificatecas/write")},
    {"certificates", APL_STR("deleteissuers"), APL_STR(PREFIX "certificatecas/delete")},
    {"storage", APL_STR("all"), APL_STR(PREFIX "storageaccounts/*")},
    {"storage", APL_STR("get"), APL_STR(PREFIX "storageaccounts/read")},
    {"storage", APL_STR("list"), APL_STR(PREFIX "storageaccounts/read")},
    {"storage", APL_STR("set"), APL_STR(PREFIX "storageaccounts/set/action")},
    {"storage", APL_STR("delete"), APL_STR(PREFIX "storageaccounts/delete")},
    {"storage", APL_STR("regeneratekey"), APL_STR(PREFIX "storageaccounts/regeneratekey/action")},
    {"storage", APL_STR("getsas"), APL_STR(PREFIX "storageaccounts/sas/read")},
    {"storage", APL_STR("listsas"), APL_STR(PREFIX "storageaccounts/sas/read")},
    {"storage", APL_STR("setsas"), APL_STR(PREFIX "storageaccounts/sas/set/action")},
    {"storage", APL_STR("deletesas"), APL_STR(PREFIX "storageaccounts/sas/delete")},
};

#define PERMISSION_COUNT (sizeof permissions / sizeof *permissions)

static bool lists(apl_value list, apl_str permission)
{
    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        if (apl_str_equal_nocase(apl_value_str(list.items[i]), permission))
            return true;
    }
    return false;
}

/* Which permissions a policy gives: one letter each, so that equal policies are one role. */
static void mark(char marks[PERMISSION_COUNT], apl_value granted)
{
    apl_value list = APL_MISSING;

    for (size_t i = 0; i < PERMISSION_COUNT; i++) {
        if (i == 0 || strcmp(permissions[i].group, permissions[i - 1].group) != 0)
            list = apl_value_member(granted, permissions[i].group);
        marks[i] = lists(list, permissions[i].permission) ? '1' : '0';
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

    if (apl_access_data_by_roles(access, vault))
        return;
    apl_value policies = apl_access_value(access, subject, APL_ACCESS_VAULT_POLICIES);
    for (uint32_t i = 0; policies.type == APL_VALUE_ARRAY && i < policies.size; i++)
        add_policy(access, vault, policies.items[i]);
}
