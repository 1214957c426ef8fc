/* collect/azure/entra.c: the ways that go to the token endpoint of Microsoft Entra with what a client knows.
 *
 * Client secret, certificate and workload identity are one request (RFC 6749, 4.4) that differs in how the client
 * proves who it is; the two latter send an assertion (RFC 7523). What is read for it is overwritten after use. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collect/azure/ways.h"
#include "net/token.h"
#include "net/url.h"

/* A certificate file with a chain of certificates and a key of 4,096 bits has 12 KB; a token with many claims 16 KB. */
#define CERTIFICATE_BYTES_MAX (256u << 10)
#define TOKEN_FILE_BYTES_MAX (64u << 10)
#define FORM_BYTES_MAX (128u << 10)

/* How long an assertion holds: clocks differ, and it is used at once. */
#define ASSERTION_LIFETIME_S 600

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

apl_status apl_azure_read_file(apl_str *out, apl_arena *scratch, const char *path, size_t bytes_max)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    size_t size = 0;
    ssize_t got = 0;

    *out = APL_STR_NONE;
    if (file < 0)
        return apl_fail(APL_E_IO, "%s: %s", path, strerror(errno));
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || (uint64_t)info.st_size > bytes_max) {
        (void)close(file);
        return apl_fail(APL_E_IO, "%s: no file of at most %zu bytes", path, bytes_max);
    }
    char *text = apl_arena_alloc(scratch, bytes_max + 1);
    while (size < bytes_max && (got = read(file, text + size, bytes_max - size)) > 0)
        size += (size_t)got;
    (void)close(file);
    if (got < 0)
        return apl_fail(APL_E_IO, "%s: %s", path, strerror(errno));
    *out = apl_str_make(text, size);
    return APL_OK;
}

void apl_azure_form_add(apl_text *form, const char *name, apl_str value)
{
    apl_text_add_format(form, "%s%s=", form->size ? "&" : "", name);
    apl_url_escape(form, value, false);
}

bool apl_azure_is_tenant(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        char c = apl_char_lower(text.data[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
            return false;
    }
    return text.size > 0 && text.size <= 253 && text.data[0] != '-' && text.data[0] != '.';
}

apl_status apl_azure_post(apl_net_response *response, const apl_azure_fetch *fetch, const char *endpoint,
                          const apl_text *form)
{
    apl_str tenant = fetch->tenant.size ? fetch->tenant : APL_STR("organizations");
    apl_net_header headers[] = {{APL_STR("Accept"), APL_STR("application/json")}};
    apl_net_request request = {
        .method = APL_NET_POST,
        .url = apl_arena_format(fetch->scratch, "%s/%.*s/oauth2/v2.0/%s", fetch->cloud->login, APL_STR_ARG(tenant),
                                endpoint),
        .headers = headers,
        .header_count = 1,
        .body = apl_text_str(form),
        .content_type = APL_STR("application/x-www-form-urlencoded"),
        .repeats_post = true, /* asking for a token twice does no harm */
        .is_secret = true,
    };

    return apl_net_ask(response, fetch->scratch, fetch->net, &request);
}

/* The token endpoint, once for all three: `form` already says who we are. */
static apl_azure_result ask(apl_azure_grant *out, const apl_azure_fetch *fetch, apl_text *form)
{
    apl_net_response response;
    apl_str scope = apl_arena_format(fetch->scratch, "%.*s/.default", APL_STR_ARG(fetch->audience));

    apl_azure_form_add(form, "grant_type", APL_STR("client_credentials"));
    apl_azure_form_add(form, "scope", scope);
    apl_status status = apl_azure_post(&response, fetch, "token", form);
    return status == APL_OK ? apl_azure_read_grant(out, fetch, &response) : APL_AZURE_REFUSED;
}

static void form_start(apl_text *form, const apl_azure_credentials *credentials)
{
    apl_text_init(form, FORM_BYTES_MAX);
    apl_azure_form_add(form, "client_id", apl_str_from(credentials->client_id));
}

static void form_end(apl_text *form)
{
    if (form->data)
        explicit_bzero(form->data, form->capacity);
    apl_text_free(form);
}

static const char *lacks_client(const apl_azure_credentials *credentials, apl_str tenant)
{
    if (!apl_azure_is_set(credentials->client_id))
        return "AZURE_CLIENT_ID is not set";
    return tenant.size ? NULL : "AZURE_TENANT_ID is not set, and no --tenant is given";
}

static apl_str tells(apl_arena *arena, const apl_azure_credentials *credentials, const char *with)
{
    return apl_arena_format(arena, "application %s with %s", credentials->client_id, with);
}

/* -- Client secret -------------------------------------------------------------------------------------------- */

static const char *secret_lacks(const apl_azure_credentials *credentials, apl_str tenant)
{
    return apl_azure_is_set(credentials->client_secret) ? lacks_client(credentials, tenant)
                                                        : "AZURE_CLIENT_SECRET is not set";
}

static apl_azure_result secret_fetch(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    apl_text form;

    form_start(&form, fetch->credentials);
    apl_azure_form_add(&form, "client_secret", apl_str_from(fetch->credentials->client_secret));
    apl_azure_result result = ask(out, fetch, &form);
    form_end(&form);
    return result;
}

static apl_str secret_tells(apl_arena *arena, const apl_azure_credentials *credentials)
{
    return tells(arena, credentials, "the secret in AZURE_CLIENT_SECRET");
}

const apl_azure_way_info apl_azure_way_secret = {
    .way = APL_AZURE_SECRET,
    .title = "client secret",
    .lacks = secret_lacks,
    .fetch = secret_fetch,
    .tells = secret_tells,
};

/* -- Certificate ---------------------------------------------------------------------------------------------- */

static const char *certificate_lacks(const apl_azure_credentials *credentials, apl_str tenant)
{
    return apl_azure_is_set(credentials->certificate_path) ? lacks_client(credentials, tenant)
                                                           : "AZURE_CLIENT_CERTIFICATE_PATH is not set";
}

/* The signed assertion for the tenant's token endpoint. */
static apl_status sign(apl_str *out, const apl_azure_fetch *fetch)
{
    const apl_azure_credentials *credentials = fetch->credentials;
    apl_assertion assertion = {
        .password = apl_str_from(credentials->certificate_password),
        .client_id = apl_str_from(credentials->client_id),
        .audience = apl_arena_format(fetch->scratch, "%s/%.*s/oauth2/v2.0/token", fetch->cloud->login,
                                     APL_STR_ARG(fetch->tenant)),
        .now = (int64_t)time(NULL),
        .lifetime_s = ASSERTION_LIFETIME_S,
    };
    apl_status status =
        apl_azure_read_file(&assertion.pem, fetch->scratch, credentials->certificate_path, CERTIFICATE_BYTES_MAX);

    if (status != APL_OK)
        return status;
    if (apl_str_find(assertion.pem, APL_STR("-----BEGIN")) < 0)
        status = apl_fail(APL_E_INPUT, "no PEM; a PFX becomes one by `openssl pkcs12 -in FILE -nodes -out FILE.pem`");
    else
        status = apl_token_sign(out, fetch->scratch, &assertion);
    explicit_bzero((char *)(uintptr_t)assertion.pem.data, assertion.pem.size);
    return status == APL_OK ? APL_OK : apl_fail_context(status, "%s", credentials->certificate_path);
}

static apl_azure_result with_assertion(apl_azure_grant *out, const apl_azure_fetch *fetch, apl_str assertion)
{
    apl_text form;

    form_start(&form, fetch->credentials);
    apl_azure_form_add(&form, "client_assertion_type", APL_STR(ASSERTION_TYPE));
    apl_azure_form_add(&form, "client_assertion", assertion);
    apl_azure_result result = ask(out, fetch, &form);
    form_end(&form);
    explicit_bzero((char *)(uintptr_t)assertion.data, assertion.size);
    return result;
}

static apl_azure_result certificate_fetch(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    apl_str assertion;

    return sign(&assertion, fetch) == APL_OK ? with_assertion(out, fetch, assertion) : APL_AZURE_REFUSED;
}

static apl_str certificate_tells(apl_arena *arena, const apl_azure_credentials *credentials)
{
    return tells(arena, credentials,
                 apl_arena_format(arena, "the certificate in %s", credentials->certificate_path).data);
}

const apl_azure_way_info apl_azure_way_certificate = {
    .way = APL_AZURE_CERTIFICATE,
    .title = "certificate",
    .lacks = certificate_lacks,
    .fetch = certificate_fetch,
    .tells = certificate_tells,
};

/* -- Workload identity ---------------------------------------------------------------------------------------- */

static const char *workload_lacks(const apl_azure_credentials *credentials, apl_str tenant)
{
    return apl_azure_is_set(credentials->token_file) ? lacks_client(credentials, tenant)
                                                     : "AZURE_FEDERATED_TOKEN_FILE is not set";
}

/* The file is read anew each time: the platform replaces it before its token expires. */
static apl_azure_result workload_fetch(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    const char *path = fetch->credentials->token_file;
    apl_str text;

    if (apl_azure_read_file(&text, fetch->scratch, path, TOKEN_FILE_BYTES_MAX) != APL_OK)
        return APL_AZURE_REFUSED;
    text = apl_str_trim(text);
    if (text.size == 0) {
        (void)apl_fail(APL_E_INPUT, "%s is empty", path);
        return APL_AZURE_REFUSED;
    }
    return with_assertion(out, fetch, text);
}

static apl_str workload_tells(apl_arena *arena, const apl_azure_credentials *credentials)
{
    return tells(arena, credentials, apl_arena_format(arena, "the token in %s", credentials->token_file).data);
}

const apl_azure_way_info apl_azure_way_workload = {
    .way = APL_AZURE_WORKLOAD,
    .title = "workload identity",
    .lacks = workload_lacks,
    .fetch = workload_fetch,
    .tells = workload_tells,
};
