/* report/text_fix.c: a plan of fixes for people, step by step.
 *
 * Commands are written whole, on a line of their own, so that they can be copied. What a step breaks stands before the
 * command: it is what a reader must know first. */
#include "report/text_fix.h"

#include "base/limits.h"
#include "report/names.h"
#include "report/remedy.h"

#define LINE_BYTES_MAX (64u << 10)
#define LABEL_INDENT 4u
#define LABEL_WIDTH 13u
#define NEIGHBOURS_SHOWN 4
#define VALUE_COLUMNS_MAX 48u

static void add_label(apl_text *out, const apl_screen *screen, const char *label)
{
    apl_screen_spaces(out, LABEL_INDENT);
    apl_screen_add_styled(out, screen, APL_STYLE_DIM, apl_str_from(label));
    apl_screen_spaces(out, LABEL_WIDTH - LABEL_INDENT - (unsigned)strlen(label));
}

static void add_labelled(apl_text *out, const apl_screen *screen, const char *label, apl_text *text)
{
    add_label(out, screen, label);
    apl_screen_wrap(out, screen, apl_text_str(text), LABEL_WIDTH);
    text->size = 0;
}

static void add_value(apl_text *out, const apl_screen *screen, apl_value value)
{
    apl_text text;

    if (value.type == APL_VALUE_MISSING) {
        apl_text_add(out, APL_STR("nothing"));
        return;
    }
    apl_text_init(&text, APL_DOCUMENT_BYTES_MAX);
    apl_value_write(&text, value, 0);
    apl_screen_fit(out, screen, apl_text_str(&text), VALUE_COLUMNS_MAX, APL_CUT_END);
    apl_text_free(&text);
}

static void add_changes(apl_text *out, const apl_screen *screen, const apl_fix_step *step)
{
    apl_arena *scratch = apl_arena_new();
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    for (size_t i = 0; i < step->changes.count; i++) {
        const apl_change *change = &step->changes.items[i];
        apl_text_add(&line, apl_pointer_path(scratch, change->pointer));
        apl_text_add(&line, APL_STR(": "));
        add_value(&line, screen, change->before);
        apl_text_add(&line, APL_STR(" -> "));
        add_value(&line, screen, change->value);
        add_labelled(out, screen, i ? "" : "changes", &line);
    }
    apl_text_free(&line);
    apl_arena_free(scratch);
}

static void add_neighbours(apl_text *out, const apl_screen *screen, const apl_estate *estate, const apl_blast *blast)
{
    apl_text line;

    if (blast->count == 0)
        return;
    apl_text_init(&line, LINE_BYTES_MAX);
    for (size_t i = 0; i < blast->shown && i < NEIGHBOURS_SHOWN; i++) {
        const apl_asset *asset = &estate->assets.items[blast->neighbours[i].asset];
        apl_text_add_format(&line, "%s%.*s (%.*s)", i ? ", " : "",
                            APL_STR_ARG(apl_report_asset_name(estate, blast->neighbours[i].asset)),
                            APL_STR_ARG(estate->vocabulary->kinds.items[asset->kind].name));
    }
    if (blast->count > NEIGHBOURS_SHOWN)
        apl_text_add_format(&line, " and %zu more", blast->count - NEIGHBOURS_SHOWN);
    add_labelled(out, screen, "touches", &line);
    apl_text_free(&line);
}

/* Whole, whatever the width: a command that is broken over lines cannot be copied. */
static void add_command(apl_text *out, const apl_screen *screen, const char *label, apl_str command)
{
    add_label(out, screen, label);
    apl_screen_add(out, screen, command);
    apl_text_add_char(out, '\n');
}

static void add_ways(apl_text *out, const apl_report *report, const apl_fix_step *step)
{
    apl_arena *scratch = apl_arena_new();
    apl_remedy remedy = apl_remedy_make(scratch, report->snapshot->estate, step->asset, step->findings[0]->rule);
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    for (size_t i = 0; i < remedy.command_count; i++)
        add_command(out, &report->screen, i ? "" : "run", remedy.commands[i]);
    if (step->by_hand.size) {
        apl_text_add(&line, step->by_hand);
        add_labelled(out, &report->screen, "by hand", &line);
    }
    if (step->blast.is_final.size) {
        apl_text_add(&line, step->blast.is_final);
        add_labelled(out, &report->screen, "no undo", &line);
    } else if (step->undo_command.size) {
        add_command(out, &report->screen, "undo", step->undo_command);
    }
    apl_text_free(&line);
    apl_arena_free(scratch);
}

static void add_after(apl_text *out, const apl_report *report, const apl_fix_step *step, double before)
{
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    if (report->plan->has_score)
        apl_text_add_format(&line, "score %.1f (%+.1f), ", step->score, step->score - before);
    apl_text_add_format(&line, "%zu attack %s left", step->paths, step->paths == 1 ? "path" : "paths");
    if (step->broken_count)
        apl_text_add_format(&line, ", %zu broken by this step", step->broken_count);
    add_labelled(out, &report->screen, "then", &line);
    apl_text_free(&line);
}

static void add_step(apl_text *out, const apl_report *report, size_t index)
{
    const apl_fix_plan *plan = report->plan;
    const apl_fix_step *step = &plan->steps[index];
    const apl_estate *estate = report->snapshot->estate;
    const apl_screen *screen = &report->screen;
    const apl_finding *finding = step->findings[0];
    double before = index ? plan->steps[index - 1].score : plan->score_before;
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_format(&line, "%zu. %.*s: %.*s", index + 1, APL_STR_ARG(apl_report_asset_name(estate, step->asset)),
                        APL_STR_ARG(finding->rule->title));
    apl_screen_style(out, screen, APL_STYLE_BOLD);
    apl_screen_wrap(out, screen, apl_text_str(&line), 3);
    apl_screen_style(out, screen, APL_STYLE_PLAIN);
    line.size = 0;
    for (size_t i = 0; i < step->finding_count; i++)
        apl_text_add_format(&line, "%s%.8s %s %.*s", i ? ", " : "", step->findings[i]->id,
                            apl_severity_names[step->findings[i]->severity],
                            APL_STR_ARG(step->findings[i]->rule->check));
    add_labelled(out, screen, "closes", &line);
    apl_text_add(&line, finding->rule->fix_summary);
    add_labelled(out, screen, "fix", &line);
    add_changes(out, screen, step);
    apl_text_add(&line, step->blast.breaks);
    add_labelled(out, screen, "breaks", &line);
    add_neighbours(out, screen, estate, &step->blast);
    add_ways(out, report, step);
    add_after(out, report, step, before);
    apl_text_add_char(out, '\n');
    apl_text_free(&line);
}

static void add_head(apl_text *out, const apl_report *report)
{
    const apl_fix_plan *plan = report->plan;
    const apl_fix_step *last = &plan->steps[plan->count - 1];
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_format(&line, "%zu %s: attack paths %zu -> %zu", plan->count, plan->count == 1 ? "step" : "steps",
                        plan->paths_before, last->paths);
    if (plan->has_score)
        apl_text_add_format(&line, ", score %.1f -> %.1f", plan->score_before, last->score);
    apl_screen_add_styled(out, &report->screen, APL_STYLE_BOLD, apl_text_str(&line));
    apl_text_add(out, APL_STR("\n\n"));
    apl_text_free(&line);
}

apl_status apl_text_fix(apl_output *output, const apl_report *report)
{
    const apl_fix_plan *plan = report->plan;
    apl_text *out = &output->text;

    if (plan->count == 0) {
        apl_text_add(out, APL_STR("Nothing to fix: no failed finding was chosen.\n"));
        return apl_output_step(output);
    }
    add_head(out, report);
    for (size_t i = 0; i < plan->count && output->status == APL_OK; i++) {
        add_step(out, report, i);
        (void)apl_output_step(output);
    }
    if (plan->unbroken)
        apl_text_add_format(out, "%zu attack %s on no failed check: take away a right or a link.\n", plan->unbroken,
                            plan->unbroken == 1 ? "path rests" : "paths rest");
    if (plan->dropped)
        apl_text_add_format(out, "%zu more chosen findings are left out: --limit N\n", plan->dropped);
    return apl_output_step(output);
}
