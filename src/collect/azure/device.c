/* collect/azure/device.c: device code: a person signs in with a browser elsewhere (RFC 8628).
 *
 * For APIs that take no application (the inventory of Power Platform), and only when it was asked for. The first token
 * brings a refresh token, by which others follow without the person. */
#include "collect/azure/ways.h"
#include "json/json.h"

/* The public client of the Azure CLI, which every tenant knows, unless AZURE_CLIENT_ID names another. */
#define CLIENT_DEFAULT "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

#define INTERVAL_S_DEFAULT 5
#define INTERVAL_S_MAX 60
#define FORM_BYTES_MAX (64u << 10)

/* A code holds for 15 minutes; this many questions at 5 seconds are 20. */
#define QUESTIONS_MAX 240

static apl_str client_of(const apl_azure_credentials *credentials)
{
    return apl_str_from(apl_azure_is_set(credentials->client_id) ? credentials->client_id : CLIENT_DEFAULT);
}

static const char *device_lacks(const apl_azure_credentials *credentials, apl_str tenant)
{
    (void)credentials;
    (void)tenant;
    return NULL;
}

static void form_start(apl_text *form, const apl_azure_fetch *fetch)
{
    apl_text_init(form, FORM_BYTES_MAX);
    apl_azure_form_add(form, "client_id", client_of(fetch->credentials));
}

static void form_end(apl_text *form)
{
    if (form->data)
        explicit_bzero(form->data, form->capacity);
    apl_text_free(form);
}

static apl_str scope_of(const apl_azure_fetch *fetch)
{
    return apl_arena_format(fetch->scratch, "%.*s/.default offline_access openid profile",
                            APL_STR_ARG(fetch->audience));
}

/* Keeps the refresh token, then reads the grant. */
static apl_azure_result take_grant(apl_azure_grant *out, const apl_azure_fetch *fetch, apl_net_response *response)
{
    apl_value answer = APL_MISSING;

    if (apl_net_is_good(response) && apl_json_parse(&answer, fetch->scratch, response->body) == APL_OK) {
        apl_str kept = apl_value_str(apl_value_member(answer, "refresh_token"));
        if (kept.size) {
            fetch->keeps->size = 0;
            apl_text_add(fetch->keeps, kept);
            explicit_bzero((char *)(uintptr_t)kept.data, kept.size);
        }
        apl_str token = apl_value_str(apl_value_member(answer, "access_token")); /* read once more below */
        if (token.size)
            explicit_bzero((char *)(uintptr_t)token.data, token.size);
    }
    return apl_azure_read_grant(out, fetch, response);
}

static apl_azure_result by_refresh(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    apl_net_response response;
    apl_text form;

    form_start(&form, fetch);
    apl_azure_form_add(&form, "grant_type", APL_STR("refresh_token"));
    apl_azure_form_add(&form, "refresh_token", fetch->kept);
    apl_azure_form_add(&form, "scope", scope_of(fetch));
    apl_status status = apl_azure_post(&response, fetch, "token", &form);
    form_end(&form);
    return status == APL_OK ? take_grant(out, fetch, &response) : APL_AZURE_REFUSED;
}

typedef struct device_code {
    apl_str code;
    int64_t interval_s;
} device_code;

static int64_t integer_of(apl_value object, const char *name, int64_t standard)
{
    apl_value value = apl_value_member(object, name);

    return value.type == APL_VALUE_INTEGER ? value.integer : standard;
}

/* Gets a code and says where to enter it. */
static apl_status start(device_code *out, const apl_azure_fetch *fetch)
{
    apl_net_response response;
    apl_value answer = APL_MISSING;
    apl_text form;

    form_start(&form, fetch);
    apl_azure_form_add(&form, "scope", scope_of(fetch));
    apl_status status = apl_azure_post(&response, fetch, "devicecode", &form);
    form_end(&form);
    if (status != APL_OK)
        return status;
    if (!apl_net_is_good(&response))
        return apl_fail(APL_E_INPUT, "%.*s", APL_STR_ARG(response.why));
    status = apl_json_parse(&answer, fetch->scratch, response.body);
    if (status != APL_OK)
        return status;
    apl_str user_code = apl_value_str(apl_value_member(answer, "user_code"));
    apl_str address = apl_value_str(apl_value_member(answer, "verification_uri"));
    out->code = apl_value_str(apl_value_member(answer, "device_code"));
    out->interval_s = integer_of(answer, "interval", INTERVAL_S_DEFAULT);
    if (out->interval_s < 1 || out->interval_s > INTERVAL_S_MAX)
        out->interval_s = INTERVAL_S_DEFAULT;
    if (out->code.size == 0 || user_code.size == 0 || !apl_str_starts(address, APL_STR("https://")))
        return apl_fail(APL_E_INPUT, "the answer has no device code");
    if (fetch->say)
        fetch->say(fetch->context, apl_arena_format(fetch->scratch, "to sign in, open %.*s and enter the code %.*s",
                                                    APL_STR_ARG(address), APL_STR_ARG(user_code)));
    return APL_OK;
}

/* Asks until the person has signed in, declined, or the code has expired. */
static apl_azure_result wait_for(apl_azure_grant *out, const apl_azure_fetch *fetch, device_code *code)
{
    for (unsigned asked = 0; asked < QUESTIONS_MAX; asked++) {
        apl_net_response response;
        apl_text form;
        if (!apl_net_pause(fetch->net, (uint64_t)code->interval_s * 1000)) {
            (void)apl_fail(APL_E_IO, "cancelled");
            return APL_AZURE_REFUSED;
        }
        form_start(&form, fetch);
        apl_azure_form_add(&form, "grant_type", APL_STR("urn:ietf:params:oauth:grant-type:device_code"));
        apl_azure_form_add(&form, "device_code", code->code);
        apl_status status = apl_azure_post(&response, fetch, "token", &form);
        form_end(&form);
        if (status != APL_OK)
            return APL_AZURE_REFUSED;
        if (apl_str_equal(response.code, APL_STR("slow_down")))
            code->interval_s += INTERVAL_S_DEFAULT;
        else if (!apl_str_equal(response.code, APL_STR("authorization_pending")))
            return take_grant(out, fetch, &response);
    }
    (void)apl_fail(APL_E_LIMIT, "nobody entered the code");
    return APL_AZURE_REFUSED;
}

static apl_azure_result device_fetch(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    device_code code = {0};

    if (fetch->kept.size)
        return by_refresh(out, fetch);
    if (start(&code, fetch) != APL_OK)
        return APL_AZURE_REFUSED;
    return wait_for(out, fetch, &code);
}

static apl_str device_tells(apl_arena *arena, const apl_azure_credentials *credentials)
{
    return apl_arena_format(arena, "a person, by device code, through application %.*s",
                            APL_STR_ARG(client_of(credentials)));
}

const apl_azure_way_info apl_azure_way_device = {
    .way = APL_AZURE_DEVICE,
    .title = "device code",
    .lacks = device_lacks,
    .fetch = device_fetch,
    .tells = device_tells,
};
