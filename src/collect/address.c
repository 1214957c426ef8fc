/* collect/address.c: where a call goes: host, version, page.
 *
 * Tokens go to hosts of their API only: a host that was made of a name in a body must have the ending that the cloud
 * gives to that API, and a next page is on the host of the first (net/url.h). */
#include <stdio.h>

#include "collect/asking.h"
#include "net/url.h"

static bool refuse(apl_asking *asking, const char *why)
{
    asking->why.size = 0;
    apl_text_add(&asking->why, apl_str_from(why));
    return false;
}

/* "https://name.search.windows.net/..." in another cloud has that cloud's ending. */
static void move_to_cloud(apl_asking *asking)
{
    apl_str url = apl_text_str(&asking->url);
    const char *here = asking->tenant->cloud->apis[asking->call->api].host_suffix;
    const char *there = apl_azure_cloud_named(APL_STR("public"))->apis[asking->call->api].host_suffix;
    long at = there && here ? apl_str_find(url, apl_str_from(there)) : -1;

    if (at < 0 || strcmp(here, there) == 0)
        return;
    apl_text moved;
    apl_text_init(&moved, SIZE_MAX);
    apl_text_add(&moved, apl_str_slice(url, 0, (size_t)at));
    apl_text_add(&moved, apl_str_from(here));
    apl_text_add(&moved, apl_str_slice(url, (size_t)at + strlen(there), url.size));
    asking->url.size = 0;
    apl_text_add(&asking->url, apl_text_str(&moved));
    apl_text_free(&moved);
}

static apl_str version_of(const apl_asking *asking)
{
    const apl_call *call = asking->call;

    if (call->versions.count)
        return call->versions.items[asking->version];
    return apl_call_is_graph(call) ? APL_STR("v1.0") : APL_STR_NONE;
}

/* Microsoft Graph has its version in the path, Dataverse in the template. */
static void add_version(apl_asking *asking)
{
    bool has_query = apl_str_find(apl_text_str(&asking->url), APL_STR("?")) >= 0;

    if (apl_call_is_graph(asking->call) || asking->call->api == APL_AZURE_DATAVERSE)
        return;
    apl_text_add_format(&asking->url, "%sapi-version=%.*s", has_query ? "&" : "?", APL_STR_ARG(version_of(asking)));
}

static bool is_allowed(apl_asking *asking)
{
    apl_url url;
    apl_azure_api api = asking->call->api;

    if (apl_url_parse(&url, apl_text_str(&asking->url)) != APL_OK)
        return refuse(asking, apl_error_message());
    if (!apl_azure_host_allowed(asking->tenant->cloud, api, url.host))
        return refuse(asking, "its address is none of this API in this cloud");
    return true;
}

/* {"query": ..., "subscriptions": [...]}: a copy of the body with one member more, or another one. */
static apl_value with_member(apl_arena *arena, apl_value object, apl_str name, apl_value value)
{
    size_t count = object.type == APL_VALUE_OBJECT ? object.size : 0;
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, count + 1);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (!apl_str_equal(object.members[i].key, name))
            members[kept++] = object.members[i];
    }
    members[kept++] = (apl_member){name, value};
    return apl_value_object(members, kept);
}

/* At "a" or "a.b". */
static apl_value with_token(apl_arena *arena, apl_value body, apl_str path, apl_str token)
{
    long dot = apl_str_find(path, APL_STR("."));

    if (dot < 0)
        return with_member(arena, body, path, apl_value_string(token));
    apl_str outer = apl_str_slice(path, 0, (size_t)dot);
    apl_str inner = apl_str_slice(path, (size_t)dot + 1, path.size);
    return with_member(arena, body, outer,
                       with_member(arena, apl_value_get(body, outer), inner, apl_value_string(token)));
}

static void write_body(apl_asking *asking, apl_str token)
{
    const apl_call *call = asking->call;
    const apl_parent *parent = asking->parent;
    apl_arena *arena = apl_arena_new();
    apl_value body = call->body;

    if (token.size)
        body = with_token(arena, body, call->token_to, token);
    if (parent->subscription_count) {
        apl_value *items = APL_ARENA_ARRAY(arena, apl_value, parent->subscription_count);
        for (uint32_t i = 0; i < parent->subscription_count; i++)
            items[i] = apl_value_string(parent->subscriptions[i]);
        body = with_member(arena, body, APL_STR("subscriptions"), apl_value_array(items, parent->subscription_count));
    }
    asking->body.size = 0;
    apl_value_write(&asking->body, body, 0);
    apl_arena_free(arena);
}

static apl_str base_of(const apl_asking *asking)
{
    apl_azure_api api = asking->call->api;

    if (api == APL_AZURE_PURVIEW && asking->tenant->purview.size)
        return asking->tenant->purview;
    return apl_str_from(asking->tenant->cloud->apis[api].endpoint);
}

bool apl_address_first(apl_asking *asking)
{
    bool is_absolute = apl_str_starts(asking->call->path, APL_STR("https://"));

    asking->url.size = asking->body.size = 0;
    asking->is_paged = false;
    if (!is_absolute && base_of(asking).size == 0)
        return refuse(asking, "this cloud does not have the API");
    if (!is_absolute)
        apl_text_add(&asking->url, base_of(asking));
    if (apl_call_is_graph(asking->call))
        apl_text_add_format(&asking->url, "/%.*s", APL_STR_ARG(version_of(asking)));
    apl_text path;
    apl_text_init(&path, SIZE_MAX);
    bool is_filled = apl_parent_path(&path, asking->call, asking->parent);
    apl_text_add(&asking->url, apl_text_str(&path));
    apl_text_free(&path);
    if (!is_filled)
        return refuse(asking, "its address cannot be told from what lies above it");
    if (is_absolute)
        move_to_cloud(asking);
    add_version(asking);
    if (asking->call->body.type != APL_VALUE_MISSING)
        write_body(asking, APL_STR_NONE);
    return is_allowed(asking);
}

static apl_str text_of(const apl_json *object, apl_str name)
{
    const apl_json *member = apl_json_is_object(object) ? apl_json_get(object, name) : NULL;

    return member ? apl_json_str(member) : APL_STR_NONE;
}

/* The first address with `after` set to the last id: pages of OpenAI and of Foundry agents. */
static void ask_after(apl_asking *asking, apl_str last)
{
    apl_str url = apl_text_str(&asking->url);
    long after = apl_str_find(url, APL_STR("&after="));

    if (after >= 0)
        asking->url.size = (size_t)after;
    apl_text_add(&asking->url, APL_STR("&after="));
    apl_url_escape(&asking->url, last, false);
}

static bool follow(apl_asking *asking, apl_str link)
{
    apl_arena *arena = apl_arena_new();
    apl_str next;
    bool is_followed = apl_url_next(&next, arena, apl_text_str(&asking->url), link) == APL_OK;

    if (is_followed) {
        asking->url.size = 0;
        apl_text_add(&asking->url, next);
        asking->body.size = 0;
    } else {
        (void)refuse(asking, apl_error_message());
    }
    apl_arena_free(arena);
    return is_followed;
}

static bool is_true(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_is_object(object) ? apl_json_get(object, apl_str_from(name)) : NULL;

    return member && apl_json_scalar(member).type == APL_VALUE_BOOL && apl_json_scalar(member).boolean;
}

/* Resource Graph says "true" as a text. Without a token, what is cut stays unread. */
static bool is_cut(const apl_json *page)
{
    return apl_str_equal_nocase(text_of(page, APL_STR("resultTruncated")), APL_STR("true"));
}

bool apl_address_next(apl_asking *asking, const apl_json *page, bool *is_last)
{
    const apl_call *call = asking->call;
    apl_str token = call->token_from.size ? text_of(page, call->token_from) : APL_STR_NONE;
    apl_str link = text_of(page, APL_STR("nextLink"));
    apl_str last = text_of(page, APL_STR("last_id"));

    *is_last = false;
    asking->is_paged = true;
    if (link.size == 0)
        link = text_of(page, APL_STR("@odata.nextLink"));
    if (token.size) {
        write_body(asking, token);
        return true;
    }
    if (call->token_from.size == 0 && link.size)
        return follow(asking, link);
    if (is_true(page, "has_more") && last.size) {
        ask_after(asking, last);
        return true;
    }
    *is_last = true;
    return is_cut(page) ? refuse(asking, "the answer was cut off (resultTruncated)") : true;
}

apl_str apl_address_audience(const apl_asking *asking, char *room, size_t room_size)
{
    const char *audience = asking->tenant->cloud->apis[asking->call->api].audience;
    apl_url url;

    if (audience)
        return apl_str_from(audience);
    if (apl_url_parse(&url, apl_text_str(&asking->url)) != APL_OK)
        return APL_STR_NONE;
    int size = snprintf(room, room_size, "https://%.*s", APL_STR_ARG(url.host));
    return size > 0 && (size_t)size < room_size ? apl_str_make(room, (size_t)size) : APL_STR_NONE;
}
