/* collect/asking.c: asks, follows pages, and tries an older version of an API where the newest is refused.
 *
 * The parent says what is asked, the call how; what comes is turned into lines page by page, so that no answer is kept.
 * Whatever goes wrong ends in a line of its own, never in an empty list. */
#include "collect/asking.h"

#include <stdio.h>

/* What Azure says to a version that it does not take, in the services that were met. */
static const char *const version_codes[] = {"InvalidApiVersionParameter",
                                            "NoRegisteredProviderFound",
                                            "InvalidResourceType",
                                            "UnsupportedApiVersion",
                                            "InvalidApiVersion",
                                            "ApiVersionUnsupported",
                                            NULL};

void apl_asking_init(apl_asking *asking, apl_asking_tenant *tenant)
{
    *asking = (apl_asking){.tenant = tenant};
    apl_text_init(&asking->lines, SIZE_MAX);
    apl_text_init(&asking->held, SIZE_MAX);
    apl_text_init(&asking->url, SIZE_MAX);
    apl_text_init(&asking->body, SIZE_MAX);
    apl_text_init(&asking->why, APL_ASKING_WHY_BYTES_MAX);
}

void apl_asking_free(apl_asking *asking)
{
    apl_text_free(&asking->lines);
    apl_text_free(&asking->held);
    apl_text_free(&asking->url);
    apl_text_free(&asking->body);
    apl_text_free(&asking->why);
}

void apl_asking_shrink(apl_asking *asking)
{
    apl_text_free(&asking->lines);
    apl_text_init(&asking->lines, SIZE_MAX);
}

void apl_asking_begin(apl_asking *asking, const apl_call *call, const apl_parent *parent)
{
    asking->call = call;
    asking->parent = parent;
    asking->lines.size = asking->held.size = asking->why.size = 0;
    asking->count = 0;
    asking->pages = 0;
    asking->visited = (apl_digest){0};
    asking->version = asking->tenant->versions[call->number];
    asking->is_done = asking->is_cancelled = asking->is_paged = false;
    if (call->never.size)
        apl_asking_refuse(asking, call->never);
    else if (!apl_address_first(asking))
        apl_asking_finish(asking);
}

static apl_line line_of(const apl_asking *asking)
{
    const apl_call *call = asking->call;

    return (apl_line){
        .source = call->source,
        .tenant = asking->tenant->tenant,
        .scope = asking->parent->subscription,
        .type = call->name,
        .of = asking->parent->id.size ? asking->parent->id : APL_STR(APL_ABOVE_TENANT),
        .api = call->versions.count ? call->versions.items[asking->version] : APL_STR_NONE,
        .read = apl_clock_now(),
    };
}

/* All items as one member of a document about the parent. */
static void write_held(apl_asking *asking)
{
    apl_line line = line_of(asking);
    apl_text body;

    if (asking->held.size == 0)
        return;
    apl_text_init(&body, SIZE_MAX);
    apl_text_add(&body, APL_STR("{\"id\":"));
    apl_json_write_string(&body, asking->parent->id);
    apl_text_add(&body, APL_STR(",\""));
    apl_text_add(&body, asking->call->into);
    apl_text_add(&body, APL_STR("\":["));
    apl_text_add(&body, apl_text_str(&asking->held));
    apl_text_add(&body, APL_STR("]}"));
    line.type = asking->call->type;
    line.is_partial = true;
    apl_line_document_text(&asking->lines, &line, apl_text_str(&body));
    apl_text_free(&body);
}

void apl_asking_finish(apl_asking *asking)
{
    apl_line line = line_of(asking);

    if (asking->is_done)
        return;
    write_held(asking);
    if (asking->why.size)
        apl_line_unread(&asking->lines, &line, apl_text_str(&asking->why), asking->call->needs);
    else
        apl_line_listed(&asking->lines, &line, asking->count);
    asking->tenant->buffered += asking->lines.size;
    asking->is_done = true;
}

void apl_asking_refuse(apl_asking *asking, apl_str why)
{
    apl_text_add(&asking->why, why.size ? why : APL_STR("it was not answered"));
    apl_asking_finish(asking);
}

static bool is_version_code(apl_str code)
{
    for (size_t i = 0; version_codes[i]; i++) {
        if (apl_str_equal_nocase(code, apl_str_from(version_codes[i])))
            return true;
    }
    return false;
}

static bool means_none(const apl_call *call, unsigned status, apl_str code)
{
    char number[16];
    int size = snprintf(number, sizeof number, "%u", status);
    apl_str text = apl_str_make(number, (size_t)size);

    for (size_t i = 0; i < call->none_on.count; i++) {
        if (apl_str_equal(call->none_on.items[i], text) || apl_str_equal_nocase(call->none_on.items[i], code))
            return true;
    }
    return false;
}

/* Pages that lead back to one that was read (Brent's way: one of them is remembered, ever later ones). */
static bool goes_round(apl_asking *asking)
{
    apl_digest url = apl_digest_of(apl_text_str(&asking->url));
    apl_digest body = apl_digest_of(apl_text_str(&asking->body));
    apl_digest next = {url.low ^ body.high, url.high ^ body.low};

    if (next.low == asking->visited.low && next.high == asking->visited.high)
        return true;
    if ((asking->pages & (asking->pages - 1)) == 0)
        asking->visited = next;
    return false;
}

static void take_page(apl_asking *asking, const apl_json *page)
{
    bool is_last = true;

    apl_items_take(asking, page);
    if (++asking->pages > APL_ASKING_PAGES_MAX)
        apl_asking_refuse(asking, APL_STR("it has more pages than are read"));
    else if (!apl_address_next(asking, page, &is_last) || is_last)
        apl_asking_finish(asking);
    else if (goes_round(asking))
        apl_asking_refuse(asking, APL_STR("its pages lead back to one that was read"));
    else
        apl_asking_submit(asking);
}

void apl_asking_answer(apl_asking *asking, unsigned status, apl_str code, apl_str why, const apl_json *json)
{
    bool has_older = (size_t)asking->version + 1 < asking->call->versions.count;

    if (status >= 200 && status < 300) {
        if (json)
            take_page(asking, json);
        else
            apl_asking_finish(asking); /* 204: nothing */
        return;
    }
    if ((status == 400 || status == 404) && asking->pages == 0 && has_older && is_version_code(code)) {
        asking->version++;
        if (apl_address_first(asking))
            apl_asking_submit(asking);
        else
            apl_asking_finish(asking);
        return;
    }
    if (means_none(asking->call, status, code))
        apl_asking_finish(asking);
    else
        apl_asking_refuse(asking, why);
}

static void on_response(void *context, const apl_net_response *response)
{
    apl_asking *asking = context;

    if (response->outcome == APL_NET_ANSWERED) {
        apl_asking_answer(asking, response->status, response->code, response->why, response->json);
        return;
    }
    asking->is_cancelled = response->outcome == APL_NET_CANCELLED;
    apl_asking_refuse(asking, response->why);
}

void apl_asking_submit(apl_asking *asking)
{
    static const apl_net_header dataverse[] = {{{"Prefer", 6}, {"odata.maxpagesize=500", 21}}};
    apl_asking_tenant *tenant = asking->tenant;
    apl_azure_api api = asking->call->api;
    char room[APL_CALL_URL_BYTES_MAX];
    apl_str audience = apl_address_audience(asking, room, sizeof room);
    apl_net_request request = {
        .method = asking->body.size ? APL_NET_POST : APL_NET_GET,
        .url = apl_text_str(&asking->url),
        .headers = api == APL_AZURE_DATAVERSE ? dataverse : NULL,
        .header_count = api == APL_AZURE_DATAVERSE ? 1 : 0,
        .body = apl_text_str(&asking->body),
        .bearer = apl_azure_bearer(tenant->sign_in, audience),
        .rate = tenant->cloud->apis[api].rate,
        .principal = apl_azure_principal(tenant->sign_in),
        .share = asking->parent->subscription,
        .repeats_post = true,
        .wants_json = true,
        .goes_first = asking->is_paged,
        .done = on_response,
        .context = asking,
    };

    if (apl_net_submit(tenant->net, &request) != APL_OK)
        apl_asking_refuse(asking, apl_str_from(apl_error_message()));
}
