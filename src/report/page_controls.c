/* report/page_controls.c: the controls of the chosen frameworks, one by one, for an auditor.
 *
 * Each control with its state, the checks that support it and what they came to, the assets that fail, and the
 * statement that stands. Checks and statements are columns of their own. */
#include "report/chart.h"
#include "report/names.h"
#include "report/page.h"
#include "report/row_compliance.h"

#define ASSETS_SHOWN 12

static const char *badge_of(uint8_t state)
{
    switch ((apl_control_state)state) {
    case APL_CONTROL_FAILING:
        return "critical";
    case APL_CONTROL_UNREAD:
        return "medium";
    case APL_CONTROL_SUPPORTED:
    case APL_CONTROL_ATTESTED:
        return "good";
    case APL_CONTROL_NEEDS_EVIDENCE:
    case APL_CONTROL_NOT_APPLICABLE:
    case APL_CONTROL_NOT_YET:
        break;
    }
    return "plain";
}

static void add_checks(apl_text *out, const apl_control_result *result)
{
    for (size_t i = 0; i < result->check_count; i++) {
        const apl_check_result *check = &result->checks[i];
        apl_text_add(out, i ? APL_STR("<br><code>") : APL_STR("<code>"));
        apl_page_text(out, check->check);
        apl_text_add_format(out, "</code> <small>%llu pass, %llu fail", (unsigned long long)check->passing,
                            (unsigned long long)check->failing);
        if (check->unread || check->unread_types)
            apl_text_add_format(out, ", %llu not read", (unsigned long long)(check->unread + check->unread_types));
        if (check->accepted)
            apl_text_add_format(out, ", %llu accepted", (unsigned long long)check->accepted);
        apl_text_add(out, APL_STR("</small>"));
    }
    if (result->check_count == 0)
        apl_text_add(out, APL_STR("<small>no check decides</small>"));
}

static void add_assets(apl_text *out, const apl_report *report, const apl_control_result *result)
{
    const apl_estate *estate = report->snapshot->estate;

    if (result->failing == 0)
        return;
    apl_text_add(out, APL_STR("<br><small>Failing: "));
    for (size_t i = 0; i < result->failing_asset_count && i < ASSETS_SHOWN; i++) {
        if (i)
            apl_text_add(out, APL_STR(", "));
        apl_page_text(out, apl_report_asset_name(estate, result->failing_assets[i]));
    }
    if (result->failing > ASSETS_SHOWN)
        apl_text_add_format(out, " and %llu more", (unsigned long long)(result->failing - ASSETS_SHOWN));
    apl_text_add(out, APL_STR("</small>"));
}

static void add_statement(apl_text *out, const apl_control_result *result)
{
    const apl_attestation *one = result->attestation;

    if (one == NULL) {
        apl_text_add(out, apl_str_equal(result->control->evidence, APL_STR("technical"))
                              ? APL_STR("<small>not needed</small>")
                              : APL_STR("<small>none</small>"));
        return;
    }
    apl_page_badge(out, result->attestation_state == APL_ATTESTATION_VALID ? "good" : "medium",
                   apl_attestation_names[result->attestation_state]);
    apl_text_add_char(out, ' ');
    apl_page_text(out, one->note);
    apl_text_add(out, APL_STR("<br><small>"));
    apl_page_text(out, one->owner);
    apl_text_add(out, APL_STR(", until "));
    apl_page_text(out, one->expires);
    apl_text_add(out, APL_STR("</small>"));
}

static void add_control(apl_text *out, const apl_report *report, const apl_control_result *result)
{
    const apl_control_info *info = result->control;

    apl_text_add(out, APL_STR("<tr>"));
    apl_page_cell(out, "tight", info->id);
    apl_text_add(out, APL_STR("<td>"));
    apl_page_badge(out, badge_of(result->state), apl_control_state_titles[result->state]);
    apl_text_add(out, APL_STR("</td><td class=\"name\">"));
    apl_page_text(out, info->title);
    if (info->applies_from.size && result->state == APL_CONTROL_NOT_YET) {
        apl_text_add(out, APL_STR("<br><small>from "));
        apl_page_text(out, info->applies_from);
        apl_text_add(out, APL_STR(" ("));
        apl_page_text(out, info->applies_source);
        apl_text_add(out, APL_STR(")</small>"));
    }
    apl_text_add(out, APL_STR("</td><td>"));
    add_checks(out, result);
    add_assets(out, report, result);
    apl_text_add(out, APL_STR("</td><td>"));
    add_statement(out, result);
    apl_text_add(out, APL_STR("</td></tr>\n"));
}

static void add_counts(apl_text *out, const apl_framework_result *one)
{
    const apl_chart_bar parts[] = {
        {"good", "pass", one->passing},
        {"critical", "fail", one->states[APL_CONTROL_FAILING]},
        {"medium", "not read", one->decided - one->passing - one->states[APL_CONTROL_FAILING]},
    };

    apl_chart_parts(out, "Controls that checks decide: pass, fail, not read", parts, 3);
    apl_text_add_format(out, "<p>Checks decide %u of %zu controls: %u pass, %u fail, %llu not read.", one->decided,
                        one->control_count, one->passing, one->states[APL_CONTROL_FAILING],
                        (unsigned long long)parts[2].value);
    apl_text_add_format(out, " Statements stand for %u of the %u controls that need one; %u have ended.",
                        one->statements_valid, one->statements_needed, one->statements_expired);
    if (one->next) {
        apl_text_add_format(out, " Nearest: %.*s, %llu %s away.", APL_STR_ARG(one->next->control->id),
                            (unsigned long long)one->next->fixes, one->next->fixes == 1 ? "finding" : "findings");
    }
    apl_text_add(out, APL_STR("</p>"));
}

static apl_status add_framework(apl_output *output, const apl_report *report, const apl_framework_result *one)
{
    apl_text *out = &output->text;
    apl_status status = APL_OK;

    apl_text_add(out, APL_STR("<section><h2>"));
    apl_page_text(out, one->framework->title);
    apl_text_add(out, APL_STR("</h2><p class=\"soft\">"));
    apl_page_text(out, one->framework->source);
    apl_text_add(out, APL_STR("</p>"));
    add_counts(out, one);
    apl_text_add(out, APL_STR("<p class=\"soft\">"));
    apl_page_text(out, one->framework->note);
    apl_text_add(out, APL_STR("</p><div class=\"scroll\"><table><tr><th>Control</th><th>State</th><th>Title</th>"
                              "<th>Checks</th><th>Statement</th></tr>\n"));
    for (size_t c = 0; status == APL_OK && c < one->control_count; c++) {
        add_control(out, report, &one->controls[c]);
        status = apl_output_step(output);
    }
    apl_text_add(out, APL_STR("</table></div>"));
    apl_page_section_end(out);
    return status;
}

apl_status apl_page_controls(apl_output *output, const apl_report *report)
{
    apl_status status = APL_OK;

    apl_page_open(&output->text, report, "Readiness by control");
    for (size_t f = 0; status == APL_OK && f < report->compliance->framework_count; f++)
        status = add_framework(output, report, &report->compliance->frameworks[f]);
    apl_page_close(&output->text, report);
    return status == APL_OK ? apl_output_step(output) : status;
}
