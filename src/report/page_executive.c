/* report/page_executive.c: one page for those who decide.
 *
 * How good it is and where that goes, what is worst and what it gains to fix it, who can get in, what an auditor can be
 * shown, what changed, what nobody looked at. In print it fills one side of A4; so each list is short, and says how
 * much more there is. */
#include <math.h>

#include "evaluate/drift.h"
#include "report/chart.h"
#include "report/names.h"
#include "report/page.h"
#include "report/row_compliance.h"

#define PATHS_SHOWN 5
#define GAPS_SHOWN 3
#define CHANGES_SHOWN 4

static const apl_score_scope *ai_scope(const apl_score *score)
{
    for (size_t i = 0; i < score->scope_count; i++) {
        if (apl_str_equal(score->scopes[i].type, APL_STR("ai")))
            return &score->scopes[i];
    }
    return NULL;
}

static void add_score(apl_text *out, const apl_report *report)
{
    const apl_score *score = &report->snapshot->estate->score;
    const apl_score_scope *ai = ai_scope(score);

    apl_page_section(out, "score third", "Score");
    if (!score->is_there) {
        apl_text_add(out, APL_STR("<p>No score: nothing that was read could be judged.</p>"));
        apl_page_section_end(out);
        return;
    }
    apl_chart_gauge(out, "The score, 0 to 100; 100 is best", score->estate.value, score->estate.low,
                    score->estate.high);
    if (score->estate.high - score->estate.low >= 0.05)
        apl_text_add_format(out, "<p>Between <strong>%.1f</strong> and <strong>%.1f</strong>, for not all was read.",
                            score->estate.low, score->estate.high);
    else
        apl_text_add(out, APL_STR("<p>Everything that it rests on was read."));
    if (ai)
        apl_text_add_format(out, " AI assets alone: <strong>%.1f</strong>.", ai->score.value);
    apl_text_add(out, APL_STR("</p>"));
    apl_page_section_end(out);
}

static void add_trend(apl_text *out, const apl_report *report)
{
    apl_chart_point *points = apl_memory_new((report->point_count + 1) * sizeof *points);
    size_t count = 0;

    for (size_t i = 0; i < report->point_count; i++) {
        const apl_store_point *point = &report->points[i];
        if (point->has_score)
            points[count++] = (apl_chart_point){apl_str_slice(point->scan.started, 0, 10), point->score,
                                                point->score_low, point->score_high};
    }
    apl_page_section(out, "trend third", "Trend");
    if (count < 2) {
        apl_text_add(out, APL_STR("<p class=\"soft\">The first snapshot: a trend needs a second one.</p>"));
    } else {
        apl_chart_line(out, "The score over time, with what was not read as a band around it", points, count);
        apl_text_add(out,
                     APL_STR("<table><tr><th>Snapshot</th><th class=\"number\">Score</th><th class=\"number\">Change"
                             "</th></tr>"));
        for (size_t i = count > 3 ? count - 3 : 1; i < count; i++) {
            apl_text_add(out, APL_STR("<tr>"));
            apl_page_cell(out, "tight", points[i].label);
            apl_text_add_format(out, "<td class=\"number\">%.1f</td><td class=\"number\">%+.1f</td></tr>",
                                points[i].value, points[i].value - points[i - 1].value);
        }
        apl_text_add(out, APL_STR("</table>"));
    }
    apl_page_section_end(out);
    apl_memory_free(points);
}

static void add_severities(apl_text *out, const apl_report *report)
{
    apl_summary summary = apl_snapshot_summary(report->snapshot);
    apl_chart_bar bars[APL_SEVERITY_COUNT];

    for (size_t i = 0; i < APL_SEVERITY_COUNT; i++) {
        const char *name = apl_severity_names[APL_SEVERITY_COUNT - 1 - i];
        bars[i] = (apl_chart_bar){name, name, summary.findings[APL_SEVERITY_COUNT - 1 - i]};
    }
    apl_page_section(out, "findings third", "Failed findings");
    apl_chart_bars(out, "Failed findings by severity", bars, APL_SEVERITY_COUNT);
    apl_text_add(out, APL_STR("<p class=\"soft\">"));
    apl_page_number(out, summary.by_status[APL_STATUS_PASS]);
    apl_text_add(out, APL_STR(" passed, "));
    apl_page_number(out, summary.by_status[APL_STATUS_MANUAL] + summary.by_status[APL_STATUS_ERROR]);
    apl_text_add(out, APL_STR(" not decided, "));
    apl_page_number(out, summary.by_status[APL_STATUS_MUTED] + summary.by_status[APL_STATUS_EXEMPT]);
    apl_text_add(out, APL_STR(" accepted; "));
    apl_page_number(out, summary.assets);
    apl_text_add(out, APL_STR(" assets, "));
    apl_page_number(out, summary.ai_assets);
    apl_text_add(out, APL_STR(" of them AI.</p>"));
    apl_page_section_end(out);
}

static void add_risks(apl_text *out, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_score *score = &estate->score;

    apl_page_section(out, "risks", "What to fix first");
    if (score->finding_count == 0)
        apl_text_add(out, APL_STR("<p>No failed finding costs anything.</p>"));
    else
        apl_text_add(out, APL_STR("<table><tr><th class=\"number\">Gain</th><th></th><th>Finding and fix</th></tr>"));
    for (size_t i = 0; i < score->finding_count; i++) {
        const apl_finding *finding = apl_report_finding(estate, score->findings[i].finding);
        if (finding == NULL)
            continue;
        apl_text_add_format(out, "<tr><td class=\"number\">+%.1f</td><td class=\"tight\">", score->findings[i].gain);
        apl_page_badge(out, apl_severity_names[finding->severity], apl_severity_names[finding->severity]);
        apl_text_add(out, APL_STR("</td><td><strong>"));
        apl_page_text(out, apl_report_asset_name(estate, finding->asset));
        apl_text_add(out, APL_STR("</strong> &middot; "));
        apl_page_text(out, finding->rule->title);
        apl_text_add(out, APL_STR("<br><span class=\"soft\">"));
        apl_page_text(out, apl_str_trim(finding->rule->fix_summary));
        apl_text_add(out, APL_STR("</span></td></tr>"));
    }
    if (score->finding_count)
        apl_text_add(out, APL_STR("</table>"));
    apl_page_section_end(out);
}

static void add_paths(apl_text *out, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    uint64_t levels[4] = {0};

    apl_page_section(out, "paths half", "Attack paths");
    for (size_t i = 0; i < estate->paths.count; i++)
        levels[estate->paths.items[i].level]++;
    if (estate->paths.count == 0)
        apl_text_add(out, APL_STR("<p>None was found.</p>"));
    else
        apl_text_add(out, APL_STR("<table><tr><th></th><th class=\"number\">Risk</th><th>Path</th></tr>"));
    for (size_t i = 0; i < estate->paths.count && i < PATHS_SHOWN; i++) {
        const apl_path *path = &estate->paths.items[i];
        apl_text_add(out, APL_STR("<tr><td class=\"tight\">"));
        apl_page_badge(out, apl_path_level_names[path->level], apl_path_level_names[path->level]);
        apl_text_add_format(out, "</td><td class=\"number\">%.0f</td>", path->risk);
        apl_page_cell(out, NULL, path->title);
        apl_text_add(out, APL_STR("</tr>"));
    }
    if (estate->paths.count)
        apl_text_add_format(out, "</table><p class=\"soft\">%llu critical, %llu high, %llu medium, %llu low.</p>",
                            (unsigned long long)levels[APL_PATH_CRITICAL], (unsigned long long)levels[APL_PATH_HIGH],
                            (unsigned long long)levels[APL_PATH_MEDIUM], (unsigned long long)levels[APL_PATH_LOW]);
    apl_page_section_end(out);
}

/* What rounds to nothing has no sign. */
static const char *sign_of(double number)
{
    if (fabs(number) < 0.05)
        return "";
    return number > 0 ? "+" : "-";
}

static void add_delta(apl_text *out, const apl_score_delta *delta)
{
    static const char *const names[] = {"Posture: how things are configured", "Inventory: what came and went",
                                        "Content: rules added or gone", "Coverage: what was read"};
    const double parts[] = {delta->posture, delta->inventory, delta->content, delta->coverage};

    apl_text_add(out, APL_STR("<table><tr><th>The score moved by</th><th class=\"number\">"));
    apl_text_add_format(out, "%+.1f</th></tr>", delta->after - delta->before);
    for (size_t i = 0; i < 4; i++)
        apl_text_add_format(out, "<tr><td>%s</td><td class=\"number\">%s%.1f</td></tr>", names[i], sign_of(parts[i]),
                            fabs(parts[i]));
    apl_text_add(out, APL_STR("</table>"));
}

static void add_turns(apl_text *out, const apl_drift *drift)
{
    apl_text_add_format(out, ": <strong>%llu</strong> findings new, <strong>%llu</strong> closed",
                        (unsigned long long)(drift->by_turn[APL_DRIFT_NEW] + drift->by_turn[APL_DRIFT_RAISED]),
                        (unsigned long long)drift->by_turn[APL_DRIFT_CLOSED]);
    if (drift->by_turn[APL_DRIFT_LOST])
        apl_text_add_format(out, ", <strong>%llu</strong> could not be read any more",
                            (unsigned long long)drift->by_turn[APL_DRIFT_LOST]);
    apl_text_add_format(out, "; attack paths: <strong>%llu</strong> new, <strong>%llu</strong> closed; assets: ",
                        (unsigned long long)drift->new_paths, (unsigned long long)drift->closed_paths);
    apl_text_add_format(out, "<strong>%llu</strong> changed, <strong>%llu</strong> new, <strong>%llu</strong> gone; ",
                        (unsigned long long)drift->by_what[APL_DRIFT_CHANGED],
                        (unsigned long long)drift->by_what[APL_DRIFT_ADDED],
                        (unsigned long long)drift->by_what[APL_DRIFT_REMOVED]);
    apl_text_add_format(out, "<strong>%llu</strong> got worse, <strong>%llu</strong> better.</p>",
                        (unsigned long long)(drift->by_risk[APL_DRIFT_WORSE] + drift->by_risk[APL_DRIFT_MIXED]),
                        (unsigned long long)drift->by_risk[APL_DRIFT_BETTER]);
}

static const char *badge_of_risk(uint8_t risk)
{
    return risk == APL_DRIFT_WORSE ? "critical" : risk == APL_DRIFT_MIXED ? "medium" : "good";
}

/* The riskiest changes: of which asset, by whom, and the first value that changed. */
static void add_riskiest(apl_text *out, const apl_drift *drift)
{
    size_t shown = 0;

    for (size_t i = 0; i < drift->change_count && shown < CHANGES_SHOWN; i++) {
        const apl_drift_change *change = &drift->changes[i];
        const apl_asset *asset = apl_drift_asset(drift, change);
        if (change->risk == APL_DRIFT_NEUTRAL)
            break;
        apl_text_add(out, shown++ ? APL_STR("<tr><td class=\"tight\">") : APL_STR("<table><tr><td class=\"tight\">"));
        apl_page_badge(out, badge_of_risk(change->risk), apl_drift_risk_names[change->risk]);
        apl_text_add(out, APL_STR("</td><td>"));
        apl_page_text(out, asset->name.size ? asset->name : asset->id);
        apl_text_add_format(out, " <span class=\"soft\">%s", apl_drift_what_names[change->what]);
        if (change->value_count) {
            apl_text_add(out, APL_STR(": "));
            apl_page_text(out, change->values[0].path);
        }
        if (change->actor.size) {
            apl_text_add(out, APL_STR(", by "));
            apl_page_text(out, change->actor);
        }
        apl_text_add(out, APL_STR("</span></td></tr>"));
    }
    if (shown)
        apl_text_add(out, APL_STR("</table>"));
}

static void add_changes(apl_text *out, const apl_report *report)
{
    const apl_drift *drift = report->drift;

    apl_page_section(out, "changes half", "What changed");
    if (drift == NULL) {
        apl_text_add(out, APL_STR("<p class=\"soft\">No earlier snapshot to compare with.</p>"));
        apl_page_section_end(out);
        return;
    }
    apl_text_add(out, drift->is_baseline ? APL_STR("<p>Since the baseline of ") : APL_STR("<p>Since "));
    apl_page_text(out, apl_str_slice(drift->before->scan.started, 0, 10));
    add_turns(out, drift);
    if (report->delta && report->delta->is_there)
        add_delta(out, report->delta);
    add_riskiest(out, drift);
    apl_page_section_end(out);
}

static void add_readiness_row(apl_text *out, const apl_framework_result *one)
{
    const apl_chart_bar parts[] = {
        {"good", "pass", one->passing},
        {"critical", "fail", one->states[APL_CONTROL_FAILING]},
        {"medium", "not read", one->decided - one->passing - one->states[APL_CONTROL_FAILING]},
    };

    apl_text_add(out, APL_STR("<tr>"));
    apl_page_cell(out, NULL, one->framework->title);
    apl_text_add(out, APL_STR("<td class=\"bar\">"));
    apl_chart_parts(out, "Controls that checks decide: pass, fail, not read", parts, 3);
    apl_text_add_format(out,
                        "</td><td class=\"number\">%u</td><td class=\"number\">%llu</td><td class=\"number\">%llu</td>",
                        one->passing, (unsigned long long)parts[1].value, (unsigned long long)parts[2].value);
    apl_text_add_format(out, "<td class=\"number\">%zu</td><td class=\"number\">%u</td>",
                        one->control_count - one->decided - one->states[APL_CONTROL_NOT_YET] -
                            one->states[APL_CONTROL_NOT_APPLICABLE],
                        one->states[APL_CONTROL_NOT_YET]);
    if (one->statements_needed)
        apl_text_add_format(out, "<td class=\"number\">%u of %u</td></tr>", one->statements_valid,
                            one->statements_needed);
    else
        apl_text_add(out, APL_STR("<td class=\"number\">none needed</td></tr>"));
}

static void add_readiness(apl_text *out, const apl_report *report)
{
    if (report->compliance == NULL)
        return;
    apl_page_section(out, "readiness", "Readiness by framework");
    apl_text_add(
        out, APL_STR("<div class=\"scroll\"><table><tr><th>Framework</th><th>Controls that checks decide</th><th "
                     "class=\"number\">Pass</th><th class=\"number\">Fail</th><th class=\"number\">Not read</th><th "
                     "class=\"number\">No check decides</th><th class=\"number\">Not yet law</th><th "
                     "class=\"number\">Statements</th></tr>"));
    for (size_t f = 0; f < report->compliance->framework_count; f++)
        add_readiness_row(out, &report->compliance->frameworks[f]);
    apl_text_add(
        out,
        APL_STR("</table></div><p class=\"soft\">Checks and statements of people are counted apart. A control that "
                "no check decides is no percentage: it needs evidence.</p>"));
    apl_page_section_end(out);
}

static void add_gaps(apl_text *out, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    size_t gaps = 0;

    apl_page_section(out, "unread", "Not read");
    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        if (row->state != APL_COVERAGE_UNREAD && row->state != APL_COVERAGE_PARTIAL)
            continue;
        if (gaps++ >= GAPS_SHOWN)
            continue;
        apl_text_add(out, APL_STR("<p>"));
        apl_page_badge(out, "plain", apl_coverage_names[row->state]);
        apl_text_add(out, APL_STR(" "));
        apl_page_text(out, row->type);
        if (row->needs.size) {
            apl_text_add(out, APL_STR("; needs "));
            apl_page_text(out, row->needs);
        }
        apl_text_add(out, APL_STR("</p>"));
    }
    if (gaps == 0)
        apl_text_add(out, APL_STR("<p>Nothing: every source was read whole.</p>"));
    else if (gaps > GAPS_SHOWN)
        apl_text_add_format(out, "<p class=\"soft\">and %zu more.</p>", gaps - GAPS_SHOWN);
    apl_page_section_end(out);
}

apl_status apl_page_executive(apl_output *output, const apl_report *report)
{
    apl_text *out = &output->text;

    apl_page_open(out, report, "AI security posture");
    add_score(out, report);
    add_trend(out, report);
    add_severities(out, report);
    add_risks(out, report);
    add_paths(out, report);
    add_changes(out, report);
    add_readiness(out, report);
    add_gaps(out, report);
    apl_page_close(out, report);
    return apl_output_step(output);
}
