/* report/listing_techniques.c: the attack techniques as a table, one row an entry of techniques/.
 *
 * A technique that works on several kinds of assets has several rows of one id; plain relations are left out. */
#include "graph/technique.h"
#include "report/listing.h"

static const apl_column columns[] = {
    {"id", "Id", APL_IN_ALL, 4, 6, APL_CUT_END, false, false},
    {"name", "Name", APL_IN_ALL, 12, 26, APL_CUT_END, false, false},
    {"title", "Title", APL_IN_ALL, 20, 0, APL_CUT_END, false, false},
    {"family", "Family", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"likelihood", "Likelihood", APL_IN_DATA, 0, 0, APL_CUT_END, false, true},
    {"attack", "ATT&CK", APL_IN_ALL, 6, 12, APL_CUT_END, false, false},
    {"atlas", "ATLAS", APL_IN_ALL, 9, 20, APL_CUT_END, false, false},
    {"breaks", "Broken by", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"lowers", "Lowered by", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"source", "Source", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
};

typedef struct technique_rows {
    const apl_technique **items;
    size_t count;
} technique_rows;

static void technique_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_technique *technique = ((const technique_rows *)listing->rows)->items[row];
    size_t i = 0;

    cells[i++] = apl_value_string(technique->id);
    cells[i++] = apl_value_string(technique->name);
    cells[i++] = apl_value_string(technique->title);
    cells[i++] = apl_value_string(technique->family);
    cells[i++] = apl_value_real(technique->likelihood);
    cells[i++] = apl_cell_texts(scratch, technique->attack, technique->attack_count);
    cells[i++] = apl_cell_texts(scratch, technique->atlas, technique->atlas_count);
    cells[i++] = apl_cell_texts(scratch, technique->breaks, technique->break_count);
    cells[i++] = apl_cell_texts(scratch, technique->lowers, technique->lower_count);
    cells[i++] = apl_value_string(technique->source);
    APL_ASSERT(i == sizeof columns / sizeof columns[0]);
}

static bool any_contains(const apl_str *texts, size_t count, apl_str text)
{
    for (size_t i = 0; i < count; i++) {
        if (apl_str_find_nocase(texts[i], text) >= 0)
            return true;
    }
    return false;
}

static bool is_chosen(const apl_technique *technique, const apl_filter *filter)
{
    const apl_str parts[] = {technique->id, technique->name, technique->title, technique->family};

    if (technique->id.size == 0)
        return false;
    return filter->text.size == 0 || any_contains(parts, 4, filter->text) ||
           any_contains(technique->attack, technique->attack_count, filter->text) ||
           any_contains(technique->atlas, technique->atlas_count, filter->text);
}

apl_listing apl_listing_techniques(apl_arena *arena, const apl_content *content, const apl_filter *filter)
{
    const apl_techniques *techniques = apl_content_techniques(content);
    technique_rows *rows = APL_ARENA_NEW(arena, technique_rows);

    rows->items = APL_ARENA_ARRAY(arena, const apl_technique *, techniques->items.count);
    for (size_t i = 0; i < techniques->items.count; i++) {
        if (is_chosen(&techniques->items.items[i], filter))
            rows->items[rows->count++] = &techniques->items.items[i];
    }
    return (apl_listing){
        .name = "techniques",
        .record = "technique",
        .empty = "No technique.",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .row_count = rows->count,
        .row = technique_row,
        .rows = rows,
    };
}
