/* report/text_score.c: the score for people, with what costs most; and what fixes would do to it and to the paths.
 *
 * An interval stands beside every number that rests on something unread. */
#include "report/text_score.h"

#include <math.h>

#include "report/names.h"

#define LINE_BYTES_MAX (64u << 10)
#define SCOPES_SHOWN 24
#define BROKEN_SHOWN 12
#define REASONS_SHOWN 3

static void add_value(apl_text *out, const apl_score_value *value)
{
    apl_text_add_format(out, "%.1f", value->value);
    if (value->high - value->low >= 0.05)
        apl_text_add_format(out, " (%.1f to %.1f)", value->low, value->high);
}

static const apl_score_scope *ai_scope(const apl_score *score)
{
    for (size_t i = 0; i < score->scope_count; i++) {
        if (apl_str_equal(score->scopes[i].type, APL_STR("ai")))
            return &score->scopes[i];
    }
    return NULL;
}

void apl_text_score_line(apl_text *out, const apl_report *report)
{
    const apl_score *score = &report->snapshot->estate->score;
    const apl_score_scope *ai = ai_scope(score);

    if (!score->is_there) {
        apl_text_add(out, APL_STR("No score: nothing that was read could be judged.\n"));
        return;
    }
    apl_text line;
    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add(&line, APL_STR("Score "));
    add_value(&line, &score->estate);
    if (ai)
        apl_text_add_format(&line, ", AI alone %.1f", ai->score.value);
    apl_text_add(&line, APL_STR("; 100 is best"));
    apl_screen_style(out, &report->screen, APL_STYLE_BOLD);
    apl_screen_fit(out, &report->screen, apl_text_str(&line), report->screen.width, APL_CUT_END);
    apl_screen_style(out, &report->screen, APL_STYLE_PLAIN);
    apl_text_add_char(out, '\n');
    apl_text_free(&line);
}

/* Parts that round to nothing are left out. */
void apl_text_delta(apl_text *out, const apl_score_delta *delta)
{
    static const char *const names[] = {"posture", "inventory", "content", "coverage"};
    size_t told = 0;

    if (delta == NULL || !delta->is_there)
        return;
    const double parts[] = {delta->posture, delta->inventory, delta->content, delta->coverage};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (fabs(parts[i]) >= 0.05)
            apl_text_add_format(out, "%s%s %+.1f", told++ ? ", " : " (", names[i], parts[i]);
    }
    apl_text_add(out, told ? APL_STR(")") : APL_STR_NONE);
}

static void add_moved(apl_text *out, const apl_report *report)
{
    const apl_score_delta *delta = report->delta;
    apl_text line;

    if (delta == NULL || !delta->is_there)
        return;
    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_format(&line, "Was %.1f before", delta->before);
    apl_text_delta(&line, delta);
    apl_screen_fit(out, &report->screen, apl_text_str(&line), report->screen.width, APL_CUT_END);
    apl_text_add_char(out, '\n');
    apl_text_free(&line);
}

static uint64_t failed_findings(const apl_estate *estate, apl_asset_id asset)
{
    uint64_t count = 0;

    for (size_t i = 0; i < estate->findings.count; i++)
        count += estate->findings.items[i].asset == asset && estate->findings.items[i].status == APL_STATUS_FAIL;
    return count;
}

void apl_text_score_end(apl_text *out, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_score *score = &estate->score;
    apl_text line;

    apl_text_score_line(out, report);
    apl_text_init(&line, LINE_BYTES_MAX);
    for (size_t i = 0; score->is_there && i < score->asset_count && i < REASONS_SHOWN; i++) {
        uint64_t failed = failed_findings(estate, score->assets[i].asset);
        apl_text_add_format(&line, "  -%.1f  %.*s, with %llu failed %s", score->assets[i].gain,
                            APL_STR_ARG(apl_report_asset_name(estate, score->assets[i].asset)),
                            (unsigned long long)failed, failed == 1 ? "finding" : "findings");
        apl_screen_line(out, &report->screen, &line);
    }
    const apl_finding *best =
        score->is_there && score->finding_count ? apl_report_finding(estate, score->findings[0].finding) : NULL;
    if (best) {
        apl_text_add_format(&line, "  +%.1f  by one fix, %.8s: %.*s", score->findings[0].gain, best->id,
                            APL_STR_ARG(apl_str_trim(best->rule->fix_summary)));
        apl_screen_line(out, &report->screen, &line);
    }
    apl_text_add_char(out, '\n');
    apl_text_free(&line);
}

static void add_costs(apl_text *out, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_score *score = &estate->score;
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    if (score->asset_count)
        apl_text_add(out, APL_STR("\nAssets that cost most, and what the score gains when they are clean\n"));
    for (size_t i = 0; i < score->asset_count; i++) {
        apl_text_add_format(&line, "  +%.1f  %.*s", score->assets[i].gain,
                            APL_STR_ARG(apl_report_asset_name(estate, score->assets[i].asset)));
        apl_screen_line(out, &report->screen, &line);
    }
    if (score->finding_count)
        apl_text_add(out, APL_STR("\nFindings that cost most\n"));
    for (size_t i = 0; i < score->finding_count; i++) {
        const apl_finding *finding = apl_report_finding(estate, score->findings[i].finding);
        const apl_score_cost *cost = &score->findings[i];
        apl_text_add_format(&line, "  +%.1f  %.8s  %.*s: %.*s", cost->gain, cost->finding.data,
                            APL_STR_ARG(apl_report_asset_name(estate, cost->asset)),
                            APL_STR_ARG(finding ? finding->rule->title : APL_STR_NONE));
        apl_screen_line(out, &report->screen, &line);
    }
    apl_text_free(&line);
}

static void add_scopes(apl_text *out, const apl_report *report)
{
    const apl_score *score = &report->snapshot->estate->score;
    apl_text line;
    size_t shown = 0;

    apl_text_init(&line, LINE_BYTES_MAX);
    for (size_t i = 0; i < score->scope_count; i++) {
        const apl_score_scope *scope = &score->scopes[i];
        if (apl_str_equal(scope->type, APL_STR("ai")))
            continue;
        if (shown++ == 0)
            apl_text_add(out, APL_STR("\nBy account, kind and tenant\n"));
        if (shown > SCOPES_SHOWN)
            continue;
        apl_text_add_format(&line, "  %5.1f  %-8.*s %.*s  (%llu)", scope->score.value, APL_STR_ARG(scope->type),
                            APL_STR_ARG(scope->id), (unsigned long long)scope->score.assets);
        apl_screen_line(out, &report->screen, &line);
    }
    if (shown > SCOPES_SHOWN)
        apl_text_add_format(out, "  and %zu more: --format json\n", shown - SCOPES_SHOWN);
    apl_text_free(&line);
}

apl_status apl_text_score(apl_output *output, const apl_report *report)
{
    if (report->is_part)
        apl_text_add(&output->text, APL_STR("Of the chosen part only:\n"));
    apl_text_score_line(&output->text, report);
    add_moved(&output->text, report);
    if (report->snapshot->estate->score.is_there) {
        add_costs(&output->text, report);
        add_scopes(&output->text, report);
    }
    return apl_output_step(output);
}

apl_status apl_text_simulation(apl_output *output, const apl_report *report)
{
    const apl_simulation *simulation = report->snapshot->simulation;
    const apl_estate *estate = report->snapshot->estate;
    apl_text *out = &output->text;
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_format(out, "Fixing %zu %s breaks %zu of %zu attack paths; %zu left.\n", simulation->fix_count,
                        simulation->fix_count == 1 ? "finding" : "findings", simulation->broken_count,
                        estate->paths.count, simulation->paths.count);
    if (simulation->has_score)
        apl_text_add_format(out, "Score %.1f -> %.1f\n", simulation->score_before, simulation->score_after);
    if (simulation->unreachable_count)
        apl_text_add(out, APL_STR("\nOut of reach then\n"));
    for (size_t i = 0; i < simulation->unreachable_count && i < BROKEN_SHOWN; i++) {
        apl_text_add_format(&line, "  %.*s", APL_STR_ARG(apl_report_asset_name(estate, simulation->unreachable[i])));
        apl_screen_line(out, &report->screen, &line);
    }
    if (simulation->unreachable_count > BROKEN_SHOWN)
        apl_text_add_format(out, "  and %zu more\n", simulation->unreachable_count - BROKEN_SHOWN);
    if (simulation->broken_count)
        apl_text_add(out, APL_STR("\nBroken paths\n"));
    for (size_t i = 0; i < simulation->broken_count && i < BROKEN_SHOWN; i++) {
        const apl_path *path = &estate->paths.items[simulation->broken[i]];
        apl_text_add_format(&line, "  %-8s %3.0f  %.8s  %.*s", apl_path_level_names[path->level], path->risk, path->id,
                            APL_STR_ARG(path->title));
        apl_screen_line(out, &report->screen, &line);
    }
    if (simulation->broken_count > BROKEN_SHOWN)
        apl_text_add_format(out, "  and %zu more\n", simulation->broken_count - BROKEN_SHOWN);
    apl_text_free(&line);
    return apl_output_step(output);
}
