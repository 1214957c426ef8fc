/* access/azure/read.c: role assignments, eligible ones, classic administrators and deny assignments of an estate.
 *
 * An assignment without principal, role or scope says nothing and is left out. An active assignment of Privileged
 * Identity Management that names the role assignment it stands for is that one, and not counted twice. */
#include "access/internal.h"

/* "Everyone" of a deny assignment. */
#define EVERYONE APL_STR("00000000-0000-0000-0000-000000000000")

static const apl_str all_actions[] = {APL_STR("*")};
static const apl_role_block owner_block = {.lists = {[APL_ROLE_ACTIONS] = {all_actions, 1}}};
static const apl_role owner = {
    .id = APL_STR("classic administrator"),
    .name = APL_STR("Classic administrator"),
    .blocks = &owner_block,
    .block_count = 1,
};

static apl_str text(const apl_access *access, const apl_subject *subject, apl_access_field field)
{
    return apl_value_str(apl_access_value(access, subject, field));
}

/* The scope that an id stands in: what is before its last "/providers/". */
static apl_str scope_in_id(apl_str id)
{
    apl_str scope = id;
    apl_str rest = id;
    size_t at = 0;

    for (long next; (next = apl_str_find_nocase(rest, APL_STR("/providers/"))) >= 0;) {
        scope = apl_str_slice(id, 0, at + (size_t)next);
        at += (size_t)next + 11;
        rest = apl_str_slice(id, at, id.size);
    }
    return scope.size ? scope : APL_STR("/");
}

typedef struct assigned {
    apl_str principal;
    apl_str definition;
    apl_str scope;
    apl_str condition;
    apl_grant_kind kind;
} assigned;

static void add(apl_access *access, const apl_subject *subject, const assigned *given)
{
    if (given->principal.size == 0 || given->definition.size == 0)
        return;
    const apl_role *role = apl_access_role(access, given->definition);
    apl_grant grant = {
        .assignment = (apl_asset_id)(subject->asset - access->estate->assets.items),
        .identity = apl_identities_add(&access->identities, given->principal),
        .role_id = apl_role_guid(given->definition),
        .role_name = role ? role->name : APL_STR_NONE,
        .scope = given->scope,
        .scope_key = apl_scope_key(access->arena, given->scope),
        .kind = (uint8_t)given->kind,
        .has_condition = given->condition.size || (role && role->has_condition),
        .is_role_known = role != NULL,
    };
    grant.rights = apl_access_rights(access, role, grant.role_id, given->condition);
    APL_PUSH(&access->grants, grant);
    access->has_assignments = true;
}

static void add_assignment(apl_access *access, const apl_subject *subject, apl_grant_kind kind)
{
    assigned given = {
        .principal = text(access, subject, APL_ACCESS_PRINCIPAL_ID),
        .definition = text(access, subject, APL_ACCESS_ROLE_ID),
        .scope = text(access, subject, APL_ACCESS_SCOPE),
        .condition = apl_str_trim(text(access, subject, APL_ACCESS_CONDITION)),
        .kind = kind,
    };

    if (given.scope.size == 0)
        given.scope = scope_in_id(subject->asset->id);
    add(access, subject, &given);
}

/* The role assignment that this active assignment of PIM is, was read too. */
static bool is_read_already(const apl_access *access, const apl_subject *subject)
{
    apl_str origin = text(access, subject, APL_ACCESS_ORIGIN);
    apl_asset_id asset = origin.size ? apl_estate_find(access->estate, origin) : APL_ASSET_NONE;

    return asset != APL_ASSET_NONE && access->estate->assets.items[asset].is_read;
}

/* A co-administrator or service administrator is Owner of the subscription; an account administrator pays for it. */
static void add_classic(apl_access *access, const apl_subject *subject)
{
    apl_str mail = text(access, subject, APL_ACCESS_MAIL);
    apl_str role = text(access, subject, APL_ACCESS_CLASSIC_ROLE);

    if (mail.size == 0 || (apl_str_find_nocase(role, APL_STR("CoAdministrator")) < 0 &&
                           apl_str_find_nocase(role, APL_STR("ServiceAdministrator")) < 0))
        return;
    uint32_t identity = apl_identities_find(&access->identities, mail);
    apl_grant grant = {
        .assignment = (apl_asset_id)(subject->asset - access->estate->assets.items),
        .identity = identity != APL_IDENTITY_NONE ? identity : apl_identities_add(&access->identities, mail),
        .role_id = owner.id,
        .role_name = owner.name,
        .scope = scope_in_id(subject->asset->id),
        .kind = APL_GRANT_CLASSIC,
        .is_role_known = true,
    };
    grant.scope_key = apl_scope_key(access->arena, grant.scope);
    grant.rights = apl_access_rights(access, &owner, owner.id, APL_STR_NONE);
    APL_PUSH(&access->grants, grant);
    access->has_assignments = true;
}

/* Azure Lighthouse: principals of another tenant, each with a role at the scope of the delegation. */
static void add_delegated(apl_access *access, const apl_subject *subject, apl_value list, apl_grant_kind kind)
{
    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        assigned given = {
            .principal = apl_value_str(apl_value_member(list.items[i], "principalId")),
            .definition = apl_value_str(apl_value_member(list.items[i], "roleDefinitionId")),
            .scope = scope_in_id(subject->asset->id),
            .kind = kind,
        };
        add(access, subject, &given);
    }
}

/* [{id, type}] or [id]. Sets *is_everyone when everyone is among them. */
static const uint32_t *read_principals(uint32_t *count, bool *is_everyone, apl_access *access, apl_value list)
{
    uint32_t *found = APL_ARENA_ARRAY(access->arena, uint32_t, list.type == APL_VALUE_ARRAY ? list.size : 0);

    *count = 0;
    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        apl_value item = list.items[i];
        apl_str id = item.type == APL_VALUE_STRING ? apl_value_str(item) : apl_value_str(apl_value_member(item, "id"));
        apl_str type = apl_value_str(apl_value_member(item, "type"));
        if (apl_str_equal(id, EVERYONE) || apl_str_equal_nocase(type, APL_STR("SystemDefined")) ||
            apl_str_equal_nocase(type, APL_STR("Everyone")))
            *is_everyone = true;
        else if (id.size)
            found[(*count)++] = apl_identities_add(&access->identities, id);
    }
    return found;
}

static void add_deny(apl_access *access, const apl_subject *subject)
{
    apl_value permissions = apl_access_value(access, subject, APL_ACCESS_PERMISSIONS);
    apl_value not_below = apl_access_value(access, subject, APL_ACCESS_NOT_BELOW);
    apl_str scope = text(access, subject, APL_ACCESS_SCOPE);
    apl_deny deny = {.asset = (apl_asset_id)(subject->asset - access->estate->assets.items)};
    bool excludes_everyone = false;

    if (permissions.type != APL_VALUE_ARRAY)
        return;
    apl_role_read_blocks(&deny.role, access->arena, permissions);
    deny.scope_key = apl_scope_key(access->arena, scope.size ? scope : scope_in_id(subject->asset->id));
    deny.not_below = not_below.type == APL_VALUE_BOOL && not_below.boolean;
    deny.principals = read_principals(&deny.principal_count, &deny.is_everyone, access,
                                      apl_access_value(access, subject, APL_ACCESS_PRINCIPALS));
    deny.excluded = read_principals(&deny.excluded_count, &excludes_everyone, access,
                                    apl_access_value(access, subject, APL_ACCESS_EXCLUDED));
    if (!excludes_everyone)
        APL_PUSH(&access->denies, deny);
}

void apl_access_read_azure(apl_access *access, const apl_subject *subject, apl_access_type type)
{
    switch ((int)type) {
    case APL_ACCESS_TYPE_ASSIGNMENT:
        add_assignment(access, subject, APL_GRANT_ROLE);
        break;
    case APL_ACCESS_TYPE_ELIGIBLE:
        add_assignment(access, subject, APL_GRANT_ELIGIBLE);
        break;
    case APL_ACCESS_TYPE_ACTIVE:
        if (!is_read_already(access, subject))
            add_assignment(access, subject, APL_GRANT_ROLE);
        break;
    case APL_ACCESS_TYPE_CLASSIC:
        add_classic(access, subject);
        break;
    case APL_ACCESS_TYPE_DENY:
        add_deny(access, subject);
        break;
    case APL_ACCESS_TYPE_DELEGATION:
        add_delegated(access, subject, apl_access_value(access, subject, APL_ACCESS_DELEGATED), APL_GRANT_ROLE);
        add_delegated(access, subject, apl_access_value(access, subject, APL_ACCESS_DELEGATED_MAYBE),
                      APL_GRANT_ELIGIBLE);
        break;
    default:
        break;
    }
}

static bool has_any(const uint32_t *list, uint32_t list_count, const uint32_t *members, size_t count)
{
    for (uint32_t i = 0; i < list_count; i++) {
        for (size_t m = 0; m < count; m++) {
            if (list[i] == members[m])
                return true;
        }
    }
    return false;
}

bool apl_deny_names(const apl_deny *deny, const uint32_t *members, size_t count)
{
    return (deny->is_everyone || has_any(deny->principals, deny->principal_count, members, count)) &&
           !has_any(deny->excluded, deny->excluded_count, members, count);
}

apl_truth apl_deny_holds(const apl_access *access, const apl_deny *deny, apl_plane plane, const apl_request *request,
                         apl_str resource_key)
{
    apl_truth covers;

    if (deny->not_below)
        covers = apl_str_equal(deny->scope_key, resource_key) ? APL_TRUE : APL_FALSE;
    else
        covers = apl_scope_covers(access->groups, deny->scope_key, resource_key);
    if (covers == APL_FALSE)
        return APL_FALSE;
    return apl_truth_both(covers, apl_role_allows(NULL, &deny->role, plane, request));
}
