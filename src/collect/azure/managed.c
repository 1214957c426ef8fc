/* collect/azure/managed.c: managed identity: the token that the platform gives to what runs on it.
 *
 * The variables of the environment tell the platform: App Service and Container Apps, Azure Arc, Azure Machine
 * Learning, Cloud Shell; without any it is the metadata service of a virtual machine. All of them answer on the machine
 * itself or on a link-local address without encryption, so no proxy is used, and another address is refused by the
 * client. */
#include <stdlib.h>
#include <sys/stat.h>

#include "collect/azure/ways.h"
#include "net/answer.h"
#include "net/url.h"

#define IMDS_DEFAULT "http://169.254.169.254"

/* Where the agent of Arc writes the key that proves that the caller is allowed to read it, and how long that is. */
#define ARC_FOLDER "/var/opt/azcmagent/tokens"
#define ARC_KEY_BYTES_MAX 4096

/* A machine that is no virtual machine of Azure does not answer on that address at all. */
#define PROBE_CONNECT_MS 1000
#define PROBE_ATTEMPT_MS 3000

/* The metadata service may need more than a minute when the identity was just assigned. */
#define IMDS_ATTEMPTS 6
#define IMDS_FIRST_WAIT_MS 800

typedef enum platform {
    PLATFORM_APP_SERVICE = 0,
    PLATFORM_ARC,
    PLATFORM_ML,
    PLATFORM_CLOUD_SHELL,
    PLATFORM_FABRIC,
    PLATFORM_VM,
} platform;

static platform platform_of(const apl_azure_credentials *credentials)
{
    bool has_endpoint = apl_azure_is_set(credentials->identity_endpoint);
    bool has_header = apl_azure_is_set(credentials->identity_header);

    if (has_endpoint && has_header)
        return apl_azure_is_set(credentials->identity_thumbprint) ? PLATFORM_FABRIC : PLATFORM_APP_SERVICE;
    if (has_endpoint && apl_azure_is_set(credentials->imds_endpoint))
        return PLATFORM_ARC;
    if (apl_azure_is_set(credentials->msi_endpoint))
        return apl_azure_is_set(credentials->msi_secret) ? PLATFORM_ML : PLATFORM_CLOUD_SHELL;
    return PLATFORM_VM;
}

static const char *managed_lacks(const apl_azure_credentials *credentials, apl_str tenant)
{
    (void)tenant;
    return platform_of(credentials) == PLATFORM_FABRIC
               ? "the token service of Service Fabric has a certificate that cannot be verified"
               : NULL;
}

/* endpoint?api-version=V&resource=R[&NAME=client] */
static apl_str address(const apl_azure_fetch *fetch, const char *endpoint, const char *version, const char *client_name,
                       const char *client)
{
    apl_text url;

    apl_text_init(&url, 4096);
    apl_text_add_format(&url, "%s%sapi-version=%s&resource=", endpoint, strchr(endpoint, '?') ? "&" : "?", version);
    apl_url_escape(&url, fetch->audience, false);
    if (apl_azure_is_set(client)) {
        apl_text_add_format(&url, "&%s=", client_name);
        apl_url_escape(&url, apl_str_from(client), false);
    }
    apl_str kept = apl_arena_str(fetch->scratch, apl_text_str(&url));
    apl_text_free(&url);
    return kept;
}

/* One question to the platform; a failure of the client is told as one of the platform. */
static apl_status ask(apl_net_response *response, const apl_azure_fetch *fetch, const apl_net_request *from)
{
    apl_net_request request = *from;

    request.allows_plain = true;
    request.skips_proxy = true;
    request.is_secret = true;
    return apl_net_ask(response, fetch->scratch, fetch->net, &request);
}

static apl_azure_result ask_with(apl_azure_grant *out, const apl_azure_fetch *fetch, apl_str url, apl_net_header header)
{
    apl_net_response response;
    apl_net_request request = {.url = url, .headers = &header, .header_count = 1};

    if (ask(&response, fetch, &request) != APL_OK)
        return APL_AZURE_REFUSED;
    return apl_azure_read_grant(out, fetch, &response);
}

static apl_azure_result from_app_service(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    const apl_azure_credentials *given = fetch->credentials;
    apl_net_header header = {APL_STR("X-IDENTITY-HEADER"), apl_str_from(given->identity_header)};

    return ask_with(out, fetch, address(fetch, given->identity_endpoint, "2019-08-01", "client_id", given->client_id),
                    header);
}

static apl_azure_result from_ml(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    const apl_azure_credentials *given = fetch->credentials;
    const char *client = apl_azure_is_set(given->client_id) ? given->client_id : given->ml_client_id;
    apl_net_header header = {APL_STR("secret"), apl_str_from(given->msi_secret)};

    return ask_with(out, fetch, address(fetch, given->msi_endpoint, "2017-09-01", "clientid", client), header);
}

static apl_azure_result from_cloud_shell(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    apl_net_header header = {APL_STR("Metadata"), APL_STR("true")};
    apl_net_response response;
    apl_text form;

    apl_text_init(&form, 4096);
    apl_azure_form_add(&form, "resource", fetch->audience);
    apl_net_request request = {
        .method = APL_NET_POST,
        .url = apl_str_from(fetch->credentials->msi_endpoint),
        .headers = &header,
        .header_count = 1,
        .body = apl_text_str(&form),
        .content_type = APL_STR("application/x-www-form-urlencoded"),
        .repeats_post = true,
    };
    apl_status status = ask(&response, fetch, &request);
    apl_text_free(&form);
    return status == APL_OK ? apl_azure_read_grant(out, fetch, &response) : APL_AZURE_REFUSED;
}

/* -- Azure Arc ------------------------------------------------------------------------------------------------ */

/* The file must be a key file directly in the agent's folder: else the answer could make us send any file's content. */
static apl_status check_key_file(const apl_azure_credentials *given, apl_str path)
{
    apl_str folder = apl_str_from(apl_azure_is_set(given->arc_key_folder) ? given->arc_key_folder : ARC_FOLDER);
    char copy[1024];
    struct stat info;
    long slash = apl_str_find_last_char(path, '/');

    if (path.size >= sizeof copy || slash < 0 || !apl_str_equal(apl_str_slice(path, 0, (size_t)slash), folder) ||
        !apl_str_ends(path, APL_STR(".key")))
        return apl_fail(APL_E_INPUT, "Azure Arc names \"%.*s\" as its key, which is no key file in %.*s",
                        APL_STR_ARG(path), APL_STR_ARG(folder));
    memcpy(copy, path.data, path.size);
    copy[path.size] = 0;
    if (lstat(copy, &info) != 0)
        return apl_fail(APL_E_IO, "%s cannot be read: is this account in the group himds?", copy);
    if (!S_ISREG(info.st_mode) || info.st_size > ARC_KEY_BYTES_MAX)
        return apl_fail(APL_E_INPUT, "%s is no file of at most %d bytes", copy, ARC_KEY_BYTES_MAX);
    return APL_OK;
}

static apl_status read_key(apl_str *out, const apl_azure_fetch *fetch, const apl_net_response *challenge)
{
    apl_str value = apl_net_header_of(challenge, "www-authenticate");
    apl_str path = apl_answer_challenge(value, APL_STR("Basic"), APL_STR("realm"));
    apl_status status = check_key_file(fetch->credentials, path);

    if (status != APL_OK)
        return status;
    apl_str file = apl_arena_str(fetch->scratch, path);
    return apl_azure_read_file(out, fetch->scratch, file.data, ARC_KEY_BYTES_MAX);
}

static apl_azure_result from_arc(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    apl_net_header headers[] = {{APL_STR("Metadata"), APL_STR("true")}, {APL_STR("Authorization"), APL_STR_NONE}};
    apl_net_request request = {
        .url = address(fetch, fetch->credentials->identity_endpoint, "2019-11-01", "", NULL),
        .headers = headers,
        .header_count = 1,
    };
    apl_net_response response;
    apl_str key;

    if (apl_azure_is_set(fetch->credentials->client_id) && !fetch->is_probe) {
        (void)apl_fail(APL_E_USAGE, "a machine of Azure Arc has one identity only; AZURE_CLIENT_ID cannot choose");
        return APL_AZURE_REFUSED;
    }
    if (ask(&response, fetch, &request) != APL_OK)
        return APL_AZURE_REFUSED;
    if (response.status != 401) {
        (void)apl_fail(APL_E_INPUT, "Azure Arc gave no challenge: %.*s", APL_STR_ARG(response.why));
        return APL_AZURE_REFUSED;
    }
    if (read_key(&key, fetch, &response) != APL_OK)
        return APL_AZURE_REFUSED;
    headers[1].value = apl_arena_format(fetch->scratch, "Basic %.*s", APL_STR_ARG(apl_str_trim(key)));
    request.header_count = 2;
    apl_status status = ask(&response, fetch, &request);
    explicit_bzero((char *)(uintptr_t)key.data, key.size);
    explicit_bzero((char *)(uintptr_t)headers[1].value.data, headers[1].value.size);
    return status == APL_OK ? apl_azure_read_grant(out, fetch, &response) : APL_AZURE_REFUSED;
}

/* -- Virtual machines ----------------------------------------------------------------------------------------- */

static bool may_pass(const apl_net_response *response)
{
    return response->outcome != APL_NET_ANSWERED || response->status == 404 || response->status == 410 ||
           response->status == 429 || response->status >= 500;
}

/* Other clouds have a metadata service at the same address, which refuses in its own way; that of Azure names an error.
 */
static bool is_of_azure(const apl_net_response *response)
{
    return response->outcome == APL_NET_ANSWERED && (apl_net_is_good(response) || response->code.size);
}

static apl_azure_result from_vm(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    const apl_azure_credentials *given = fetch->credentials;
    const char *host = apl_azure_is_set(given->imds_endpoint) ? given->imds_endpoint : IMDS_DEFAULT;
    const char *endpoint = apl_arena_format(fetch->scratch, "%s/metadata/identity/oauth2/token", host).data;
    apl_net_header header = {APL_STR("Metadata"), APL_STR("true")};
    apl_net_request request = {
        .url = address(fetch, endpoint, "2018-02-01", "client_id", given->client_id),
        .headers = &header,
        .header_count = 1,
        .connect_ms = PROBE_CONNECT_MS,
        .attempt_ms = fetch->is_probe ? PROBE_ATTEMPT_MS : 0,
        .attempts_max = 1,
    };
    apl_net_response response;
    uint64_t wait_ms = IMDS_FIRST_WAIT_MS;

    for (unsigned attempt = 1;; attempt++) {
        if (ask(&response, fetch, &request) != APL_OK)
            return APL_AZURE_REFUSED;
        if (fetch->is_probe && !is_of_azure(&response)) {
            (void)apl_fail(APL_E_IO, "no metadata service of Azure answers: this is none of its virtual machines");
            return APL_AZURE_NOT_HERE;
        }
        if (!may_pass(&response) || attempt == IMDS_ATTEMPTS || !apl_net_pause(fetch->net, wait_ms))
            break;
        wait_ms *= 2;
    }
    if (response.status == 400) {
        (void)apl_fail(APL_E_INPUT, "this machine has no such managed identity (%.*s)", APL_STR_ARG(response.why));
        return APL_AZURE_NOT_HERE;
    }
    return apl_azure_read_grant(out, fetch, &response);
}

static apl_azure_result managed_fetch(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    switch (platform_of(fetch->credentials)) {
    case PLATFORM_APP_SERVICE:
        return from_app_service(out, fetch);
    case PLATFORM_ARC:
        return from_arc(out, fetch);
    case PLATFORM_ML:
        return from_ml(out, fetch);
    case PLATFORM_CLOUD_SHELL:
        return from_cloud_shell(out, fetch);
    case PLATFORM_VM:
        return from_vm(out, fetch);
    case PLATFORM_FABRIC:
        break;
    }
    return APL_AZURE_NOT_HERE;
}

static apl_str managed_tells(apl_arena *arena, const apl_azure_credentials *credentials)
{
    static const char *const places[] = {
        "App Service or Container Apps",
        "a machine of Azure Arc",
        "Azure Machine Learning",
        "Cloud Shell",
        "Service Fabric",
        "a virtual machine",
    };
    const char *place = places[platform_of(credentials)];

    if (apl_azure_is_set(credentials->client_id))
        return apl_arena_format(arena, "managed identity %s of %s", credentials->client_id, place);
    return apl_arena_format(arena, "the managed identity of %s", place);
}

const apl_azure_way_info apl_azure_way_managed = {
    .way = APL_AZURE_MANAGED,
    .title = "managed identity",
    .lacks = managed_lacks,
    .fetch = managed_fetch,
    .tells = managed_tells,
};
