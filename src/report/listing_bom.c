/* report/listing_bom.c: the difference of two bills of materials as a table, one row a part.
 *
 * For every format of tables; a changed part has its values before and after. */
#include "report/listing.h"

#include "bom/compare.h"

static const apl_column columns[] = {
    {"what", "What", APL_IN_ALL, 8, 8, APL_CUT_END, false, false},
    {"type", "Type", APL_IN_ALL, 8, 22, APL_CUT_END, false, false},
    {"name", "Name", APL_IN_ALL, 12, 0, APL_CUT_END, false, false},
    {"ref", "Reference", APL_IN_DATA, 12, 0, APL_CUT_START, false, false},
    {"changed", "Changed", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
};

static void difference_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_bom_differences *differences = listing->rows;
    const apl_bom_difference *difference = &differences->items[row];

    cells[0] = apl_value_string(apl_str_from(apl_bom_turn_names[difference->turn]));
    cells[1] = apl_value_string(difference->type);
    cells[2] = apl_value_string(difference->name);
    cells[3] = apl_value_string(difference->ref);
    cells[4] = apl_cell_changes(scratch, difference->values, difference->value_count);
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
