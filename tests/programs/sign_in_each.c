/* tests/programs/sign_in_each.c: signs in as a test asks for, and says what came of it.
 *
 * Standard input is one JSON object: credentials by the names of collect/azure/sign_in.h, settings of the client, and
 * steps, each an audience. Standard output is one: a token or the reason for each step, what was tried, and who we are.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "collect/azure/sign_in.h"
#include "json/json.h"

#define INPUT_BYTES_MAX (1u << 20)
#define VARIABLES_MAX 16

typedef struct run {
    apl_arena *arena;
    apl_value input;
    apl_azure_credentials credentials;
    apl_net_settings net;
    const char *variables[VARIABLES_MAX + 1];
    double clock_speed;
    apl_text said;
    apl_text out;
} run;

static const char *text_of(apl_value object, const char *name)
{
    apl_str text = apl_value_str(apl_value_member(object, name));

    return text.size ? text.data : NULL;
}

static uint64_t fast_clock(void *context)
{
    const run *all = context;
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)(((double)now.tv_sec * 1000.0 + (double)now.tv_nsec / 1e6) * all->clock_speed);
}

static void keep_line(void *context, apl_str line)
{
    run *all = context;

    if (all->said.size)
        apl_text_add_char(&all->said, ',');
    apl_json_write_string(&all->said, line);
}

static void read_credentials(run *all)
{
    apl_value from = apl_value_member(all->input, "credentials");
    apl_value variables = apl_value_member(from, "child_environment");

    all->credentials = (apl_azure_credentials){
        .cloud = apl_azure_cloud_named(apl_str_from(text_of(from, "cloud"))),
        .way = apl_azure_way_named(apl_str_from(text_of(from, "way"))),
        .tenant = text_of(from, "tenant"),
        .client_id = text_of(from, "client_id"),
        .client_secret = text_of(from, "client_secret"),
        .certificate_path = text_of(from, "certificate_path"),
        .certificate_password = text_of(from, "certificate_password"),
        .token_file = text_of(from, "token_file"),
        .identity_endpoint = text_of(from, "identity_endpoint"),
        .identity_header = text_of(from, "identity_header"),
        .identity_thumbprint = text_of(from, "identity_thumbprint"),
        .imds_endpoint = text_of(from, "imds_endpoint"),
        .msi_endpoint = text_of(from, "msi_endpoint"),
        .msi_secret = text_of(from, "msi_secret"),
        .ml_client_id = text_of(from, "ml_client_id"),
        .arc_key_folder = text_of(from, "arc_key_folder"),
        .path = text_of(from, "path"),
        .child_environment = all->variables,
    };
    for (uint32_t i = 0; variables.type == APL_VALUE_ARRAY && i < variables.size && i < VARIABLES_MAX; i++)
        all->variables[i] = apl_value_str(variables.items[i]).data;
}

static void read_settings(run *all)
{
    apl_value from = apl_value_member(all->input, "settings");
    apl_value speed = apl_value_member(from, "clock_speed");

    all->clock_speed = speed.type == APL_VALUE_INTEGER ? (double)speed.integer : 0;
    all->net = (apl_net_settings){
        .ca_file = text_of(from, "ca_file"),
        .connect_to = text_of(from, "connect_to"),
        .seed = 1,
        .attempts_max = 2,
        .clock = {all->clock_speed > 0 ? fast_clock : NULL, all},
    };
}

static void member(apl_text *out, const char *name, apl_str value)
{
    apl_text_add_format(out, ",\"%s\":", name);
    apl_json_write_string(out, value);
}

static void take_step(run *all, apl_azure_sign_in *sign_in, apl_value step)
{
    apl_value refused = apl_value_member(step, "was_refused");
    apl_str token = APL_STR_NONE;
    apl_status status = apl_azure_token(&token, sign_in, apl_value_str(apl_value_member(step, "audience")),
                                        refused.type == APL_VALUE_BOOL && refused.boolean);

    apl_text_add_format(&all->out, "{\"is_given\":%s", status == APL_OK ? "true" : "false");
    member(&all->out, status == APL_OK ? "token" : "why",
           status == APL_OK ? token : apl_str_from(apl_error_message()));
    apl_text_add_char(&all->out, '}');
}

static void write_tries(run *all, const apl_azure_sign_in *sign_in)
{
    const apl_azure_try *tries = NULL;
    size_t count = apl_azure_tries(&tries, sign_in);

    apl_text_add(&all->out, APL_STR(",\"tries\":["));
    for (size_t i = 0; i < count; i++) {
        apl_text_add_format(&all->out, "%s{\"way\":\"%s\",\"is_used\":%s", i ? "," : "",
                            apl_azure_way_names[tries[i].way], tries[i].is_used ? "true" : "false");
        member(&all->out, "why", tries[i].why);
        apl_text_add_char(&all->out, '}');
    }
    apl_text_add_char(&all->out, ']');
}

static apl_status sign_in_all(run *all)
{
    apl_value steps = apl_value_member(all->input, "steps");
    apl_azure_sign_in *sign_in = NULL;
    apl_azure_sign_in_options options = {
        .credentials = &all->credentials,
        .net = &all->net,
        .tenant = apl_value_str(apl_value_member(all->input, "tenant")),
        .say = keep_line,
        .context = all,
    };
    apl_status status = apl_azure_sign_in_new(&sign_in, &options);

    if (status != APL_OK)
        return status;
    apl_text_add(&all->out, APL_STR("{\"steps\":["));
    for (uint32_t i = 0; i < steps.size; i++) {
        if (i)
            apl_text_add_char(&all->out, ',');
        take_step(all, sign_in, steps.items[i]);
    }
    apl_text_add_char(&all->out, ']');
    write_tries(all, sign_in);
    member(&all->out, "principal", apl_azure_principal(sign_in));
    member(&all->out, "tenant", apl_azure_tenant(sign_in));
    apl_text_add_format(&all->out, ",\"said\":[%.*s]}\n", (int)all->said.size, all->said.size ? all->said.data : "");
    apl_azure_sign_in_free(sign_in);
    return APL_OK;
}

int main(void)
{
    run all = {.arena = apl_arena_new()};
    char *text = apl_memory_new(INPUT_BYTES_MAX);
    size_t size = fread(text, 1, INPUT_BYTES_MAX, stdin);
    apl_status status = apl_json_parse(&all.input, all.arena, apl_str_make(text, size));

    (void)signal(SIGPIPE, SIG_IGN);
    apl_text_init(&all.out, INPUT_BYTES_MAX);
    apl_text_init(&all.said, INPUT_BYTES_MAX);
    if (status == APL_OK) {
        read_credentials(&all);
        read_settings(&all);
        status = sign_in_all(&all);
    }
    if (status == APL_OK)
        (void)fwrite(all.out.data, 1, all.out.size, stdout);
    else
        (void)fprintf(stderr, "sign_in_each: %s\n", apl_error_message());
    apl_memory_free(text);
    apl_text_free(&all.said);
    apl_text_free(&all.out);
    apl_arena_free(all.arena);
    return status == APL_OK ? 0 : 2;
}
