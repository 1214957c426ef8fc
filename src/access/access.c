/* access/access.c: builds the access of an estate, and answers what the attack graph asks of it.
 *
 * Assets are looked at once, in their order; the readers of the providers add grants and deny assignments. Then each
 * distinct (role, condition) is evaluated once over the registered actions, so that a grant is a bit. */
#include <stdlib.h>

#include "access/internal.h"
#include "base/limits.h"

#define DELEGATION "properties.registrationDefinition.properties."

static const char *const field_names[APL_ACCESS_FIELD_COUNT][APL_ACCESS_FIELD_FORMS] = {
    [APL_ACCESS_PRINCIPAL_ID] = {"properties.principalId", "principalId", "principal_id"},
    [APL_ACCESS_ROLE_ID] = {"properties.roleDefinitionId", "roleDefinitionId", "role_definition_id"},
    [APL_ACCESS_SCOPE] = {"properties.scope", "scope", NULL},
    [APL_ACCESS_CONDITION] = {"properties.condition", "condition", NULL},
    [APL_ACCESS_ORIGIN] = {"properties.originRoleAssignmentId", "originRoleAssignmentId", NULL},
    [APL_ACCESS_PERMISSIONS] = {"properties.permissions", "permissions", NULL},
    [APL_ACCESS_ROLE_NAME] = {"properties.roleName", "roleName", "role_name"},
    [APL_ACCESS_PRINCIPALS] = {"properties.principals", "principals", NULL},
    [APL_ACCESS_EXCLUDED] = {"properties.excludePrincipals", "excludePrincipals", "exclude_principals"},
    [APL_ACCESS_NOT_BELOW] = {"properties.doNotApplyToChildScopes", "doNotApplyToChildScopes",
                              "do_not_apply_to_child_scopes"},
    [APL_ACCESS_MAIL] = {"properties.emailAddress", "emailAddress", "email_address"},
    [APL_ACCESS_CLASSIC_ROLE] = {"properties.role", "role", NULL},
    [APL_ACCESS_VAULT_BY_ROLES] = {"properties.enableRbacAuthorization", NULL, NULL},
    [APL_ACCESS_VAULT_POLICIES] = {"properties.accessPolicies", NULL, NULL},
    [APL_ACCESS_USER_NAME] = {"userPrincipalName", NULL, NULL},
    [APL_ACCESS_USER_MAIL] = {"mail", NULL, NULL},
    [APL_ACCESS_APP_ID] = {"appId", NULL, NULL},
    [APL_ACCESS_CHILDREN] = {"properties.children", NULL, NULL},
    [APL_ACCESS_CHAIN] = {"properties.managementGroupAncestorsChain", "managementGroupAncestorsChain", NULL},
    [APL_ACCESS_DETAILS] = {"properties.details", NULL, NULL},
    [APL_ACCESS_DIRECTORY_SCOPE] = {"directoryScopeId", NULL, NULL},
    [APL_ACCESS_TEMPLATE] = {"templateId", "roleTemplateId", NULL},
    [APL_ACCESS_DISPLAY_NAME] = {"displayName", NULL, NULL},
    [APL_ACCESS_MEMBERS] = {"members[*].id", NULL, NULL},
    [APL_ACCESS_APP_GIVEN_ROLE] = {"appRoleAssignments[*].appRoleId", NULL, NULL},
    [APL_ACCESS_APP_GIVEN_RESOURCE] = {"appRoleAssignments[*].resourceId", NULL, NULL},
    [APL_ACCESS_APP_ROLE_IDS] = {"appRoles[*].id", NULL, NULL},
    [APL_ACCESS_APP_ROLE_VALUES] = {"appRoles[*].value", NULL, NULL},
    [APL_ACCESS_APP_ROLE_ID] = {"appRoleId", NULL, NULL},
    [APL_ACCESS_RESOURCE_ID] = {"resourceId", NULL, NULL},
    [APL_ACCESS_DIRECTORY_ORIGIN] = {"roleAssignmentOriginId", NULL, NULL},
    [APL_ACCESS_DELEGATED] = {DELEGATION "authorizations[*].principalId", NULL, NULL},
    [APL_ACCESS_DELEGATED_ROLE] = {DELEGATION "authorizations[*].roleDefinitionId", NULL, NULL},
    [APL_ACCESS_DELEGATED_MAYBE] = {DELEGATION "eligibleAuthorizations[*].principalId", NULL, NULL},
    [APL_ACCESS_DELEGATED_MAYBE_ROLE] = {DELEGATION "eligibleAuthorizations[*].roleDefinitionId", NULL, NULL},
    [APL_ACCESS_LOCAL_AUTH_OFF] = {"properties.disableLocalAuth", NULL, NULL},
    [APL_ACCESS_SHARED_KEY] = {"properties.allowSharedKeyAccess", NULL, NULL},
    [APL_ACCESS_ADMIN_USER] = {"properties.adminUserEnabled", NULL, NULL},
    [APL_ACCESS_GROUP_ID] = {"groupId", NULL, NULL},
    [APL_ACCESS_GROUP_ACCESS] = {"accessId", NULL, NULL},
    [APL_ACCESS_CLIENT_ID] = {"clientId", NULL, NULL},
    [APL_ACCESS_CONSENTED_SCOPE] = {"oauth2PermissionGrants[*].scope", NULL, NULL},
    [APL_ACCESS_USER_TYPE] = {"userType", NULL, NULL},
    [APL_ACCESS_ENABLED] = {"accountEnabled", NULL, NULL},
    [APL_ACCESS_SIGN_IN] = {"signInActivity.lastSignInDateTime", NULL, NULL},
    [APL_ACCESS_SIGN_IN_ALONE] = {"signInActivity.lastNonInteractiveSignInDateTime", NULL, NULL},
    [APL_ACCESS_APP_SIGN_IN] = {"lastSignInActivity.lastSignInDateTime", NULL, NULL},
    [APL_ACCESS_APP_TENANT] = {"appOwnerOrganizationId", NULL, NULL},
    [APL_ACCESS_PRINCIPAL_TYPE] = {"servicePrincipalType", NULL, NULL},
    [APL_ACCESS_CONSENTED_RESOURCE] = {"oauth2PermissionGrants[*].resourceId", NULL, NULL},
};

apl_access_fields *apl_access_fields_ask(apl_arena *arena, apl_fields *fields)
{
    apl_access_fields *asked = APL_ARENA_NEW(arena, apl_access_fields);

    for (size_t f = 0; f < APL_ACCESS_FIELD_COUNT; f++) {
        for (size_t form = 0; form < APL_ACCESS_FIELD_FORMS; form++) {
            const char *name = field_names[f][form];
            asked->ids[f][form] = name ? apl_fields_ask(fields, apl_str_from(name)) : asked->ids[f][0];
        }
    }
    return asked;
}

#define GRAPH "microsoft.graph."

apl_access_type apl_access_type_of(apl_str type)
{
    static const struct {
        const char *name;
        apl_access_type type;
    } types[] = {
        {"Microsoft.Authorization/roleAssignments", APL_ACCESS_TYPE_ASSIGNMENT},
        {"Microsoft.Authorization/roleEligibilityScheduleInstances", APL_ACCESS_TYPE_ELIGIBLE},
        {"Microsoft.Authorization/roleAssignmentScheduleInstances", APL_ACCESS_TYPE_ACTIVE},
        {"Microsoft.Authorization/classicAdministrators", APL_ACCESS_TYPE_CLASSIC},
        {"Microsoft.Authorization/denyAssignments", APL_ACCESS_TYPE_DENY},
        {"Microsoft.Authorization/roleDefinitions", APL_ACCESS_TYPE_DEFINITION},
        {"Microsoft.ManagedServices/registrationAssignments", APL_ACCESS_TYPE_DELEGATION},
        {"Microsoft.KeyVault/vaults", APL_ACCESS_TYPE_VAULT},
        {"Microsoft.Management/managementGroups", APL_ACCESS_TYPE_CONTAINER},
        {"Microsoft.Resources/subscriptions", APL_ACCESS_TYPE_CONTAINER},
        {"Microsoft.ManagedIdentity/userAssignedIdentities", APL_ACCESS_TYPE_MANAGED_IDENTITY},
        {GRAPH "unifiedRoleAssignment", APL_ACCESS_TYPE_DIRECTORY_ASSIGNMENT},
        {GRAPH "unifiedRoleAssignmentScheduleInstance", APL_ACCESS_TYPE_DIRECTORY_ACTIVE},
        {GRAPH "unifiedRoleEligibilityScheduleInstance", APL_ACCESS_TYPE_DIRECTORY_ELIGIBLE},
        {GRAPH "directoryRole", APL_ACCESS_TYPE_DIRECTORY_ROLE},
        {GRAPH "unifiedRoleDefinition", APL_ACCESS_TYPE_DIRECTORY_DEFINITION},
        {GRAPH "appRoleAssignment", APL_ACCESS_TYPE_APP_ROLE},
        {GRAPH "oAuth2PermissionGrant", APL_ACCESS_TYPE_DELEGATED},
        {GRAPH "privilegedAccessGroupEligibilityScheduleInstance", APL_ACCESS_TYPE_GROUP_ELIGIBLE},
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (apl_str_equal_nocase(type, apl_str_from(types[i].name)))
            return types[i].type;
    }
    if (apl_str_starts_nocase(type, APL_STR(GRAPH)))
        return APL_ACCESS_TYPE_DIRECTORY_OBJECT;
    return apl_access_has_keys(type) ? APL_ACCESS_TYPE_ACCOUNT : APL_ACCESS_TYPE_NONE;
}

bool apl_access_reads_type(apl_str type)
{
    return apl_access_type_of(type) != APL_ACCESS_TYPE_NONE;
}

apl_value apl_access_value(const apl_access *access, const apl_subject *subject, apl_access_field field)
{
    apl_value first = apl_subject_value(subject, access->fields->ids[field][0]);

    for (size_t form = 1; form < APL_ACCESS_FIELD_FORMS && !apl_value_is_there(first); form++) {
        apl_value other = apl_subject_value(subject, access->fields->ids[field][form]);
        if (apl_value_is_there(other))
            return other;
    }
    return first;
}

/* Definitions of the tenant first: a custom role, and a built-in one as the tenant has it today. */
static void take_definition(apl_access *access, const apl_subject *subject)
{
    apl_value permissions = apl_access_value(access, subject, APL_ACCESS_PERMISSIONS);
    apl_role role = {.id = subject->asset->id};

    if (permissions.type != APL_VALUE_ARRAY && permissions.type != APL_VALUE_OBJECT)
        return;
    apl_role_read_blocks(&role, access->arena, permissions);
    role.name = apl_value_str(apl_access_value(access, subject, APL_ACCESS_ROLE_NAME));
    if (role.name.size == 0)
        role.name = subject->asset->name;
    apl_role *kept = APL_ARENA_NEW(access->arena, apl_role);
    *kept = role;
    if (apl_table_put(access->roles_by_guid, apl_role_guid(role.id), (uint32_t)access->roles.count) ==
        access->roles.count)
        APL_PUSH(&access->roles, kept);
}

const apl_role *apl_access_role(apl_access *access, apl_str definition_id)
{
    apl_str guid = apl_role_guid(definition_id);
    uint32_t known = guid.size ? apl_table_get(access->roles_by_guid, guid) : APL_TABLE_NONE;
    apl_value definition = APL_MISSING;

    if (known != APL_TABLE_NONE)
        return access->roles.items[known];
    definition = apl_library_role(access->library, guid);
    if (!apl_value_is_there(definition))
        return NULL;
    apl_role *role = APL_ARENA_NEW(access->arena, apl_role);
    if (!apl_role_read(role, access->arena, definition))
        return NULL;
    (void)apl_table_put(access->roles_by_guid, apl_arena_str(access->arena, guid), (uint32_t)access->roles.count);
    APL_PUSH(&access->roles, role);
    return role;
}

uint32_t apl_access_rights(apl_access *access, const apl_role *role, apl_str key, apl_str condition)
{
    apl_str whole = apl_arena_format(access->arena, "%.*s\n%.*s", APL_STR_ARG(key), APL_STR_ARG(condition));
    uint32_t number = (uint32_t)access->rights.count;
    uint32_t known = apl_table_put(access->rights_by_key, whole, number);
    apl_rights rights = {.role = role, .condition_text = condition};
    apl_abac *compiled = NULL;

    if (known != number)
        return known;
    if (condition.size && apl_abac_compile(&compiled, access->arena, condition) == APL_OK)
        rights.condition = compiled;
    rights.reads_resource = (role && role->reads_resource) || (compiled && apl_abac_reads_resource(compiled));
    APL_PUSH(&access->rights, rights);
    return number;
}

uint32_t apl_access_held_rights(apl_access *access, apl_plane plane, apl_str id)
{
    apl_str whole = apl_arena_format(access->arena, "%d\n%.*s", (int)plane, APL_STR_ARG(id));
    uint32_t number = (uint32_t)access->rights.count;
    uint32_t known = apl_table_put(access->rights_by_key, whole, number);

    if (known == number)
        APL_PUSH(&access->rights, ((apl_rights){.held = apl_str_slice(whole, 2, whole.size), .held_plane = plane}));
    return known;
}

static apl_reach reach_of(const apl_access *access, uint32_t number)
{
    apl_str scope = access->grants.items[number].scope_key;
    apl_reach reach = {.grant = number, .scope_size = scope.size};

    reach.is_looked_at = scope.size < sizeof reach.tail || !apl_str_starts(scope, APL_STR("/subscriptions/"));
    if (!reach.is_looked_at)
        memcpy(reach.tail, scope.data + scope.size - sizeof reach.tail, sizeof reach.tail);
    return reach;
}

/* Grants by identity: counted, then filled. */
static void index_grants(apl_access *access)
{
    size_t identities = access->identities.items.count;
    uint32_t *from = apl_memory_new((identities + 2) * sizeof *from);

    for (size_t i = 0; i < access->grants.count; i++)
        from[access->grants.items[i].identity + 2]++;
    for (size_t i = 2; i < identities + 2; i++)
        from[i] += from[i - 1];
    access->reaches = apl_memory_new((access->grants.count + 1) * sizeof *access->reaches);
    for (size_t i = 0; i < access->grants.count; i++)
        access->reaches[from[access->grants.items[i].identity + 1]++] = reach_of(access, (uint32_t)i);
    access->grants_from = from;
}

static void set_assets(apl_access *access)
{
    for (size_t i = 0; i < access->grants.count; i++) {
        apl_grant *grant = &access->grants.items[i];
        grant->principal = access->identities.items.items[grant->identity].asset;
        grant->principal_id = access->identities.items.items[grant->identity].id;
        grant->scope_asset = apl_estate_find(access->estate, grant->scope);
    }
}

/* An answer without assignments still shows that somebody looked. */
static bool covers_assignments(const apl_estate *estate, apl_str type)
{
    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        if (row->state == APL_COVERAGE_READ &&
            apl_str_equal_nocase(row->type, type))
            return true;
    }
    return false;
}

/* Subscriptions whose role assignments could not be read; "" stands for one that was not named. */
static void take_unread(apl_access *access)
{
    const apl_estate *estate = access->estate;

    access->unread_subscriptions = apl_table_new(true);
    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        if (row->state == APL_COVERAGE_UNREAD &&
            apl_str_equal_nocase(row->type, APL_STR("Microsoft.Authorization/roleAssignments")))
            (void)apl_table_put(access->unread_subscriptions,
                                apl_str_equal(row->scope, APL_STR("-")) ? APL_STR("") : apl_role_guid(row->scope), 1);
    }
}

/* The assets that the readers look at. A type name is one text for all assets of a type, so its address tells. */
#define TYPES_KEPT 256u /* a power of two; more types only cost time */

typedef struct kept_type {
    const char *name;
    apl_access_type type;
} kept_type;

typedef struct reading {
    apl_asset_ids ids;
    APL_VECTOR(uint8_t) types; /* apl_access_type, by place in ids */
    apl_asset_ids containers;  /* management groups and subscriptions */
} reading;

static apl_access_type type_of(kept_type *kept, const apl_asset *asset)
{
    kept_type *one = &kept[((uintptr_t)asset->type.data >> 4) % TYPES_KEPT];

    if (one->name != asset->type.data)
        *one = (kept_type){asset->type.data, apl_access_type_of(asset->type)};
    return one->type;
}

static void gather_assets(reading *out, const apl_estate *estate)
{
    kept_type kept[TYPES_KEPT] = {0};

    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        apl_access_type type = asset->type.size ? type_of(kept, asset) : APL_ACCESS_TYPE_NONE;
        if (type == APL_ACCESS_TYPE_NONE || type == APL_ACCESS_TYPE_ACCOUNT)
            continue;
        if (type == APL_ACCESS_TYPE_CONTAINER) {
            APL_PUSH(&out->containers, (apl_asset_id)i);
            continue;
        }
        APL_PUSH(&out->ids, (apl_asset_id)i);
        APL_PUSH(&out->types, (uint8_t)type);
    }
}

static void read_assets(apl_access *access, const reading *list)
{
    for (size_t i = 0; i < list->ids.count; i++) {
        apl_subject subject = apl_estate_subject(access->estate, list->ids.items[i]);
        if (list->types.items[i] == APL_ACCESS_TYPE_DEFINITION)
            take_definition(access, &subject);
        else if (list->types.items[i] >= APL_ACCESS_TYPE_DIRECTORY_ASSIGNMENT)
            apl_access_read_directory_names(access, &subject, (apl_access_type)list->types.items[i]);
    }
    for (size_t i = 0; i < list->ids.count; i++) {
        apl_access_type type = (apl_access_type)list->types.items[i];
        apl_subject subject = apl_estate_subject(access->estate, list->ids.items[i]);
        if (!subject.asset->is_read)
            continue;
        if (type < APL_ACCESS_TYPE_VAULT)
            apl_access_read_azure(access, &subject, type);
        else if (type == APL_ACCESS_TYPE_VAULT)
            apl_access_read_vault(access, &subject);
        else if (type >= APL_ACCESS_TYPE_DIRECTORY_ASSIGNMENT)
            apl_access_read_directory(access, &subject, type);
    }
    access->has_assignments = access->has_assignments || access->denies.count ||
                              covers_assignments(access->estate, APL_STR("Microsoft.Authorization/roleAssignments"));
    access->has_directory = access->has_directory ||
                            covers_assignments(access->estate, APL_STR("microsoft.graph.unifiedRoleAssignment"));
}

static void start(apl_access *access, const apl_access_options *options)
{
    const apl_access_fields *fields = options->fields;
    apl_identity_fields names = {
        .principal_id = fields->ids[APL_ACCESS_PRINCIPAL_ID][0],
        .user_name = fields->ids[APL_ACCESS_USER_NAME][0],
        .mail = fields->ids[APL_ACCESS_USER_MAIL][0],
        .app_id = fields->ids[APL_ACCESS_APP_ID][0],
    };

    access->estate = options->estate;
    access->fields = fields;
    if (options->library)
        apl_library_open(options->library);
    access->library = options->library;
    access->arena = apl_arena_new();
    access->roles_by_guid = apl_table_new(true);
    access->rights_by_key = apl_table_new(true);
    access->actions_by_key = apl_table_new(true);
    access->policy_rights = apl_table_new(false);
    access->held_names[0] = apl_table_new(true);
    access->held_names[1] = apl_table_new(true);
    apl_identities_init(&access->identities, options->estate, &names);
}

static int by_member(const void *a, const void *b)
{
    const apl_eligible *x = a;
    const apl_eligible *y = b;

    if (x->member != y->member)
        return (x->member > y->member) - (x->member < y->member);
    return (x->group > y->group) - (x->group < y->group);
}

apl_access *apl_access_new(const apl_access_options *options)
{
    apl_access *access = apl_memory_new(sizeof *access);
    apl_scope_fields scopes = {
        .children = options->fields->ids[APL_ACCESS_CHILDREN][0],
        .chain = options->fields->ids[APL_ACCESS_CHAIN][0],
        .details = options->fields->ids[APL_ACCESS_DETAILS][0],
    };

    start(access, options);
    reading list = {0};
    gather_assets(&list, options->estate);
    read_assets(access, &list);
    take_unread(access);
    access->groups = apl_management_groups_new(options->estate, &list.containers, &scopes);
    apl_identities_link(&access->identities);
    if (access->eligible.count)
        qsort(access->eligible.items, access->eligible.count, sizeof *access->eligible.items, by_member);
    index_grants(access);
    set_assets(access);
    apl_memory_free(list.ids.items);
    apl_memory_free(list.types.items);
    apl_memory_free(list.containers.items);
    return access;
}

void apl_access_free(apl_access *access)
{
    if (access == NULL)
        return;
    apl_memory_free(access->roles.items);
    apl_memory_free(access->rights.items);
    apl_memory_free(access->grants.items);
    apl_memory_free(access->grants_from);
    apl_memory_free(access->reaches);
    apl_memory_free(access->denies.items);
    apl_memory_free(access->eligible.items);
    apl_memory_free(access->actions.items);
    apl_memory_free(access->allowed);
    apl_memory_free(access->perhaps);
    apl_memory_free(access->contested);
    apl_table_free(access->roles_by_guid);
    apl_table_free(access->rights_by_key);
    apl_table_free(access->actions_by_key);
    apl_table_free(access->policy_rights);
    apl_table_free(access->unread_subscriptions);
    apl_table_free(access->held_names[0]);
    apl_table_free(access->held_names[1]);
    apl_memory_free(access->held_ids.items);
    apl_management_groups_free(access->groups);
    apl_identities_free(&access->identities);
    apl_arena_free(access->arena);
    apl_memory_free(access);
}

apl_action_id apl_access_action(apl_access *access, apl_plane plane, apl_str action)
{
    apl_str name = plane < APL_PLANE_DIRECTORY ? action : apl_access_held_id(access, plane, action);
    apl_str key = apl_arena_format(access->arena, "%d%.*s", (int)plane, APL_STR_ARG(name));
    apl_action_id number = (apl_action_id)access->actions.count;

    APL_ASSERT(access->allowed == NULL);
    apl_action_id known = apl_table_put(access->actions_by_key, key, number);
    if (known == number)
        APL_PUSH(&access->actions, ((apl_registered){plane, apl_str_slice(key, 1, key.size)}));
    return known;
}

apl_truth apl_rights_allow(bool *is_contested, const apl_rights *rights, apl_plane plane, const apl_request *request)
{
    apl_truth allowed = APL_FALSE;

    if (rights->held.size)
        return plane == rights->held_plane && apl_str_equal_nocase(rights->held, request->action) ? APL_TRUE
                                                                                                   : APL_FALSE;
    if (plane >= APL_PLANE_DIRECTORY)
        return APL_FALSE;
    allowed = apl_role_allows(is_contested, rights->role, plane, request);
    if (allowed == APL_FALSE || rights->condition_text.size == 0)
        return allowed;
    return apl_truth_both(allowed, apl_role_condition(rights->condition, rights->condition_text, request));
}

void apl_access_compile(apl_access *access)
{
    uint32_t words = (uint32_t)(access->actions.count + 63) / 64;
    size_t size = (access->rights.count * words + 1) * sizeof *access->allowed;

    APL_ASSERT(access->allowed == NULL);
    access->word_count = words;
    access->allowed = apl_memory_new(size);
    access->perhaps = apl_memory_new(size);
    access->contested = apl_memory_new(size);
    for (size_t r = 0; r < access->rights.count; r++) {
        bool is_known = access->rights.items[r].role || access->rights.items[r].held.size;
        for (size_t a = 0; is_known && a < access->actions.count; a++) {
            apl_request request = {.action = access->actions.items[a].action};
            bool is_contested = false;
            apl_truth allows =
                apl_rights_allow(&is_contested, &access->rights.items[r], access->actions.items[a].plane, &request);
            uint64_t bit = UINT64_C(1) << (a % 64);
            size_t word = r * words + a / 64;
            access->allowed[word] |= allows == APL_TRUE ? bit : 0;
            access->perhaps[word] |= allows == APL_TRUTH_UNREAD ? bit : 0;
            access->contested[word] |= is_contested ? bit : 0;
        }
    }
}

size_t apl_access_grant_count(const apl_access *access)
{
    return access->grants.count;
}

const apl_grant *apl_access_grant(const apl_access *access, size_t index)
{
    return &access->grants.items[index];
}

static bool has_bit(const apl_access *access, const uint64_t *bits, const apl_grant *grant, apl_action_id action)
{
    return (bits[(size_t)grant->rights * access->word_count + action / 64] >> (action % 64) & 1u) != 0;
}

apl_decision apl_access_grant_allows(const apl_access *access, const apl_grant *grant, apl_action_id action)
{
    APL_ASSERT(access->allowed && action < access->actions.count);
    if (!grant->is_role_known)
        return access->actions.items[action].plane < APL_PLANE_DIRECTORY ? APL_UNKNOWN : APL_DENY;
    if (has_bit(access, access->allowed, grant, action))
        return apl_grant_is_sure(grant) ? APL_ALLOW : APL_CONDITIONAL;
    return has_bit(access, access->perhaps, grant, action) ? APL_CONDITIONAL : APL_DENY;
}

bool apl_access_grant_is_contested(const apl_access *access, const apl_grant *grant, apl_action_id action)
{
    APL_ASSERT(access->allowed && action < access->actions.count);
    return grant->is_role_known && has_bit(access, access->contested, grant, action);
}

apl_decision apl_access_grant_delegates(const apl_access *access, const apl_grant *grant, apl_str role_id)
{
    apl_member request = {APL_STR("Microsoft.Authorization/roleAssignments:RoleDefinitionId"),
                          apl_value_string(apl_role_guid(role_id))};
    apl_member source = {APL_STR("Request"), apl_value_object(&request, 1)};
    apl_request asked = {
        .action = APL_STR("Microsoft.Authorization/roleAssignments/write"),
        .attributes = apl_value_object(&source, 1),
    };

    if (!grant->is_role_known)
        return APL_UNKNOWN;
    apl_truth allows = apl_rights_allow(NULL, &access->rights.items[grant->rights], APL_PLANE_CONTROL, &asked);
    if (allows == APL_TRUE && apl_grant_is_sure(grant))
        return APL_ALLOW;
    return allows == APL_FALSE ? APL_DENY : APL_CONDITIONAL;
}

#define DELEGATED_MAX 4096

size_t apl_access_delegated_roles(apl_str *out, size_t max, const apl_access *access, const apl_grant *grant)
{
    const apl_rights *rights = &access->rights.items[grant->rights];
    apl_str named[DELEGATED_MAX];
    size_t named_count = rights->condition ? apl_abac_role_ids(named, DELEGATED_MAX, rights->condition) : 0;
    size_t count = 0;

    for (size_t b = 0; rights->role && b < rights->role->block_count; b++) {
        const apl_abac *condition = rights->role->blocks[b].condition;
        if (condition)
            named_count += apl_abac_role_ids(named + named_count, DELEGATED_MAX - named_count, condition);
    }
    for (size_t i = 0; i < named_count && count < max; i++) {
        bool is_new = apl_access_grant_delegates(access, grant, named[i]) != APL_DENY;
        for (size_t k = 0; is_new && k < count; k++)
            is_new = !apl_str_equal_nocase(out[k], named[i]);
        if (is_new)
            out[count++] = named[i];
    }
    return count;
}

apl_decision apl_access_covers(const apl_access *access, apl_str scope, apl_str resource_id)
{
    char scope_buffer[APL_ID_BYTES_MAX];
    char buffer[APL_ID_BYTES_MAX];
    apl_str key = apl_scope_key_in(scope_buffer, scope);
    apl_str resource = apl_scope_key_in(buffer, resource_id);
    apl_truth covers = apl_is_directory_id(key) ? apl_directory_covers(access, key, resource)
                                                : apl_scope_covers(access->groups, key, resource);

    return covers == APL_TRUE ? APL_ALLOW : covers == APL_FALSE ? APL_DENY : APL_UNKNOWN;
}

uint32_t apl_access_identity(const apl_access *access, apl_str principal)
{
    return apl_identities_find(&access->identities, principal);
}

apl_str apl_access_identity_id(const apl_access *access, uint32_t identity)
{
    return access->identities.items.items[identity].id;
}

apl_asset_id apl_access_identity_asset(const apl_access *access, uint32_t identity)
{
    return access->identities.items.items[identity].asset;
}
