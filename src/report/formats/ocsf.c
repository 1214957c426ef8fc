/* report/formats/ocsf.c: OCSF 1.8.0 events, one JSON object a line, for data lakes and event systems.
 *
 * A finding of a check is a Compliance Finding (2003), an attack path a Detection Finding (2004) with its graph, an
 * asset with sensitive data a Data Security Finding (2006), an asset an entry of the inventory (5023). Where an earlier
 * snapshot is known, what is not new is an update, and what was fixed is closed; else everything is created. */
#include "evaluate/drift.h"
#include "graph/technique.h"
#include "query/owner.h"
#include "report/format.h"
#include "report/names.h"
#include "report/remedy.h"
#include "report/row.h"

#define SENTENCE_BYTES_MAX (1u << 20)

/* Unix time begins so many seconds after the first instant. */
#define UNIX_EPOCH_SECONDS INT64_C(62135596800)

enum { CREATE = 1, UPDATE = 2, CLOSE = 3, COLLECT = 2 };
enum { NEW = 1, SUPPRESSED = 3, RESOLVED = 4 };

typedef struct ocsf_state {
    apl_output *output;
    const apl_report *report;
    apl_arena *scratch;
    apl_table *known; /* ids of findings and paths that the earlier snapshot had as well; NULL: no earlier one */
    int64_t time_ms;
} ocsf_state;

/* A class of events with what all its events share. */
typedef struct event_class {
    unsigned uid;
    const char *name;
    unsigned category;
    const char *category_name;
} event_class;

static const event_class compliance_finding = {2003, "Compliance Finding", 2, "Findings"};
static const event_class detection_finding = {2004, "Detection Finding", 2, "Findings"};
static const event_class data_security_finding = {2006, "Data Security Finding", 2, "Findings"};
static const event_class cloud_inventory = {5023, "Cloud Resources Inventory Info", 5, "Discovery"};

static const char *severity_name(unsigned severity)
{
    static const char *const names[] = {"Informational", "Low", "Medium", "High", "Critical"};

    return names[severity];
}

static int64_t unix_ms(apl_str text)
{
    apl_instant instant = 0;

    if (!apl_instant_parse(&instant, text))
        return 0;
    return (instant - UNIX_EPOCH_SECONDS * APL_TICKS_PER_SECOND) / (APL_TICKS_PER_SECOND / 1000);
}

/* -- What every event has ---------------------------------------------------------------------------------------- */

static const char *cloud_provider(const apl_asset *asset)
{
    const char *cloud = apl_cloud_names[asset->cloud];

    if (strcmp(cloud, "azure") == 0)
        return "Azure";
    return strcmp(cloud, "aws") == 0 ? "AWS" : strcmp(cloud, "gcp") == 0 ? "GCP" : NULL;
}

static void add_cloud(apl_text *out, const apl_asset *asset)
{
    const char *provider = cloud_provider(asset);

    if (provider == NULL)
        return;
    apl_text_add_format(out, ",\"cloud\":{\"provider\":\"%s\"", provider);
    if (asset->scope.size > 1) {
        apl_text_add(out, APL_STR(",\"account\":{\"uid\":"));
        apl_json_write_string(out, asset->scope);
        apl_text_add_char(out, '}');
    }
    if (asset->location.size)
        apl_row_text(out, APL_STR("region"), asset->location);
    apl_text_add_char(out, '}');
}

static void add_metadata(apl_text *out, const ocsf_state *state, const apl_asset *asset)
{
    apl_text_add(out, APL_STR(",\"metadata\":{\"version\":\"1.8.0\",\"product\":{\"name\":\"Aplomb\",\"vendor_name\":"
                              "\"Aplomb\""));
    apl_row_text(out, APL_STR("version"), state->report->snapshot->scan.version);
    apl_text_add_char(out, '}');
    apl_row_text(out, APL_STR("correlation_uid"), state->report->snapshot->scan.id);
    if (asset->tenant.size > 1)
        apl_row_text(out, APL_STR("tenant_uid"), asset->tenant);
    apl_text_add(out, cloud_provider(asset) ? APL_STR(",\"profiles\":[\"cloud\"]}") : APL_STR("}"));
}

static void open_event(apl_text *out, const ocsf_state *state, const event_class *class, int activity,
                       const apl_asset *asset)
{
    static const char *const names[] = {"", "Create", "Update", "Close"};
    bool is_collect = class->category == 5;

    apl_text_add_format(out, "{\"class_uid\":%u,\"class_name\":\"%s\",\"category_uid\":%u,\"category_name\":\"%s\"",
                        class->uid, class->name, class->category, class->category_name);
    apl_text_add_format(out, ",\"activity_id\":%d,\"activity_name\":\"%s\",\"type_uid\":%u,\"type_name\":\"%s: %s\"",
                        activity, is_collect ? "Collect" : names[activity], class->uid * 100 + (unsigned)activity,
                        class->name, is_collect ? "Collect" : names[activity]);
    apl_text_add_format(out, ",\"time\":%lld", (long long)state->time_ms);
    add_metadata(out, state, asset);
    add_cloud(out, asset);
}

static void add_severity(apl_text *out, unsigned severity)
{
    apl_text_add_format(out, ",\"severity_id\":%u,\"severity\":\"%s\"", severity + 1, severity_name(severity));
}

static void add_status(apl_text *out, int status)
{
    const char *name = status == NEW ? "New" : status == SUPPRESSED ? "Suppressed" : "Resolved";

    apl_text_add_format(out, ",\"status_id\":%d,\"status\":\"%s\"", status, name);
}

static void add_resource(apl_text *out, const apl_estate *estate, apl_asset_id number)
{
    const apl_asset *asset = &estate->assets.items[number];
    apl_str owner = apl_owner_of(estate, number);
    apl_str group = apl_resource_group_of(asset->id);

    apl_text_add(out, APL_STR("{\"uid\":"));
    apl_json_write_string(out, asset->id);
    apl_row_text(out, APL_STR("name"), apl_report_asset_name(estate, number));
    apl_row_text(out, APL_STR("type"), asset->type);
    if (asset->location.size)
        apl_row_text(out, APL_STR("region"), asset->location);
    apl_row_text(out, APL_STR("criticality"), apl_str_from(apl_level_names[asset->criticality]));
    if (owner.size) {
        apl_text_add(out, APL_STR(",\"owner\":{\"name\":"));
        apl_json_write_string(out, owner);
        apl_text_add_char(out, '}');
    }
    if (group.size) {
        apl_text_add(out, APL_STR(",\"group\":{\"name\":"));
        apl_json_write_string(out, group);
        apl_text_add_char(out, '}');
    }
    apl_text_add_format(out, ",\"data\":{\"kind\":\"%.*s\",\"ai\":%s,\"exposure\":\"%s\",\"sensitivity\":\"%s\"}}",
                        APL_STR_ARG(estate->vocabulary->kinds.items[asset->kind].name), asset->is_ai ? "true" : "false",
                        apl_exposure_names[asset->exposure], apl_level_names[asset->sensitivity]);
}

static void add_resources(apl_text *out, const apl_estate *estate, apl_asset_id asset)
{
    apl_text_add(out, APL_STR(",\"resources\":["));
    add_resource(out, estate, asset);
    apl_text_add_char(out, ']');
}

static int activity_of(const ocsf_state *state, const char *id)
{
    bool is_known = state->known && apl_table_get(state->known, apl_str_make(id, 32)) != APL_TABLE_NONE;

    return is_known ? UPDATE : CREATE;
}

/* -- 2003: findings ---------------------------------------------------------------------------------------------- */

static void add_compliance(apl_text *out, const apl_finding *finding, bool is_closed)
{
    const apl_rule_info *rule = finding->rule;
    const char *status = "Fail";
    int status_id = 3;

    if (is_closed || finding->status == APL_STATUS_PASS) {
        status = "Pass";
        status_id = 1;
    } else if (finding->status == APL_STATUS_MANUAL || finding->status == APL_STATUS_ERROR) {
        status = "Warning";
        status_id = 2;
    }
    apl_text_add_format(out, ",\"compliance\":{\"status_id\":%d,\"status\":\"%s\",\"control\":", status_id, status);
    apl_json_write_string(out, rule->check.size ? rule->check : rule->id);
    apl_text_add(out, APL_STR(",\"standards\":["));
    for (uint32_t i = 0; i < rule->control_count; i++) {
        if (i && apl_str_equal(rule->controls[i].framework, rule->controls[i - 1].framework))
            continue;
        apl_text_add(out, i ? APL_STR(",") : APL_STR_NONE);
        apl_json_write_string(out, rule->controls[i].framework);
    }
    apl_text_add(out, APL_STR("],\"requirements\":["));
    for (uint32_t i = 0; i < rule->control_count; i++) {
        apl_text name;
        apl_text_init(&name, SENTENCE_BYTES_MAX);
        apl_text_add_format(&name, "%.*s:%.*s", APL_STR_ARG(rule->controls[i].framework),
                            APL_STR_ARG(rule->controls[i].control));
        apl_text_add(out, i ? APL_STR(",") : APL_STR_NONE);
        apl_json_write_string(out, apl_text_str(&name));
        apl_text_free(&name);
    }
    apl_text_add(out, APL_STR("]}"));
}

static void add_finding_info(apl_text *out, const ocsf_state *state, const apl_finding *finding)
{
    const apl_rule_info *rule = finding->rule;

    apl_text_add_format(out, ",\"finding_info\":{\"uid\":\"%.32s\",\"title\":", finding->id);
    apl_json_write_string(out, rule->title.size ? rule->title : rule->id);
    apl_row_text(out, APL_STR("desc"), apl_str_trim(rule->why));
    apl_text_add(out, APL_STR(",\"analytic\":{\"type_id\":1,\"type\":\"Rule\",\"uid\":"));
    apl_json_write_string(out, rule->id);
    apl_text_add(out, APL_STR("},\"product\":{\"name\":\"Aplomb\",\"vendor_name\":\"Aplomb\""));
    apl_row_text(out, APL_STR("version"), state->report->snapshot->scan.version);
    apl_text_add(out, APL_STR("}}"));
}

static void add_remediation(apl_text *out, const ocsf_state *state, const apl_estate *estate,
                            const apl_finding *finding)
{
    apl_remedy remedy = apl_remedy_make(state->scratch, estate, finding->asset, finding->rule);

    if (remedy.summary.size == 0)
        return;
    apl_text_add(out, APL_STR(",\"remediation\":{\"desc\":"));
    apl_json_write_string(out, apl_str_trim(remedy.summary));
    if (remedy.command_count) {
        apl_text_add(out, APL_STR(",\"references\":["));
        for (size_t i = 0; i < remedy.command_count; i++) {
            apl_text_add(out, i ? APL_STR(",") : APL_STR_NONE);
            apl_json_write_string(out, remedy.commands[i]);
        }
        apl_text_add_char(out, ']');
    }
    apl_text_add_char(out, '}');
}

static void add_message(apl_text *out, const apl_estate *estate, const apl_finding *finding)
{
    apl_str title = finding->rule->title.size ? finding->rule->title : finding->rule->id;
    apl_text text;

    apl_text_init(&text, SENTENCE_BYTES_MAX);
    apl_text_add_format(&text, "%.*s: %.*s", APL_STR_ARG(apl_report_asset_name(estate, finding->asset)),
                        APL_STR_ARG(title));
    apl_row_text(out, APL_STR("message"), apl_text_str(&text));
    text.size = 0;
    apl_finding_sentence(&text, finding);
    apl_row_text(out, APL_STR("status_detail"), apl_text_str(&text));
    apl_text_free(&text);
}

static void write_finding(const ocsf_state *state, const apl_estate *estate, const apl_finding *finding, int activity)
{
    const apl_asset *asset = &estate->assets.items[finding->asset];
    apl_text *out = &state->output->text;
    bool is_accepted = finding->status == APL_STATUS_MUTED || finding->status == APL_STATUS_EXEMPT;
    bool is_done = activity == CLOSE || finding->status == APL_STATUS_PASS;

    open_event(out, state, &compliance_finding, activity, asset);
    add_severity(out, finding->severity);
    add_status(out, is_done ? RESOLVED : is_accepted ? SUPPRESSED : NEW);
    add_message(out, estate, finding);
    add_finding_info(out, state, finding);
    add_compliance(out, finding, activity == CLOSE);
    add_resources(out, estate, finding->asset);
    if (finding->evidence_count) {
        apl_text_add(out, APL_STR(",\"evidences\":[{\"data\":{\"values\":"));
        apl_row_evidence(out, finding);
        apl_text_add(out, APL_STR("}}]"));
    }
    add_remediation(out, state, estate, finding);
    apl_text_add(out, APL_STR("}\n"));
    apl_arena_reset(state->scratch);
}

static apl_status write_findings(const ocsf_state *state)
{
    const apl_estate *estate = state->report->snapshot->estate;
    const apl_selection *selection = state->report->selection;
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < selection->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[selection->findings.items[i]];
        write_finding(state, estate, finding, activity_of(state, finding->id));
        status = apl_output_step(state->output);
    }
    return status;
}

/* What failed before and does not any more; it lies in the earlier snapshot when its asset is gone. */
static apl_status write_closed(const ocsf_state *state)
{
    const apl_drift *drift = state->report->drift;
    apl_status status = APL_OK;

    for (size_t i = 0; drift && i < drift->change_count; i++) {
        const apl_drift_change *change = &drift->changes[i];
        for (size_t f = 0; status == APL_OK && f < change->finding_count; f++) {
            if (change->findings[f].turn != APL_DRIFT_CLOSED)
                continue;
            write_finding(state, drift->before->estate, change->findings[f].finding, CLOSE);
            status = apl_output_step(state->output);
        }
    }
    return status;
}

/* -- 2004: attack paths ------------------------------------------------------------------------------------------ */

static void add_node(apl_text *out, const apl_estate *estate, apl_asset_id asset)
{
    apl_text_add(out, APL_STR("{\"uid\":"));
    apl_json_write_string(out, estate->assets.items[asset].id);
    apl_row_text(out, APL_STR("name"), apl_report_asset_name(estate, asset));
    apl_row_text(out, APL_STR("type"), estate->vocabulary->kinds.items[estate->assets.items[asset].kind].name);
    apl_text_add_char(out, '}');
}

static void add_graph(apl_text *out, const apl_estate *estate, const apl_path *path)
{
    apl_text_add_format(out, ",\"attack_graph\":{\"uid\":\"%.32s\",\"is_directed\":true,\"nodes\":[", path->id);
    add_node(out, estate, path->entry);
    for (uint32_t s = 0; s < path->step_count; s++) {
        apl_text_add_char(out, ',');
        add_node(out, estate, path->steps[s].to);
    }
    apl_text_add(out, APL_STR("],\"edges\":["));
    for (uint32_t s = 0; s < path->step_count; s++) {
        const apl_path_step *step = &path->steps[s];
        apl_text_add_format(out, "%s{\"uid\":\"%u\",\"source\":", s ? "," : "", s + 1);
        apl_json_write_string(out, estate->assets.items[step->from].id);
        apl_row_text(out, APL_STR("target"), estate->assets.items[step->to].id);
        apl_row_text(out, APL_STR("relation"), step->technique.size ? step->technique : step->relation);
        apl_text_add(out, APL_STR(",\"data\":{\"why\":"));
        apl_json_write_string(out, step->why);
        apl_text_add(out, APL_STR("}}"));
    }
    apl_text_add(out, APL_STR("]}"));
}

static const apl_technique *technique_of(const ocsf_state *state, apl_str id)
{
    const apl_techniques *techniques = state->report->techniques;

    for (size_t i = 0; techniques && id.size && i < techniques->items.count; i++) {
        if (apl_str_equal(techniques->items.items[i].id, id))
            return &techniques->items.items[i];
    }
    return NULL;
}

/* MITRE's techniques of the steps, each once. */
static void add_attacks(apl_text *out, const ocsf_state *state, const apl_path *path)
{
    apl_table *seen = apl_table_new(false);
    uint32_t count = 0;

    for (uint32_t s = 0; s < path->step_count; s++) {
        const apl_technique *technique = technique_of(state, path->steps[s].technique);
        for (size_t i = 0; technique && i < technique->atlas_count; i++) {
            if (apl_table_put(seen, technique->atlas[i], count) != count)
                continue;
            apl_text_add(out, count++ ? APL_STR(",{\"technique\":{\"uid\":")
                                      : APL_STR(",\"attacks\":[{\"technique\":{\"uid\":"));
            apl_json_write_string(out, technique->atlas[i]);
            apl_text_add(out, APL_STR("}}"));
        }
    }
    apl_text_add(out, count ? APL_STR("]") : APL_STR_NONE);
    apl_table_free(seen);
}

static void write_path(const ocsf_state *state, const apl_estate *estate, const apl_path *path, int activity)
{
    static const unsigned severities[] = {
        [APL_PATH_LOW] = 1, [APL_PATH_MEDIUM] = 2, [APL_PATH_HIGH] = 3, [APL_PATH_CRITICAL] = 4};
    apl_text *out = &state->output->text;
    unsigned severity = severities[path->level];

    open_event(out, state, &detection_finding, activity, &estate->assets.items[path->target]);
    add_severity(out, severity);
    add_status(out, activity == CLOSE ? RESOLVED : NEW);
    apl_row_text(out, APL_STR("message"), path->title);
    apl_text_add_format(out, ",\"risk_score\":%.0f,\"risk_level_id\":%u,\"risk_level\":\"%s\",\"is_alert\":%s",
                        path->risk, severity, severity_name(severity), activity == CREATE ? "true" : "false");
    apl_text_add_format(out, ",\"finding_info\":{\"uid\":\"%.32s\",\"title\":", path->id);
    apl_json_write_string(out, path->title);
    add_attacks(out, state, path);
    add_graph(out, estate, path);
    apl_text_add(out, APL_STR(",\"related_events\":["));
    for (uint32_t i = 0; i < path->fix_count; i++)
        apl_text_add_format(out, "%s{\"uid\":\"%.32s\",\"type\":\"Compliance Finding\"}", i ? "," : "",
                            path->fixes[i].data);
    apl_text_add(out, APL_STR("]}"));
    add_resources(out, estate, path->target);
    apl_text_add(out, APL_STR("}\n"));
}

static apl_status write_paths(const ocsf_state *state)
{
    const apl_estate *estate = state->report->snapshot->estate;
    const apl_drift *drift = state->report->drift;
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < state->report->selection->paths.count; i++) {
        const apl_path *path = &estate->paths.items[state->report->selection->paths.items[i]];
        write_path(state, estate, path, activity_of(state, path->id));
        status = apl_output_step(state->output);
    }
    for (size_t i = 0; drift && status == APL_OK && i < drift->path_count; i++) {
        if (drift->paths[i].is_new)
            continue;
        write_path(state, drift->before->estate, drift->paths[i].path, CLOSE);
        status = apl_output_step(state->output);
    }
    return status;
}

/* -- 2006 and 5023: assets --------------------------------------------------------------------------------------- */

/* Data at rest, found by its label or by inspection; the level is that of the whole asset. */
static void write_sensitive(const ocsf_state *state, apl_asset_id number)
{
    const apl_estate *estate = state->report->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[number];
    apl_text *out = &state->output->text;
    bool is_high = asset->sensitivity >= APL_LEVEL_HIGH;
    char id[33];

    apl_finding_id(id, APL_STR("sensitive-data"), apl_asset_canonical_id(state->scratch, asset));
    open_event(out, state, &data_security_finding, CREATE, asset);
    add_severity(out, is_high ? APL_SEVERITY_MEDIUM : APL_SEVERITY_LOW);
    add_status(out, NEW);
    apl_text_add_format(out, ",\"finding_info\":{\"uid\":\"%s\",\"title\":\"Sensitive data\",\"desc\":", id);
    apl_json_write_string(out, apl_report_asset_name(estate, number));
    apl_text_add_format(out,
                        "},\"data_security\":{\"detection_system_id\":12,\"detection_system\":\"Data Security Posture "
                        "Management\",\"data_lifecycle_state_id\":1,\"data_lifecycle_state\":\"Data at-Rest\","
                        "\"confidentiality_id\":%d,\"confidentiality\":\"%s\"}",
                        is_high ? 2 : 99, is_high ? "Confidential" : apl_level_names[asset->sensitivity]);
    add_resources(out, estate, number);
    apl_text_add(out, APL_STR("}\n"));
    apl_arena_reset(state->scratch);
}

static void write_asset(const ocsf_state *state, apl_asset_id number)
{
    const apl_estate *estate = state->report->snapshot->estate;
    apl_text *out = &state->output->text;

    open_event(out, state, &cloud_inventory, COLLECT, &estate->assets.items[number]);
    add_severity(out, APL_SEVERITY_INFO);
    add_resources(out, estate, number);
    apl_text_add(out, APL_STR("}\n"));
}

/* Assets that were read; a name in another document is nobody's inventory yet. */
static apl_status write_assets(const ocsf_state *state, bool wants_sensitive)
{
    const apl_selection *selection = state->report->selection;
    const apl_estate *estate = state->report->snapshot->estate;
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < selection->assets.count; i++) {
        apl_asset_id number = selection->assets.items[i];
        const apl_asset *asset = &estate->assets.items[number];
        bool is_sensitive = asset->sensitivity >= APL_LEVEL_MEDIUM && asset->sensitivity_from == APL_ASSET_NONE;
        if (!asset->is_read)
            continue;
        if (wants_sensitive && is_sensitive)
            write_sensitive(state, number);
        write_asset(state, number);
        status = apl_output_step(state->output);
    }
    return status;
}

/* -- All of it --------------------------------------------------------------------------------------------------- */

static apl_table *known_ids(const apl_drift *drift)
{
    apl_table *ids = apl_table_new(false);
    const apl_estate *before = drift->before->estate;

    for (size_t i = 0; i < before->findings.count; i++) {
        if (before->findings.items[i].status != APL_STATUS_PASS)
            (void)apl_table_put(ids, apl_str_make(before->findings.items[i].id, 32), (uint32_t)i);
    }
    for (size_t i = 0; i < before->paths.count; i++)
        (void)apl_table_put(ids, apl_str_make(before->paths.items[i].id, 32), (uint32_t)i);
    return ids;
}

static apl_status write_ocsf(apl_output *output, const apl_report *report)
{
    ocsf_state state = {.output = output, .report = report, .scratch = apl_arena_new()};
    bool is_whole = report->view == APL_VIEW_SCAN || report->view == APL_VIEW_REPORT;
    apl_status status = APL_OK;

    state.known = report->drift ? known_ids(report->drift) : NULL;
    state.time_ms = unix_ms(report->snapshot->scan.finished);
    if (is_whole || report->view == APL_VIEW_FINDINGS)
        status = write_findings(&state);
    if (status == APL_OK && is_whole)
        status = write_closed(&state);
    if (status == APL_OK && (is_whole || report->view == APL_VIEW_PATHS))
        status = write_paths(&state);
    if (status == APL_OK && (is_whole || report->view == APL_VIEW_INVENTORY))
        status = write_assets(&state, is_whole);
    apl_table_free(state.known);
    apl_arena_free(state.scratch);
    return status;
}

const apl_format apl_format_ocsf = {
    .name = "ocsf",
    .summary = "OCSF 1.8.0 events, one a line, for data lakes and event systems",
    .extension = "ocsf.jsonl",
    .views = APL_VIEW_SCAN | APL_VIEW_FINDINGS | APL_VIEW_PATHS | APL_VIEW_INVENTORY | APL_VIEW_REPORT,
    .write = write_ocsf,
};
