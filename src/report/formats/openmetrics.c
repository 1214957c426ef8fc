/* report/formats/openmetrics.c: gauges for Prometheus, in the OpenMetrics text format 1.0.
 *
 * What is counted has few values, so that no label grows with the estate: kinds, clouds, severities, frameworks,
 * accounts; never an asset's id. Shares and scores are 0 to 1, times in seconds, as is the custom there. */
#include "evaluate/drift.h"
#include "report/format.h"

/* Unix time begins so many seconds after the first instant. */
#define UNIX_EPOCH_SECONDS INT64_C(62135596800)

/* Scores of scopes: beyond it a monitoring system suffers more than it gains. */
#define SCOPES_MAX 1000

static void open_family(apl_text *out, const char *name, const char *unit, const char *help)
{
    apl_text_add_format(out, "# TYPE %s gauge\n", name);
    if (unit)
        apl_text_add_format(out, "# UNIT %s %s\n", name, unit);
    apl_text_add_format(out, "# HELP %s %s\n", name, help);
}

static void add_label(apl_text *out, const char *name, apl_str value, bool is_first)
{
    apl_text_add_format(out, "%s%s=\"", is_first ? "{" : ",", name);
    for (uint32_t i = 0; i < value.size; i++) {
        if (value.data[i] == '\n')
            apl_text_add(out, APL_STR("\\n"));
        else if (value.data[i] == '"' || value.data[i] == '\\')
            apl_text_add_format(out, "\\%c", value.data[i]);
        else
            apl_text_add_char(out, value.data[i]);
    }
    apl_text_add_char(out, '"');
}

static void add_count(apl_text *out, uint64_t count)
{
    apl_text_add_format(out, "} %llu\n", (unsigned long long)count);
}

static void write_one_score(apl_text *out, const char *type, apl_str id, const apl_score_value *value)
{
    const char *const bounds[] = {"value", "low", "high"};
    const double numbers[] = {value->value, value->low, value->high};

    for (int i = 0; i < 3; i++) {
        apl_text_add(out, APL_STR("aplomb_score_ratio"));
        add_label(out, "scope_type", apl_str_from(type), true);
        add_label(out, "scope", id, false);
        add_label(out, "bound", apl_str_from(bounds[i]), false);
        apl_text_add_format(out, "} %.5f\n", numbers[i] / 100);
    }
}

static void write_score(apl_text *out, const apl_score *score)
{
    open_family(out, "aplomb_score_ratio", "ratio",
                "Posture score, 1 is best; low and high are its bounds while something was not read.");
    if (!score->is_there)
        return;
    write_one_score(out, "estate", APL_STR_NONE, &score->estate);
    for (size_t i = 0; i < score->scope_count && i < SCOPES_MAX; i++) {
        char type[32];
        size_t size = score->scopes[i].type.size < sizeof type - 1 ? score->scopes[i].type.size : sizeof type - 1;
        memcpy(type, score->scopes[i].type.data, size);
        type[size] = 0;
        write_one_score(out, type, score->scopes[i].id, &score->scopes[i].score);
    }
}

static void write_findings(apl_text *out, const apl_snapshot *snapshot)
{
    uint64_t counts[APL_SEVERITY_COUNT][APL_STATUS_COUNT] = {0};

    for (size_t i = 0; i < snapshot->estate->findings.count; i++) {
        const apl_finding *finding = &snapshot->estate->findings.items[i];
        counts[finding->severity][finding->status]++;
    }
    open_family(out, "aplomb_findings", NULL, "Findings that did not pass, by severity and status.");
    for (unsigned severity = 0; severity < APL_SEVERITY_COUNT; severity++) {
        for (unsigned status = 0; status < APL_STATUS_COUNT; status++) {
            if (status == APL_STATUS_PASS)
                continue;
            apl_text_add(out, APL_STR("aplomb_findings"));
            add_label(out, "severity", apl_str_from(apl_severity_names[severity]), true);
            add_label(out, "status", apl_str_from(apl_status_names[status]), false);
            add_count(out, counts[severity][status]);
        }
    }
    open_family(out, "aplomb_findings_passed", NULL, "Findings that passed.");
    apl_text_add_format(out, "aplomb_findings_passed %llu\n", (unsigned long long)snapshot->estate->passes);
}

static void write_assets(apl_text *out, const apl_estate *estate)
{
    size_t kinds = estate->vocabulary->kinds.count;
    size_t clouds = 0;

    while (apl_cloud_names[clouds])
        clouds++;
    uint64_t *counts = apl_memory_new((kinds * clouds + 1) * sizeof *counts);
    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        counts[asset->kind * clouds + asset->cloud] += asset->is_read;
    }
    open_family(out, "aplomb_assets", NULL, "Assets that were read, by kind and cloud.");
    for (size_t i = 0; i < kinds * clouds; i++) {
        if (counts[i] == 0)
            continue;
        apl_text_add(out, APL_STR("aplomb_assets"));
        add_label(out, "kind", estate->vocabulary->kinds.items[i / clouds].name, true);
        add_label(out, "cloud", apl_str_from(apl_cloud_names[i % clouds]), false);
        add_count(out, counts[i]);
    }
    apl_memory_free(counts);
}

static void write_paths(apl_text *out, const apl_estate *estate)
{
    uint64_t levels[4] = {0};

    for (size_t i = 0; i < estate->paths.count; i++)
        levels[estate->paths.items[i].level]++;
    open_family(out, "aplomb_attack_paths", NULL, "Attack paths, by level.");
    for (int level = APL_PATH_LOW; level <= APL_PATH_CRITICAL; level++) {
        apl_text_add(out, APL_STR("aplomb_attack_paths"));
        add_label(out, "level", apl_str_from(apl_path_level_names[level]), true);
        add_count(out, levels[level]);
    }
}

static void write_controls(apl_text *out, const apl_compliance_result *compliance)
{
    if (compliance == NULL)
        return;
    open_family(out, "aplomb_controls", NULL,
                "Controls of a framework, by state; a check supports, it never satisfies.");
    for (size_t f = 0; f < compliance->framework_count; f++) {
        for (size_t state = 0; state < APL_CONTROL_STATE_COUNT; state++) {
            apl_text_add(out, APL_STR("aplomb_controls"));
            add_label(out, "framework", compliance->frameworks[f].framework->id, true);
            add_label(out, "state", apl_str_from(apl_control_state_names[state]), false);
            add_count(out, compliance->frameworks[f].states[state]);
        }
    }
    open_family(out, "aplomb_controls_passing_ratio", "ratio", "Of the controls that checks decide, those that pass.");
    for (size_t f = 0; f < compliance->framework_count; f++) {
        const apl_framework_result *one = &compliance->frameworks[f];
        if (one->decided == 0)
            continue;
        apl_text_add(out, APL_STR("aplomb_controls_passing_ratio"));
        add_label(out, "framework", one->framework->id, true);
        apl_text_add_format(out, "} %.5f\n", (double)one->passing / (double)one->decided);
    }
}

static void write_drift(apl_text *out, const apl_drift *drift)
{
    if (drift == NULL)
        return;
    open_family(out, "aplomb_drift_assets", NULL,
                "Assets that changed since the earlier posture, by direction of risk.");
    for (size_t risk = 0; risk < APL_DRIFT_RISK_COUNT; risk++) {
        apl_text_add(out, APL_STR("aplomb_drift_assets"));
        add_label(out, "risk", apl_str_from(apl_drift_risk_names[risk]), true);
        add_count(out, drift->by_risk[risk]);
    }
    open_family(out, "aplomb_drift_findings", NULL, "Findings that turned since the earlier posture.");
    for (size_t turn = 0; turn < APL_DRIFT_TURN_COUNT; turn++) {
        apl_text_add(out, APL_STR("aplomb_drift_findings"));
        add_label(out, "turn", apl_str_from(apl_drift_turn_names[turn]), true);
        add_count(out, drift->by_turn[turn]);
    }
}

/* What was read is no ratio of types, because nobody knows what there is that nobody asked for. */
static void write_coverage(apl_text *out, const apl_estate *estate)
{
    uint64_t states[4] = {0};

    for (size_t i = 0; i < estate->coverage.count; i++)
        states[estate->coverage.items[i].state]++;
    open_family(out, "aplomb_coverage_rows", NULL, "Types in a scope, by how far they were read.");
    for (int state = APL_COVERAGE_READ; state <= APL_COVERAGE_UNSUPPORTED; state++) {
        apl_text_add(out, APL_STR("aplomb_coverage_rows"));
        add_label(out, "state", apl_str_from(apl_coverage_names[state]), true);
        add_count(out, states[state]);
    }
}

static void write_scan(apl_text *out, const apl_scan_info *scan)
{
    apl_instant started = 0;
    apl_instant finished = 0;

    open_family(out, "aplomb_documents", NULL, "Documents that were read.");
    apl_text_add_format(out, "aplomb_documents %llu\n", (unsigned long long)scan->documents);
    if (!apl_instant_parse(&started, scan->started) || !apl_instant_parse(&finished, scan->finished))
        return;
    open_family(out, "aplomb_scan_timestamp_seconds", "seconds", "When the scan ended, in Unix time.");
    apl_text_add_format(out, "aplomb_scan_timestamp_seconds %lld\n",
                        (long long)(finished / APL_TICKS_PER_SECOND - UNIX_EPOCH_SECONDS));
    open_family(out, "aplomb_scan_duration_seconds", "seconds", "How long the scan took.");
    apl_text_add_format(out, "aplomb_scan_duration_seconds %.1f\n",
                        (double)(finished - started) / (double)APL_TICKS_PER_SECOND);
}

static apl_status write_openmetrics(apl_output *output, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    apl_text *out = &output->text;

    write_score(out, &estate->score);
    write_findings(out, report->snapshot);
    write_paths(out, estate);
    write_assets(out, estate);
    write_controls(out, report->compliance);
    write_drift(out, report->drift);
    write_coverage(out, estate);
    write_scan(out, &report->snapshot->scan);
    apl_text_add(out, APL_STR("# EOF\n"));
    return apl_output_step(output);
}

const apl_format apl_format_openmetrics = {
    .name = "openmetrics",
    .summary = "gauges for Prometheus, in the OpenMetrics text format",
    .extension = "prom",
    .views = APL_VIEW_SCAN | APL_VIEW_REPORT,
    .write = write_openmetrics,
};
