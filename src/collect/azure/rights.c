/* collect/azure/rights.c: tokens, subscriptions, permissions and probes of one tenant.
 *
 * One client for all of it, under the published rates: the subscriptions first, then their permissions and the probes
 * side by side. Each answer is copied into the arena, since it is small and judged later. */
#include "collect/azure/rights.h"

#include <stdlib.h>

#include "json/json.h"
#include "net/url.h"

#define SUBSCRIPTIONS_VERSION "2022-12-01"
#define PERMISSIONS_VERSION "2022-04-01"
#define PAGES_MAX 1000u

/* What may be read with a permission of Microsoft Graph, by its smallest answer. */
static const struct {
    const char *permission;
    const char *path;
} graph_reads[] = {
    {"AdministrativeUnit.Read.All", "/v1.0/directory/administrativeUnits?$top=1&$select=id"},
    {"AgentIdentity.Read.All", "/v1.0/servicePrincipals/microsoft.graph.agentIdentity?$top=1&$select=id"},
    {"AgentIdentityBlueprint.Read.All", "/v1.0/applications/microsoft.graph.agentIdentityBlueprint?$top=1&$select=id"},
    {"AgentIdentityBlueprintPrincipal.Read.All",
     "/v1.0/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal?$top=1&$select=id"},
    {"Application.Read.All", "/v1.0/applications?$top=1&$select=id"},
    {"AuditLog.Read.All", "/beta/reports/servicePrincipalSignInActivities?$top=1"},
    {"Device.Read.All", "/v1.0/devices?$top=1&$select=id"},
    {"Directory.Read.All", "/v1.0/directoryRoles?$select=id"},
    {"GroupMember.Read.All", "/v1.0/groups?$top=1&$select=id"},
    {"InformationProtectionPolicy.Read.All", "/beta/security/informationProtection/sensitivityLabels"},
    {"Organization.Read.All", "/v1.0/organization?$select=id"},
    {"Policy.Read.All", "/v1.0/identity/conditionalAccess/policies?$top=1&$select=id"},
    {"RoleAssignmentSchedule.Read.Directory", "/v1.0/roleManagement/directory/roleAssignmentScheduleInstances?$top=1"},
    {"RoleEligibilitySchedule.Read.Directory",
     "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances?$top=1"},
    {"RoleManagement.Read.Directory", "/v1.0/roleManagement/directory/roleAssignments?$top=1"},
    {"User.Read.All", "/v1.0/users?$top=1&$select=id"},
};

typedef struct reading {
    apl_azure_rights *out;
    apl_arena *arena;
    const apl_azure_rights_options *options;
    apl_net *net;
    APL_VECTOR(apl_azure_subscription) seen;
    unsigned pages;
} reading;

/* -- Tokens --------------------------------------------------------------------------------------------------- */

static void try_token(reading *all, apl_azure_api api)
{
    const apl_azure_api_info *info = &all->options->cloud->apis[api];
    apl_str audience = apl_str_from(info->audience);
    apl_azure_identity identity;
    apl_str token;

    if (audience.size == 0)
        return; /* not in this cloud */
    apl_azure_token_state *state = &all->out->tokens[all->out->token_count++];
    *state = (apl_azure_token_state){.api = info->name, .audience = audience};
    state->is_given = apl_azure_token(&token, all->options->sign_in, audience, false) == APL_OK;
    if (!state->is_given)
        state->why = apl_arena_str(all->arena, apl_str_from(apl_error_message()));
    else if (apl_azure_identity_of(&identity, all->arena, token) != APL_OK)
        return;
    else if (api == APL_AZURE_ARM)
        all->out->identity = identity;
    else if (api == APL_AZURE_GRAPH) {
        all->out->roles = identity.roles;
        all->out->scopes = identity.scopes;
    }
}

static bool has_token(const reading *all, apl_azure_api api)
{
    for (size_t i = 0; i < all->out->token_count; i++) {
        if (strcmp(all->out->tokens[i].api, all->options->cloud->apis[api].name) == 0)
            return all->out->tokens[i].is_given;
    }
    return false;
}

/* -- Requests ------------------------------------------------------------------------------------------------- */

/* A read of the API: where, for which subscription and who hears of it stands in `from`. */
static apl_status submit(reading *all, apl_azure_api api, const apl_net_request *from)
{
    const apl_azure_api_info *info = &all->options->cloud->apis[api];
    apl_net_request request = *from;

    request.bearer = apl_azure_bearer(all->options->sign_in, apl_str_from(info->audience));
    request.rate = info->rate;
    request.principal = apl_azure_principal(all->options->sign_in);
    request.wants_json = true;
    return apl_net_submit(all->net, &request);
}

/* The members `value` of a list that is good, else the reason. */
static bool items_of(apl_value *out, apl_str *why, apl_arena *arena, const apl_net_response *response)
{
    apl_value body = APL_MISSING;

    *out = APL_MISSING;
    if (!apl_net_is_good(response)) {
        *why = apl_arena_str(arena, response->why);
        return false;
    }
    apl_status status = apl_json_parse(&body, arena, response->body);
    *out = apl_value_member(body, "value");
    if (status == APL_OK && out->type == APL_VALUE_ARRAY)
        return true;
    *why = APL_STR("the answer has no list in it");
    return false;
}

static apl_str next_of(apl_arena *arena, const apl_net_response *response)
{
    apl_value body = APL_MISSING;

    return apl_json_parse(&body, arena, response->body) == APL_OK ? apl_value_str(apl_value_member(body, "nextLink"))
                                                                  : APL_STR_NONE;
}

/* -- Subscriptions -------------------------------------------------------------------------------------------- */

static bool is_wanted(const reading *all, apl_str id)
{
    const apl_azure_rights_options *options = all->options;

    for (size_t i = 0; i < options->subscription_count; i++) {
        if (apl_str_equal_nocase(id, apl_str_from(options->subscriptions[i])))
            return true;
    }
    return options->subscription_count == 0;
}

static void take_subscriptions(void *context, const apl_net_response *response)
{
    reading *all = context;
    apl_net_request request = {.done = take_subscriptions, .context = all};
    apl_value items;

    if (!items_of(&items, &all->out->why_no_list, all->arena, response))
        return;
    for (uint32_t i = 0; i < items.size && all->seen.count < APL_AZURE_SUBSCRIPTIONS_MAX; i++) {
        apl_azure_subscription one = {
            .id = apl_value_str(apl_value_member(items.items[i], "subscriptionId")),
            .name = apl_value_str(apl_value_member(items.items[i], "displayName")),
            .state = apl_value_str(apl_value_member(items.items[i], "state")),
            .is_listed = true,
        };
        if (one.id.size && is_wanted(all, one.id))
            APL_PUSH(&all->seen, one);
    }
    apl_str link = next_of(all->arena, response);
    if (link.size == 0)
        return;
    apl_status status = ++all->pages < PAGES_MAX ? apl_url_next(&request.url, all->arena, response->url, link)
                                                 : apl_fail(APL_E_LIMIT, "more than %u pages", PAGES_MAX);
    if (status == APL_OK)
        status = submit(all, APL_AZURE_ARM, &request);
    if (status != APL_OK)
        all->out->why_no_list = apl_arena_str(all->arena, apl_str_from(apl_error_message()));
}

static int compare_ids(const void *a, const void *b)
{
    const apl_azure_subscription *first = a;
    const apl_azure_subscription *second = b;

    return apl_str_compare_nocase(first->id, second->id);
}

/* Those that were named and are not in the list are asked for all the same: a list may leave out what a role gives. */
static void add_named(reading *all)
{
    const apl_azure_rights_options *options = all->options;

    for (size_t i = 0; i < options->subscription_count; i++) {
        apl_azure_subscription named = {.id = apl_str_from(options->subscriptions[i])};
        bool is_there = false;
        for (size_t at = 0; at < all->seen.count && !is_there; at++)
            is_there = apl_str_equal_nocase(all->seen.items[at].id, named.id);
        if (!is_there)
            APL_PUSH(&all->seen, named);
    }
    if (all->seen.count > 1)
        qsort(all->seen.items, all->seen.count, sizeof *all->seen.items, compare_ids);
}

typedef struct one_subscription {
    reading *all;
    apl_azure_subscription *subscription;
} one_subscription;

static void take_permissions(void *context, const apl_net_response *response)
{
    one_subscription *one = context;

    (void)items_of(&one->subscription->permissions, &one->subscription->why, one->all->arena, response);
    if (apl_value_is_there(one->subscription->permissions) && next_of(one->all->arena, response).size) {
        one->subscription->permissions = APL_MISSING;
        one->subscription->why = APL_STR("the permissions do not fit into one answer");
    }
}

static void ask_permissions(reading *all, apl_azure_subscription *subscription)
{
    one_subscription *one = APL_ARENA_NEW(all->arena, one_subscription);
    apl_text url;

    *one = (one_subscription){all, subscription};
    apl_text_init(&url, 4096);
    apl_text_add_format(&url, "%s/subscriptions/", all->options->cloud->apis[APL_AZURE_ARM].endpoint);
    apl_url_escape(&url, subscription->id, false);
    apl_text_add(&url, APL_STR("/providers/Microsoft.Authorization/permissions?api-version=" PERMISSIONS_VERSION));
    apl_net_request request = {
        .url = apl_text_str(&url), .share = subscription->id, .done = take_permissions, .context = one};
    if (submit(all, APL_AZURE_ARM, &request) != APL_OK)
        subscription->why = apl_arena_str(all->arena, apl_str_from(apl_error_message()));
    apl_text_free(&url);
}

static apl_status read_subscriptions(reading *all)
{
    apl_net_request request = {
        .url = apl_arena_format(all->arena, "%s/subscriptions?api-version=" SUBSCRIPTIONS_VERSION,
                                all->options->cloud->apis[APL_AZURE_ARM].endpoint),
        .done = take_subscriptions,
        .context = all,
    };
    apl_status status = submit(all, APL_AZURE_ARM, &request);

    if (status == APL_OK)
        status = apl_net_run(all->net);
    if (status != APL_OK)
        return status;
    add_named(all);
    all->out->subscriptions = APL_ARENA_ARRAY(all->arena, apl_azure_subscription, all->seen.count + 1);
    all->out->subscription_count = all->seen.count;
    for (size_t i = 0; i < all->seen.count; i++) {
        all->out->subscriptions[i] = all->seen.items[i];
        ask_permissions(all, &all->out->subscriptions[i]);
    }
    return APL_OK;
}

/* -- Microsoft Graph ------------------------------------------------------------------------------------------ */

typedef struct one_probe {
    reading *all;
    apl_azure_probe *probe;
} one_probe;

static void take_probe(void *context, const apl_net_response *response)
{
    one_probe *one = context;
    bool is_answer = response->outcome == APL_NET_ANSWERED;

    if (apl_net_is_good(response)) {
        one->probe->allowed = APL_AZURE_ALLOWED;
        return;
    }
    if (is_answer && (response->status == 401 || response->status == 403))
        one->probe->allowed = APL_AZURE_FORBIDDEN;
    one->probe->why = apl_arena_str(one->all->arena, response->why);
}

static void ask_probe(reading *all, apl_azure_probe *probe)
{
    const char *endpoint = all->options->cloud->apis[APL_AZURE_GRAPH].endpoint;
    one_probe *one = APL_ARENA_NEW(all->arena, one_probe);
    const char *path = NULL;

    *one = (one_probe){all, probe};
    for (size_t i = 0; i < sizeof graph_reads / sizeof graph_reads[0]; i++) {
        if (apl_str_equal(probe->permission, apl_str_from(graph_reads[i].permission)))
            path = graph_reads[i].path;
    }
    if (path == NULL) {
        probe->why = APL_STR("there is no small read to try it with");
        return;
    }
    apl_net_request request = {
        .url = apl_arena_format(all->arena, "%s%s", endpoint, path), .done = take_probe, .context = one};
    if (submit(all, APL_AZURE_GRAPH, &request) != APL_OK)
        probe->why = apl_arena_str(all->arena, apl_str_from(apl_error_message()));
}

static void read_probes(reading *all)
{
    size_t count = all->options->permission_count;

    all->out->probes = APL_ARENA_ARRAY(all->arena, apl_azure_probe, count + 1);
    all->out->probe_count = count;
    for (size_t i = 0; i < count; i++) {
        all->out->probes[i].permission = all->options->permissions[i];
        if (has_token(all, APL_AZURE_GRAPH))
            ask_probe(all, &all->out->probes[i]);
        else
            all->out->probes[i].why = APL_STR("there is no token for Microsoft Graph");
    }
}

apl_status apl_azure_rights_read(apl_azure_rights *out, apl_arena *arena, const apl_azure_rights_options *options)
{
    static const apl_azure_api apis[APL_AZURE_TOKENS_MAX] = {
        APL_AZURE_ARM,    APL_AZURE_GRAPH,   APL_AZURE_FOUNDRY,        APL_AZURE_COGNITIVE,
        APL_AZURE_SEARCH, APL_AZURE_PURVIEW, APL_AZURE_POWER_PLATFORM, APL_AZURE_POWER_APPS,
    };
    reading all = {.out = out, .arena = arena, .options = options};
    apl_status status = apl_net_new(&all.net, options->net);

    *out = (apl_azure_rights){0};
    if (status != APL_OK)
        return status;
    for (size_t i = 0; i < APL_AZURE_TOKENS_MAX; i++)
        try_token(&all, apis[i]);
    if (has_token(&all, APL_AZURE_ARM))
        status = read_subscriptions(&all);
    else
        out->why_no_list = APL_STR("there is no token for Azure Resource Manager");
    if (status == APL_OK)
        read_probes(&all);
    if (status == APL_OK)
        status = apl_net_run(all.net);
    apl_memory_free(all.seen.items);
    apl_net_free(all.net);
    return status;
}
