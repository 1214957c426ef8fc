/* report/doctor_json.c: the JSON of `aplomb doctor`.
 *
 * Everything that was found out, each need with its answer; what has no value is null or an empty text. */
#include "report/doctor.h"

#include "report/row.h"

#define COMMANDS_MAX 3

const char *const apl_doctor_answer_names[APL_DOCTOR_ANSWERS] = {"yes", "no", "conditional", "unknown"};
const char *const apl_need_kind_names[APL_NEED_KINDS] = {"action", "data-action", "graph", "other"};

static void add_bool(apl_text *out, const char *name, bool value)
{
    apl_text_add_format(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void add_text(apl_text *out, const char *name, apl_str value)
{
    apl_row_text(out, apl_str_from(name), value);
}

static void add_network(apl_text *out, const apl_doctor *doctor)
{
    apl_text_add(out, APL_STR(",\"network\":{\"hosts\":["));
    for (size_t i = 0; i < doctor->host_count; i++) {
        const apl_azure_reach *host = &doctor->hosts[i];
        apl_text_add_format(out, "%s{\"name\":\"%s\"", i ? "," : "", host->name);
        add_text(out, "host", host->host);
        add_bool(out, "reached", host->is_reached);
        apl_text_add_format(out, ",\"took_ms\":%llu", (unsigned long long)host->took_ms);
        add_text(out, "why", host->why);
        apl_text_add_char(out, '}');
    }
    apl_text_add(out, APL_STR("],\"clock_ahead_s\":"));
    if (doctor->has_clock)
        apl_text_add_format(out, "%lld", (long long)doctor->clock_ahead_s);
    else
        apl_text_add(out, APL_STR("null"));
    add_text(out, "proxy", doctor->proxy);
    add_text(out, "no_proxy", doctor->no_proxy);
    add_text(out, "ca", doctor->ca_file);
    apl_text_add_char(out, '}');
}

static void add_needs(apl_text *out, const apl_doctor *doctor)
{
    apl_text_add(out, APL_STR(",\"needs\":["));
    for (size_t i = 0; i < doctor->need_count; i++) {
        const apl_need *need = &doctor->needs[i];
        apl_text_add_format(out, "%s{\"kind\":\"%s\"", i ? "," : "", apl_need_kind_names[need->kind]);
        add_text(out, "permission", need->permission);
        add_text(out, "loses", need->loses);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static bool is_of_tenant(const apl_need *need)
{
    return need->kind == APL_NEED_GRAPH || need->kind == APL_NEED_OTHER;
}

/* "counts" and, of the needs that are not met, "lacks". */
static void add_answers(apl_text *out, const apl_doctor *doctor, const apl_doctor_answers *answers, bool of_tenant)
{
    bool is_first = true;

    apl_text_add(out, APL_STR(",\"counts\":{"));
    for (unsigned i = 0; i < APL_DOCTOR_ANSWERS; i++)
        apl_text_add_format(out, "%s\"%s\":%zu", i ? "," : "", apl_doctor_answer_names[i], answers->counts[i]);
    apl_text_add(out, APL_STR("},\"lacks\":["));
    for (size_t i = 0; i < doctor->need_count; i++) {
        if (is_of_tenant(&doctor->needs[i]) != of_tenant || answers->items[i] == APL_DOCTOR_YES)
            continue;
        apl_text_add_format(out, "%s{\"answer\":\"%s\"", is_first ? "" : ",",
                            apl_doctor_answer_names[answers->items[i]]);
        is_first = false;
        add_text(out, "permission", doctor->needs[i].permission);
        add_text(out, "why", answers->whys ? answers->whys[i] : APL_STR_NONE);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void add_identity(apl_text *out, const apl_azure_identity *identity)
{
    apl_text_add(out, APL_STR(",\"identity\":{\"kind\":"));
    apl_text_add(out, identity->is_application ? APL_STR("\"application\"") : APL_STR("\"user\""));
    add_text(out, "name", identity->name);
    add_text(out, "object_id", identity->object_id);
    add_text(out, "app_id", identity->app_id);
    apl_text_add_char(out, '}');
}

static void add_rights(apl_text *out, const apl_doctor *doctor, const apl_doctor_tenant *tenant)
{
    const apl_azure_rights *rights = tenant->rights;

    add_identity(out, &rights->identity);
    apl_text_add(out, APL_STR(",\"tokens\":["));
    for (size_t i = 0; i < rights->token_count; i++) {
        apl_text_add_format(out, "%s{\"api\":\"%s\"", i ? "," : "", rights->tokens[i].api);
        add_text(out, "audience", rights->tokens[i].audience);
        add_bool(out, "given", rights->tokens[i].is_given);
        add_text(out, "why", rights->tokens[i].why);
        apl_text_add_char(out, '}');
    }
    apl_text_add(out, APL_STR("],\"subscriptions\":["));
    for (size_t i = 0; i < rights->subscription_count; i++) {
        const apl_azure_subscription *one = &rights->subscriptions[i];
        apl_text_add(out, i ? APL_STR(",{\"id\":") : APL_STR("{\"id\":"));
        apl_json_write_string(out, one->id);
        add_text(out, "name", one->name);
        add_text(out, "state", one->state);
        add_bool(out, "listed", one->is_listed);
        add_text(out, "why", one->why);
        add_answers(out, doctor, &tenant->subscriptions[i], false);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
    add_text(out, "why_no_list", rights->why_no_list);
    apl_text_add(out, APL_STR(",\"directory\":{\"roles\":"));
    apl_json_write_string(out, rights->roles);
    add_text(out, "scopes", rights->scopes);
    add_answers(out, doctor, &tenant->graph, true);
    apl_text_add_char(out, '}');
}

static void add_tenant(apl_text *out, apl_arena *arena, const apl_doctor *doctor, const apl_doctor_tenant *tenant)
{
    apl_str commands[COMMANDS_MAX];
    size_t count = apl_doctor_commands(commands, COMMANDS_MAX, arena, tenant);

    apl_text_add(out, APL_STR("{\"asked\":"));
    apl_json_write_string(out, tenant->asked);
    add_text(out, "id", tenant->id);
    add_bool(out, "signed_in", tenant->is_signed_in);
    add_text(out, "why", tenant->why);
    apl_text_add(out, APL_STR(",\"tried\":["));
    for (size_t i = 0; i < tenant->try_count; i++) {
        apl_text_add_format(out, "%s{\"way\":\"%s\"", i ? "," : "", apl_azure_way_names[tenant->tries[i].way]);
        add_bool(out, "used", tenant->tries[i].is_used);
        add_text(out, "why", tenant->tries[i].why);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
    if (tenant->rights)
        add_rights(out, doctor, tenant);
    apl_text_add(out, APL_STR(",\"commands\":["));
    for (size_t i = 0; i < count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, commands[i]);
    }
    apl_text_add(out, APL_STR("]}"));
}

void apl_doctor_json(apl_text *out, const apl_doctor *doctor)
{
    apl_arena *arena = apl_arena_new();

    apl_text_add_format(out, "{\"schema\":\"aplomb.doctor.v1\",\"cloud\":\"%s\"", doctor->cloud);
    add_network(out, doctor);
    apl_text_add(out, APL_STR(",\"tenants\":["));
    for (size_t i = 0; i < doctor->tenant_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        add_tenant(out, arena, doctor, &doctor->tenants[i]);
        apl_arena_reset(arena);
    }
    apl_text_add_char(out, ']');
    add_needs(out, doctor);
    apl_text_add(out, APL_STR("}\n"));
    apl_arena_free(arena);
}
