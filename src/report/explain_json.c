/* report/explain_json.c: writes one explained thing whole: asset, finding, check or kind.
 *
 * Stands behind `explain --format json`. Members that do not belong to the thing are null or empty, never left out.
 * Rows come from report/row.c. */
#include "report/explain_json.h"

#include "report/explain_access.h"
#include "report/explain_paths.h"

#include "report/explain_origins.h"
#include "report/row.h"

static void open_row(apl_text *out, size_t index)
{
    apl_text_add(out, index ? APL_STR(",\n{") : APL_STR("\n{"));
}

static void write_relations(apl_text *out, const apl_estate *estate, apl_asset_id asset, bool incoming)
{
    size_t count = asset == APL_ASSET_NONE ? 0 : apl_explain_relation_count(estate, asset, incoming);

    apl_text_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        open_row(out, i);
        apl_row_relation(out, estate, &estate->relations.items[apl_explain_relation(estate, asset, incoming, i)]);
    }
    apl_text_add_char(out, ']');
}

static void write_used_for(apl_text *out, const apl_estate *estate, apl_asset_id asset)
{
    apl_relation_list list = {0};

    if (asset != APL_ASSET_NONE)
        apl_explain_used_for(&list, estate, asset);
    apl_text_add_char(out, '[');
    for (size_t i = 0; i < list.numbers.count; i++) {
        open_row(out, i);
        apl_row_relation(out, estate, &estate->relations.items[list.numbers.items[i]]);
    }
    apl_text_add_char(out, ']');
    apl_memory_free(list.numbers.items);
}

static void write_rule(apl_text *out, const apl_rule_info *rule, apl_row_rule *row)
{
    apl_text_add(out, APL_STR("\"rule\":"));
    apl_json_write_string(out, rule->id);
    apl_row_text(out, APL_STR("check"), rule->check);
    apl_row_text(out, APL_STR("service"), rule->service);
    apl_row_text(out, APL_STR("title"), rule->title);
    apl_row_text(out, APL_STR("severity"), apl_str_from(apl_severity_names[rule->severity]));
    apl_row_text(out, APL_STR("why"), apl_str_trim(rule->why));
    apl_row_key(out, APL_STR("frameworks"), false);
    apl_row_frameworks(out, rule);
    apl_row_key(out, APL_STR("remediation"), false);
    apl_row_remedy(out, NULL, APL_ASSET_NONE, rule, row);
    apl_row_text(out, APL_STR("bicep"), apl_str_trim(rule->fix_bicep));
    apl_row_text(out, APL_STR("terraform"), apl_str_trim(rule->fix_terraform));
    apl_row_text(out, APL_STR("needs"), rule->needs);
    apl_text_add_char(out, '}');
}

static void write_moment(apl_text *out, apl_str name, const apl_store_moment *moment)
{
    apl_row_key(out, name, false);
    if (moment->scan_id.size == 0) {
        apl_text_add(out, APL_STR("null"));
        return;
    }
    apl_text_add(out, APL_STR("{\"scan\":"));
    apl_json_write_string(out, moment->scan_id);
    apl_row_text(out, APL_STR("started"), moment->started);
    apl_text_add_char(out, '}');
}

static void write_changes(apl_text *out, const apl_asset_interval *interval)
{
    apl_text_add(out, APL_STR("\"changes\":["));
    for (uint32_t i = 0; i < interval->change_count; i++) {
        apl_text_add(out, i ? APL_STR(",{\"field\":") : APL_STR("{\"field\":"));
        apl_json_write_string(out, interval->changes[i].field);
        apl_row_text(out, APL_STR("before"), interval->changes[i].before);
        apl_row_text(out, APL_STR("after"), interval->changes[i].after);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void write_history(apl_text *out, const apl_history *history)
{
    apl_text_add(out, APL_STR("{\"asset\":["));
    for (size_t i = 0; history && i < history->asset_count; i++) {
        open_row(out, i);
        write_changes(out, &history->assets[i]);
        write_moment(out, APL_STR("from"), &history->assets[i].from);
        write_moment(out, APL_STR("to"), &history->assets[i].to);
        apl_text_add_char(out, '}');
    }
    apl_text_add(out, APL_STR("],\"findings\":["));
    for (size_t i = 0; history && i < history->finding_count; i++) {
        const apl_finding_interval *interval = &history->findings[i];
        open_row(out, i);
        apl_text_add(out, APL_STR("\"rule\":"));
        apl_json_write_string(out, interval->rule_id);
        apl_row_text(out, APL_STR("status"), apl_str_from(apl_status_names[interval->status]));
        apl_row_text(out, APL_STR("severity"), apl_str_from(apl_severity_names[interval->severity]));
        apl_row_text(out, APL_STR("reason"), interval->reason);
        write_moment(out, APL_STR("from"), &interval->from);
        write_moment(out, APL_STR("to"), &interval->to);
        apl_text_add_char(out, '}');
    }
    apl_text_add(out, APL_STR("]}"));
}

static apl_status write_findings(apl_output *output, const apl_estate *estate, const apl_explained *explained,
                                 apl_row_rule *row)
{
    apl_status status = APL_OK;

    apl_text_add(&output->text, APL_STR(",\n\"findings\":["));
    if (explained->finding) {
        open_row(&output->text, 0);
        apl_row_finding(&output->text, estate, explained->finding, row);
    }
    for (size_t i = 0; status == APL_OK && i < explained->findings.count; i++) {
        open_row(&output->text, i);
        apl_row_finding(&output->text, estate, &estate->findings.items[explained->findings.items[i]], row);
        status = apl_output_step(output);
    }
    apl_text_add_char(&output->text, ']');
    return status;
}

static apl_status write_assets(apl_output *output, const apl_estate *estate, const apl_explained *explained)
{
    apl_status status = APL_OK;

    apl_text_add(&output->text, APL_STR(",\n\"assets\":["));
    for (size_t i = 0; status == APL_OK && i < explained->assets.count; i++) {
        open_row(&output->text, i);
        apl_row_asset(&output->text, estate, explained->assets.items[i]);
        status = apl_output_step(output);
    }
    apl_text_add_char(&output->text, ']');
    return status;
}

static void write_kind(apl_text *out, const apl_report *report)
{
    apl_text_add(out, APL_STR(",\n\"kind\":"));
    if (report->explained->as != APL_EXPLAINED_KIND) {
        apl_text_add(out, APL_STR("null"));
        return;
    }
    const apl_kind_info *kind = &report->vocabulary->kinds.items[report->explained->kind];
    apl_text_add(out, APL_STR("{\"kind\":"));
    apl_json_write_string(out, kind->name);
    apl_row_text(out, APL_STR("title"), kind->title);
    apl_row_key(out, APL_STR("ai"), false);
    apl_text_add(out, kind->is_ai ? APL_STR("true}") : APL_STR("false}"));
}

apl_status apl_explain_write_json(apl_output *output, const apl_report *report)
{
    static const char *const names[] = {"asset", "finding", "check", "kind", "path", "technique"};
    const apl_explained *explained = report->explained;
    const apl_estate *estate = report->snapshot ? report->snapshot->estate : NULL;
    apl_row_rule *row = apl_row_rule_new();
    apl_text *out = &output->text;
    apl_status status = APL_OK;

    apl_text_add_format(out, "{\"schema\":\"aplomb.explain.v1\",\n\"is\":\"%s\",\n\"asset\":", names[explained->as]);
    if (explained->asset != APL_ASSET_NONE) {
        apl_text_add_char(out, '{');
        apl_row_asset(out, estate, explained->asset);
    } else {
        apl_text_add(out, APL_STR("null"));
    }
    write_kind(out, report);
    apl_text_add(out, APL_STR(",\n\"rules\":["));
    for (size_t i = 0; i < explained->rule_count; i++) {
        open_row(out, i);
        write_rule(out, explained->rules[i], row);
    }
    apl_text_add_char(out, ']');
    status = write_findings(output, estate, explained, row);
    if (status == APL_OK)
        status = write_assets(output, estate, explained);
    apl_text_add(out, APL_STR(",\n\"relations_out\":"));
    write_relations(out, estate, explained->asset, false);
    apl_text_add(out, APL_STR(",\n\"relations_in\":"));
    write_relations(out, estate, explained->asset, true);
    apl_text_add(out, APL_STR(",\n\"used_for_because\":"));
    write_used_for(out, estate, explained->asset);
    apl_explain_origins_json(out, estate, explained->asset);
    apl_explain_access_json(out, report);
    apl_explain_paths_json(out, report);
    apl_text_add(out, APL_STR(",\n\"exposure_evidence\":"));
    apl_row_exposure(out, estate, explained->asset);
    apl_text_add(out, APL_STR(",\n\"history\":"));
    write_history(out, report->history);
    apl_text_add(out, APL_STR(",\n\"body\":"));
    apl_text_add(out, report->body.size ? report->body : APL_STR("null"));
    apl_text_add(out, APL_STR("}\n"));
    apl_row_rule_free(row);
    return status;
}
