/* report/listing_fix.c: a plan of fixes as a table, one row a step.
 *
 * For CSV and markdown; the text format tells each step instead, and JSON has all of it. */
#include "report/listing.h"

#include "report/names.h"
#include "report/remedy.h"

static const apl_column columns[] = {
    {"step", "Step", APL_IN_ALL, 4, 4, APL_CUT_END, false, true},
    {"severity", "Severity", APL_IN_ALL, 8, 8, APL_CUT_END, true, false},
    {"asset", "Asset", APL_IN_DATA, 24, 0, APL_CUT_START, false, false},
    {"name", "Asset", APL_IN_MARKDOWN, 16, 0, APL_CUT_END, false, false},
    {"title", "Closes", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"findings", "Findings", APL_IN_ALL, 8, 0, APL_CUT_END, false, false},
    {"changes", "Changes", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"breaks", "Breaks", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"touched", "Touches", APL_IN_ALL, 4, 7, APL_CUT_END, false, true},
    {"command", "Run", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"undo", "Undo", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"score", "Score then", APL_IN_ALL, 5, 10, APL_CUT_END, false, true},
    {"paths", "Paths left", APL_IN_ALL, 4, 10, APL_CUT_END, false, true},
};

static apl_value changes_cell(apl_arena *scratch, const apl_changes *changes)
{
    apl_drift_value *values = APL_ARENA_ARRAY(scratch, apl_drift_value, changes->count);

    for (size_t i = 0; i < changes->count; i++) {
        values[i].path = apl_pointer_path(scratch, changes->items[i].pointer);
        values[i].before = changes->items[i].before;
        values[i].after = changes->items[i].value;
    }
    return apl_cell_changes(scratch, values, changes->count);
}

static apl_value findings_cell(apl_arena *scratch, const apl_fix_step *step)
{
    apl_value *items = APL_ARENA_ARRAY(scratch, apl_value, step->finding_count);

    for (size_t i = 0; i < step->finding_count; i++)
        items[i] = apl_value_string(apl_str_make(step->findings[i]->id, 32));
    return apl_value_array(items, step->finding_count);
}

static void fix_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_fix_plan *plan = listing->rows;
    const apl_fix_step *step = &plan->steps[row];
    const apl_estate *estate = listing->snapshot->estate;
    const apl_finding *finding = step->findings[0];
    apl_remedy remedy = apl_remedy_make(scratch, estate, step->asset, finding->rule);
    size_t i = 0;

    cells[i++] = apl_value_integer((int64_t)row + 1);
    cells[i++] = apl_value_string(apl_str_from(apl_severity_names[finding->severity]));
    cells[i++] = apl_value_string(estate->assets.items[step->asset].id);
    cells[i++] = apl_value_string(apl_report_asset_name(estate, step->asset));
    cells[i++] = apl_value_string(finding->rule->title);
    cells[i++] = findings_cell(scratch, step);
    cells[i++] = changes_cell(scratch, &step->changes);
    cells[i++] = apl_value_string(step->blast.breaks);
    cells[i++] = apl_value_integer((int64_t)step->blast.count);
    cells[i++] = apl_cell_texts(scratch, remedy.commands, remedy.command_count);
    cells[i++] = apl_value_string(step->undo_command);
    cells[i++] = plan->has_score ? apl_value_string(apl_arena_format(scratch, "%.1f", step->score)) : APL_MISSING;
    cells[i++] = apl_value_integer((int64_t)step->paths);
    APL_ASSERT(i == sizeof columns / sizeof columns[0]);
}

apl_listing apl_listing_fix(const apl_fix_plan *plan, const apl_snapshot *snapshot)
{
    return (apl_listing){
        .name = "steps",
        .record = "step",
        .empty = "Nothing to fix: no failed finding was chosen.",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .row_count = plan->count,
        .row = fix_row,
        .snapshot = snapshot,
        .rows = plan,
    };
}
