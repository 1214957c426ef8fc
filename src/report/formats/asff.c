/* report/formats/asff.c: the AWS Security Finding Format (version 2018-10-08), for the older Security Hub.
 *
 * Every finding there belongs to an account and a region of AWS. Those of AWS assets go to their own; those of other
 * clouds to the ones that the caller names, and without them the format refuses: half a list would look like a whole
 * one. Security Hub cuts nothing, it rejects; so texts are cut here to its limits. */
#include "evaluate/drift.h"
#include "report/format.h"
#include "report/names.h"
#include "report/remedy.h"
#include "report/row.h"

#define SENTENCE_BYTES_MAX (1u << 20)

/* Limits of the format, in characters; bytes are never fewer. */
#define TITLE_MAX 256
#define DESCRIPTION_MAX 1024
#define REMEDIATION_MAX 512
#define RESOURCE_ID_MAX 512
#define REQUIREMENTS_MAX 32
#define DETAIL_MAX 1024

#define AWS_ACCOUNT_DIGITS 12

typedef struct asff_state {
    apl_output *output;
    const apl_report *report;
    size_t count;
} asff_state;

typedef struct receiver {
    apl_str account;
    apl_str region;
} receiver;

/* At most so many bytes, and no part of a character. */
static apl_str cut(apl_str text, uint32_t bytes_max)
{
    uint32_t size = text.size < bytes_max ? text.size : bytes_max;

    while (size < text.size && size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    return apl_str_slice(text, 0, size);
}

static void add_cut(apl_text *out, const char *name, apl_str text, uint32_t bytes_max)
{
    text = cut(apl_str_trim(text), bytes_max);
    apl_row_text(out, apl_str_from(name), text.size ? text : APL_STR("-"));
}

static bool is_account(apl_str text)
{
    bool is_all_digits = text.size == AWS_ACCOUNT_DIGITS;

    for (uint32_t i = 0; i < text.size; i++)
        is_all_digits = is_all_digits && text.data[i] >= '0' && text.data[i] <= '9';
    return is_all_digits;
}

static apl_status find_receiver(receiver *out, const apl_report *report, const apl_asset *asset)
{
    bool is_own = strcmp(apl_cloud_names[asset->cloud], "aws") == 0 && is_account(asset->scope);

    out->account = is_own ? asset->scope : report->aws_account;
    out->region = is_own && asset->location.size > 1 ? asset->location : report->aws_region;
    if (!is_account(out->account) || out->region.size == 0)
        return apl_fail(APL_E_USAGE,
                        "asff: %.*s belongs to no account and region of AWS; name the receiving ones with "
                        "--aws-account (12 digits) and --aws-region",
                        APL_STR_ARG(asset->id));
    return APL_OK;
}

static const char *label_of(uint8_t severity)
{
    static const char *const labels[] = {"INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"};

    return labels[severity];
}

static void add_head(apl_text *out, const receiver *to, const apl_finding *finding)
{
    apl_text text;

    apl_text_init(&text, SENTENCE_BYTES_MAX);
    apl_text_add_format(out, "{\"SchemaVersion\":\"2018-10-08\",\"Id\":\"aplomb/%.32s\"", finding->id);
    apl_text_add_format(&text, "arn:aws:securityhub:%.*s:%.*s:product/%.*s/default", APL_STR_ARG(to->region),
                        APL_STR_ARG(to->account), APL_STR_ARG(to->account));
    apl_row_text(out, APL_STR("ProductArn"), apl_text_str(&text));
    add_cut(out, "GeneratorId", finding->rule->id, RESOURCE_ID_MAX);
    apl_row_text(out, APL_STR("AwsAccountId"), to->account);
    apl_text_add(out, APL_STR(",\"Types\":[\"Software and Configuration Checks/AI Security Posture\"]"));
    apl_text_free(&text);
}

static void add_texts(apl_text *out, const apl_estate *estate, const apl_finding *finding)
{
    const apl_rule_info *rule = finding->rule;
    apl_text text;

    apl_text_init(&text, SENTENCE_BYTES_MAX);
    apl_text_add_format(&text, "%.*s: %.*s", APL_STR_ARG(apl_report_asset_name(estate, finding->asset)),
                        APL_STR_ARG(rule->title.size ? rule->title : rule->id));
    add_cut(out, "Title", apl_text_str(&text), TITLE_MAX);
    text.size = 0;
    apl_finding_sentence(&text, finding);
    apl_text_add_format(&text, "%s%.*s", text.size ? ". " : "", APL_STR_ARG(apl_str_trim(rule->why)));
    add_cut(out, "Description", apl_text_str(&text), DESCRIPTION_MAX);
    if (rule->fix_summary.size) {
        apl_text_add(out, APL_STR(",\"Remediation\":{\"Recommendation\":{\"Text\":"));
        apl_json_write_string(out, cut(apl_str_trim(rule->fix_summary), REMEDIATION_MAX));
        apl_text_add(out, APL_STR("}}"));
    }
    apl_text_free(&text);
}

static void add_resource(apl_text *out, const apl_estate *estate, const receiver *to, apl_asset_id number)
{
    const apl_asset *asset = &estate->assets.items[number];

    apl_text_add(out, APL_STR(",\"Resources\":[{\"Type\":\"Other\",\"Id\":"));
    apl_json_write_string(out, cut(asset->id, RESOURCE_ID_MAX));
    apl_row_text(out, APL_STR("Partition"), APL_STR("aws"));
    apl_row_text(out, APL_STR("Region"), to->region);
    apl_text_add(out, APL_STR(",\"Details\":{\"Other\":{\"kind\":"));
    apl_json_write_string(out, estate->vocabulary->kinds.items[asset->kind].name);
    add_cut(out, "type", asset->type, DETAIL_MAX);
    apl_row_text(out, APL_STR("cloud"), apl_str_from(apl_cloud_names[asset->cloud]));
    add_cut(out, "scope", asset->scope, DETAIL_MAX);
    apl_row_text(out, APL_STR("exposure"), apl_str_from(apl_exposure_names[asset->exposure]));
    apl_text_add(out, APL_STR("}}}]"));
}

static void add_compliance(apl_text *out, const apl_finding *finding, bool is_closed)
{
    const apl_rule_info *rule = finding->rule;
    const char *status = "FAILED";

    if (is_closed || finding->status == APL_STATUS_PASS)
        status = "PASSED";
    else if (finding->status == APL_STATUS_MANUAL || finding->status == APL_STATUS_ERROR)
        status = "WARNING";
    apl_text_add_format(out, ",\"Compliance\":{\"Status\":\"%s\"", status);
    for (uint32_t i = 0; i < rule->control_count && i < REQUIREMENTS_MAX; i++) {
        apl_text name;
        apl_text_init(&name, SENTENCE_BYTES_MAX);
        apl_text_add_format(&name, "%.*s %.*s", APL_STR_ARG(rule->controls[i].framework),
                            APL_STR_ARG(rule->controls[i].control));
        apl_text_add(out, i ? APL_STR(",") : APL_STR(",\"RelatedRequirements\":["));
        apl_json_write_string(out, apl_text_str(&name));
        apl_text_free(&name);
    }
    apl_text_add(out, rule->control_count ? APL_STR("]}") : APL_STR("}"));
}

static apl_status write_finding(asff_state *state, const apl_estate *estate, const apl_finding *finding, bool is_closed)
{
    apl_text *out = &state->output->text;
    bool is_accepted = finding->status == APL_STATUS_MUTED || finding->status == APL_STATUS_EXEMPT;
    bool is_done = is_closed || finding->status == APL_STATUS_PASS;
    receiver to;
    apl_status status = find_receiver(&to, state->report, &estate->assets.items[finding->asset]);

    if (status != APL_OK)
        return status;
    apl_text_add(out, state->count++ ? APL_STR(",\n") : APL_STR("\n"));
    add_head(out, &to, finding);
    apl_row_text(out, APL_STR("CreatedAt"), state->report->snapshot->scan.started);
    apl_row_text(out, APL_STR("UpdatedAt"), state->report->snapshot->scan.finished);
    apl_text_add_format(out, ",\"Severity\":{\"Label\":\"%s\"}", label_of(finding->severity));
    add_texts(out, estate, finding);
    add_resource(out, estate, &to, finding->asset);
    add_compliance(out, finding, is_closed);
    apl_text_add_format(out, ",\"Workflow\":{\"Status\":\"%s\"},\"RecordState\":\"%s\"}",
                        is_done       ? "RESOLVED"
                        : is_accepted ? "SUPPRESSED"
                                      : "NEW",
                        is_closed ? "ARCHIVED" : "ACTIVE");
    return apl_output_step(state->output);
}

static apl_status write_asff(apl_output *output, const apl_report *report)
{
    asff_state state = {.output = output, .report = report};
    const apl_estate *estate = report->snapshot->estate;
    const apl_drift *drift = report->drift;
    apl_status status = APL_OK;

    apl_text_add(&output->text, APL_STR("["));
    for (size_t i = 0; status == APL_OK && i < report->selection->findings.count; i++)
        status = write_finding(&state, estate, &estate->findings.items[report->selection->findings.items[i]], false);
    for (size_t i = 0; drift && i < drift->change_count; i++) {
        const apl_drift_change *change = &drift->changes[i];
        for (size_t f = 0; status == APL_OK && f < change->finding_count; f++) {
            if (change->findings[f].turn == APL_DRIFT_CLOSED)
                status = write_finding(&state, drift->before->estate, change->findings[f].finding, true);
        }
    }
    apl_text_add(&output->text, APL_STR("\n]\n"));
    return status;
}

const apl_format apl_format_asff = {
    .name = "asff",
    .summary = "AWS Security Finding Format, for AWS Security Hub",
    .extension = "asff.json",
    .views = APL_VIEW_REPORT,
    .write = write_asff,
};
