/* report/text_paths.c: attack paths for people: grouped, the riskiest first, each told step by step.
 *
 * Paths of one shape are one group: its riskiest member is told whole, the others are named by their target. An empty
 * list says what it rests on: no path is not the same as nothing read. */
#include "report/text_paths.h"

#include "query/choke.h"
#include "report/names.h"
#include "report/text_summary.h"

#define SIMILAR_SHOWN 5
#define CHOKE_POINTS_SHOWN 5
#define TEXT_BYTES_MAX (64u << 10)

static const apl_style level_styles[] = {APL_STYLE_LOW, APL_STYLE_MEDIUM, APL_STYLE_HIGH, APL_STYLE_CRITICAL};

static void add_step(apl_text *out, const apl_report *report, const apl_path_step *step, uint32_t number)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_screen *screen = &report->screen;
    apl_str word = step->technique.size ? step->technique : step->relation;

    apl_text_add_format(out, "  %u. ", number);
    apl_screen_add(out, screen, apl_report_asset_name(estate, step->from));
    apl_text_add(out, APL_STR(" -> "));
    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, apl_report_asset_name(estate, step->to));
    apl_text_add(out, APL_STR("  "));
    apl_screen_add_styled(out, screen, APL_STYLE_DIM, word);
    apl_text_add_format(out, "  %.0f %%\n", step->likelihood * 100);
    apl_screen_spaces(out, 5);
    apl_screen_wrap(out, screen, step->why, 5);
    for (uint32_t i = 0; i < step->finding_count; i++) {
        const apl_finding *finding = apl_report_finding(estate, step->findings[i]);
        if (finding == NULL)
            continue;
        apl_text line;
        apl_text_init(&line, TEXT_BYTES_MAX);
        apl_text_add_format(
            &line, "broken by %.8s: %.*s", finding->id,
            APL_STR_ARG(finding->rule->fix_summary.size ? finding->rule->fix_summary : finding->rule->title));
        apl_screen_spaces(out, 5);
        apl_screen_wrap(out, screen, apl_text_str(&line), 7);
        apl_text_free(&line);
    }
}

void apl_text_path(apl_text *out, const apl_report *report, const apl_path *path)
{
    const apl_screen *screen = &report->screen;

    apl_screen_add_styled(out, screen, level_styles[path->level], apl_str_from(apl_path_level_names[path->level]));
    apl_text_add_format(out, "  risk %.0f  ", path->risk);
    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, path->title);
    apl_text_add_format(out, "  %.8s\n", path->id);
    for (uint32_t i = 0; i < path->step_count; i++)
        add_step(out, report, &path->steps[i], i + 1);
    if (path->fix_count == 0)
        apl_text_add(out,
                     APL_STR("     No failed check breaks this path: take away a right or a link that it rests on.\n"));
}

static bool is_same_group(const apl_path *a, const apl_path *b)
{
    return memcmp(a->group, b->group, APL_PATH_ID_BYTES) == 0;
}

/* The paths of the same shape as number `first` of the selection, behind it. */
static void add_similar(apl_text *out, const apl_report *report, size_t first)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_selection *selection = report->selection;
    const apl_path *path = &estate->paths.items[selection->paths.items[first]];
    size_t similar = 0;

    for (size_t i = first + 1; i < selection->paths.count; i++) {
        const apl_path *other = &estate->paths.items[selection->paths.items[i]];
        if (!is_same_group(path, other))
            continue;
        if (similar++ < SIMILAR_SHOWN) {
            apl_text_add_format(out, "%s", similar == 1 ? "  the same way to " : ", ");
            apl_screen_add(out, &report->screen, apl_report_asset_name(estate, other->target));
        }
    }
    if (similar > SIMILAR_SHOWN)
        apl_text_add_format(out, " and %zu more", similar - SIMILAR_SHOWN);
    if (similar)
        apl_text_add_char(out, '\n');
}

static bool is_first_of_group(const apl_report *report, size_t number)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_selection *selection = report->selection;

    for (size_t i = 0; i < number; i++) {
        if (is_same_group(&estate->paths.items[selection->paths.items[i]],
                          &estate->paths.items[selection->paths.items[number]]))
            return false;
    }
    return true;
}

/* The fixes that break most, in the order in which to make them. */
static void add_choke_points(apl_text *out, const apl_report *report)
{
    apl_choke_point points[CHOKE_POINTS_SHOWN];
    size_t count = apl_choke_points(points, CHOKE_POINTS_SHOWN, report->snapshot, report->selection);
    apl_text line;

    if (count == 0)
        return;
    apl_text_init(&line, TEXT_BYTES_MAX);
    apl_screen_add_styled(out, &report->screen, APL_STYLE_BOLD, APL_STR("Fix first"));
    apl_text_add_char(out, '\n');
    for (size_t i = 0; i < count; i++) {
        const apl_finding *finding = points[i].finding;
        apl_text_add_format(&line, "  %3.0f %% of the risk, %u %s  %.8s  %.*s: %.*s", points[i].share * 100,
                            points[i].paths, points[i].paths == 1 ? "path" : "paths", finding->id,
                            APL_STR_ARG(apl_report_asset_name(report->snapshot->estate, finding->asset)),
                            APL_STR_ARG(finding->rule->title));
        apl_screen_line(out, &report->screen, &line);
    }
    apl_text_add_char(out, '\n');
    apl_text_free(&line);
}

apl_status apl_text_paths(apl_output *output, const apl_report *report)
{
    const apl_selection *selection = report->selection;

    if (selection->paths.count == 0)
        apl_text_add(&output->text, APL_STR("No attack path was found in what was read.\n\n"));
    for (size_t i = 0; i < selection->paths.count && output->status == APL_OK; i++) {
        if (!is_first_of_group(report, i))
            continue;
        apl_text_path(&output->text, report, &report->snapshot->estate->paths.items[selection->paths.items[i]]);
        add_similar(&output->text, report, i);
        apl_text_add_char(&output->text, '\n');
        (void)apl_output_step(output);
    }
    if (report->snapshot->estate->cut_targets)
        apl_text_add_format(&output->text,
                            "The ways to %zu targets were searched up to a limit only: there may be more.\n\n",
                            report->snapshot->estate->cut_targets);
    add_choke_points(&output->text, report);
    apl_text_gaps(&output->text, report);
    return apl_output_step(output);
}
