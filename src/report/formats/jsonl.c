/* report/formats/jsonl.c: JSON lines, one object a row, for streams and line tools.
 *
 * The first member of each line, "record", says what the rest is: scan, asset, relation, finding, path, coverage, or
 * the row of a listing. The other members are those of the JSON format. */
#include "report/format.h"
#include "report/row.h"
#include "report/row_drift.h"
#include "report/walk.h"

static void before_row(apl_text *out, const char *record, size_t index)
{
    (void)index;
    apl_text_add_format(out, "{\"record\":\"%s\",", record);
}

static void after_row(apl_text *out)
{
    apl_text_add_char(out, '\n');
}

static void write_scan(apl_text *out, const apl_report *report)
{
    apl_summary summary = apl_snapshot_summary(report->snapshot);

    before_row(out, "scan", 0);
    apl_text_add(out, APL_STR("\"summary\":{"));
    apl_row_summary(out, &summary, report->snapshot->estate);
    apl_text_add_char(out, ',');
    apl_row_scan(out, &report->snapshot->scan);
    after_row(out);
}

static apl_status write_listing(apl_output *output, const apl_listing *listing)
{
    apl_arena *scratch = apl_arena_new();
    apl_value cells[APL_COLUMNS_MAX];
    apl_status status = APL_OK;

    for (size_t row = 0; status == APL_OK && row < listing->row_count; row++) {
        listing->row(cells, listing, row, scratch);
        before_row(&output->text, listing->record, row);
        apl_row_listing(&output->text, listing, cells);
        after_row(&output->text);
        apl_arena_reset(scratch);
        status = apl_output_step(output);
    }
    apl_arena_free(scratch);
    return status;
}

static apl_status write_drift(apl_output *output, const apl_drift *drift)
{
    apl_status status = APL_OK;

    before_row(&output->text, "drift", 0);
    apl_row_drift_head(&output->text, drift);
    apl_text_add(&output->text, APL_STR("}\n"));
    for (size_t i = 0; status == APL_OK && i < drift->change_count; i++) {
        before_row(&output->text, "change", i);
        apl_row_drift_change(&output->text, drift, &drift->changes[i]);
        after_row(&output->text);
        status = apl_output_step(output);
    }
    return status;
}

static apl_status write_jsonl(apl_output *output, const apl_report *report)
{
    static const apl_walk_frame frame = {before_row, after_row};
    static const apl_section sections[] = {APL_SECTION_ASSETS, APL_SECTION_RELATIONS, APL_SECTION_FINDINGS,
                                           APL_SECTION_PATHS, APL_SECTION_COVERAGE};
    apl_status status = APL_OK;

    if (report->view == APL_VIEW_LISTING)
        return write_listing(output, report->listing);
    if (report->view == APL_VIEW_DRIFT)
        return write_drift(output, report->drift);
    write_scan(&output->text, report);
    for (size_t i = 0; status == APL_OK && i < sizeof sections / sizeof sections[0]; i++) {
        if (apl_walk_has(report, sections[i]))
            status = apl_walk_section(output, report, sections[i], &frame);
    }
    return status;
}

const apl_format apl_format_jsonl = {
    .name = "jsonl",
    .summary = "JSON lines, one object a row",
    .extension = "jsonl",
    .views = APL_VIEW_SCAN | APL_VIEW_INVENTORY | APL_VIEW_FINDINGS | APL_VIEW_LISTING | APL_VIEW_PATHS |
             APL_VIEW_DRIFT,
    .write = write_jsonl,
};
