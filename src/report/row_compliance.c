/* report/row_compliance.c: writes compliance member by member, a control a line.
 *
 * What checks say and what people state stand in members of their own, and nothing adds them up. A quotient whose
 * divisor is 0 is null: nothing decides, so there is no percentage. */
#include "report/row_compliance.h"

#include "report/row.h"

void apl_row_day(apl_text *out, apl_instant instant)
{
    char text[APL_INSTANT_TEXT_MAX];

    (void)apl_instant_format(text, instant, 0);
    apl_text_add(out, apl_str_make(text, 10));
}

static void add_number(apl_text *out, const char *name, uint64_t number)
{
    apl_text_add_format(out, ",\"%s\":%llu", name, (unsigned long long)number);
}

static void add_share(apl_text *out, const char *name, uint64_t part, uint64_t whole)
{
    if (whole)
        apl_text_add_format(out, ",\"%s\":%.1f", name, 100.0 * (double)part / (double)whole);
    else
        apl_text_add_format(out, ",\"%s\":null", name);
}

static void add_assets(apl_text *out, const char *name, const apl_estate *estate, const apl_asset_id *assets,
                       size_t count)
{
    apl_text_add_format(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, estate->assets.items[assets[i]].id);
    }
    apl_text_add_char(out, ']');
}

static void add_checks(apl_text *out, const apl_control_result *result)
{
    apl_text_add(out, APL_STR(",\"checks\":["));
    for (size_t i = 0; i < result->check_count; i++) {
        const apl_check_result *check = &result->checks[i];
        apl_text_add(out, i ? APL_STR(",{\"check\":") : APL_STR("{\"check\":"));
        apl_json_write_string(out, check->check);
        apl_row_text(out, APL_STR("title"), check->title);
        if (check->title.size)
            apl_row_text(out, APL_STR("severity"), apl_str_from(apl_severity_names[check->severity]));
        add_number(out, "passing", check->passing);
        add_number(out, "failing", check->failing);
        add_number(out, "unread", check->unread);
        add_number(out, "accepted", check->accepted);
        add_number(out, "unread_types", check->unread_types);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void add_attestation(apl_text *out, const apl_control_result *result)
{
    const apl_attestation *one = result->attestation;

    if (one == NULL) {
        apl_text_add(out, APL_STR(",\"attestation\":null"));
        return;
    }
    apl_text_add_format(out, ",\"attestation\":{\"state\":\"%s\",\"claim\":\"%s\"",
                        apl_attestation_names[result->attestation_state],
                        one->excludes ? "not-applicable" : "in-place");
    apl_row_text(out, APL_STR("owner"), one->owner);
    apl_row_text(out, APL_STR("note"), one->note);
    apl_row_text(out, APL_STR("file"), one->file);
    apl_row_text(out, APL_STR("sha256"), one->sha256);
    apl_text_add_format(out, ",\"file_compared\":%s", one->has_file ? "true" : "false");
    apl_row_text(out, APL_STR("attested"), one->attested);
    apl_row_text(out, APL_STR("expires"), one->expires);
    apl_text_add_char(out, '}');
}

static void add_control(apl_text *out, const apl_estate *estate, const apl_control_result *result)
{
    const apl_control_info *info = result->control;

    apl_text_add(out, APL_STR("{\"control\":"));
    apl_json_write_string(out, info->id);
    apl_row_text(out, APL_STR("title"), info->title);
    if (info->text.size)
        apl_row_text(out, APL_STR("text"), info->text);
    apl_row_text(out, APL_STR("evidence"), info->evidence);
    apl_row_text(out, APL_STR("state"), apl_str_from(apl_control_state_names[result->state]));
    apl_row_text(out, APL_STR("signal"), apl_str_from(apl_control_signal_names[result->signal]));
    apl_row_texts(out, APL_STR("roles"), info->roles, info->role_count);
    apl_row_texts(out, APL_STR("risk_classes"), info->risk_classes, info->risk_class_count);
    if (info->applies_from.size) {
        apl_text_add(out, APL_STR(",\"applies_from\":{\"date\":"));
        apl_json_write_string(out, info->applies_from);
        apl_row_text(out, APL_STR("source"), info->applies_source);
        apl_row_text(out, APL_STR("note"), info->applies_note);
        apl_text_add_char(out, '}');
    } else {
        apl_text_add(out, APL_STR(",\"applies_from\":null"));
    }
    apl_text_add_format(out, ",\"assets\":{\"passing\":%llu", (unsigned long long)result->passing);
    add_number(out, "failing", result->failing);
    add_number(out, "unread", result->unread);
    add_number(out, "accepted", result->accepted);
    apl_text_add_char(out, '}');
    add_number(out, "fixes", result->fixes);
    add_checks(out, result);
    add_assets(out, "failing_assets", estate, result->failing_assets, result->failing_asset_count);
    add_assets(out, "passing_assets", estate, result->passing_assets, result->passing_asset_count);
    add_attestation(out, result);
    apl_text_add_char(out, '}');
}

static void add_states(apl_text *out, const apl_framework_result *result)
{
    apl_text_add(out, APL_STR(",\"states\":{"));
    for (size_t i = 0; i < APL_CONTROL_STATE_COUNT; i++)
        apl_text_add_format(out, "%s\"%s\":%u", i ? "," : "", apl_control_state_names[i], result->states[i]);
    apl_text_add_char(out, '}');
}

static void add_framework(apl_text *out, const apl_framework_result *result)
{
    apl_text_add(out, APL_STR("{\"framework\":"));
    apl_json_write_string(out, result->framework->id);
    apl_row_text(out, APL_STR("title"), result->framework->title);
    apl_row_text(out, APL_STR("source"), result->framework->source);
    apl_row_text(out, APL_STR("caution"), result->framework->caution);
    apl_row_text(out, APL_STR("note"), result->framework->note);
    add_states(out, result);
    apl_text_add_format(out, ",\"checks\":{\"controls\":%zu", result->control_count);
    add_number(out, "decided", result->decided);
    add_number(out, "passing", result->passing);
    add_share(out, "passing_percent", result->passing, result->decided);
    apl_text_add_format(out, "},\"statements\":{\"needed\":%u", result->statements_needed);
    add_number(out, "valid", result->statements_valid);
    add_number(out, "expired", result->statements_expired);
    add_share(out, "valid_percent", result->statements_valid, result->statements_needed);
    apl_text_add(out, APL_STR("},\"next\":"));
    if (result->next) {
        apl_text_add(out, APL_STR("{\"control\":"));
        apl_json_write_string(out, result->next->control->id);
        add_number(out, "fixes", result->next->fixes);
        apl_text_add_char(out, '}');
    } else {
        apl_text_add(out, APL_STR("null"));
    }
}

static void add_trend(apl_text *out, const apl_report *report)
{
    apl_text_add(out, APL_STR(",\n\"trend\":["));
    for (size_t i = 0; i < report->point_count; i++) {
        const apl_store_point *point = &report->points[i];
        apl_text_add(out, i ? APL_STR(",\n{\"snapshot\":") : APL_STR("\n{\"snapshot\":"));
        apl_json_write_string(out, point->scan.id);
        apl_row_text(out, APL_STR("started"), point->scan.started);
        apl_text_add(out, APL_STR(",\"frameworks\":{"));
        for (size_t f = 0; f < point->framework_count; f++) {
            const apl_framework_count *one = &point->frameworks[f];
            if (f)
                apl_text_add_char(out, ',');
            apl_json_write_string(out, one->framework);
            apl_text_add_format(out, ":{\"decided\":%u,\"passing\":%u}", one->passing + one->failing + one->unread,
                                one->passing);
        }
        apl_text_add(out, APL_STR("}}"));
    }
    apl_text_add_char(out, ']');
}

apl_status apl_compliance_write_json(apl_output *output, const apl_report *report)
{
    const apl_compliance_result *result = report->compliance;
    apl_summary summary = apl_snapshot_summary(report->snapshot);
    apl_text *out = &output->text;
    apl_status status = APL_OK;

    apl_text_add(out, APL_STR("{\"schema\":\"aplomb.compliance.v1\",\n\"scan\":{"));
    apl_row_scan(out, &report->snapshot->scan);
    apl_text_add(out, APL_STR(",\n\"summary\":{"));
    apl_row_summary(out, &summary, report->snapshot->estate);
    apl_text_add(out, APL_STR(",\n\"as_of\":\""));
    apl_row_day(out, result->now);
    apl_text_add_format(out, "\",\"scoped\":%s,\"complete\":%s,\n\"frameworks\":[",
                        result->is_scoped ? "true" : "false", result->is_complete ? "true" : "false");
    for (size_t f = 0; status == APL_OK && f < result->framework_count; f++) {
        const apl_framework_result *framework = &result->frameworks[f];
        apl_text_add(out, f ? APL_STR(",\n") : APL_STR("\n"));
        add_framework(out, framework);
        apl_text_add(out, APL_STR(",\"controls\":["));
        for (size_t c = 0; status == APL_OK && c < framework->control_count; c++) {
            apl_text_add(out, c ? APL_STR(",\n") : APL_STR("\n"));
            add_control(out, report->snapshot->estate, &framework->controls[c]);
            status = apl_output_step(output);
        }
        apl_text_add(out, APL_STR("]}"));
    }
    apl_text_add_char(out, ']');
    add_trend(out, report);
    apl_text_add(out, APL_STR("}\n"));
    return status;
}
