/* report/formats/json.c: one JSON object, the contract with programs.
 *
 * Members and order are those of docs/schemas/aplomb.scan.v1.json; each row stands on its own line, so that two results
 * can be compared with line tools. Written row by row. Times stand in scan.started and scan.finished only. */
#include "report/explain_json.h"
#include "report/format.h"
#include "report/row.h"
#include "report/walk.h"

static void before_row(apl_text *out, const char *record, size_t index)
{
    (void)record;
    apl_text_add(out, index ? APL_STR(",\n{") : APL_STR("\n{"));
}

static void after_row(apl_text *out)
{
    (void)out;
}

static apl_status write_section(apl_output *output, const apl_report *report, apl_section section, const char *name)
{
    static const apl_walk_frame frame = {before_row, after_row};

    if (!apl_walk_has(report, section))
        return APL_OK;
    apl_text_add_format(&output->text, ",\n\"%s\":[", name);
    apl_status status = apl_walk_section(output, report, section, &frame);
    apl_text_add_char(&output->text, ']');
    return status;
}

static apl_status write_snapshot(apl_output *output, const apl_report *report)
{
    const char *schema = report->view == APL_VIEW_SCAN        ? "aplomb.scan.v1"
                         : report->view == APL_VIEW_INVENTORY ? "aplomb.inventory.v1"
                         : report->view == APL_VIEW_PATHS     ? "aplomb.paths.v1"
                                                              : "aplomb.findings.v1";
    apl_summary summary = apl_snapshot_summary(report->snapshot);
    apl_text *out = &output->text;
    apl_status status;

    apl_text_add_format(out, "{\"schema\":\"%s\",\n\"scan\":{", schema);
    apl_row_scan(out, &report->snapshot->scan);
    apl_text_add(out, APL_STR(",\n\"summary\":{"));
    apl_row_summary(out, &summary);
    status = write_section(output, report, APL_SECTION_ASSETS, "assets");
    if (status == APL_OK)
        status = write_section(output, report, APL_SECTION_RELATIONS, "relations");
    if (status == APL_OK)
        status = write_section(output, report, APL_SECTION_FINDINGS, "findings");
    if (status == APL_OK)
        status = write_section(output, report, APL_SECTION_PATHS, "paths");
    if (report->view == APL_VIEW_SCAN)
        apl_text_add(out, APL_STR(",\n\"score\":null"));
    if (status == APL_OK)
        status = write_section(output, report, APL_SECTION_COVERAGE, "coverage");
    apl_text_add(out, APL_STR("}\n"));
    return status;
}

static apl_status write_listing(apl_output *output, const apl_listing *listing)
{
    apl_arena *scratch = apl_arena_new();
    apl_value cells[APL_COLUMNS_MAX];
    apl_status status = APL_OK;

    apl_text_add_format(&output->text, "{\"schema\":\"aplomb.%s.v1\",\n\"%s\":[", listing->name, listing->name);
    for (size_t row = 0; status == APL_OK && row < listing->row_count; row++) {
        listing->row(cells, listing, row, scratch);
        before_row(&output->text, listing->record, row);
        apl_row_listing(&output->text, listing, cells);
        apl_arena_reset(scratch);
        status = apl_output_step(output);
    }
    apl_text_add(&output->text, APL_STR("]}\n"));
    apl_arena_free(scratch);
    return status;
}

static apl_status write_json(apl_output *output, const apl_report *report)
{
    if (report->view == APL_VIEW_LISTING)
        return write_listing(output, report->listing);
    if (report->view == APL_VIEW_EXPLAIN)
        return apl_explain_write_json(output, report);
    return write_snapshot(output, report);
}

const apl_format apl_format_json = {
    .name = "json",
    .summary = "one JSON object, for programs",
    .extension = "json",
    .views = APL_VIEW_SCAN | APL_VIEW_INVENTORY | APL_VIEW_FINDINGS | APL_VIEW_LISTING | APL_VIEW_EXPLAIN |
             APL_VIEW_PATHS,
    .write = write_json,
};
