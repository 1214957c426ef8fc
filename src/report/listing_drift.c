/* report/listing_drift.c: drift as a table, one row an asset.
 *
 * For CSV and markdown; the text format tells each change instead. */
#include "report/listing.h"

#include "evaluate/drift.h"

static const apl_column columns[] = {
    {"risk", "Risk", APL_IN_ALL, 7, 7, APL_CUT_END, false, false},
    {"what", "What", APL_IN_ALL, 8, 8, APL_CUT_END, false, false},
    {"asset", "Asset", APL_IN_ALL, 24, 0, APL_CUT_START, false, false},
    {"kind", "Kind", APL_IN_ALL, 8, 18, APL_CUT_END, false, false},
    {"values", "Changed", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"findings", "Findings", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"new_paths", "New paths", APL_IN_ALL, 4, 9, APL_CUT_END, false, true},
    {"actor", "By", APL_IN_ALL, 8, 0, APL_CUT_END, false, false},
    {"time", "At", APL_IN_ALL, 10, 20, APL_CUT_END, false, false},
};

static apl_value findings_cell(apl_arena *scratch, const apl_drift_change *change)
{
    apl_value *items = APL_ARENA_ARRAY(scratch, apl_value, change->finding_count);

    for (size_t i = 0; i < change->finding_count; i++) {
        const apl_drift_finding *turned = &change->findings[i];
        items[i] = apl_value_string(
            apl_arena_format(scratch, "%s %s %.*s (%.8s)", apl_drift_turn_names[turned->turn],
                             apl_severity_names[turned->finding->severity], APL_STR_ARG(turned->finding->rule->check),
                             turned->finding->id));
    }
    return apl_value_array(items, change->finding_count);
}

static void drift_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_drift *drift = listing->rows;
    const apl_drift_change *change = &drift->changes[row];
    const apl_asset *asset = apl_drift_asset(drift, change);
    int64_t new_paths = 0;
    size_t i = 0;

    for (size_t path = 0; path < change->path_count; path++)
        new_paths += change->paths[path].is_new;
    cells[i++] = apl_value_string(apl_str_from(apl_drift_risk_names[change->risk]));
    cells[i++] = apl_value_string(apl_str_from(apl_drift_what_names[change->what]));
    cells[i++] = apl_value_string(asset->id);
    cells[i++] = apl_value_string(drift->after->estate->vocabulary->kinds.items[asset->kind].name);
    cells[i++] = apl_cell_changes(scratch, change->values, change->value_count);
    cells[i++] = findings_cell(scratch, change);
    cells[i++] = apl_value_integer(new_paths);
    cells[i++] = apl_value_string(change->actor);
    cells[i++] = apl_value_string(change->time);
    APL_ASSERT(i == sizeof columns / sizeof columns[0]);
}

apl_listing apl_listing_drift(const apl_drift *drift)
{
    return (apl_listing){
        .name = "drift",
        .record = "change",
        .empty = "Nothing changed.",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .row_count = drift->change_count,
        .row = drift_row,
        .rows = drift,
    };
}
