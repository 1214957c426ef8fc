/* report/formats/json.c: one JSON object, the contract with programs.
 *
 * Members and order are those of docs/schemas/aplomb.scan.v1.json; each row stands on its own line, so that two results
 * can be compared with line tools. Written row by row. Times stand in scan.started and scan.finished only. */
#include "query/choke.h"
#include "report/explain_json.h"
#include "report/format.h"
#include "report/row.h"
#include "report/row_compliance.h"
#include "report/row_drift.h"
#include "report/row_fix.h"
#include "report/row_bom.h"
#include "report/row_report.h"
#include "report/walk.h"

#define CHOKE_POINTS 10

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

static void write_choke_points(apl_text *out, const apl_report *report)
{
    apl_choke_point points[CHOKE_POINTS];
    size_t count = apl_choke_points(points, CHOKE_POINTS, report->snapshot, report->selection);

    apl_text_add(out, APL_STR(",\n\"choke_points\":["));
    for (size_t i = 0; i < count; i++) {
        apl_text_add_format(out, "%s\n{\"finding\":\"%.32s\",\"check\":", i ? "," : "", points[i].finding->id);
        apl_json_write_string(out, points[i].finding->rule->check);
        apl_row_text(out, APL_STR("asset"), report->snapshot->estate->assets.items[points[i].finding->asset].id);
        apl_text_add_format(out, ",\"paths\":%u,\"share\":%.3f}", points[i].paths, points[i].share);
    }
    apl_text_add_char(out, ']');
}

static void write_ids(apl_text *out, const char *name, const apl_estate *estate, const uint32_t *assets, size_t count)
{
    apl_text_add_format(out, ",\n\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, estate->assets.items[assets[i]].id);
    }
    apl_text_add_char(out, ']');
}

static apl_status write_simulation(apl_output *output, const apl_report *report)
{
    const apl_simulation *simulation = report->snapshot->simulation;
    const apl_estate *estate = report->snapshot->estate;
    apl_text *out = &output->text;

    apl_text_add(out, APL_STR("{\"schema\":\"aplomb.what-if.v1\",\n\"fixes\":["));
    for (size_t i = 0; i < simulation->fix_count; i++)
        apl_text_add_format(out, "%s\"%.32s\"", i ? "," : "", simulation->fixes[i].data);
    apl_text_add(out, APL_STR("],\n\"broken\":["));
    for (size_t i = 0; i < simulation->broken_count; i++)
        apl_text_add_format(out, "%s\"%s\"", i ? "," : "", estate->paths.items[simulation->broken[i]].id);
    apl_text_add_char(out, ']');
    write_ids(out, "unreachable", estate, simulation->unreachable, simulation->unreachable_count);
    if (simulation->has_score)
        apl_text_add_format(out, ",\n\"score\":{\"before\":%.3f,\"after\":%.3f}", simulation->score_before,
                            simulation->score_after);
    else
        apl_text_add(out, APL_STR(",\n\"score\":null"));
    apl_text_add(out, APL_STR(",\n\"paths\":["));
    for (size_t i = 0; i < simulation->paths.count; i++) {
        before_row(out, "path", i);
        apl_row_path(out, estate, &simulation->paths.items[i]);
    }
    apl_text_add(out, APL_STR("]}\n"));
    return apl_output_step(output);
}

static apl_status write_snapshot(apl_output *output, const apl_report *report)
{
    const char *schema = report->view == APL_VIEW_SCAN        ? "aplomb.scan.v1"
                         : report->view == APL_VIEW_INVENTORY ? "aplomb.inventory.v1"
                         : report->view == APL_VIEW_PATHS     ? "aplomb.paths.v1"
                         : report->view == APL_VIEW_SCORE     ? "aplomb.score.v1"
                                                              : "aplomb.findings.v1";
    apl_summary summary = apl_snapshot_summary(report->snapshot);
    apl_text *out = &output->text;
    apl_status status;

    apl_text_add_format(out, "{\"schema\":\"%s\",\n\"scan\":{", schema);
    apl_row_scan(out, &report->snapshot->scan);
    apl_text_add(out, APL_STR(",\n\"summary\":{"));
    apl_row_summary(out, &summary, report->snapshot->estate);
    status = write_section(output, report, APL_SECTION_ASSETS, "assets");
    if (status == APL_OK)
        status = write_section(output, report, APL_SECTION_RELATIONS, "relations");
    if (status == APL_OK)
        status = write_section(output, report, APL_SECTION_FINDINGS, "findings");
    if (status == APL_OK)
        status = write_section(output, report, APL_SECTION_PATHS, "paths");
    if (report->view == APL_VIEW_PATHS)
        write_choke_points(out, report);
    if (report->view == APL_VIEW_SCAN || report->view == APL_VIEW_SCORE) {
        apl_text_add(out, APL_STR(",\n\"score\":"));
        apl_row_score(out, report->snapshot->estate);
    }
    if (report->view == APL_VIEW_SCORE) {
        apl_text_add(out, APL_STR(",\n\"delta\":"));
        apl_row_delta(out, report->delta);
        apl_text_add(out, report->is_part ? APL_STR(",\n\"scoped\":true") : APL_STR(",\n\"scoped\":false"));
    }
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

static apl_status write_drift(apl_output *output, const apl_report *report)
{
    const apl_drift *drift = report->drift;
    apl_text *out = &output->text;
    apl_status status = APL_OK;

    apl_text_add(out, APL_STR("{\"schema\":\"aplomb.drift.v1\",\n"));
    apl_row_drift_head(out, drift);
    apl_text_add(out, APL_STR(",\n\"score\":"));
    apl_row_delta(out, report->delta);
    apl_text_add(out, APL_STR(",\n\"changes\":["));
    for (size_t i = 0; status == APL_OK && i < drift->change_count; i++) {
        before_row(out, "change", i);
        apl_row_drift_change(out, drift, &drift->changes[i]);
        status = apl_output_step(output);
    }
    apl_text_add(out, APL_STR("],\n\"paths\":["));
    for (size_t i = 0; status == APL_OK && i < drift->path_count; i++) {
        apl_text_add(out, i ? APL_STR(",\n") : APL_STR("\n"));
        apl_row_drift_path(out, &drift->paths[i]);
        status = apl_output_step(output);
    }
    apl_text_add(out, APL_STR("]}\n"));
    return status == APL_OK ? apl_output_step(output) : status;
}

static apl_status write_json(apl_output *output, const apl_report *report)
{
    if (report->view == APL_VIEW_LISTING)
        return write_listing(output, report->listing);
    if (report->view == APL_VIEW_COMPLIANCE)
        return apl_compliance_write_json(output, report);
    if (report->view == APL_VIEW_REPORT)
        return apl_report_write_json(output, report);
    if (report->view == APL_VIEW_SIMULATION)
        return write_simulation(output, report);
    if (report->view == APL_VIEW_DRIFT)
        return write_drift(output, report);
    if (report->view == APL_VIEW_EXPLAIN)
        return apl_explain_write_json(output, report);
    if (report->view == APL_VIEW_BOM)
        return apl_row_bom(output, report);
    if (report->view == APL_VIEW_FIX)
        return apl_row_fix(output, report);
    return write_snapshot(output, report);
}

const apl_format apl_format_json = {
    .name = "json",
    .summary = "one JSON object, for programs",
    .extension = "json",
    .views = APL_VIEW_SCAN | APL_VIEW_INVENTORY | APL_VIEW_FINDINGS | APL_VIEW_LISTING | APL_VIEW_EXPLAIN |
             APL_VIEW_PATHS | APL_VIEW_SCORE | APL_VIEW_SIMULATION | APL_VIEW_COMPLIANCE | APL_VIEW_DRIFT |
             APL_VIEW_BOM | APL_VIEW_REPORT | APL_VIEW_FIX,
    .write = write_json,
};
