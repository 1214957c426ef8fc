/* report/listing_edges.c: the steps of the attack graph as a table, one row a step.
 *
 * Everything that a technique makes possible in this estate, whether or not a path uses it. */
#include "report/listing.h"
#include "report/names.h"

static const apl_column columns[] = {
    {"technique", "Step", APL_IN_TEXT | APL_IN_CSV | APL_IN_MARKDOWN, 5, 16, APL_CUT_END, false, false},
    {"technique", "Technique", APL_IN_JSON, 0, 0, APL_CUT_END, false, false},
    {"relation", "Relation", APL_IN_JSON, 0, 0, APL_CUT_END, false, false},
    {"from_name", "From", APL_IN_TEXT | APL_IN_MARKDOWN, 12, 26, APL_CUT_END, false, false},
    {"to_name", "To", APL_IN_TEXT | APL_IN_MARKDOWN, 12, 26, APL_CUT_END, false, false},
    {"gives", "Gives", APL_IN_ALL, 5, 7, APL_CUT_END, false, false},
    {"likelihood", "Likelihood", APL_IN_DATA, 0, 0, APL_CUT_END, false, true},
    {"why", "Why", APL_IN_ALL, 20, 0, APL_CUT_END, false, false},
    {"fixes", "Fixes", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"from", "From", APL_IN_DATA, 0, 0, APL_CUT_START, false, false},
    {"to", "To", APL_IN_DATA, 0, 0, APL_CUT_START, false, false},
};

static void edge_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_estate *estate = listing->snapshot->estate;
    const apl_attack_edge *edge = &estate->edges.items[row];
    const apl_path_step *step = &edge->step;
    bool is_technique = step->technique.size > 0;
    apl_value *fixes = APL_ARENA_ARRAY(scratch, apl_value, step->finding_count);
    size_t i = 0;

    for (uint32_t f = 0; f < step->finding_count; f++)
        fixes[f] = apl_value_string(step->findings[f]);
    cells[i++] = apl_value_string(is_technique ? step->technique : step->relation);
    cells[i++] = is_technique ? apl_value_string(step->technique) : APL_MISSING;
    cells[i++] = is_technique ? APL_MISSING : apl_value_string(step->relation);
    cells[i++] = apl_value_string(apl_report_asset_name(estate, step->from));
    cells[i++] = apl_value_string(apl_report_asset_name(estate, step->to));
    cells[i++] = apl_value_string(edge->gives);
    cells[i++] = apl_value_real((double)(int)(step->likelihood * 1000.0 + 0.5) / 1000.0);
    cells[i++] = apl_value_string(step->why);
    cells[i++] = apl_value_array(fixes, step->finding_count);
    cells[i++] = apl_value_string(estate->assets.items[step->from].id);
    cells[i++] = apl_value_string(estate->assets.items[step->to].id);
    APL_ASSERT(i == sizeof columns / sizeof columns[0]);
}

apl_listing apl_listing_edges(const apl_snapshot *snapshot)
{
    return (apl_listing){
        .name = "edges",
        .record = "edge",
        .empty = "No technique holds in what was read.",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .row_count = snapshot->estate->edges.count,
        .row = edge_row,
        .snapshot = snapshot,
    };
}
