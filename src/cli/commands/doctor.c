/* cli/commands/doctor.c: what can be reached and read with the present credentials, and what is missing.
 *
 * Asks from the outside in: hosts, clock, sign-in, tokens, subscriptions, permissions, the directory. Sends nothing but
 * reads and the requests for tokens. What is missing is a result (exit 3), not a failure. */
#include <stdio.h>

#include "cli/doctor.h"
#include "cli/live.h"
#include "cli/sink.h"
#include "net/scrub.h"

#define TENANTS_MAX 100u
#define ADDRESS_BYTES_MAX 4096

/* Whoever asks what is wrong wants to hear it, not to wait until it passes. */
#define ATTEMPTS_MAX 2

static const apl_option options[] = {
    APL_OPTIONS_LIVE,
    {"scope", 0, APL_OPT_LIST, APL_OFFSET(scopes), "LIST",
     "only these subscriptions, also when they are not seen (default: all that are seen)", NULL},
    {"role", 0, APL_OPT_FLAG, APL_OFFSET(only_role), NULL,
     "print the smallest role that a scan of --scope needs, for az role definition create; asks nothing", NULL},
    {"format", 'f', APL_OPT_CHOICE, APL_OFFSET(as), "FMT", "text or json (default: text)", "text json"},
    APL_OPTION_CONTENT,
    APL_OPTION_OFFLINE,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

typedef struct doctor_run {
    apl_session *session;
    apl_live live;
    apl_doctor doctor;
    const char **scopes; /* the words of --scope */
    size_t scope_count;
    apl_doctor_tenant *tenants;
    apl_azure_sign_in **sign_ins; /* as long as what they tried is shown */
    size_t sign_in_count;
} doctor_run;

/* The subscriptions, which stand in addresses and commands: so only GUIDs. */
static apl_status read_scopes(doctor_run *run)
{
    const apl_word_list *lists = &run->session->settings->scopes;
    size_t most = lists->count;

    for (size_t i = 0; i < lists->count; i++) {
        for (const char *at = lists->items[i]; *at; at++)
            most += *at == ',';
    }
    run->scopes = APL_ARENA_ARRAY(run->session->arena, const char *, most + 1);
    for (size_t i = 0; i < lists->count; i++) {
        apl_str rest = apl_str_from(lists->items[i]);
        apl_str word;
        while (apl_str_next(&word, &rest, ',')) {
            apl_str scope = apl_str_trim(word);
            if (!apl_doctor_is_guid(scope))
                return apl_fail(APL_E_USAGE, "--scope: \"%.*s\" is no subscription; it must be a GUID",
                                APL_STR_ARG(scope));
            run->scopes[run->scope_count++] = apl_arena_str(run->session->arena, scope).data;
        }
    }
    return APL_OK;
}

static apl_status check(const apl_settings *settings)
{
    if (settings->only_role && settings->scopes.count == 0)
        return apl_fail(APL_E_USAGE, "--role needs --scope: the subscriptions that it can be given on");
    if (settings->tenants.count > TENANTS_MAX)
        return apl_fail(APL_E_LIMIT, "more than %u tenants", TENANTS_MAX);
    if (settings->offline && !settings->only_role)
        return apl_fail(APL_E_USAGE, "--offline: the network is what is looked at");
    return APL_OK;
}

/* -- The network ---------------------------------------------------------------------------------------------- */

static apl_str without_secrets(apl_arena *arena, const char *address)
{
    apl_text clean;

    apl_text_init(&clean, ADDRESS_BYTES_MAX);
    apl_scrub_text(&clean, apl_str_from(address));
    apl_str kept = apl_arena_str(arena, apl_text_str(&clean));
    apl_text_free(&clean);
    return kept;
}

/* The clock that tokens are judged by is that of the login; without it any other will do. */
static void set_clock(apl_doctor *doctor)
{
    for (size_t i = 0; i < doctor->host_count && !doctor->has_clock; i++) {
        doctor->has_clock = doctor->hosts[i].has_clock;
        doctor->clock_ahead_s = doctor->hosts[i].ahead_s;
    }
}

static apl_status look_at_network(doctor_run *run, const apl_azure_cloud *cloud)
{
    apl_arena *arena = run->session->arena;
    apl_doctor *doctor = &run->doctor;
    apl_azure_reach *hosts = APL_ARENA_ARRAY(arena, apl_azure_reach, APL_AZURE_REACHES);

    doctor->cloud = cloud->name;
    doctor->proxy = without_secrets(arena, run->live.net.proxy);
    doctor->no_proxy = apl_str_from(run->live.net.no_proxy);
    doctor->ca_file = apl_str_from(run->live.net.ca_file);
    doctor->hosts = hosts;
    apl_status status = apl_azure_reach_all(hosts, &doctor->host_count, arena, cloud, &run->live.net);
    set_clock(doctor);
    return status;
}

/* -- Tenants -------------------------------------------------------------------------------------------------- */

/* Seen even with --quiet: without it nobody can enter the code. */
static void say_line(void *context, apl_str line)
{
    const doctor_run *run = context;
    const apl_screen screen = apl_environment_messages(&run->session->settings->environment);

    apl_say(&screen, line);
}

/* Permissions of Microsoft Graph, in the order of the needs. */
static size_t graph_permissions(apl_str *out, const apl_doctor *doctor)
{
    size_t count = 0;

    for (size_t i = 0; i < doctor->need_count; i++) {
        if (doctor->needs[i].kind == APL_NEED_GRAPH)
            out[count++] = doctor->needs[i].permission;
    }
    return count;
}

static apl_status read_rights(doctor_run *run, apl_doctor_tenant *tenant, apl_azure_sign_in *sign_in,
                              const apl_azure_cloud *cloud)
{
    apl_arena *arena = run->session->arena;
    apl_str *permissions = APL_ARENA_ARRAY(arena, apl_str, run->doctor.need_count + 1);
    apl_azure_rights *rights = APL_ARENA_NEW(arena, apl_azure_rights);
    apl_azure_rights_options asked = {
        .sign_in = sign_in,
        .cloud = cloud,
        .net = &run->live.net,
        .subscriptions = run->scopes,
        .subscription_count = run->scope_count,
        .permissions = permissions,
        .permission_count = graph_permissions(permissions, &run->doctor),
    };
    apl_status status = apl_azure_rights_read(rights, arena, &asked);

    if (status != APL_OK)
        return status;
    tenant->rights = rights;
    apl_doctor_judge(tenant, arena, &run->doctor);
    return APL_OK;
}

static apl_status look_at_tenant(doctor_run *run, apl_doctor_tenant *tenant, const apl_azure_cloud *cloud)
{
    apl_azure_sign_in *sign_in = NULL;
    apl_azure_sign_in_options options_of = {
        .credentials = &run->live.credentials,
        .net = &run->live.net,
        .tenant = tenant->asked,
        .say = say_line,
        .context = run,
    };
    apl_str token;
    apl_status status = apl_azure_sign_in_new(&sign_in, &options_of);

    if (status != APL_OK)
        return status;
    run->sign_ins[run->sign_in_count++] = sign_in;
    tenant->is_signed_in =
        apl_azure_token(&token, sign_in, apl_str_from(cloud->apis[APL_AZURE_ARM].audience), false) == APL_OK;
    tenant->try_count = apl_azure_tries(&tenant->tries, sign_in);
    tenant->id = apl_azure_tenant(sign_in);
    if (tenant->is_signed_in)
        return read_rights(run, tenant, sign_in, cloud);
    tenant->why = apl_arena_str(run->session->arena, apl_str_from(apl_error_message()));
    return APL_OK;
}

static apl_status look_at_tenants(doctor_run *run, const apl_azure_cloud *cloud)
{
    const apl_word_list *asked = &run->session->settings->tenants;
    size_t count = asked->count ? asked->count : 1;
    apl_status status = APL_OK;

    run->tenants = APL_ARENA_ARRAY(run->session->arena, apl_doctor_tenant, count);
    run->sign_ins = APL_ARENA_ARRAY(run->session->arena, apl_azure_sign_in *, count);
    run->doctor.tenants = run->tenants;
    run->doctor.tenant_count = count;
    for (size_t i = 0; status == APL_OK && i < count; i++) {
        run->tenants[i].asked = asked->count ? apl_str_from(asked->items[i]) : APL_STR_NONE;
        status = look_at_tenant(run, &run->tenants[i], cloud);
    }
    return status;
}

/* -- The command ---------------------------------------------------------------------------------------------- */

static apl_status print(const apl_text *text)
{
    apl_sink sink;
    apl_status status = apl_sink_open(&sink, NULL);

    if (status != APL_OK)
        return status;
    return apl_sink_close(&sink, apl_sink_write(&sink, apl_text_str(text)));
}

static apl_status print_role(doctor_run *run)
{
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    apl_doctor_role(&text, &run->doctor, run->scopes, run->scope_count);
    apl_status status = print(&text);
    apl_text_free(&text);
    return status;
}

static apl_status print_result(doctor_run *run)
{
    const apl_settings *settings = run->session->settings;
    apl_screen screen = apl_environment_screen(&settings->environment, false, settings->no_color);
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    if (settings->as && strcmp(settings->as, "json") == 0)
        apl_doctor_json(&text, &run->doctor);
    else
        apl_doctor_text(&text, &screen, &run->doctor);
    if (apl_doctor_lacks_something(&run->doctor))
        run->session->exit_code = APL_EXIT_PARTIAL;
    apl_status status = print(&text);
    apl_text_free(&text);
    return status;
}

static apl_status doctor_live(doctor_run *run)
{
    apl_status status = apl_live_open(&run->live, run->session->settings);
    const apl_azure_cloud *cloud = run->live.credentials.cloud;

    run->live.net.attempts_max = ATTEMPTS_MAX;
    if (cloud == NULL)
        cloud = apl_azure_cloud_named(APL_STR("public"));
    if (status == APL_OK)
        status = look_at_network(run, cloud);
    if (status == APL_OK)
        status = look_at_tenants(run, cloud);
    if (status == APL_OK)
        status = print_result(run);
    for (size_t i = 0; i < run->sign_in_count; i++)
        apl_azure_sign_in_free(run->sign_ins[i]);
    return apl_live_close(&run->live, status);
}

static apl_status doctor_run_command(apl_session *session)
{
    doctor_run run = {.session = session};
    apl_status status = check(session->settings);

    if (status == APL_OK)
        status = read_scopes(&run);
    if (status == APL_OK)
        status = apl_session_content(session);
    if (status != APL_OK)
        return status;
    apl_doctor_needs(&run.doctor, session->arena, session->content);
    return session->settings->only_role ? print_role(&run) : doctor_live(&run);
}

const apl_command apl_command_doctor = {
    .name = "doctor",
    .summary = "what can be reached and read with the present credentials, and what is missing",
    .options = options,
    .run = doctor_run_command,
    .details =
        "Looks from the outside in: the hosts of the cloud, the clock, how it signs in and as whom, the tokens, the "
        "subscriptions and the permissions on each, the directory. Nothing is sent but reads and requests for tokens. "
        "Roles on groups of resources and on single resources are not looked at; they add to what is shown, and deny "
        "assignments take from it.\n"
        "The exit code is 3 when something that a scan reads cannot be read.",
    .examples = "aplomb doctor\n"
                "aplomb doctor --tenant contoso.com --sign-in cli --format json\n"
                "aplomb doctor --role --scope 22222222-2222-2222-2222-222222222222 > role.json",
};
