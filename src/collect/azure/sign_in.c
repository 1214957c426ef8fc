/* collect/azure/sign_in.c: the search for a way to sign in, and the tokens that it gave.
 *
 * The first token decides the way; every later one comes by the same. Tokens are renewed some minutes before they end;
 * when that fails and the old one still holds, the old one is given. Nothing is ever written to a disk. */
#include "collect/azure/sign_in.h"

#include <time.h>

#include "collect/azure/ways.h"
#include "net/token.h"
#include "json/json.h"

/* Renewed so long before the end, so that no request carries a token that ends on its way. */
#define RENEW_S 300

/* A token that holds for less is of no use any more. */
#define USELESS_S 30

/* Of a token that does not say when it ends. */
#define LIFETIME_UNKNOWN_S 600

/* Audiences of one tenant: one an API, and one an environment of Dataverse. */
#define AUDIENCES_MAX 2000

#define MESSAGE_BYTES_MAX 900

const char *const apl_azure_way_names[APL_AZURE_WAYS] = {"any",     "secret", "certificate", "workload",
                                                         "managed", "cli",    "device"};

/* In the order in which they are tried. */
static const apl_azure_way_info *const ways[] = {
    &apl_azure_way_secret,  &apl_azure_way_certificate, &apl_azure_way_workload,
    &apl_azure_way_managed, &apl_azure_way_cli,         &apl_azure_way_device,
};
#define WAY_COUNT (sizeof ways / sizeof ways[0])

typedef struct held_token {
    apl_azure_sign_in *sign_in;
    apl_str audience;
    apl_net_bearer bearer;
    char *text;
    size_t size;
    int64_t expires;
    int64_t refresh;
} held_token;

struct apl_azure_sign_in {
    apl_azure_credentials credentials;
    apl_net_settings net_settings;
    const apl_azure_cloud *cloud;
    apl_azure_say say;
    void *context;
    apl_arena *arena;   /* as long as the sign-in */
    apl_arena *scratch; /* one fetch */
    apl_net *net;       /* its own, so that a token can be fetched from within a callback of another client */
    apl_str tenant;
    const apl_azure_way_info *way; /* NULL: not decided */
    APL_VECTOR(held_token *) tokens;
    APL_VECTOR(apl_azure_try) tries;
    apl_text refresh_token;
    apl_azure_identity identity;
};

apl_azure_way apl_azure_way_named(apl_str name)
{
    /* Values of AZURE_TOKEN_CREDENTIALS that mean one way. */
    static const struct {
        const char *name;
        apl_azure_way way;
    } others[] = {
        {"AzureCliCredential", APL_AZURE_CLI},
        {"ManagedIdentityCredential", APL_AZURE_MANAGED},
        {"WorkloadIdentityCredential", APL_AZURE_WORKLOAD},
        {"EnvironmentCredential", APL_AZURE_ANY},
        {"prod", APL_AZURE_ANY},
        {"dev", APL_AZURE_CLI},
    };

    if (name.size == 0)
        return APL_AZURE_ANY;
    for (unsigned i = 0; i < APL_AZURE_WAYS; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(apl_azure_way_names[i])))
            return (apl_azure_way)i;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(others[i].name)))
            return others[i].way;
    }
    return APL_AZURE_WAYS;
}

apl_status apl_azure_sign_in_new(apl_azure_sign_in **out, const apl_azure_sign_in_options *options)
{
    apl_str tenant = options->tenant.size ? options->tenant : apl_str_from(options->credentials->tenant);
    const apl_azure_cloud *cloud = options->credentials->cloud;

    *out = NULL;
    if (tenant.size && !apl_azure_is_tenant(tenant))
        return apl_fail(APL_E_USAGE, "\"%.*s\" is no tenant: a GUID or a domain name", APL_STR_ARG(tenant));
    apl_azure_sign_in *sign_in = apl_memory_new(sizeof *sign_in);
    sign_in->credentials = *options->credentials;
    sign_in->net_settings = *options->net;
    sign_in->cloud = cloud ? cloud : apl_azure_cloud_named(APL_STR("public"));
    sign_in->say = options->say;
    sign_in->context = options->context;
    sign_in->arena = apl_arena_new();
    sign_in->scratch = apl_arena_new();
    sign_in->tenant = apl_arena_str(sign_in->arena, tenant);
    apl_text_init(&sign_in->refresh_token, 1u << 16);
    *out = sign_in;
    return APL_OK;
}

static void forget(held_token *token)
{
    if (token->text)
        explicit_bzero(token->text, token->size);
    apl_memory_free(token->text);
    token->text = NULL;
    token->size = 0;
}

void apl_azure_sign_in_free(apl_azure_sign_in *sign_in)
{
    if (sign_in == NULL)
        return;
    for (size_t i = 0; i < sign_in->tokens.count; i++) {
        forget(sign_in->tokens.items[i]);
        apl_memory_free(sign_in->tokens.items[i]);
    }
    if (sign_in->refresh_token.data)
        explicit_bzero(sign_in->refresh_token.data, sign_in->refresh_token.capacity);
    apl_text_free(&sign_in->refresh_token);
    apl_memory_free(sign_in->tokens.items);
    apl_memory_free(sign_in->tries.items);
    apl_net_free(sign_in->net);
    apl_arena_free(sign_in->scratch);
    apl_arena_free(sign_in->arena);
    apl_memory_free(sign_in);
}

/* -- Answers of token endpoints ------------------------------------------------------------------------------- */

/* What the commonest refusals of Microsoft Entra mean; the text of the service itself stands behind. */
static const char *hint_of(apl_str why)
{
    static const struct {
        const char *code;
        const char *hint;
    } hints[] = {
        {"AADSTS7000222", "the client secret has expired"},
        {"AADSTS7000215", "the client secret is wrong (it takes the secret's value, not its id)"},
        {"AADSTS700027", "the certificate is not among those of the application, or has expired"},
        {"AADSTS700024", "the federated token has expired, or is not valid yet"},
        {"AADSTS70021", "no federated credential of the application takes this token's issuer and subject"},
        {"AADSTS700213", "no federated credential of the application takes this token's subject"},
        {"AADSTS700016", "the tenant does not know the application"},
        {"AADSTS90002", "there is no such tenant in this cloud"},
        {"AADSTS700082", "the sign-in has expired; sign in again"},
        {"AADSTS50173", "the sign-in was revoked; sign in again"},
        {"AADSTS53003", "a conditional access policy forbids it"},
        {"AADSTS50076", "a second factor is needed; sign in again with az login --tenant"},
        {"AADSTS500011", "the tenant does not know this API"},
        {"AADSTS65001", "nobody has consented to the application's permissions for this API"},
    };

    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        long at = apl_str_find(why, apl_str_from(hints[i].code));
        size_t end = at < 0 ? 0 : (size_t)at + strlen(hints[i].code);
        if (at >= 0 && (end == why.size || why.data[end] < '0' || why.data[end] > '9'))
            return hints[i].hint;
    }
    return NULL;
}

/* Ends where "Trace ID", "Correlation ID" and the time begin, which tell a person nothing. */
static apl_azure_result refused(const apl_net_response *response)
{
    apl_str why = response->why;
    long trace = apl_str_find(why, APL_STR(" Trace ID:"));
    const char *hint = hint_of(why);

    if (trace > 0)
        why.size = (uint32_t)trace;
    if (hint)
        (void)apl_fail(APL_E_INPUT, "%s (%.*s)", hint, APL_STR_ARG(why));
    else
        (void)apl_fail(APL_E_INPUT, "%.*s", APL_STR_ARG(why));
    return APL_AZURE_REFUSED;
}

/* A number, or one in quotes, as managed identities write it. */
static int64_t number_of(apl_value object, const char *name)
{
    apl_value value = apl_value_member(object, name);
    apl_str text = apl_value_str(value);
    int64_t number = 0;

    if (value.type == APL_VALUE_INTEGER)
        return value.integer;
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i >= 15)
            return 0;
        number = number * 10 + (text.data[i] - '0');
    }
    return number;
}

apl_azure_result apl_azure_read_grant(apl_azure_grant *out, const apl_azure_fetch *fetch, apl_net_response *response)
{
    int64_t now = (int64_t)time(NULL);
    apl_value answer = APL_MISSING;

    if (!apl_net_is_good(response))
        return refused(response);
    apl_status status = apl_json_parse(&answer, fetch->scratch, response->body);
    explicit_bzero((char *)(uintptr_t)response->body.data, response->body.size);
    apl_str token = apl_value_str(apl_value_member(answer, "access_token"));
    if (status != APL_OK || token.size == 0 || token.size > UINT16_MAX) {
        (void)apl_fail(APL_E_INPUT, "the answer of the token endpoint holds no token");
        return APL_AZURE_REFUSED;
    }
    int64_t lifetime = number_of(answer, "expires_in");
    int64_t refresh_in = number_of(answer, "refresh_in");
    out->token = (char *)(uintptr_t)token.data;
    out->size = token.size;
    out->expires = lifetime ? now + lifetime : number_of(answer, "expires_on");
    out->refresh = refresh_in ? now + refresh_in : number_of(answer, "refresh_on");
    return APL_AZURE_GIVEN;
}

/* -- The search ----------------------------------------------------------------------------------------------- */

static apl_azure_result fetch_by(apl_azure_grant *grant, apl_azure_sign_in *sign_in, const apl_azure_way_info *way,
                                 apl_str audience)
{
    apl_azure_fetch fetch = {
        .credentials = &sign_in->credentials,
        .cloud = sign_in->cloud,
        .net = sign_in->net,
        .scratch = sign_in->scratch,
        .tenant = sign_in->tenant,
        .audience = audience,
        .kept = apl_text_str(&sign_in->refresh_token),
        .keeps = &sign_in->refresh_token,
        .say = sign_in->say,
        .context = sign_in->context,
        .is_probe = sign_in->credentials.way == APL_AZURE_ANY,
    };

    *grant = (apl_azure_grant){0};
    return way->fetch(grant, &fetch);
}

static void add_try(apl_azure_sign_in *sign_in, const apl_azure_way_info *way, bool is_used, apl_str why)
{
    apl_azure_try tried = {way->way, is_used, apl_arena_str(sign_in->arena, why)};

    APL_PUSH(&sign_in->tries, tried);
}

/* One line for each way that was tried. */
static apl_status fail_with_tries(const apl_azure_sign_in *sign_in)
{
    apl_text line;

    apl_text_init(&line, MESSAGE_BYTES_MAX);
    for (size_t i = 0; i < sign_in->tries.count; i++)
        apl_text_add_format(&line, "%s%s: %.*s", i ? "; " : "",
                            ways[sign_in->tries.items[i].way - APL_AZURE_SECRET]->title,
                            APL_STR_ARG(sign_in->tries.items[i].why));
    apl_status status = apl_fail(APL_E_INPUT, "not signed in to Azure: %.*s", (int)line.size, line.data);
    apl_text_free(&line);
    return status;
}

static bool is_wanted(const apl_azure_sign_in *sign_in, const apl_azure_way_info *way)
{
    apl_azure_way asked = sign_in->credentials.way;

    return asked == APL_AZURE_ANY ? way->way != APL_AZURE_DEVICE : way->way == asked;
}

static apl_status search(apl_azure_grant *grant, apl_azure_sign_in *sign_in, apl_str audience)
{
    apl_azure_result result = APL_AZURE_NOT_HERE;

    sign_in->tries.count = 0;
    for (size_t i = 0; i < WAY_COUNT && result == APL_AZURE_NOT_HERE; i++) {
        const apl_azure_way_info *way = ways[i];
        if (!is_wanted(sign_in, way))
            continue;
        const char *lacks = way->lacks(&sign_in->credentials, sign_in->tenant);
        if (lacks) {
            add_try(sign_in, way, false, apl_str_from(lacks));
            continue;
        }
        result = fetch_by(grant, sign_in, way, audience);
        if (result == APL_AZURE_GIVEN) {
            add_try(sign_in, way, true, way->tells(sign_in->arena, &sign_in->credentials));
            sign_in->way = way;
        } else {
            add_try(sign_in, way, false, apl_str_from(apl_error_message()));
        }
    }
    return result == APL_AZURE_GIVEN ? APL_OK : fail_with_tries(sign_in);
}

static apl_status fetch(apl_azure_grant *grant, apl_azure_sign_in *sign_in, apl_str audience)
{
    apl_status status = APL_OK;

    if (sign_in->net == NULL)
        status = apl_net_new(&sign_in->net, &sign_in->net_settings);
    if (status != APL_OK)
        return status;
    if (sign_in->way == NULL)
        return search(grant, sign_in, audience);
    if (fetch_by(grant, sign_in, sign_in->way, audience) == APL_AZURE_GIVEN)
        return APL_OK;
    return apl_fail_context(APL_E_INPUT, "%s: no token for %.*s", sign_in->way->title, APL_STR_ARG(audience));
}

/* -- Tokens --------------------------------------------------------------------------------------------------- */

static apl_status give_bearer(apl_str *out, void *context, bool was_refused)
{
    held_token *token = context;

    return apl_azure_token(out, token->sign_in, token->audience, was_refused);
}

static held_token *token_of(apl_azure_sign_in *sign_in, apl_str audience)
{
    for (size_t i = 0; i < sign_in->tokens.count; i++) {
        if (apl_str_equal_nocase(sign_in->tokens.items[i]->audience, audience))
            return sign_in->tokens.items[i];
    }
    if (sign_in->tokens.count == AUDIENCES_MAX)
        return NULL;
    held_token *token = apl_memory_new(sizeof *token);
    token->sign_in = sign_in;
    token->audience = apl_arena_str(sign_in->arena, audience);
    token->bearer = (apl_net_bearer){give_bearer, token};
    APL_PUSH(&sign_in->tokens, token);
    return token;
}

/* Who we are, by the first token; the tenant asked for must be the one that it is for. */
static apl_status identify(apl_azure_sign_in *sign_in, apl_str token)
{
    apl_azure_identity identity = {0};
    bool is_guid = sign_in->tenant.size == 36 && apl_str_find(sign_in->tenant, APL_STR(".")) < 0;

    if (sign_in->identity.tenant.size)
        return APL_OK;
    if (apl_azure_identity_of(&identity, sign_in->arena, token) != APL_OK)
        return APL_OK; /* an opaque token: nobody can tell */
    if (is_guid && identity.tenant.size && !apl_str_equal_nocase(identity.tenant, sign_in->tenant))
        return apl_fail(APL_E_USAGE, "the %s is of tenant %.*s, not of %.*s", sign_in->way->title,
                        APL_STR_ARG(identity.tenant), APL_STR_ARG(sign_in->tenant));
    sign_in->identity = identity;
    return APL_OK;
}

/* The end that the token itself names goes before what was said beside it. */
static int64_t end_of(apl_azure_sign_in *sign_in, const apl_azure_grant *grant)
{
    apl_azure_identity identity = {0};

    if (apl_azure_identity_of(&identity, sign_in->scratch, apl_str_make(grant->token, grant->size)) == APL_OK &&
        identity.expires)
        return identity.expires;
    return grant->expires ? grant->expires : (int64_t)time(NULL) + LIFETIME_UNKNOWN_S;
}

static apl_status renew(held_token *token)
{
    apl_azure_sign_in *sign_in = token->sign_in;
    apl_azure_grant grant = {0};
    apl_status status = fetch(&grant, sign_in, token->audience);

    if (status == APL_OK) {
        forget(token);
        status = identify(sign_in, apl_str_make(grant.token, grant.size));
    }
    if (status == APL_OK) {
        token->text = apl_memory_new(grant.size + 1);
        token->size = grant.size;
        memcpy(token->text, grant.token, grant.size);
        token->expires = end_of(sign_in, &grant);
        token->refresh = grant.refresh ? grant.refresh : token->expires - RENEW_S;
    }
    if (grant.token)
        explicit_bzero(grant.token, grant.size);
    apl_arena_reset(sign_in->scratch);
    return status;
}

apl_status apl_azure_token(apl_str *out, apl_azure_sign_in *sign_in, apl_str audience, bool was_refused)
{
    int64_t now = (int64_t)time(NULL);
    held_token *token = token_of(sign_in, audience);

    *out = APL_STR_NONE;
    if (token == NULL)
        return apl_fail(APL_E_LIMIT, "tokens for more than %d audiences", AUDIENCES_MAX);
    if (token->text == NULL || was_refused || now >= token->refresh) {
        apl_status status = renew(token);
        bool still_holds = token->text && !was_refused && now + USELESS_S < token->expires;
        if (status != APL_OK && !still_holds)
            return status;
        if (status != APL_OK)
            token->refresh = now + RENEW_S / 5; /* not at every request */
    }
    *out = apl_str_make(token->text, token->size);
    return APL_OK;
}

const apl_net_bearer *apl_azure_bearer(apl_azure_sign_in *sign_in, apl_str audience)
{
    held_token *token = token_of(sign_in, audience);

    return token ? &token->bearer : NULL;
}

/* -- Who we are ----------------------------------------------------------------------------------------------- */

static apl_str claim(apl_value claims, const char *name)
{
    return apl_value_str(apl_value_member(claims, name));
}

static apl_str first_of(apl_value claims, const char *const names[])
{
    for (size_t i = 0; names[i]; i++) {
        apl_str found = claim(claims, names[i]);
        if (found.size)
            return found;
    }
    return APL_STR_NONE;
}

static apl_str joined(apl_arena *arena, apl_value list)
{
    apl_text text;

    apl_text_init(&text, 1u << 16);
    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        if (i)
            apl_text_add_char(&text, ' ');
        apl_text_add(&text, apl_value_str(list.items[i]));
    }
    apl_str kept = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return kept;
}

apl_status apl_azure_identity_of(apl_azure_identity *out, apl_arena *arena, apl_str token)
{
    static const char *const app_names[] = {"appid", "azp", NULL};
    static const char *const names[] = {"upn", "preferred_username", "unique_name", "app_displayname", "name", NULL};
    apl_value claims;
    apl_status status = apl_token_claims(&claims, arena, token);

    *out = (apl_azure_identity){0};
    if (status != APL_OK)
        return status;
    apl_value expires = apl_value_member(claims, "exp");
    out->tenant = claim(claims, "tid");
    out->object_id = claim(claims, "oid");
    out->app_id = first_of(claims, app_names);
    out->name = first_of(claims, names);
    out->is_application = apl_str_equal(claim(claims, "idtyp"), APL_STR("app")) ||
                          (claim(claims, "scp").size == 0 && claim(claims, "upn").size == 0);
    out->roles = joined(arena, apl_value_member(claims, "roles"));
    out->scopes = claim(claims, "scp");
    out->expires = expires.type == APL_VALUE_INTEGER ? expires.integer : 0;
    return APL_OK;
}

apl_str apl_azure_principal(const apl_azure_sign_in *sign_in)
{
    return sign_in->identity.object_id;
}

apl_str apl_azure_tenant(const apl_azure_sign_in *sign_in)
{
    return sign_in->identity.tenant;
}

size_t apl_azure_tries(const apl_azure_try **out, const apl_azure_sign_in *sign_in)
{
    *out = sign_in->tries.items;
    return sign_in->tries.count;
}
