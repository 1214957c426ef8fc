/* report/formats/oscal.c: OSCAL 1.2.1 assessment results (NIST), for tools of auditors.
 *
 * One result: the controls looked at, an observation for each finding, check and statement, a finding for each
 * applicable control. OSCAL knows two states only; a control is "satisfied" there when all that decides it passed and
 * every statement that it needs stands, and its remarks say what we say of it. Ids are made of what they stand for, so
 * that the same snapshot gives the same document. */
#include "base/digest.h"
#include "report/format.h"
#include "report/names.h"
#include "report/row.h"

#define SENTENCE_BYTES_MAX (1u << 20)
#define NAMESPACE ",\"ns\":\"urn:aplomb:oscal\""

typedef struct oscal_state {
    apl_output *output;
    const apl_report *report;
} oscal_state;

/* -- Ids and small parts ----------------------------------------------------------------------------------------- */

/* A UUID of the name-based kind out of what it stands for, and the quote that ends it. */
static void add_uuid(apl_text *out, const char *kind, apl_str first, apl_str second)
{
    const apl_str parts[] = {apl_str_from(kind), APL_STR("\n"), first, APL_STR("\n"), second};
    uint8_t hash[APL_SHA256_BYTES];
    char hex[2 * APL_SHA256_BYTES + 1];

    apl_sha256(hash, parts, sizeof parts / sizeof parts[0]);
    hash[6] = (uint8_t)((hash[6] & 0x0F) | 0x50);
    hash[8] = (uint8_t)((hash[8] & 0x3F) | 0x80);
    apl_hex(hex, hash, 16);
    apl_text_add_format(out, "%.8s-%.4s-%.4s-%.4s-%.12s\"", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* A token names a control: letters, digits, dot, dash and underline; the framework stands before it. */
static void add_token(apl_text *out, apl_str framework, apl_str control)
{
    const apl_str parts[] = {framework, APL_STR("_"), control};

    apl_text_add(out, APL_STR("\"_"));
    for (size_t p = 0; p < 3; p++) {
        for (uint32_t i = 0; i < parts[p].size; i++) {
            char c = parts[p].data[i];
            bool is_plain =
                (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
            apl_text_add_char(out, is_plain ? c : '_');
        }
    }
    apl_text_add_char(out, '"');
}

/* Texts may not be empty, nor begin or end with a space. */
static void add_text(apl_text *out, const char *name, apl_str text)
{
    text = apl_str_trim(text);
    apl_row_text(out, apl_str_from(name), text.size ? text : APL_STR("-"));
}

static void add_property(apl_text *out, const char *name, apl_str value, bool is_first)
{
    apl_text_add_format(out, "%s{\"name\":\"%s\"" NAMESPACE, is_first ? ",\"props\":[" : ",", name);
    add_text(out, "value", value);
    apl_text_add_char(out, '}');
}

static bool is_applicable(const apl_control_result *result)
{
    return result->state != APL_CONTROL_NOT_APPLICABLE && result->state != APL_CONTROL_NOT_YET;
}

/* -- What was looked at ------------------------------------------------------------------------------------------ */

static void add_selection_part(apl_text *out, const apl_framework_result *one, bool applicable)
{
    size_t count = 0;

    for (size_t c = 0; c < one->control_count; c++) {
        if (is_applicable(&one->controls[c]) != applicable)
            continue;
        if (count++)
            apl_text_add_char(out, ',');
        else
            apl_text_add(out, applicable ? APL_STR(",\"include-controls\":[") : APL_STR(",\"exclude-controls\":["));
        apl_text_add(out, APL_STR("{\"control-id\":"));
        add_token(out, one->framework->id, one->controls[c].control->id);
        apl_text_add_char(out, '}');
    }
    if (count)
        apl_text_add_char(out, ']');
    else if (applicable)
        apl_text_add(out, APL_STR(",\"include-controls\":[{\"control-id\":\"_none\"}]"));
}

static void write_reviewed(apl_text *out, const apl_compliance_result *compliance)
{
    apl_text_add(out, APL_STR(",\n\"reviewed-controls\":{\"control-selections\":["));
    for (size_t f = 0; f < compliance->framework_count; f++) {
        const apl_framework_result *one = &compliance->frameworks[f];
        apl_text_add(out, f ? APL_STR(",\n{") : APL_STR("\n{"));
        apl_text_add(out, APL_STR("\"description\":"));
        apl_json_write_string(out, apl_str_trim(one->framework->title));
        add_property(out, "framework", one->framework->id, true);
        if (one->framework->source.size)
            add_property(out, "source", one->framework->source, false);
        if (one->framework->caution.size)
            add_property(out, "caution", one->framework->caution, false);
        apl_text_add_char(out, ']');
        add_selection_part(out, one, true);
        add_selection_part(out, one, false);
        apl_text_add_char(out, '}');
    }
    apl_text_add(out, compliance->framework_count ? APL_STR("]}")
                                                  : APL_STR("{\"include-controls\":[{\"control-id\":\"_none\"}]}]}"));
}

/* Assets with a selected finding are the subjects of observations. */
static apl_status write_inventory(const oscal_state *state)
{
    const apl_estate *estate = state->report->snapshot->estate;
    const apl_selection *selection = state->report->selection;
    bool *is_named = apl_memory_new((estate->assets.count + 1) * sizeof *is_named);
    apl_text *out = &state->output->text;
    apl_status status = APL_OK;
    size_t count = 0;

    for (size_t i = 0; i < selection->findings.count; i++)
        is_named[estate->findings.items[selection->findings.items[i]].asset] = true;
    for (apl_asset_id i = 0; status == APL_OK && i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        if (!is_named[i])
            continue;
        apl_text_add(out, count++ ? APL_STR(",\n{\"uuid\":\"")
                                  : APL_STR(",\n\"local-definitions\":{\"inventory-items\":[\n{\"uuid\":\""));
        add_uuid(out, "asset", asset->id, APL_STR_NONE);
        add_text(out, "description", apl_report_asset_name(estate, i));
        add_property(out, "asset-id", asset->id, true);
        add_property(out, "kind", estate->vocabulary->kinds.items[asset->kind].name, false);
        add_property(out, "type", asset->type, false);
        apl_text_add(out, APL_STR("]}"));
        status = apl_output_step(state->output);
    }
    apl_text_add(out, count ? APL_STR("]}") : APL_STR_NONE);
    apl_memory_free(is_named);
    return status;
}

/* -- Observations ------------------------------------------------------------------------------------------------ */

static void open_observation(const oscal_state *state, size_t *count)
{
    apl_text_add(&state->output->text,
                 (*count)++ ? APL_STR(",\n{\"uuid\":\"") : APL_STR(",\n\"observations\":[\n{\"uuid\":\""));
}

static void write_finding(const oscal_state *state, const apl_finding *finding)
{
    const apl_estate *estate = state->report->snapshot->estate;
    const apl_rule_info *rule = finding->rule;
    apl_text *out = &state->output->text;
    apl_text sentence;

    apl_text_init(&sentence, SENTENCE_BYTES_MAX);
    apl_finding_sentence(&sentence, finding);
    add_uuid(out, "finding", apl_str_make(finding->id, 32), APL_STR_NONE);
    add_text(out, "title", rule->title.size ? rule->title : rule->id);
    add_text(out, "description", apl_text_str(&sentence));
    add_property(out, "finding-id", apl_str_make(finding->id, 32), true);
    add_property(out, "check", rule->check.size ? rule->check : rule->id, false);
    add_property(out, "status", apl_str_from(apl_status_names[finding->status]), false);
    add_property(out, "severity", apl_str_from(apl_severity_names[finding->severity]), false);
    apl_text_add(out, APL_STR("],\"methods\":[\"TEST\"],\"types\":[\"finding\"],\"subjects\":[{\"subject-uuid\":\""));
    add_uuid(out, "asset", estate->assets.items[finding->asset].id, APL_STR_NONE);
    apl_text_add(out, APL_STR(",\"type\":\"inventory-item\"}]"));
    add_text(out, "collected", state->report->snapshot->scan.finished);
    if (rule->fix_summary.size)
        add_text(out, "remarks", rule->fix_summary);
    apl_text_add_char(out, '}');
    apl_text_free(&sentence);
}

static void write_check(const oscal_state *state, const apl_check_result *check)
{
    apl_text *out = &state->output->text;
    apl_text sentence;

    apl_text_init(&sentence, SENTENCE_BYTES_MAX);
    apl_text_add_format(&sentence, "%llu pass, %llu fail, %llu not read, %llu accepted",
                        (unsigned long long)check->passing, (unsigned long long)check->failing,
                        (unsigned long long)(check->unread + check->unread_types), (unsigned long long)check->accepted);
    add_uuid(out, "check", check->check, APL_STR_NONE);
    add_text(out, "title", check->title.size ? check->title : check->check);
    add_text(out, "description", apl_text_str(&sentence));
    add_property(out, "check", check->check, true);
    apl_text_add(out, APL_STR("],\"methods\":[\"TEST\"],\"types\":[\"control-objective\"]"));
    add_text(out, "collected", state->report->snapshot->scan.finished);
    apl_text_add_char(out, '}');
    apl_text_free(&sentence);
}

static void add_time(apl_text *out, const char *name, apl_instant instant)
{
    char text[APL_INSTANT_TEXT_MAX];
    size_t size = apl_instant_format(text, instant, 0);

    add_text(out, name, apl_str_make(text, size));
}

static void write_statement(const oscal_state *state, const apl_control_result *result)
{
    const apl_attestation *one = result->attestation;
    apl_text *out = &state->output->text;

    add_uuid(out, "statement", one->control, one->attested);
    add_text(out, "title", one->control);
    add_text(out, "description", one->note);
    add_property(out, "owner", one->owner, true);
    add_property(out, "state", apl_str_from(apl_attestation_names[result->attestation_state]), false);
    add_property(out, "claim", one->excludes ? APL_STR("not-applicable") : APL_STR("in-place"), false);
    if (one->sha256.size)
        add_property(out, "sha256", one->sha256, false);
    apl_text_add(out, APL_STR("],\"methods\":[\"EXAMINE\"],\"types\":[\"control-objective\"]"));
    add_time(out, "collected", one->attested_at);
    add_time(out, "expires", one->expires_at);
    apl_text_add_char(out, '}');
}

/* Checks support several controls, and stand here once. */
static apl_status write_observations(const oscal_state *state)
{
    const apl_compliance_result *compliance = state->report->compliance;
    const apl_selection *selection = state->report->selection;
    apl_table *seen = apl_table_new(false);
    apl_status status = APL_OK;
    size_t count = 0;

    for (size_t i = 0; status == APL_OK && i < selection->findings.count; i++) {
        open_observation(state, &count);
        write_finding(state, &state->report->snapshot->estate->findings.items[selection->findings.items[i]]);
        status = apl_output_step(state->output);
    }
    for (size_t f = 0; status == APL_OK && f < compliance->framework_count; f++) {
        for (size_t c = 0; c < compliance->frameworks[f].control_count; c++) {
            const apl_control_result *control = &compliance->frameworks[f].controls[c];
            for (size_t i = 0; i < control->check_count; i++) {
                if (apl_table_put(seen, control->checks[i].check, (uint32_t)count) != count)
                    continue;
                open_observation(state, &count);
                write_check(state, &control->checks[i]);
            }
            if (control->attestation) {
                open_observation(state, &count);
                write_statement(state, control);
            }
        }
        status = apl_output_step(state->output);
    }
    apl_text_add(&state->output->text, count ? APL_STR("]") : APL_STR_NONE);
    apl_table_free(seen);
    return status;
}

/* -- Findings: one a control ------------------------------------------------------------------------------------- */

static void add_target(apl_text *out, const apl_framework_result *framework, const apl_control_result *result)
{
    bool is_met = result->state == APL_CONTROL_SUPPORTED || result->state == APL_CONTROL_ATTESTED;
    const char *reason = is_met ? "pass" : result->state == APL_CONTROL_FAILING ? "fail" : "other";

    apl_text_add(out, APL_STR(",\"target\":{\"type\":\"objective-id\",\"target-id\":"));
    add_token(out, framework->framework->id, result->control->id);
    add_text(out, "title", result->control->title);
    apl_text_add_format(out, ",\"status\":{\"state\":\"%s\",\"reason\":\"%s\"", is_met ? "satisfied" : "not-satisfied",
                        reason);
    add_text(out, "remarks", apl_str_from(apl_control_state_titles[result->state]));
    apl_text_add(out, APL_STR("}}"));
}

static void write_control(const oscal_state *state, const apl_framework_result *framework,
                          const apl_control_result *result)
{
    apl_text *out = &state->output->text;
    bool is_first = true;

    add_uuid(out, "control", framework->framework->id, result->control->id);
    add_text(out, "title", result->control->title);
    apl_text_add_format(out, ",\"description\":\"%llu assets pass, %llu fail, %llu not read, %llu accepted\"",
                        (unsigned long long)result->passing, (unsigned long long)result->failing,
                        (unsigned long long)result->unread, (unsigned long long)result->accepted);
    add_property(out, "framework", framework->framework->id, true);
    add_property(out, "control", result->control->id, false);
    add_property(out, "state", apl_str_from(apl_control_state_names[result->state]), false);
    add_property(out, "evidence", result->control->evidence, false);
    apl_text_add_char(out, ']');
    add_target(out, framework, result);
    for (size_t i = 0; i < result->check_count; i++) {
        apl_text_add(out, is_first ? APL_STR(",\"related-observations\":[{\"observation-uuid\":\"")
                                   : APL_STR(",{\"observation-uuid\":\""));
        add_uuid(out, "check", result->checks[i].check, APL_STR_NONE);
        apl_text_add_char(out, '}');
        is_first = false;
    }
    if (result->attestation) {
        apl_text_add(out, is_first ? APL_STR(",\"related-observations\":[{\"observation-uuid\":\"")
                                   : APL_STR(",{\"observation-uuid\":\""));
        add_uuid(out, "statement", result->attestation->control, result->attestation->attested);
        apl_text_add_char(out, '}');
        is_first = false;
    }
    apl_text_add(out, is_first ? APL_STR("}") : APL_STR("]}"));
}

static apl_status write_controls(const oscal_state *state)
{
    const apl_compliance_result *compliance = state->report->compliance;
    apl_text *out = &state->output->text;
    apl_status status = APL_OK;
    size_t count = 0;

    for (size_t f = 0; status == APL_OK && f < compliance->framework_count; f++) {
        for (size_t c = 0; status == APL_OK && c < compliance->frameworks[f].control_count; c++) {
            const apl_control_result *control = &compliance->frameworks[f].controls[c];
            if (!is_applicable(control))
                continue;
            apl_text_add(out, count++ ? APL_STR(",\n{\"uuid\":\"") : APL_STR(",\n\"findings\":[\n{\"uuid\":\""));
            write_control(state, &compliance->frameworks[f], control);
            status = apl_output_step(state->output);
        }
    }
    apl_text_add(out, count ? APL_STR("]") : APL_STR_NONE);
    return status;
}

/* -- The document ------------------------------------------------------------------------------------------------ */

static void write_head(const oscal_state *state)
{
    const apl_scan_info *scan = &state->report->snapshot->scan;
    apl_text *out = &state->output->text;

    apl_text_add(out, APL_STR("{\"assessment-results\":{\"uuid\":\""));
    add_uuid(out, "document", scan->id, APL_STR_NONE);
    apl_text_add(out, APL_STR(",\n\"metadata\":{\"title\":\"AI security posture\""));
    add_text(out, "last-modified", scan->finished);
    add_text(out, "version", scan->id);
    apl_text_add(out, APL_STR(",\"oscal-version\":\"1.2.1\""));
    add_property(out, "tool", APL_STR("aplomb"), true);
    add_property(out, "tool-version", scan->version, false);
    add_property(out, "content", scan->content, false);
    apl_text_add(out, APL_STR("]},\n\"import-ap\":{\"href\":\"#"));
    add_uuid(out, "plan", scan->content, APL_STR_NONE);
    apl_text_add(out, APL_STR("},\n\"results\":[{\"uuid\":\""));
    add_uuid(out, "result", scan->id, APL_STR_NONE);
    apl_text_add(out,
                 APL_STR(",\"title\":\"What checks and people can show\",\"description\":\"Checks of configuration by "
                         "Aplomb, and statements of people; a check supports a control, it does not satisfy one.\""));
    add_text(out, "start", scan->started);
    add_text(out, "end", scan->finished);
}

static void write_foot(const oscal_state *state)
{
    apl_text *out = &state->output->text;

    apl_text_add(out, APL_STR("}],\n\"back-matter\":{\"resources\":[{\"uuid\":\""));
    add_uuid(out, "plan", state->report->snapshot->scan.content, APL_STR_NONE);
    apl_text_add(out, APL_STR(",\"title\":\"Rules and frameworks in force\",\"description\":\"The content of the "
                              "program, by its digest, stands for the assessment plan.\""));
    add_property(out, "content", state->report->snapshot->scan.content, true);
    apl_text_add(out, APL_STR("]}]}}}\n"));
}

static apl_status write_oscal(apl_output *output, const apl_report *report)
{
    const oscal_state state = {.output = output, .report = report};
    apl_status status;

    write_head(&state);
    status = write_inventory(&state);
    write_reviewed(&output->text, report->compliance);
    if (status == APL_OK)
        status = write_observations(&state);
    if (status == APL_OK)
        status = write_controls(&state);
    write_foot(&state);
    return status;
}

const apl_format apl_format_oscal = {
    .name = "oscal",
    .summary = "OSCAL 1.2.1 assessment results, for tools of auditors",
    .extension = "oscal.json",
    .views = APL_VIEW_COMPLIANCE | APL_VIEW_REPORT,
    .write = write_oscal,
};
