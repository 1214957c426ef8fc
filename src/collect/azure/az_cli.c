/* collect/azure/az_cli.c: the token of the Azure CLI, by `az account get-access-token`.
 *
 * Who has signed in with az needs nothing more. The program is run with a fixed list of arguments and without a shell;
 * what is put into them was checked before. What it says on standard error is for people, so one line of it is passed
 * on. */
#include "collect/azure/child.h"
#include "collect/azure/ways.h"
#include "json/json.h"

/* az is a Python program that may take some seconds to start. */
#define AZ_TIMEOUT_MS 30000
#define AZ_BYTES_MAX (1u << 20)

static const char *cli_lacks(const apl_azure_credentials *credentials, apl_str tenant)
{
    (void)tenant;
    return apl_azure_is_set(credentials->path) ? NULL : "PATH is empty";
}

/* The first line of what az complained about, without "ERROR: ". */
static apl_str complaint(apl_str text)
{
    apl_str rest = text;
    apl_str line;

    while (apl_str_next(&line, &rest, '\n')) {
        apl_str trimmed = apl_str_trim(line);
        if (apl_str_starts(trimmed, APL_STR("ERROR: ")))
            return apl_str_trim(apl_str_slice(trimmed, 7, trimmed.size));
    }
    rest = text;
    while (apl_str_next(&line, &rest, '\n')) {
        apl_str trimmed = apl_str_trim(line);
        if (trimmed.size && !apl_str_starts(trimmed, APL_STR("WARNING")))
            return trimmed;
    }
    return APL_STR("it said nothing");
}

/* Not signed in at all is a way that is not set up; a sign-in that has expired is one that was refused. */
static apl_azure_result refused(apl_str said)
{
    bool is_absent = apl_str_find(said, APL_STR("az login")) >= 0 && apl_str_find(said, APL_STR("AADSTS")) < 0 &&
                     apl_str_find(said, APL_STR("expired")) < 0;

    (void)apl_fail(APL_E_IO, "az: %.*s", APL_STR_ARG(said));
    return is_absent ? APL_AZURE_NOT_HERE : APL_AZURE_REFUSED;
}

/* {"accessToken", "expires_on" (newer versions), ...}; when it ends says the token itself. */
static apl_azure_result take_token(apl_azure_grant *out, const apl_azure_fetch *fetch, apl_str text)
{
    apl_value answer = APL_MISSING;

    if (apl_json_parse(&answer, fetch->scratch, text) != APL_OK)
        return APL_AZURE_REFUSED;
    apl_str token = apl_value_str(apl_value_member(answer, "accessToken"));
    apl_value expires = apl_value_member(answer, "expires_on");
    if (token.size == 0) {
        (void)apl_fail(APL_E_INPUT, "az gave no token");
        return APL_AZURE_REFUSED;
    }
    out->token = (char *)(uintptr_t)token.data;
    out->size = token.size;
    out->expires = expires.type == APL_VALUE_INTEGER ? expires.integer : 0;
    return APL_AZURE_GIVEN;
}

static apl_azure_result cli_fetch(apl_azure_grant *out, const apl_azure_fetch *fetch)
{
    const char *resource = apl_arena_str(fetch->scratch, fetch->audience).data;
    const char *tenant = apl_arena_str(fetch->scratch, fetch->tenant).data;
    const char *with_tenant[] = {"az",         "account", "get-access-token", "--output", "json",
                                 "--resource", resource,  "--tenant",         tenant,     NULL};
    const char *plain[] = {"az", "account", "get-access-token", "--output", "json", "--resource", resource, NULL};
    static const char *const nothing[] = {NULL};
    apl_child child = {
        .search_path = fetch->credentials->path,
        .arguments = fetch->tenant.size ? with_tenant : plain,
        .environment = fetch->credentials->child_environment ? fetch->credentials->child_environment : nothing,
        .timeout_ms = AZ_TIMEOUT_MS,
        .bytes_max = AZ_BYTES_MAX,
    };
    apl_child_result done;
    apl_azure_result result;

    if (!apl_str_starts(fetch->audience, APL_STR("https://"))) {
        (void)apl_fail(APL_E_USAGE, "\"%.*s\" is no audience", APL_STR_ARG(fetch->audience));
        return APL_AZURE_REFUSED;
    }
    apl_status status = apl_child_run(&done, &child);
    if (!done.is_found)
        result = APL_AZURE_NOT_HERE;
    else if (status != APL_OK)
        result = APL_AZURE_REFUSED;
    else if (done.exit_code != 0)
        result = refused(complaint(apl_text_str(&done.error)));
    else
        result = take_token(out, fetch, apl_text_str(&done.out));
    apl_child_result_free(&done);
    return result;
}

static apl_str cli_tells(apl_arena *arena, const apl_azure_credentials *credentials)
{
    (void)arena;
    (void)credentials;
    return APL_STR("the account that is signed in to the Azure CLI");
}

const apl_azure_way_info apl_azure_way_cli = {
    .way = APL_AZURE_CLI,
    .title = "Azure CLI",
    .lacks = cli_lacks,
    .fetch = cli_fetch,
    .tells = cli_tells,
};
