/* report/explain_origins.c: writes the hops of a sensitivity and the assignments above an asset.
 *
 * Stands behind `explain`, in both of its formats; what is written comes from query/origins.h. */
#include "report/explain_origins.h"

#include "query/origins.h"
#include "report/row.h"

#define APPLIED_SHOWN 50
#define LINE_BYTES_MAX (1u << 16)

static apl_str id_or_none(const apl_estate *estate, apl_asset_id asset)
{
    return asset == APL_ASSET_NONE ? APL_STR_NONE : estate->assets.items[asset].id;
}

/* `,"name":"id"`, or null. */
static void add_id(apl_text *out, const apl_estate *estate, const char *name, apl_asset_id asset)
{
    if (asset != APL_ASSET_NONE) {
        apl_row_text(out, apl_str_from(name), estate->assets.items[asset].id);
        return;
    }
    apl_row_key(out, apl_str_from(name), false);
    apl_text_add(out, APL_STR("null"));
}

static void write_hops(apl_text *out, const apl_estate *estate, apl_asset_id asset)
{
    apl_arena *scratch = apl_arena_new();
    apl_sensitivity_hops hops = {0};

    if (asset != APL_ASSET_NONE)
        apl_query_sensitivity(&hops, estate, asset, scratch);
    for (size_t i = 0; i < hops.items.count; i++) {
        const apl_sensitivity_hop *hop = &hops.items.items[i];
        apl_text_add(out, i ? APL_STR(",\n{\"asset\":") : APL_STR("\n{\"asset\":"));
        apl_json_write_string(out, estate->assets.items[hop->asset].id);
        add_id(out, estate, "from", hop->from);
        apl_row_text(out, APL_STR("relation"), estate->vocabulary->relations.items[hop->relation].name);
        apl_row_text(out, APL_STR("evidence"), hop->evidence);
        apl_text_add_char(out, '}');
    }
    apl_memory_free(hops.items.items);
    apl_arena_free(scratch);
}

static void write_applied(apl_text *out, const apl_estate *estate, apl_asset_id asset)
{
    apl_applied_list list = {0};

    if (asset != APL_ASSET_NONE)
        apl_query_applied(&list, estate, asset);
    for (size_t i = 0; i < list.items.count; i++) {
        const apl_applied *applied = &list.items.items[i];
        const apl_asset *assignment = &estate->assets.items[applied->assignment];
        apl_text_add(out, i ? APL_STR(",\n{\"assignment\":") : APL_STR("\n{\"assignment\":"));
        apl_json_write_string(out, assignment->id);
        apl_row_text(out, APL_STR("kind"), estate->vocabulary->kinds.items[assignment->kind].name);
        apl_row_text(out, APL_STR("name"), assignment->name);
        add_id(out, estate, "scope", applied->scope);
        add_id(out, estate, "principal", applied->principal);
        add_id(out, estate, "definition", applied->definition);
        apl_row_key(out, APL_STR("exempt"), false);
        apl_text_add(out, applied->is_exempt ? APL_STR("true}") : APL_STR("false}"));
    }
    apl_memory_free(list.items.items);
}

void apl_explain_origins_json(apl_text *out, const apl_estate *estate, apl_asset_id asset)
{
    apl_text_add(out, APL_STR(",\n\"sensitivity_evidence\":["));
    write_hops(out, estate, asset);
    apl_text_add(out, APL_STR("],\n\"applied\":["));
    write_applied(out, estate, asset);
    apl_text_add_char(out, ']');
}

static void write_heading(apl_text *out, const apl_screen *screen, const char *heading)
{
    apl_text_add_char(out, '\n');
    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, apl_str_from(heading));
    apl_text_add_char(out, '\n');
}

static void write_line(apl_text *out, const apl_screen *screen, const apl_text *line)
{
    apl_screen_spaces(out, 2);
    apl_screen_add(out, screen, apl_text_str(line));
    apl_text_add_char(out, '\n');
}

static void write_hop_lines(apl_text *out, const apl_screen *screen, const apl_estate *estate, apl_asset_id asset)
{
    apl_arena *scratch = apl_arena_new();
    apl_sensitivity_hops hops;
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_query_sensitivity(&hops, estate, asset, scratch);
    if (hops.items.count)
        write_heading(out, screen, "Why this sensitivity");
    for (size_t i = 0; i < hops.items.count; i++) {
        const apl_sensitivity_hop *hop = &hops.items.items[i];
        apl_str relation = estate->vocabulary->relations.items[hop->relation].name;
        line.size = 0;
        apl_text_add_format(&line, "%.*s", APL_STR_ARG(estate->assets.items[hop->asset].id));
        if (hop->from == APL_ASSET_NONE)
            apl_text_add(&line, APL_STR(" is labelled so"));
        else
            apl_text_add_format(&line, " by %.*s, %.*s", APL_STR_ARG(relation),
                                APL_STR_ARG(id_or_none(estate, hop->from)));
        apl_text_add_format(&line, " (%.*s)", APL_STR_ARG(hop->evidence));
        write_line(out, screen, &line);
    }
    apl_memory_free(hops.items.items);
    apl_text_free(&line);
    apl_arena_free(scratch);
}

static void add_named(apl_text *line, const apl_estate *estate, const char *word, apl_asset_id asset)
{
    if (asset == APL_ASSET_NONE)
        return;
    const apl_asset *named = &estate->assets.items[asset];
    apl_text_add_format(line, " %s %.*s", word, APL_STR_ARG(named->name.size ? named->name : named->id));
}

static void write_applied_lines(apl_text *out, const apl_screen *screen, const apl_estate *estate, apl_asset_id asset)
{
    apl_applied_list list;
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_query_applied(&list, estate, asset);
    if (list.items.count)
        write_heading(out, screen, "Assignments that apply");
    for (size_t i = 0; i < list.items.count && i < APPLIED_SHOWN; i++) {
        const apl_applied *applied = &list.items.items[i];
        const apl_asset *assignment = &estate->assets.items[applied->assignment];
        line.size = 0;
        apl_text_add_format(&line, "%.*s %.*s", APL_STR_ARG(estate->vocabulary->kinds.items[assignment->kind].name),
                            APL_STR_ARG(assignment->name));
        add_named(&line, estate, "gives", applied->definition);
        add_named(&line, estate, "to", applied->principal);
        apl_text_add_format(&line, " at %.*s%s", APL_STR_ARG(id_or_none(estate, applied->scope)),
                            applied->is_exempt ? " (exempt)" : "");
        write_line(out, screen, &line);
    }
    if (list.items.count > APPLIED_SHOWN)
        apl_text_add_format(out, "  and %zu more\n", list.items.count - APPLIED_SHOWN);
    apl_memory_free(list.items.items);
    apl_text_free(&line);
}

void apl_explain_origins_text(apl_text *out, const apl_screen *screen, const apl_estate *estate, apl_asset_id asset)
{
    write_hop_lines(out, screen, estate, asset);
    write_applied_lines(out, screen, estate, asset);
}
