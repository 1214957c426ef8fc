/* report/listing_paths.c: attack paths as a table, one row a path.
 *
 * For CSV and markdown; the text format tells the steps instead. */
#include "report/listing.h"

#define CELL_BYTES_MAX (64u << 10)

static const apl_column columns[] = {
    {"level", "Level", APL_IN_ALL, 8, 8, APL_CUT_END, true, false},
    {"risk", "Risk", APL_IN_ALL, 4, 5, APL_CUT_END, false, true},
    {"title", "Title", APL_IN_ALL, 24, 0, APL_CUT_END, false, false},
    {"entry", "Entry", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"target", "Target", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_START, false, false},
    {"steps", "Steps", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"fixes", "Fixes", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"group", "Group", APL_IN_DATA, 0, 0, APL_CUT_SHORT, false, false},
    {"id", "Id", APL_IN_ALL, 8, 8, APL_CUT_SHORT, false, false},
};

static apl_value steps_cell(apl_arena *scratch, const apl_path *path)
{
    apl_value *items = APL_ARENA_ARRAY(scratch, apl_value, path->step_count);

    for (uint32_t i = 0; i < path->step_count; i++)
        items[i] = apl_value_string(path->steps[i].technique.size ? path->steps[i].technique : path->steps[i].relation);
    return apl_value_array(items, path->step_count);
}

static void path_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_estate *estate = listing->snapshot->estate;
    const apl_path *path = &estate->paths.items[listing->numbers[row]];
    size_t i = 0;

    cells[i++] = apl_value_string(apl_str_from(apl_path_level_names[path->level]));
    cells[i++] = apl_value_integer((int64_t)(path->risk + 0.5));
    cells[i++] = apl_value_string(path->title);
    cells[i++] = apl_value_string(estate->assets.items[path->entry].id);
    cells[i++] = apl_value_string(estate->assets.items[path->target].id);
    cells[i++] = steps_cell(scratch, path);
    cells[i++] = apl_cell_texts(scratch, path->fixes, path->fix_count);
    cells[i++] = apl_value_string(apl_str_from(path->group));
    cells[i++] = apl_value_string(apl_str_from(path->id));
    APL_ASSERT(i == sizeof columns / sizeof columns[0]);
}

apl_listing apl_listing_paths(const apl_snapshot *snapshot, const apl_selection *selection)
{
    return (apl_listing){
        .name = "paths",
        .record = "path",
        .empty = "No attack path was found.",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .row_count = selection->paths.count,
        .row = path_row,
        .snapshot = snapshot,
        .numbers = selection->paths.items,
    };
}
