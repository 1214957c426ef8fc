/* report/text_bom.c: a bill of materials on one screen: its models first, then the rest by place, then what is missing.
 *
 * The bill itself is for programs; this tells a person whether it is worth sending. */
#include "report/text_bom.h"

#include <math.h>

#include "bom/completeness.h"
#include "report/bom_text.h"
#include "report/names.h"

#define LINE_BYTES_MAX (64u << 10)
#define PARTS_SHOWN 12   /* of one place */
#define MISSING_SHOWN 12 /* elements of one measure */

static const struct {
    apl_bom_place place;
    const char *title;
} sections[] = {
    {APL_BOM_MODEL, "Models"},
    {APL_BOM_DATA, "Datasets"},
    {APL_BOM_APPLICATION, "Agents, tools and applications"},
    {APL_BOM_SERVICE, "Services"},
    {APL_BOM_CONFIGURATION, "Prompts, guardrails and connections"},
    {APL_BOM_LIBRARY, "Libraries"},
    {APL_BOM_CONTAINER, "Container images"},
    {APL_BOM_PLATFORM, "Platforms"},
    {APL_BOM_IDENTITY, "Identities"},
};

static void add_part(apl_text *line, const apl_bom *bom, const apl_bom_part *part)
{
    const apl_estate *estate = bom->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[part->asset];
    apl_str version = apl_bom_text(part, APL_BOM_VERSION);
    apl_str supplier = apl_bom_text(part, APL_BOM_SUPPLIER);

    apl_text_add_format(line, "  %.*s", APL_STR_ARG(apl_report_asset_name(estate, part->asset)));
    if (version.size)
        apl_text_add_format(line, " %.*s", APL_STR_ARG(version));
    if (supplier.size)
        apl_text_add_format(line, " by %.*s", APL_STR_ARG(supplier));
    apl_text_add_format(line, ": %.*s", APL_STR_ARG(estate->vocabulary->kinds.items[asset->kind].name));
    if (asset->exposure == APL_EXPOSURE_INTERNET)
        apl_text_add(line, APL_STR(", open to the internet"));
    if (asset->sensitivity >= APL_LEVEL_MEDIUM)
        apl_text_add_format(line, ", %s sensitivity", apl_level_names[asset->sensitivity]);
    if (!asset->is_read)
        apl_text_add(line, APL_STR(", only named"));
}

static void add_section(apl_text *out, const apl_report *report, size_t section)
{
    const apl_bom *bom = report->bom;
    size_t count = 0;
    size_t shown = 0;
    apl_text line;

    for (size_t i = 0; i < bom->part_count; i++)
        count += bom->parts[i].place == sections[section].place;
    if (count == 0)
        return;
    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_format(&line, "\n%s (%zu)", sections[section].title, count);
    apl_text_add(out, apl_text_str(&line));
    apl_text_add_char(out, '\n');
    line.size = 0;
    for (size_t i = 0; i < bom->part_count && shown < PARTS_SHOWN; i++) {
        if (bom->parts[i].place != sections[section].place)
            continue;
        add_part(&line, bom, &bom->parts[i]);
        apl_screen_line(out, &report->screen, &line);
        shown++;
    }
    if (count > shown)
        apl_text_add_format(out, "  and %zu more: --format json\n", count - shown);
    apl_text_free(&line);
}

static void add_missing(apl_text *line, const apl_bom_told *told)
{
    apl_text_add_format(line, "  %.*s: %.*s", APL_STR_ARG(told->element->group), APL_STR_ARG(told->element->title));
    if (told->asked > 1)
        apl_text_add_format(line, ", told by %zu of %zu", told->told, told->asked);
    if (told->element->why.size)
        apl_text_add_format(line, " (%.*s)", APL_STR_ARG(told->element->why));
}

static void add_completeness(apl_text *out, const apl_report *report, const apl_bom_completeness *it)
{
    size_t missing = 0;
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_char(out, '\n');
    apl_screen_style(out, &report->screen, APL_STYLE_BOLD);
    if (isnan(it->score))
        apl_text_add_format(&line, "%.*s: nothing in this bill to measure", APL_STR_ARG(it->measure->title));
    else
        apl_text_add_format(&line, "%.*s: %.1f of 100", APL_STR_ARG(it->measure->title), it->score);
    apl_screen_line(out, &report->screen, &line);
    apl_screen_style(out, &report->screen, APL_STYLE_PLAIN);
    for (uint32_t i = 0; i < it->measure->element_count && !isnan(it->score); i++) {
        if (it->items[i].told == it->items[i].asked)
            continue;
        if (missing++ >= MISSING_SHOWN)
            continue;
        add_missing(&line, &it->items[i]);
        apl_screen_line(out, &report->screen, &line);
    }
    if (missing > MISSING_SHOWN)
        apl_text_add_format(out, "  and %zu more: --format json\n", missing - MISSING_SHOWN);
    apl_text_free(&line);
}

apl_status apl_text_bom(apl_output *output, const apl_report *report)
{
    const apl_vocabulary *vocabulary = report->snapshot->estate->vocabulary;
    apl_arena *arena = apl_arena_new();
    apl_text *out = &output->text;

    apl_screen_style(out, &report->screen, APL_STYLE_BOLD);
    apl_text_add(out, APL_STR("Bill of materials of "));
    apl_screen_add(out, &report->screen, apl_bom_title(report->bom, arena));
    apl_screen_style(out, &report->screen, APL_STYLE_PLAIN);
    apl_text_add_format(out, "\n%zu parts, %zu failed findings on them; urn:uuid:%s\n", report->bom->part_count,
                        report->bom->finding_count, report->bom->serial);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        add_section(out, report, i);
    for (size_t i = 0; i < vocabulary->measures.count; i++) {
        apl_bom_completeness completeness;
        apl_bom_measure(&completeness, arena, report->bom, &vocabulary->measures.items[i]);
        add_completeness(out, report, &completeness);
    }
    apl_arena_free(arena);
    return apl_output_step(output);
}
