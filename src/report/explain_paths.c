/* report/explain_paths.c: what `explain` says of attack paths and techniques.
 *
 * Paths are listed by id and title; a path or technique that was asked for is told whole. */
#include "report/explain_paths.h"

#include "report/row.h"

#define PATHS_SHOWN 10
#define LINE_BYTES_MAX (64u << 10)

void apl_explain_paths_text(apl_text *out, const apl_report *report)
{
    const apl_explained *explained = report->explained;
    apl_text line;

    if (explained->paths.count == 0)
        return;
    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_char(out, '\n');
    apl_screen_add_styled(out, &report->screen, APL_STYLE_BOLD,
                          explained->as == APL_EXPLAINED_FINDING ? APL_STR("Attack paths that fixing it breaks")
                                                                 : APL_STR("Attack paths"));
    apl_text_add_char(out, '\n');
    for (size_t i = 0; i < explained->paths.count && i < PATHS_SHOWN; i++) {
        const apl_path *path = &report->snapshot->estate->paths.items[explained->paths.items[i]];
        apl_text_add_format(&line, "  %-8s %3.0f  %.8s  %.*s", apl_path_level_names[path->level], path->risk, path->id,
                            APL_STR_ARG(path->title));
        apl_screen_line(out, &report->screen, &line);
    }
    if (explained->paths.count > PATHS_SHOWN)
        apl_text_add_format(out, "  and %zu more\n", explained->paths.count - PATHS_SHOWN);
    apl_text_free(&line);
}

static void add_list(apl_text *out, const apl_screen *screen, const char *title, const apl_str *texts, size_t count)
{
    if (count == 0)
        return;
    apl_text_add_format(out, "    %-12s", title);
    for (size_t i = 0; i < count; i++) {
        if (i)
            apl_text_add(out, APL_STR(", "));
        apl_screen_add(out, screen, texts[i]);
    }
    apl_text_add_char(out, '\n');
}

void apl_explain_technique_text(apl_text *out, const apl_report *report)
{
    const apl_explained *explained = report->explained;
    const apl_screen *screen = &report->screen;
    const apl_technique *first = explained->techniques.items[0];

    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, first->id);
    apl_text_add_format(out, "  %.*s  (%.*s)\n", APL_STR_ARG(first->name), APL_STR_ARG(first->family));
    for (size_t i = 0; i < explained->techniques.count; i++) {
        const apl_technique *technique = explained->techniques.items[i];
        apl_text_add(out, APL_STR("\n  "));
        apl_screen_wrap(out, screen, technique->title, 2);
        apl_text_add_format(out, "    %-12s%.0f %%\n", "likelihood", technique->likelihood * 100);
        add_list(out, screen, "ATT&CK", technique->attack, technique->attack_count);
        add_list(out, screen, "ATLAS", technique->atlas, technique->atlas_count);
        add_list(out, screen, "broken by", technique->breaks, technique->break_count);
        add_list(out, screen, "lowered by", technique->lowers, technique->lower_count);
        if (technique->source.size) {
            apl_text_add_format(out, "    %-12s", "source");
            apl_screen_wrap(out, screen, technique->source, 16);
        }
    }
}

static void write_technique(apl_text *out, const apl_technique *technique)
{
    apl_text_add(out, APL_STR("{\"id\":"));
    apl_json_write_string(out, technique->id);
    apl_row_text(out, APL_STR("name"), technique->name);
    apl_row_text(out, APL_STR("title"), technique->title);
    apl_row_text(out, APL_STR("family"), technique->family);
    apl_text_add_format(out, ",\"likelihood\":%g}", technique->likelihood);
}

void apl_explain_paths_json(apl_text *out, const apl_report *report)
{
    const apl_explained *explained = report->explained;

    apl_text_add(out, APL_STR(",\n\"path\":"));
    if (explained->path) {
        apl_text_add_char(out, '{');
        apl_row_path(out, report->snapshot->estate, explained->path);
    } else {
        apl_text_add(out, APL_STR("null"));
    }
    apl_text_add(out, APL_STR(",\n\"techniques\":["));
    for (size_t i = 0; i < explained->techniques.count; i++) {
        apl_text_add(out, i ? APL_STR(",\n") : APL_STR("\n"));
        write_technique(out, explained->techniques.items[i]);
    }
    apl_text_add(out, APL_STR("],\n\"paths\":["));
    for (size_t i = 0; i < explained->paths.count; i++) {
        const apl_path *path = &report->snapshot->estate->paths.items[explained->paths.items[i]];
        apl_text_add_format(out, "%s{\"id\":\"%s\",\"risk\":%.1f,\"title\":", i ? ",\n" : "\n", path->id, path->risk);
        apl_json_write_string(out, path->title);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}
