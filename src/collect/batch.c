/* collect/batch.c: up to twenty small questions to Microsoft Graph in one request.
 *
 * Each part has an answer of its own. A part that was throttled, or missed in the answer, is asked again by itself,
 * where the client waits and repeats as always; so are all when the batch itself fails. */
#include <stdlib.h>

#include "collect/asking.h"

/* The parts of one request in flight; freed by its callback. */
typedef struct flight {
    apl_batch *batch;
    apl_asking *parts[APL_BATCH_MAX];
    bool has_answer[APL_BATCH_MAX];
    size_t count;
} flight;

struct apl_batch {
    apl_asking_tenant *tenant;
    flight *open; /* being filled; NULL: none */
    apl_str version;
    apl_text body;
    apl_text url;
};

apl_batch *apl_batch_new(apl_asking_tenant *tenant)
{
    apl_batch *batch = apl_memory_new(sizeof *batch);

    batch->tenant = tenant;
    apl_text_init(&batch->body, SIZE_MAX);
    apl_text_init(&batch->url, SIZE_MAX);
    return batch;
}

void apl_batch_free(apl_batch *batch)
{
    if (batch == NULL)
        return;
    apl_memory_free(batch->open);
    apl_text_free(&batch->body);
    apl_text_free(&batch->url);
    apl_memory_free(batch);
}

static apl_str version_of(const apl_asking *asking)
{
    const apl_call_words *versions = &asking->call->versions;

    return versions->count ? versions->items[asking->version] : APL_STR("v1.0");
}

void apl_batch_add(apl_batch *batch, apl_asking *asking)
{
    if (batch->open && !apl_str_equal(batch->version, version_of(asking)))
        apl_batch_submit(batch);
    if (batch->open == NULL)
        batch->open = apl_memory_new(sizeof *batch->open);
    batch->open->batch = batch;
    batch->version = version_of(asking);
    batch->open->parts[batch->open->count++] = asking;
    if (batch->open->count == APL_BATCH_MAX)
        apl_batch_submit(batch);
}

static apl_str base_of(const apl_batch *batch)
{
    return apl_str_from(batch->tenant->cloud->apis[APL_AZURE_GRAPH].endpoint);
}

/* {"requests":[{"id":"0","method":"GET","url":"/groups/..."}]}: addresses below the version. */
static void write_requests(apl_batch *batch)
{
    size_t skip = base_of(batch).size + 1 + batch->version.size;

    batch->body.size = 0;
    apl_text_add(&batch->body, APL_STR("{\"requests\":["));
    for (size_t i = 0; i < batch->open->count; i++) {
        apl_str url = apl_text_str(&batch->open->parts[i]->url);
        apl_text_add_format(&batch->body, "%s{\"id\":\"%zu\",\"method\":\"GET\",\"url\":", i ? "," : "", i);
        apl_json_write_string(&batch->body, apl_str_slice(url, skip, url.size));
        apl_text_add_char(&batch->body, '}');
    }
    apl_text_add(&batch->body, APL_STR("]}"));
}

static apl_str text_at(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_is_object(object) ? apl_json_get(object, apl_str_from(name)) : NULL;

    return member ? apl_json_str(member) : APL_STR_NONE;
}

static unsigned status_of(const apl_json *part)
{
    const apl_json *status = apl_json_get(part, APL_STR("status"));
    apl_value value = status ? apl_json_scalar(status) : APL_MISSING;

    return value.type == APL_VALUE_INTEGER && value.integer > 0 && value.integer < 1000 ? (unsigned)value.integer : 0;
}

static bool may_pass(unsigned status)
{
    return status == 0 || status == 408 || status == 429 || status >= 500;
}

static void refuse_part(apl_asking *asking, unsigned status, const apl_json *body)
{
    const apl_json *error = body && apl_json_is_object(body) ? apl_json_get(body, APL_STR("error")) : NULL;
    apl_str code = error ? text_at(error, "code") : APL_STR_NONE;
    apl_str message = error ? text_at(error, "message") : APL_STR_NONE;
    apl_text why;

    apl_text_init(&why, APL_ASKING_WHY_BYTES_MAX);
    apl_text_add_format(&why, "%u %.*s%s%.*s", status, APL_STR_ARG(code), message.size ? ": " : "",
                        APL_STR_ARG(message));
    apl_asking_answer(asking, status, code, apl_text_str(&why), NULL);
    apl_text_free(&why);
}

static void take_part(flight *sent, const apl_json *part)
{
    apl_str id = text_at(part, "id");
    unsigned number = 0;

    for (uint32_t i = 0; i < id.size && i < 3; i++)
        number = id.data[i] >= '0' && id.data[i] <= '9' ? number * 10 + (unsigned)(id.data[i] - '0') : APL_BATCH_MAX;
    unsigned status = status_of(part);
    if (id.size == 0 || number >= sent->count || sent->has_answer[number] || may_pass(status) || status == 401)
        return;
    const apl_json *body = apl_json_get(part, APL_STR("body"));
    sent->has_answer[number] = true;
    if (status >= 200 && status < 300)
        apl_asking_answer(sent->parts[number], status, APL_STR_NONE, APL_STR_NONE, body);
    else
        refuse_part(sent->parts[number], status, body);
}

static void on_response(void *context, const apl_net_response *response)
{
    flight *sent = context;
    const apl_json *parts = NULL;

    if (apl_net_is_good(response) && response->json && apl_json_is_object(response->json))
        parts = apl_json_get(response->json, APL_STR("responses"));
    if (parts && apl_json_is_array(parts)) {
        for (apl_json_items each = apl_json_each_item(parts); apl_json_next_item(&each);) {
            if (apl_json_is_object(each.value))
                take_part(sent, each.value);
        }
    }
    for (size_t i = 0; i < sent->count; i++) {
        if (!sent->has_answer[i])
            apl_asking_submit(sent->parts[i]);
    }
    apl_memory_free(sent);
}

void apl_batch_submit(apl_batch *batch)
{
    apl_asking_tenant *tenant = batch->tenant;
    flight *sent = batch->open;

    if (sent == NULL)
        return;
    write_requests(batch);
    batch->open = NULL;
    batch->url.size = 0;
    apl_text_add_format(&batch->url, "%.*s/%.*s/$batch", APL_STR_ARG(base_of(batch)), APL_STR_ARG(batch->version));
    apl_net_request request = {
        .method = APL_NET_POST,
        .url = apl_text_str(&batch->url),
        .body = apl_text_str(&batch->body),
        .bearer = apl_azure_bearer(tenant->sign_in, apl_str_from(tenant->cloud->apis[APL_AZURE_GRAPH].audience)),
        .rate = tenant->cloud->apis[APL_AZURE_GRAPH].rate,
        .principal = apl_azure_principal(tenant->sign_in),
        .repeats_post = true,
        .wants_json = true,
        .done = on_response,
        .context = sent,
    };
    if (sent->count > 1 && apl_net_submit(tenant->net, &request) == APL_OK)
        return;
    for (size_t i = 0; i < sent->count; i++)
        apl_asking_submit(sent->parts[i]);
    apl_memory_free(sent);
}
