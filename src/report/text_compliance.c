/* report/text_compliance.c: one line a framework, then what stands beside the numbers.
 *
 * Checks and statements are two columns and never one number. What must be known to read them stands below: cautions of
 * the frameworks, what the snapshot does not keep, and which control is nearest. */
#include "report/text_compliance.h"

#include <stdio.h>

#include "report/row_compliance.h"
#include "report/text_table.h"

#define LINE_BYTES_MAX (64u << 10)
#define TREND_SHOWN 6

static void write_head(apl_text *out, const apl_report *report)
{
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add(&line, APL_STR("Compliance on "));
    apl_row_day(&line, report->compliance->now);
    apl_text_add_format(&line, " of the snapshot %.8s of %.10s%s", report->snapshot->scan.id.data,
                        report->snapshot->scan.started.data,
                        report->compliance->is_scoped ? ", of the chosen assets only" : "");
    apl_screen_style(out, &report->screen, APL_STYLE_BOLD);
    apl_screen_fit(out, &report->screen, apl_text_str(&line), report->screen.width, APL_CUT_END);
    apl_screen_style(out, &report->screen, APL_STYLE_PLAIN);
    apl_text_add(out, APL_STR("\n"));
    apl_text_free(&line);
    if (!report->compliance->is_complete)
        apl_text_add(out, APL_STR("This snapshot does not say what passed; scan again for all that checks decide.\n"));
}

static void write_frameworks(apl_text *out, const apl_report *report)
{
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_format(&line, "\n%-28s %8s  %15s  %15s  %7s %8s %8s", "Framework", "Controls", "Checks pass",
                        "Statements", "Failing", "Not read", "Not yet");
    apl_text_add(out, apl_text_str(&line));
    apl_text_add_char(out, '\n');
    line.size = 0;
    for (size_t f = 0; f < report->compliance->framework_count; f++) {
        const apl_framework_result *one = &report->compliance->frameworks[f];
        char checks[32] = "-";
        char statements[32] = "-";
        if (one->decided)
            (void)snprintf(checks, sizeof checks, "%u of %u, %2.0f%%", one->passing, one->decided,
                           100.0 * one->passing / one->decided);
        if (one->statements_needed)
            (void)snprintf(statements, sizeof statements, "%u of %u", one->statements_valid, one->statements_needed);
        apl_screen_fit(&line, &report->screen, one->framework->id, 28, APL_CUT_END);
        unsigned width = apl_screen_width_of(&report->screen, one->framework->id);
        apl_screen_spaces(&line, width < 28 ? 28 - width : 0);
        apl_text_add_format(&line, " %8zu  %15s  %15s  %7u %8u %8u", one->control_count, checks, statements,
                            one->states[APL_CONTROL_FAILING], one->states[APL_CONTROL_UNREAD],
                            one->states[APL_CONTROL_NOT_YET]);
        apl_text_add(out, apl_text_str(&line));
        apl_text_add_char(out, '\n');
        line.size = 0;
    }
    apl_text_add(out, APL_STR("\nChecks: of the controls that a check decides, those that pass. Statements: of those "
                              "that need one.\nEvery other control needs evidence; a control is supported, never "
                              "satisfied, by a check.\n"));
    apl_text_free(&line);
}

static void write_cautions(apl_text *out, const apl_report *report)
{
    for (size_t f = 0; f < report->compliance->framework_count; f++) {
        const apl_framework_info *info = report->compliance->frameworks[f].framework;
        if (info->caution.size)
            apl_screen_wrap(out, &report->screen, info->caution, 0);
        if (report->lists_controls && info->note.size)
            apl_screen_wrap(out, &report->screen, info->note, 0);
    }
}

static void write_next(apl_text *out, const apl_report *report)
{
    apl_text line;
    bool is_first = true;

    apl_text_init(&line, LINE_BYTES_MAX);
    for (size_t f = 0; f < report->compliance->framework_count; f++) {
        const apl_framework_result *one = &report->compliance->frameworks[f];
        if (one->next == NULL)
            continue;
        if (is_first)
            apl_text_add(out, APL_STR("\nThe nearest control of each, by findings to fix\n"));
        is_first = false;
        apl_text_add_format(&line, "  %3llu  %.*s:%.*s  %.*s", (unsigned long long)one->next->fixes,
                            APL_STR_ARG(one->framework->id), APL_STR_ARG(one->next->control->id),
                            APL_STR_ARG(one->next->control->title));
        apl_screen_line(out, &report->screen, &line);
    }
    apl_text_free(&line);
}

static const apl_framework_count *count_of(const apl_store_point *point, apl_str framework)
{
    for (size_t i = 0; i < point->framework_count; i++) {
        if (apl_str_equal(point->frameworks[i].framework, framework))
            return &point->frameworks[i];
    }
    return NULL;
}

/* Only for frameworks that somebody asked for: for all of them it would drown the rest. */
static void write_trend(apl_text *out, const apl_report *report)
{
    size_t from = report->point_count > TREND_SHOWN ? report->point_count - TREND_SHOWN : 0;
    apl_text line;

    if (report->point_count < 2 || !report->lists_controls)
        return;
    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add(out, APL_STR("\nChecks that pass, by snapshot\n"));
    for (size_t f = 0; f < report->compliance->framework_count; f++) {
        apl_str id = report->compliance->frameworks[f].framework->id;
        for (size_t i = from; i < report->point_count; i++) {
            const apl_framework_count *count = count_of(&report->points[i], id);
            if (count)
                apl_text_add_format(&line, "  %.10s  %.*s  %u of %u", report->points[i].scan.started.data,
                                    APL_STR_ARG(id), count->passing, count->passing + count->failing + count->unread);
            if (count)
                apl_screen_line(out, &report->screen, &line);
        }
    }
    apl_text_free(&line);
}

static void write_statements(apl_text *out, const apl_report *report)
{
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    for (size_t f = 0; f < report->compliance->framework_count; f++) {
        const apl_framework_result *one = &report->compliance->frameworks[f];
        for (size_t c = 0; c < one->control_count; c++) {
            const apl_control_result *control = &one->controls[c];
            if (control->attestation == NULL || control->attestation_state == APL_ATTESTATION_VALID)
                continue;
            apl_text_add_format(&line, "  %-8s %.*s  by %.*s, until %.*s",
                                apl_attestation_names[control->attestation_state],
                                APL_STR_ARG(control->attestation->control), APL_STR_ARG(control->attestation->owner),
                                APL_STR_ARG(control->attestation->expires));
            apl_screen_line(out, &report->screen, &line);
        }
    }
    apl_text_free(&line);
}

apl_status apl_text_compliance(apl_output *output, const apl_report *report)
{
    apl_status status = APL_OK;

    write_head(&output->text, report);
    write_frameworks(&output->text, report);
    write_cautions(&output->text, report);
    if (report->lists_controls) {
        apl_text_add_char(&output->text, '\n');
        status = apl_text_table(output, report->listing, &report->screen);
    }
    write_statements(&output->text, report);
    write_trend(&output->text, report);
    write_next(&output->text, report);
    return status == APL_OK ? apl_output_step(output) : status;
}
