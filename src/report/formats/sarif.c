/* report/formats/sarif.c: SARIF 2.1.0 (OASIS, errata 01) for code hosts and dashboards.
 *
 * One rule for each rule that has a selected finding, one result a finding. A resource has no line in a file, so the
 * place is a logical location with the asset's id; where the asset came from a file, that file too. The fingerprint is
 * the finding's id, which is stable over time and machines. */
#include "report/format.h"
#include "report/remedy.h"
#include "report/row.h"

/* A fix text or an evidence sentence. */
#define SARIF_TEXT_BYTES_MAX (1u << 20)

typedef struct sarif_state {
    apl_output *output;
    const apl_report *report;
    APL_VECTOR(const apl_rule_info *) rules;
    APL_VECTOR(apl_control_ref) controls; /* sorted, each once */
    apl_table *rule_numbers;
    apl_row_rule *row;
} sarif_state;

static const char *level_of(unsigned severity)
{
    return severity >= APL_SEVERITY_HIGH ? "error" : severity == APL_SEVERITY_MEDIUM ? "warning" : "note";
}

/* What code hosts sort by; without it they show every result as an error. */
static const char *security_severity(unsigned severity)
{
    static const char *const values[] = {"0.0", "3.0", "5.5", "8.0", "9.5"};

    return values[severity];
}

static const apl_finding *finding_at(const sarif_state *state, size_t index)
{
    return &state->report->snapshot->estate->findings.items[state->report->selection->findings.items[index]];
}

/* The place of a control in the sorted list: the first that is not before it. */
static size_t control_place(const sarif_state *state, const apl_control_ref *control)
{
    size_t low = 0;
    size_t high = state->controls.count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const apl_control_ref *other = &state->controls.items[middle];
        int order = apl_str_compare(other->framework, control->framework);
        if (order == 0)
            order = apl_str_compare(other->control, control->control);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_control(sarif_state *state, const apl_control_ref *control)
{
    size_t place = control_place(state, control);

    if (place < state->controls.count && apl_str_equal(state->controls.items[place].framework, control->framework) &&
        apl_str_equal(state->controls.items[place].control, control->control))
        return;
    APL_RESERVE(&state->controls, 1);
    memmove(state->controls.items + place + 1, state->controls.items + place,
            (state->controls.count - place) * sizeof *state->controls.items);
    state->controls.items[place] = *control;
    state->controls.count++;
}

static void collect_rules(sarif_state *state)
{
    const apl_rule_info *last = NULL;

    for (size_t i = 0; i < state->report->selection->findings.count; i++) {
        const apl_rule_info *rule = finding_at(state, i)->rule;
        if (rule == last || apl_table_get(state->rule_numbers, rule->id) != APL_TABLE_NONE)
            continue;
        last = rule;
        (void)apl_table_put(state->rule_numbers, rule->id, (uint32_t)state->rules.count);
        APL_PUSH(&state->rules, rule);
        for (uint32_t j = 0; j < rule->control_count; j++)
            add_control(state, &rule->controls[j]);
    }
}

static void add_code(apl_text *out, const char *language, apl_str code)
{
    code = apl_str_trim(code);
    if (code.size)
        apl_text_add_format(out, "\n\n```%s\n%.*s\n```", language, APL_STR_ARG(code));
}

/* The help of a rule: why it matters and how to mend it, as plain text and as Markdown. */
static void write_help(sarif_state *state, const apl_rule_info *rule)
{
    apl_text *out = &state->output->text;
    apl_str why = apl_str_trim(rule->why.size ? rule->why : rule->title);
    apl_str fix = apl_str_trim(rule->fix_summary);
    apl_text help;

    apl_text_init(&help, SARIF_TEXT_BYTES_MAX);
    apl_text_add_format(&help, "%.*s%s%.*s", APL_STR_ARG(why), fix.size ? "\n\nFix: " : "", APL_STR_ARG(fix));
    apl_text_add(out, APL_STR(",\"help\":{\"text\":"));
    apl_json_write_string(out, apl_text_str(&help));
    help.size = 0;
    apl_text_add_format(&help, "%.*s%s%.*s", APL_STR_ARG(why), fix.size ? "\n\n**Fix:** " : "", APL_STR_ARG(fix));
    add_code(&help, "sh", rule->fix_cli);
    add_code(&help, "bicep", rule->fix_bicep);
    add_code(&help, "terraform", rule->fix_terraform);
    apl_row_text(out, APL_STR("markdown"), apl_text_str(&help));
    apl_text_add_char(out, '}');
    apl_text_free(&help);
}

static void write_relationships(apl_text *out, const apl_rule_info *rule)
{
    if (rule->control_count == 0)
        return;
    apl_text_add(out, APL_STR(",\"relationships\":["));
    for (uint32_t i = 0; i < rule->control_count; i++) {
        apl_text_add(out, i ? APL_STR(",{\"target\":{\"id\":") : APL_STR("{\"target\":{\"id\":"));
        apl_json_write_string(out, rule->controls[i].control);
        apl_text_add(out, APL_STR(",\"toolComponent\":{\"name\":"));
        apl_json_write_string(out, rule->controls[i].framework);
        apl_text_add(out, APL_STR("}},\"kinds\":[\"relevant\"]}"));
    }
    apl_text_add_char(out, ']');
}

static void write_rule(sarif_state *state, const apl_rule_info *rule)
{
    apl_text *out = &state->output->text;
    apl_str title = rule->title.size ? rule->title : rule->id;

    apl_text_add(out, APL_STR("{\"id\":"));
    apl_json_write_string(out, rule->id);
    apl_row_text(out, APL_STR("name"), rule->check.size ? rule->check : rule->id);
    apl_text_add(out, APL_STR(",\"shortDescription\":{\"text\":"));
    apl_json_write_string(out, title);
    apl_text_add(out, APL_STR("},\"fullDescription\":{\"text\":"));
    apl_json_write_string(out, rule->why.size ? apl_str_trim(rule->why) : title);
    apl_text_add_format(out, "},\"defaultConfiguration\":{\"level\":\"%s\"}", level_of(rule->severity));
    write_help(state, rule);
    write_relationships(out, rule);
    apl_text_add_format(
        out, ",\"properties\":{\"security-severity\":\"%s\",\"severity\":\"%s\",\"tags\":[\"security\",\"ai\"",
        security_severity(rule->severity), apl_severity_names[rule->severity]);
    if (rule->service.size) {
        apl_text_add_char(out, ',');
        apl_json_write_string(out, rule->service);
    }
    apl_text_add(out, APL_STR("]}}"));
}

static apl_status write_rules(sarif_state *state)
{
    apl_text *out = &state->output->text;
    apl_status status = APL_OK;

    apl_text_add(out, APL_STR(",\"rules\":["));
    for (size_t i = 0; status == APL_OK && i < state->rules.count; i++) {
        apl_text_add(out, i ? APL_STR(",\n") : APL_STR("\n"));
        write_rule(state, state->rules.items[i]);
        status = apl_output_step(state->output);
    }
    apl_text_add_char(out, ']');
    return status;
}

/* The frameworks whose controls the rules support, as taxonomies. */
static void write_taxonomies(sarif_state *state)
{
    apl_text *out = &state->output->text;

    apl_text_add(out, APL_STR(",\n\"taxonomies\":["));
    for (size_t i = 0; i < state->controls.count; i++) {
        const apl_control_ref *control = &state->controls.items[i];
        bool is_new = i == 0 || !apl_str_equal(control->framework, state->controls.items[i - 1].framework);
        if (is_new) {
            apl_text_add(out, i ? APL_STR("]},\n{\"name\":") : APL_STR("\n{\"name\":"));
            apl_json_write_string(out, control->framework);
            apl_text_add(out, APL_STR(",\"taxa\":["));
        } else {
            apl_text_add_char(out, ',');
        }
        apl_text_add(out, APL_STR("{\"id\":"));
        apl_json_write_string(out, control->control);
        apl_text_add_char(out, '}');
    }
    apl_text_add(out, state->controls.count ? APL_STR("]}]") : APL_STR("]"));
}

static void write_notification(apl_text *out, const apl_coverage *row)
{
    apl_text text;

    apl_text_init(&text, SARIF_TEXT_BYTES_MAX);
    apl_text_add_format(&text, "%s: %.*s of %.*s", apl_coverage_names[row->state], APL_STR_ARG(row->type),
                        APL_STR_ARG(row->source));
    if (row->scope.size)
        apl_text_add_format(&text, " in %.*s", APL_STR_ARG(row->scope));
    if (row->why.size)
        apl_text_add_format(&text, ": %.*s", APL_STR_ARG(row->why));
    if (row->needs.size)
        apl_text_add_format(&text, "; needs %.*s", APL_STR_ARG(row->needs));
    apl_text_add_format(
        out, "{\"level\":\"%s\",\"message\":{\"text\":", row->state == APL_COVERAGE_UNSUPPORTED ? "note" : "warning");
    apl_json_write_string(out, apl_text_str(&text));
    apl_text_add(out, APL_STR("}}"));
    apl_text_free(&text);
}

/* That the program ran, when, and what it could not read. */
static apl_status write_invocation(sarif_state *state)
{
    const apl_snapshot *snapshot = state->report->snapshot;
    apl_text *out = &state->output->text;
    apl_status status = APL_OK;
    size_t shown = 0;

    apl_text_add(out, APL_STR("\"invocations\":[{\"executionSuccessful\":true"));
    if (snapshot->scan.started.size)
        apl_row_text(out, APL_STR("startTimeUtc"), snapshot->scan.started);
    if (snapshot->scan.finished.size)
        apl_row_text(out, APL_STR("endTimeUtc"), snapshot->scan.finished);
    apl_text_add(out, APL_STR(",\"toolExecutionNotifications\":["));
    for (size_t i = 0; status == APL_OK && i < snapshot->estate->coverage.count; i++) {
        if (snapshot->estate->coverage.items[i].state == APL_COVERAGE_READ)
            continue;
        apl_text_add(out, shown++ ? APL_STR(",\n") : APL_STR("\n"));
        write_notification(out, &snapshot->estate->coverage.items[i]);
        status = apl_output_step(state->output);
    }
    apl_text_add(out, APL_STR("]}]"));
    return status;
}

/* The file that the asset is, or was declared in; none for what came from an export or a live source. */
static apl_str file_of(const apl_asset *asset)
{
    apl_str prefix = APL_STR("file:");

    if (!apl_str_starts(asset->id, prefix))
        return APL_STR_NONE;
    apl_str path = apl_str_slice(asset->id, prefix.size, asset->id.size);
    long fragment = apl_str_find(path, APL_STR("#"));
    if (fragment >= 0)
        path = apl_str_slice(path, 0, (size_t)fragment);
    long member = apl_str_find(path, APL_STR("!/"));
    return member >= 0 ? apl_str_slice(path, 0, (size_t)member) : path;
}

static void write_location(apl_text *out, const apl_asset *asset)
{
    apl_str file = file_of(asset);

    apl_text_add(out, APL_STR(",\"locations\":[{"));
    if (file.size) {
        apl_text_add(out, APL_STR("\"physicalLocation\":{\"artifactLocation\":{\"uri\":"));
        apl_row_uri(out, file);
        apl_text_add(out, APL_STR("}},"));
    }
    apl_text_add(out, APL_STR("\"logicalLocations\":[{\"name\":"));
    apl_json_write_string(out, asset->name.size ? asset->name : asset->id);
    apl_row_text(out, APL_STR("fullyQualifiedName"), asset->id);
    apl_text_add(out, APL_STR(",\"kind\":\"resource\"}]}]"));
}

/* kind and level. SARIF 3.27.9: every kind but "fail" has the level "none"; "open" means that there was too little
 * information to decide, "review" that a person has to. */
static void write_kind(apl_text *out, const apl_finding *finding)
{
    const char *kind = "fail";

    if (finding->status == APL_STATUS_PASS)
        kind = "pass";
    else if (finding->status == APL_STATUS_MANUAL)
        kind = "review";
    else if (finding->status == APL_STATUS_ERROR)
        kind = "open";
    apl_text_add_format(out, ",\"kind\":\"%s\",\"level\":\"%s\"", kind,
                        strcmp(kind, "fail") == 0 ? level_of(finding->severity) : "none");
}

static void write_suppression(apl_text *out, const apl_finding *finding)
{
    if (finding->status != APL_STATUS_MUTED && finding->status != APL_STATUS_EXEMPT)
        return;
    apl_text_add(out, APL_STR(",\"suppressions\":[{\"kind\":\"external\",\"status\":\"accepted\""));
    if (finding->reason.size)
        apl_row_text(out, APL_STR("justification"), finding->reason);
    apl_text_add(out, APL_STR("}]"));
}

static void write_message(apl_text *out, const apl_asset *asset, const apl_finding *finding)
{
    apl_str title = finding->rule->title.size ? finding->rule->title : finding->rule->id;
    apl_text text;

    apl_text_init(&text, SARIF_TEXT_BYTES_MAX);
    apl_text_add_format(&text, "%.*s: %.*s", APL_STR_ARG(asset->name.size ? asset->name : asset->id),
                        APL_STR_ARG(title));
    size_t start = text.size;
    apl_text_add(&text, APL_STR(" ("));
    apl_finding_sentence(&text, finding);
    if (text.size > start + 2)
        apl_text_add_char(&text, ')');
    else
        text.size = start;
    apl_text_add(out, APL_STR(",\"message\":{\"text\":"));
    apl_json_write_string(out, apl_text_str(&text));
    apl_text_add_char(out, '}');
    apl_text_free(&text);
}

static void write_result(sarif_state *state, const apl_finding *finding)
{
    const apl_estate *estate = state->report->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[finding->asset];
    apl_text *out = &state->output->text;

    apl_text_add(out, APL_STR("{\"ruleId\":"));
    apl_json_write_string(out, finding->rule->id);
    apl_text_add_format(out, ",\"ruleIndex\":%u", apl_table_get(state->rule_numbers, finding->rule->id));
    write_kind(out, finding);
    write_message(out, asset, finding);
    write_location(out, asset);
    apl_text_add_format(out, ",\"partialFingerprints\":{\"aplombFinding/v1\":\"%s\"}", finding->id);
    write_suppression(out, finding);
    apl_text_add_format(out, ",\"properties\":{\"status\":\"%s\",\"severity\":\"%s\",\"evidence\":",
                        apl_status_names[finding->status], apl_severity_names[finding->severity]);
    apl_row_evidence(out, finding);
    apl_row_key(out, APL_STR("remediation"), false);
    apl_row_remedy(out, estate, finding->asset, finding->rule, state->row);
    apl_row_text(out, APL_STR("needs"), finding->needs);
    apl_text_add(out, APL_STR("}}"));
}

static apl_status write_results(sarif_state *state)
{
    apl_text *out = &state->output->text;
    apl_status status = APL_OK;

    apl_text_add(out, APL_STR(",\n\"results\":["));
    for (size_t i = 0; status == APL_OK && i < state->report->selection->findings.count; i++) {
        apl_text_add(out, i ? APL_STR(",\n") : APL_STR("\n"));
        write_result(state, finding_at(state, i));
        status = apl_output_step(state->output);
    }
    apl_text_add_char(out, ']');
    return status;
}

static apl_status write_sarif(apl_output *output, const apl_report *report)
{
    sarif_state state = {.output = output, .report = report};
    apl_text *out = &output->text;
    apl_status status;

    state.rule_numbers = apl_table_new(false);
    state.row = apl_row_rule_new();
    collect_rules(&state);
    apl_text_add(out,
                 APL_STR("{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
                         "sarif-schema-2.1.0.json\",\n\"version\":\"2.1.0\",\n\"runs\":[{\n"
                         "\"tool\":{\"driver\":{\"name\":\"aplomb\",\"fullName\":\"Aplomb, AI security posture\""));
    apl_row_text(out, APL_STR("version"), report->snapshot->scan.version);
    status = write_rules(&state);
    apl_text_add(out, APL_STR("}},\n"));
    if (status == APL_OK)
        status = write_invocation(&state);
    write_taxonomies(&state);
    if (status == APL_OK)
        status = write_results(&state);
    apl_text_add(out, APL_STR("}]}\n"));

    apl_table_free(state.rule_numbers);
    apl_row_rule_free(state.row);
    apl_memory_free((void *)state.rules.items);
    apl_memory_free(state.controls.items);
    return status;
}

const apl_format apl_format_sarif = {
    .name = "sarif",
    .summary = "SARIF 2.1.0, for code hosts",
    .extension = "sarif",
    .views = APL_VIEW_SCAN | APL_VIEW_FINDINGS | APL_VIEW_REPORT,
    .write = write_sarif,
};
