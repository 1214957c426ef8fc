/* collect/discover.c: asks for subscriptions and for the versions of resource providers.
 *
 * Providers say for each of their types which versions they take ("Providers - List", 2021-04-01); a type that they do
 * not name is asked with the newest version that we know, and the answer decides. */
#include "collect/discover.h"

#include <stdlib.h>

#include "net/url.h"

#define SUBSCRIPTIONS_PATH "/subscriptions?api-version=2022-12-01"
#define PROVIDERS_PATH "/providers?api-version=2021-04-01"

static apl_net_request request_to(const apl_asking_tenant *tenant, apl_str url)
{
    const apl_azure_api_info *arm = &tenant->cloud->apis[APL_AZURE_ARM];

    return (apl_net_request){
        .url = url,
        .bearer = apl_azure_bearer(tenant->sign_in, apl_str_from(arm->audience)),
        .rate = arm->rate,
        .principal = apl_azure_principal(tenant->sign_in),
        .wants_json = true,
    };
}

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_is_object(object) ? apl_json_get(object, apl_str_from(name)) : NULL;

    return member ? apl_json_str(member) : APL_STR_NONE;
}

typedef void (*item_taker)(void *context, const apl_json *item);

/* All items of a list, page by page. */
static apl_status each_item(apl_asking_tenant *tenant, apl_str path, item_taker take, void *context)
{
    apl_arena *arena = apl_arena_new();
    apl_json_reader *reader = apl_json_reader_new();
    apl_str url = apl_arena_format(arena, "%s%.*s", tenant->cloud->apis[APL_AZURE_ARM].endpoint, APL_STR_ARG(path));
    apl_status status = APL_OK;

    for (unsigned page = 0; status == APL_OK && url.size && page < APL_ASKING_PAGES_MAX; page++) {
        apl_net_request request = request_to(tenant, url);
        apl_net_response response;
        const apl_json *json = NULL;
        size_t used;
        status = apl_net_ask(&response, arena, tenant->net, &request);
        if (status == APL_OK && !apl_net_is_good(&response))
            status = apl_fail(APL_E_INPUT, "%.*s: %.*s", APL_STR_ARG(path), APL_STR_ARG(response.why));
        if (status == APL_OK)
            status = apl_json_read(&json, &used, reader, response.body);
        if (status != APL_OK || json == NULL || !apl_json_is_object(json))
            break;
        const apl_json *value = apl_json_get(json, APL_STR("value"));
        for (apl_json_items each = apl_json_each_item(value); value && apl_json_next_item(&each);)
            take(context, each.value);
        apl_str link = text_of(json, "nextLink");
        apl_str from = url;
        url = APL_STR_NONE;
        if (link.size)
            status = apl_url_next(&url, arena, from, link);
    }
    apl_json_reader_free(reader);
    apl_arena_free(arena);
    return status;
}

/* ---- Subscriptions ---- */

typedef struct subscription_search {
    apl_subscription_list *found;
    apl_arena *arena;
    apl_str wanted;
} subscription_search;

static void take_subscription(void *context, const apl_json *item)
{
    subscription_search *search = context;
    apl_str id = text_of(item, "subscriptionId");
    bool is_wanted = search->wanted.size == 0 || apl_str_equal_nocase(search->wanted, id) ||
                     apl_str_equal_nocase(search->wanted, text_of(item, "displayName"));

    if (id.size && is_wanted && search->found->count < APL_SUBSCRIPTIONS_MAX)
        APL_PUSH(search->found, apl_arena_str(search->arena, id));
}

static int by_text(const void *a, const void *b)
{
    return apl_str_compare_nocase(*(const apl_str *)a, *(const apl_str *)b);
}

apl_status apl_discover_subscriptions(apl_subscription_list *out, apl_arena *arena, apl_asking_tenant *tenant,
                                      apl_str wanted)
{
    subscription_search search = {out, arena, wanted};
    apl_status status = each_item(tenant, APL_STR(SUBSCRIPTIONS_PATH), take_subscription, &search);

    if (status != APL_OK)
        return apl_fail_context(status, "the subscriptions cannot be listed");
    if (wanted.size && out->count == 0)
        return apl_fail(APL_E_USAGE, "azure:%.*s: no subscription of that id or name may be read here",
                        APL_STR_ARG(wanted));
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_text);
    return APL_OK;
}

/* ---- Versions ---- */

typedef struct version_search {
    uint8_t *versions;
    const apl_calls *calls;
    apl_str namespace;
} version_search;

static bool takes(const apl_json *versions, apl_str version)
{
    for (apl_json_items each = apl_json_each_item(versions); apl_json_next_item(&each);) {
        if (apl_str_equal_nocase(apl_json_str(each.value), version))
            return true;
    }
    return false;
}

/* "Microsoft.X/accounts/deployments" is `deployments` of `accounts` of the namespace. */
static bool is_named(apl_str type, apl_str namespace, apl_str rest)
{
    return type.size == namespace.size + 1 + rest.size && apl_str_starts_nocase(type, namespace) &&
           type.data[namespace.size] == '/' &&
           apl_str_equal_nocase(apl_str_slice(type, namespace.size + 1, type.size), rest);
}

static void choose(version_search *search, const apl_call *call, const apl_json *versions)
{
    for (size_t i = 0; i < call->versions.count; i++) {
        if (takes(versions, call->versions.items[i])) {
            search->versions[call->number] = (uint8_t)i;
            return;
        }
    }
}

static void take_provider(void *context, const apl_json *item)
{
    version_search *search = context;
    const apl_json *types = apl_json_is_object(item) ? apl_json_get(item, APL_STR("resourceTypes")) : NULL;

    search->namespace = text_of(item, "namespace");
    if (types == NULL || !apl_json_is_array(types) || search->namespace.size == 0)
        return;
    for (size_t i = 0; i < apl_calls_count(search->calls); i++) {
        const apl_call *call = apl_calls_at(search->calls, i);
        if (!apl_call_is_arm(call) || call->versions.count < 2 || !apl_str_starts_nocase(call->name, search->namespace))
            continue;
        for (apl_json_items each = apl_json_each_item(types); apl_json_next_item(&each);) {
            const apl_json *versions =
                apl_json_is_object(each.value) ? apl_json_get(each.value, APL_STR("apiVersions")) : NULL;
            if (versions && is_named(call->name, search->namespace, text_of(each.value, "resourceType")))
                choose(search, call, versions);
        }
    }
}

void apl_discover_versions(uint8_t *versions, apl_asking_tenant *tenant, apl_str subscription)
{
    version_search search = {.versions = versions, .calls = tenant->calls};
    apl_text path;

    apl_text_init(&path, SIZE_MAX);
    apl_text_add_format(&path, "/subscriptions/%.*s" PROVIDERS_PATH, APL_STR_ARG(subscription));
    /* Refused: each call starts with its newest version, and finds out by itself. */
    (void)each_item(tenant, apl_text_str(&path), take_provider, &search);
    apl_text_free(&path);
}
