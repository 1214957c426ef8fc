/* report/row_report.c: the figures of a report, member by member.
 *
 * What grows with the estate is cut to the top; whole lists are in the formats of findings, paths and compliance. */
#include "report/row_report.h"

#include "query/owner.h"
#include "report/names.h"
#include "report/row.h"
#include "report/row_drift.h"

#define PATHS_SHOWN 10

void apl_row_delta(apl_text *out, const apl_score_delta *delta)
{
    if (delta == NULL || !delta->is_there) {
        apl_text_add(out, APL_STR("null"));
        return;
    }
    apl_text_add_format(out, "{\"before\":%.3f,\"after\":%.3f", delta->before, delta->after);
    apl_text_add_format(out, ",\"posture\":%.3f,\"inventory\":%.3f,\"content\":%.3f,\"coverage\":%.3f}", delta->posture,
                        delta->inventory, delta->content, delta->coverage);
}

static void add_severities(apl_text *out, const uint64_t *counts)
{
    for (int i = APL_SEVERITY_COUNT - 1; i >= 0; i--)
        apl_text_add_format(out, "\"%s\":%llu%s", apl_severity_names[i], (unsigned long long)counts[i], i ? "," : "}");
}

static void add_score(apl_text *out, const apl_report *report)
{
    const apl_score *score = &report->snapshot->estate->score;

    apl_text_add(out, APL_STR(",\n\"score\":"));
    if (!score->is_there) {
        apl_text_add(out, APL_STR("null"));
        return;
    }
    apl_text_add_format(out, "{\"value\":%.3f,\"low\":%.3f,\"high\":%.3f,\"ai\":", score->estate.value,
                        score->estate.low, score->estate.high);
    const apl_score_scope *ai = NULL;
    for (size_t i = 0; i < score->scope_count && ai == NULL; i++)
        ai = apl_str_equal(score->scopes[i].type, APL_STR("ai")) ? &score->scopes[i] : NULL;
    if (ai)
        apl_text_add_format(out, "%.3f", ai->score.value);
    else
        apl_text_add(out, APL_STR("null"));
    apl_text_add(out, APL_STR(",\"delta\":"));
    apl_row_delta(out, report->delta);
    apl_text_add_char(out, '}');
}

static void add_trend(apl_text *out, const apl_report *report)
{
    apl_text_add(out, APL_STR(",\n\"trend\":["));
    for (size_t i = 0; i < report->point_count; i++) {
        const apl_store_point *point = &report->points[i];
        apl_text_add(out, i ? APL_STR(",\n{\"snapshot\":") : APL_STR("\n{\"snapshot\":"));
        apl_json_write_string(out, point->scan.id);
        apl_row_text(out, APL_STR("started"), point->scan.started);
        if (point->has_score)
            apl_text_add_format(out, ",\"score\":%.3f,\"low\":%.3f,\"high\":%.3f", point->score, point->score_low,
                                point->score_high);
        else
            apl_text_add(out, APL_STR(",\"score\":null,\"low\":null,\"high\":null"));
        apl_text_add_format(out, ",\"assets\":%llu,\"paths\":%llu,\"findings\":{",
                            (unsigned long long)point->summary.assets, (unsigned long long)point->summary.paths);
        add_severities(out, point->summary.findings);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void add_risks(apl_text *out, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_score *score = &estate->score;
    size_t count = 0;

    apl_text_add(out, APL_STR(",\n\"risks\":["));
    for (size_t i = 0; i < score->finding_count; i++) {
        const apl_finding *finding = apl_report_finding(estate, score->findings[i].finding);
        if (finding == NULL)
            continue;
        apl_text_add_format(out, "%s\n{\"finding\":\"%.32s\",\"gain\":%.3f", count++ ? "," : "", finding->id,
                            score->findings[i].gain);
        apl_row_text(out, APL_STR("check"), finding->rule->check);
        apl_row_text(out, APL_STR("title"), finding->rule->title);
        apl_row_text(out, APL_STR("severity"), apl_str_from(apl_severity_names[finding->severity]));
        apl_row_text(out, APL_STR("asset"), estate->assets.items[finding->asset].id);
        apl_row_text(out, APL_STR("owner"), apl_owner_of(estate, finding->asset));
        apl_row_text(out, APL_STR("fix"), apl_str_trim(finding->rule->fix_summary));
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void add_paths(apl_text *out, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;

    apl_text_add(out, APL_STR(",\n\"paths\":["));
    for (size_t i = 0; i < estate->paths.count && i < PATHS_SHOWN; i++) {
        const apl_path *path = &estate->paths.items[i];
        apl_text_add_format(out, "%s\n{\"path\":\"%.32s\",\"level\":\"%s\",\"risk\":%.1f", i ? "," : "", path->id,
                            apl_path_level_names[path->level], path->risk);
        apl_row_text(out, APL_STR("title"), path->title);
        apl_row_text(out, APL_STR("target"), estate->assets.items[path->target].id);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void add_frameworks(apl_text *out, const apl_compliance_result *compliance)
{
    apl_text_add(out, APL_STR(",\n\"frameworks\":["));
    for (size_t f = 0; f < compliance->framework_count; f++) {
        const apl_framework_result *one = &compliance->frameworks[f];
        apl_text_add(out, f ? APL_STR(",\n{\"framework\":") : APL_STR("\n{\"framework\":"));
        apl_json_write_string(out, one->framework->id);
        apl_row_text(out, APL_STR("title"), one->framework->title);
        apl_row_text(out, APL_STR("caution"), one->framework->caution);
        apl_text_add_format(out, ",\"controls\":%zu,\"decided\":%u,\"passing\":%u,\"states\":{", one->control_count,
                            one->decided, one->passing);
        for (size_t i = 0; i < APL_CONTROL_STATE_COUNT; i++)
            apl_text_add_format(out, "%s\"%s\":%u", i ? "," : "", apl_control_state_names[i], one->states[i]);
        apl_text_add_format(out, "},\"statements\":{\"needed\":%u,\"valid\":%u,\"expired\":%u}}",
                            one->statements_needed, one->statements_valid, one->statements_expired);
    }
    apl_text_add_char(out, ']');
}

static void add_owners(apl_text *out, const apl_report *report)
{
    apl_arena *arena = apl_arena_new();
    size_t count = 0;
    const apl_owner_sum *sums = apl_owner_sums(&count, arena, report->snapshot->estate, report->selection);

    apl_text_add(out, APL_STR(",\n\"owners\":["));
    for (size_t i = 0; i < count; i++) {
        apl_text_add(out, i ? APL_STR(",\n{\"owner\":") : APL_STR("\n{\"owner\":"));
        if (sums[i].owner.size)
            apl_json_write_string(out, sums[i].owner);
        else
            apl_text_add(out, APL_STR("null"));
        apl_text_add(out, APL_STR(",\"findings\":{"));
        add_severities(out, sums[i].findings);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
    apl_arena_free(arena);
}

static void add_coverage(apl_text *out, const apl_estate *estate)
{
    uint64_t states[4] = {0};

    for (size_t i = 0; i < estate->coverage.count; i++)
        states[estate->coverage.items[i].state]++;
    apl_text_add(out, APL_STR(",\n\"coverage\":{"));
    for (int state = APL_COVERAGE_READ; state <= APL_COVERAGE_UNSUPPORTED; state++)
        apl_text_add_format(out, "%s\"%s\":%llu", state ? "," : "", apl_coverage_names[state],
                            (unsigned long long)states[state]);
    apl_text_add_char(out, '}');
}

apl_status apl_report_write_json(apl_output *output, const apl_report *report)
{
    apl_summary summary = apl_snapshot_summary(report->snapshot);
    apl_text *out = &output->text;

    apl_text_add(out, APL_STR("{\"schema\":\"aplomb.report.v1\",\n\"scan\":{"));
    apl_row_scan(out, &report->snapshot->scan);
    apl_text_add(out, APL_STR(",\n\"summary\":{"));
    apl_row_summary(out, &summary, report->snapshot->estate);
    add_score(out, report);
    add_trend(out, report);
    add_risks(out, report);
    add_paths(out, report);
    add_frameworks(out, report->compliance);
    apl_text_add(out, APL_STR(",\n\"drift\":"));
    if (report->drift) {
        apl_text_add_char(out, '{');
        apl_row_drift_head(out, report->drift);
        apl_text_add_char(out, '}');
    } else {
        apl_text_add(out, APL_STR("null"));
    }
    add_owners(out, report);
    add_coverage(out, report->snapshot->estate);
    apl_text_add(out, APL_STR("}\n"));
    return apl_output_step(output);
}
