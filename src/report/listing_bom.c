/* report/listing_bom.c: the difference of two bills of materials as a table, one row a part.
 *
 * For every format of tables; a changed part has its values before and after. */
#include "report/listing.h"

#include "bom/compare.h"

#define CELL_BYTES_MAX (1u << 20)

static const apl_column columns[] = {
    {"what", "What", APL_IN_ALL, 8, 8, APL_CUT_END, false, false},
    {"type", "Type", APL_IN_ALL, 8, 22, APL_CUT_END, false, false},
    {"name", "Name", APL_IN_ALL, 12, 0, APL_CUT_END, false, false},
    {"ref", "Reference", APL_IN_DATA, 12, 0, APL_CUT_START, false, false},
    {"changed", "Changed", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
};

static apl_value changed_cell(apl_arena *scratch, const apl_bom_difference *difference)
{
    apl_value *items = APL_ARENA_ARRAY(scratch, apl_value, difference->value_count);
    apl_text text;

    apl_text_init(&text, CELL_BYTES_MAX);
    for (size_t i = 0; i < difference->value_count; i++) {
        text.size = 0;
        apl_text_add_format(&text, "%.*s: ", APL_STR_ARG(difference->values[i].path));
        apl_value_write(&text, difference->values[i].before, 0);
        apl_text_add(&text, APL_STR(" -> "));
        apl_value_write(&text, difference->values[i].after, 0);
        items[i] = apl_value_string(apl_arena_str(scratch, apl_text_str(&text)));
    }
    apl_text_free(&text);
    return apl_value_array(items, difference->value_count);
}

static void difference_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_bom_differences *differences = listing->rows;
    const apl_bom_difference *difference = &differences->items[row];

    cells[0] = apl_value_string(apl_str_from(apl_bom_turn_names[difference->turn]));
    cells[1] = apl_value_string(difference->type);
    cells[2] = apl_value_string(difference->name);
    cells[3] = apl_value_string(difference->ref);
    cells[4] = changed_cell(scratch, difference);
}

apl_listing apl_listing_bom_differences(const apl_bom_differences *differences)
{
    return (apl_listing){
        .name = "differences",
        .record = "difference",
        .empty = "The two bills say the same.",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .row_count = differences->count,
        .row = difference_row,
        .rows = differences,
    };
}
