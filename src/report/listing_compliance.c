/* report/listing_compliance.c: the rows of compliance: one control each.
 *
 * Behind the table of `aplomb compliance --framework`, CSV and Markdown. Numbers of assets count each asset once a
 * control, by the worst that is said of it. */
#include "report/listing.h"

/* A control and the framework that it is of. */
typedef struct control_row {
    const apl_framework_result *framework;
    const apl_control_result *control;
} control_row;

static const apl_column columns[] = {
    {"framework", "Framework", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"control", "Control", APL_IN_ALL, 8, 18, APL_CUT_END, false, false},
    {"state", "State", APL_IN_ALL, 14, 18, APL_CUT_END, false, false},
    {"title", "Title", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"evidence", "Evidence", APL_IN_ALL, 9, 9, APL_CUT_END, false, false},
    {"failing", "Failing", APL_IN_ALL, 7, 7, APL_CUT_END, false, true},
    {"passing", "Passing", APL_IN_ALL, 7, 7, APL_CUT_END, false, true},
    {"unread", "Not read", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, true},
    {"accepted", "Accepted", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, true},
    {"fixes", "Findings to fix", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, true},
    {"checks", "Checks", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"roles", "Roles", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"risk_classes", "Risk classes", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"applies_from", "Applies from", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"owner", "Stated by", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"expires", "Statement ends", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
};

static apl_value number_cell(uint64_t number)
{
    return apl_value_integer((int64_t)number);
}

static void fill_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const control_row *one = &((const control_row *)listing->rows)[row];
    const apl_control_result *result = one->control;
    const apl_control_info *info = result->control;
    size_t i = 0;

    cells[i++] = apl_value_string(one->framework->framework->id);
    cells[i++] = apl_value_string(info->id);
    cells[i++] = apl_value_string(apl_str_from(apl_control_state_titles[result->state]));
    cells[i++] = apl_value_string(info->title);
    cells[i++] = apl_value_string(info->evidence);
    cells[i++] = number_cell(result->failing);
    cells[i++] = number_cell(result->passing);
    cells[i++] = number_cell(result->unread);
    cells[i++] = number_cell(result->accepted);
    cells[i++] = number_cell(result->fixes);
    cells[i++] = apl_cell_texts(scratch, info->checks, info->check_count);
    cells[i++] = apl_cell_texts(scratch, info->roles, info->role_count);
    cells[i++] = apl_cell_texts(scratch, info->risk_classes, info->risk_class_count);
    cells[i++] = apl_value_string(info->applies_from);
    cells[i++] = apl_value_string(result->attestation ? result->attestation->owner : APL_STR_NONE);
    cells[i++] = apl_value_string(result->attestation ? result->attestation->expires : APL_STR_NONE);
    APL_ASSERT(i == sizeof columns / sizeof columns[0]);
}

apl_listing apl_listing_controls(apl_arena *arena, const apl_snapshot *snapshot, const apl_compliance_result *result)
{
    size_t count = 0;
    control_row *rows;

    for (size_t f = 0; f < result->framework_count; f++)
        count += result->frameworks[f].control_count;
    rows = APL_ARENA_ARRAY(arena, control_row, count);
    count = 0;
    for (size_t f = 0; f < result->framework_count; f++) {
        for (size_t c = 0; c < result->frameworks[f].control_count; c++)
            rows[count++] = (control_row){&result->frameworks[f], &result->frameworks[f].controls[c]};
    }
    return (apl_listing){
        .name = "controls",
        .record = "control",
        .empty = "No control.",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .row_count = count,
        .row = fill_row,
        .snapshot = snapshot,
        .rows = rows,
    };
}
