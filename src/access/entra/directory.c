/* access/entra/directory.c: roles of the directory, application permissions, and which objects a scope covers.
 *
 * A role is held or not: whoever asks names the role, by its template id or its name. A scope is the tenant, an
 * administrative unit (its members), or one object. A permission of Microsoft Graph is for the whole tenant; one of
 * another application for that application only. */
#include "access/internal.h"

static apl_str text(const apl_access *access, const apl_subject *subject, apl_access_field field)
{
    return apl_value_str(apl_access_value(access, subject, field));
}

/* The part "entra://<tenant>" of the id of a directory object. */
static apl_str tenant_scope(apl_str id)
{
    apl_str rest = apl_str_slice(id, 8, id.size);
    long slash = apl_str_find(rest, APL_STR("/"));

    return slash < 0 ? id : apl_str_slice(id, 0, 8 + (size_t)slash);
}

/* The last part of the id of a directory object. */
static apl_str object_id(apl_str id)
{
    return apl_role_guid(id);
}

static void add_name(apl_access *access, apl_plane plane, apl_str name, apl_str id)
{
    apl_table *names = access->held_names[plane - APL_PLANE_DIRECTORY];

    if (name.size == 0 || apl_table_get(names, name) != APL_TABLE_NONE)
        return;
    (void)apl_table_put(names, name, (uint32_t)access->held_ids.count);
    APL_PUSH(&access->held_ids, id);
}

apl_str apl_access_held_id(const apl_access *access, apl_plane plane, apl_str name)
{
    uint32_t found = apl_table_get(access->held_names[plane - APL_PLANE_DIRECTORY], name);
    apl_value built_in = plane == APL_PLANE_DIRECTORY ? apl_library_directory_role(access->library, name)
                                                      : apl_library_app_role(access->library, name);

    /* A permission of Microsoft Graph goes before one of another application that has the same name. */
    if (plane == APL_PLANE_APPLICATION && apl_value_is_there(built_in))
        return apl_value_str(apl_value_member(built_in, "id"));
    if (found != APL_TABLE_NONE)
        return access->held_ids.items[found];
    return apl_value_is_there(built_in) ? apl_value_str(apl_value_member(built_in, "id")) : name;
}

void apl_access_read_directory_names(apl_access *access, const apl_subject *subject, apl_access_type type)
{
    if (!subject->asset->is_read)
        return;
    if (type == APL_ACCESS_TYPE_DIRECTORY_DEFINITION || type == APL_ACCESS_TYPE_DIRECTORY_ROLE) {
        apl_str id = object_id(subject->asset->id);
        apl_str template = text(access, subject, APL_ACCESS_TEMPLATE);
        apl_str canonical = template.size ? template : id;
        add_name(access, APL_PLANE_DIRECTORY, id, canonical);
        add_name(access, APL_PLANE_DIRECTORY, canonical, canonical);
        add_name(access, APL_PLANE_DIRECTORY, text(access, subject, APL_ACCESS_DISPLAY_NAME), canonical);
        return;
    }
    apl_value roles = apl_access_value(access, subject, APL_ACCESS_APP_ROLE_IDS);
    for (uint32_t i = 0; roles.type == APL_VALUE_ARRAY && i < roles.size; i++) {
        apl_str id = apl_value_str(apl_value_member(roles.items[i], "id"));
        if (id.size)
            add_name(access, APL_PLANE_APPLICATION, apl_value_str(apl_value_member(roles.items[i], "value")), id);
    }
}

/* The name for people of a canonical id. */
static apl_str name_of(const apl_access *access, apl_plane plane, apl_str id)
{
    apl_value built_in = plane == APL_PLANE_DIRECTORY ? apl_library_directory_role(access->library, id)
                                                      : apl_library_app_role(access->library, id);

    return apl_value_str(apl_value_member(built_in, plane == APL_PLANE_DIRECTORY ? "name" : "value"));
}

typedef struct assigned {
    apl_str principal;
    apl_str role;  /* canonical id */
    apl_str scope; /* entra://... */
    apl_plane plane;
    apl_grant_kind kind;
} assigned;

static void add(apl_access *access, const apl_subject *subject, const assigned *given)
{
    if (given->principal.size == 0 || given->role.size == 0)
        return;
    apl_grant grant = {
        .assignment = (apl_asset_id)(subject->asset - access->estate->assets.items),
        .identity = apl_identities_add(&access->identities, given->principal),
        .rights = apl_access_held_rights(access, given->plane, given->role),
        .role_id = given->role,
        .role_name = name_of(access, given->plane, given->role),
        .scope = given->scope,
        .scope_key = apl_scope_key(access->arena, given->scope),
        .kind = (uint8_t)given->kind,
        .is_role_known = true,
    };
    /* Many permissions there are delegated only, and no list has them; their name is all there is. */
    if (grant.role_name.size == 0 && given->kind == APL_GRANT_DELEGATED)
        grant.role_name = given->role;
    APL_PUSH(&access->grants, grant);
    access->has_directory = true;
}

/* "/" is the tenant, "/administrativeUnits/<id>" a unit, "/<id>" one object, of whatever collection. */
static apl_str scope_of(apl_access *access, apl_str tenant, apl_str directory_scope)
{
    static const char *const collections[] = {"applications", "servicePrincipals", "groups", "users", "devices"};

    if (directory_scope.size < 2)
        return tenant;
    apl_str rest = apl_str_slice(directory_scope, 1, directory_scope.size);
    if (apl_str_find(rest, APL_STR("/")) >= 0)
        return apl_arena_format(access->arena, "%.*s/%.*s", APL_STR_ARG(tenant), APL_STR_ARG(rest));
    for (size_t i = 0; i < sizeof collections / sizeof *collections; i++) {
        apl_str id = apl_arena_format(access->arena, "%.*s/%s/%.*s", APL_STR_ARG(tenant), collections[i],
                                      APL_STR_ARG(rest));
        if (apl_estate_find(access->estate, id) != APL_ASSET_NONE)
            return id;
    }
    return apl_arena_format(access->arena, "%.*s/directoryObjects/%.*s", APL_STR_ARG(tenant), APL_STR_ARG(rest));
}

/* The assignment that this instance of Privileged Identity Management is, was read too. */
static bool is_read_already(apl_access *access, const apl_subject *subject)
{
    apl_str origin = text(access, subject, APL_ACCESS_DIRECTORY_ORIGIN);
    apl_str tenant = tenant_scope(subject->asset->id);
    apl_str id = apl_arena_format(access->arena, "%.*s/roleAssignments/%.*s", APL_STR_ARG(tenant), APL_STR_ARG(origin));
    apl_asset_id asset = origin.size ? apl_estate_find(access->estate, id) : APL_ASSET_NONE;

    return asset != APL_ASSET_NONE && access->estate->assets.items[asset].is_read;
}

static void add_assignment(apl_access *access, const apl_subject *subject, apl_grant_kind kind)
{
    apl_str tenant = tenant_scope(subject->asset->id);
    assigned given = {
        .principal = text(access, subject, APL_ACCESS_PRINCIPAL_ID),
        .plane = APL_PLANE_DIRECTORY,
        .kind = kind,
    };
    given.role = apl_access_held_id(access, APL_PLANE_DIRECTORY, text(access, subject, APL_ACCESS_ROLE_ID));
    given.scope = scope_of(access, tenant, text(access, subject, APL_ACCESS_DIRECTORY_SCOPE));
    add(access, subject, &given);
}

/* An activated role lists who is in it, for the whole tenant. */
static void add_members(apl_access *access, const apl_subject *subject)
{
    apl_value members = apl_access_value(access, subject, APL_ACCESS_MEMBERS);
    assigned given = {.plane = APL_PLANE_DIRECTORY, .kind = APL_GRANT_DIRECTORY};

    given.role = apl_access_held_id(access, APL_PLANE_DIRECTORY, object_id(subject->asset->id));
    given.scope = tenant_scope(subject->asset->id);
    for (uint32_t i = 0; members.type == APL_VALUE_ARRAY && i < members.size; i++) {
        given.principal = apl_value_str(apl_value_member(members.items[i], "id"));
        add(access, subject, &given);
    }
}

static void add_app_role(apl_access *access, const apl_subject *subject, apl_str principal, apl_value given_role)
{
    apl_str tenant = tenant_scope(subject->asset->id);
    apl_str id = apl_value_str(apl_value_member(given_role, "appRoleId"));
    apl_str resource = apl_value_str(apl_value_member(given_role, "resourceId"));
    bool is_graph = apl_value_is_there(apl_library_app_role(access->library, id));
    assigned given = {
        .principal = principal,
        .role = id,
        .plane = APL_PLANE_APPLICATION,
        .kind = APL_GRANT_APPLICATION,
    };
    given.scope = is_graph ? tenant
                           : apl_arena_format(access->arena, "%.*s/servicePrincipals/%.*s", APL_STR_ARG(tenant),
                                              APL_STR_ARG(resource));
    add(access, subject, &given);
}

static void add_app_roles(apl_access *access, const apl_subject *subject)
{
    apl_value given = apl_access_value(access, subject, APL_ACCESS_APP_GIVEN_ROLE);

    for (uint32_t i = 0; given.type == APL_VALUE_ARRAY && i < given.size; i++)
        add_app_role(access, subject, object_id(subject->asset->id), given.items[i]);
}

/* The same in a document of its own. */
static void add_app_role_document(apl_access *access, const apl_subject *subject)
{
    apl_member members[] = {
        {APL_STR("appRoleId"), apl_access_value(access, subject, APL_ACCESS_APP_ROLE_ID)},
        {APL_STR("resourceId"), apl_access_value(access, subject, APL_ACCESS_RESOURCE_ID)},
    };

    add_app_role(access, subject, text(access, subject, APL_ACCESS_PRINCIPAL_ID), apl_value_object(members, 2));
}

#define GRAPH_APPLICATION APL_STR("00000003-0000-0000-c000-000000000000")

/* Microsoft Graph, by its application id; where nobody read that service principal, its permissions tell. */
static bool is_graph(const apl_access *access, apl_str resource_id, apl_str first_permission)
{
    apl_asset_id asset = apl_estate_find(access->estate, resource_id);

    if (asset == APL_ASSET_NONE || !access->estate->assets.items[asset].is_read)
        return apl_value_is_there(apl_library_app_role(access->library, first_permission));
    apl_subject subject = apl_estate_subject(access->estate, asset);
    return apl_str_equal_nocase(text(access, &subject, APL_ACCESS_APP_ID), GRAPH_APPLICATION);
}

/* "Mail.Read User.Read", at one resource. Those of Microsoft Graph are for the whole tenant. */
static void add_delegated(apl_access *access, const apl_subject *subject, apl_str client, apl_value given_scope)
{
    apl_str names = apl_value_str(apl_value_member(given_scope, "scope"));
    apl_str resource = apl_value_str(apl_value_member(given_scope, "resourceId"));
    apl_str tenant = tenant_scope(subject->asset->id);
    apl_str resource_id = apl_arena_format(access->arena, "%.*s/servicePrincipals/%.*s", APL_STR_ARG(tenant),
                                           APL_STR_ARG(resource));
    apl_str name;

    while (apl_str_next(&name, &names, ' ')) {
        assigned given = {
            .principal = client,
            .plane = APL_PLANE_APPLICATION,
            .kind = APL_GRANT_DELEGATED,
            .role = apl_access_held_id(access, APL_PLANE_APPLICATION, name),
            .scope = is_graph(access, resource_id, name) ? tenant : resource_id,
        };
        if (name.size)
            add(access, subject, &given);
    }
}

static void add_delegated_list(apl_access *access, const apl_subject *subject)
{
    apl_value given = apl_access_value(access, subject, APL_ACCESS_CONSENTED_SCOPE);

    for (uint32_t i = 0; given.type == APL_VALUE_ARRAY && i < given.size; i++)
        add_delegated(access, subject, object_id(subject->asset->id), given.items[i]);
}

static void add_delegated_document(apl_access *access, const apl_subject *subject)
{
    apl_member members[] = {
        {APL_STR("scope"), apl_access_value(access, subject, APL_ACCESS_SCOPE)},
        {APL_STR("resourceId"), apl_access_value(access, subject, APL_ACCESS_RESOURCE_ID)},
    };

    add_delegated(access, subject, text(access, subject, APL_ACCESS_CLIENT_ID), apl_value_object(members, 2));
}

/* Who may become an owner of the group may put himself into it, which is a step of its own and no membership. */
static void add_eligible_member(apl_access *access, const apl_subject *subject)
{
    apl_str member = text(access, subject, APL_ACCESS_PRINCIPAL_ID);
    apl_str group = text(access, subject, APL_ACCESS_GROUP_ID);

    if (member.size == 0 || group.size == 0 ||
        !apl_str_equal_nocase(text(access, subject, APL_ACCESS_GROUP_ACCESS), APL_STR("member")))
        return;
    APL_PUSH(&access->eligible, ((apl_eligible){apl_identities_add(&access->identities, member),
                                                apl_identities_add(&access->identities, group)}));
}

void apl_access_read_directory(apl_access *access, const apl_subject *subject, apl_access_type type)
{
    switch ((int)type) {
    case APL_ACCESS_TYPE_DIRECTORY_ASSIGNMENT:
        add_assignment(access, subject, APL_GRANT_DIRECTORY);
        break;
    case APL_ACCESS_TYPE_DIRECTORY_ACTIVE:
        if (!is_read_already(access, subject))
            add_assignment(access, subject, APL_GRANT_DIRECTORY);
        break;
    case APL_ACCESS_TYPE_DIRECTORY_ELIGIBLE:
        add_assignment(access, subject, APL_GRANT_ELIGIBLE);
        break;
    case APL_ACCESS_TYPE_DIRECTORY_ROLE:
        add_members(access, subject);
        break;
    case APL_ACCESS_TYPE_APP_ROLE:
        add_app_role_document(access, subject);
        break;
    case APL_ACCESS_TYPE_DELEGATED:
        add_delegated_document(access, subject);
        break;
    case APL_ACCESS_TYPE_GROUP_ELIGIBLE:
        add_eligible_member(access, subject);
        break;
    case APL_ACCESS_TYPE_DIRECTORY_OBJECT:
        add_app_roles(access, subject);
        add_delegated_list(access, subject);
        break;
    default:
        break;
    }
}

/* Two tenants that may be the same: equal, or one of them is not known. */
static bool same_tenant(apl_str a, apl_str b)
{
    return apl_str_equal_nocase(a, b) || apl_str_equal(a, APL_STR("-")) || apl_str_equal(b, APL_STR("-"));
}

static apl_str tenant_in(apl_str key)
{
    apl_str tenant = tenant_scope(key);

    return apl_str_slice(tenant, 8, tenant.size);
}

static apl_truth unit_covers(const apl_access *access, apl_str unit_key, apl_str resource_key)
{
    const apl_estate *estate = access->estate;
    apl_relation_type member_of = apl_vocabulary_relation(estate->vocabulary, APL_STR("member-of"));
    apl_asset_id unit = apl_estate_find(estate, unit_key);
    apl_asset_id object = apl_estate_find(estate, resource_key);

    if (unit == APL_ASSET_NONE || !estate->assets.items[unit].is_read || estate->relations_in == NULL)
        return APL_TRUTH_UNREAD;
    bool has_members = false;
    for (uint32_t i = estate->relations_in[unit]; i < estate->relations_in[unit + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[i]];
        has_members = has_members || relation->type == member_of;
        if (relation->type == member_of && relation->from == object)
            return APL_TRUE;
    }
    return has_members ? APL_FALSE : APL_TRUTH_UNREAD;
}

apl_truth apl_directory_covers(const apl_access *access, apl_str scope_key, apl_str resource_key)
{
    apl_str tenant = tenant_in(scope_key);
    bool is_tenant = tenant.size + 8 == scope_key.size;
    bool is_unit = apl_str_find(scope_key, APL_STR("/administrativeunits/")) > 0;

    if (!apl_is_directory_id(resource_key)) {
        apl_str other = apl_scope_tenant(access->groups, resource_key);
        if (!is_tenant)
            return APL_FALSE;
        return other.size == 0 || !same_tenant(tenant, other) ? (other.size ? APL_FALSE : APL_TRUTH_UNREAD) : APL_TRUE;
    }
    if (!same_tenant(tenant, tenant_in(resource_key)))
        return APL_FALSE;
    if (is_tenant || apl_str_equal(scope_key, resource_key))
        return APL_TRUE;
    if (is_unit)
        return unit_covers(access, scope_key, resource_key);
    return apl_str_equal(object_id(scope_key), object_id(resource_key)) ? APL_TRUE : APL_FALSE;
}
