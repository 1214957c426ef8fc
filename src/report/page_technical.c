/* report/page_technical.c: everything that is open, for those who fix it.
 *
 * Findings by check, the worst first, each with its evidence and the commands of its fix; attack paths step by step;
 * the inventory by kind; what was not read. Long lists are cut where no browser can scroll any more, and say so. */
#include "report/chart.h"
#include "report/names.h"
#include "report/page.h"
#include "report/row.h"

/* Findings and paths on one page: beyond it a browser takes seconds. Other formats have all. */
#define FINDINGS_SHOWN 5000
#define PATHS_SHOWN 200

static const apl_finding *finding_at(const apl_report *report, size_t i)
{
    return &report->snapshot->estate->findings.items[report->selection->findings.items[i]];
}

static void open_check(apl_text *out, const apl_rule_info *rule, const apl_finding *first)
{
    apl_text_add(out, APL_STR("<h3>"));
    apl_page_badge(out, apl_severity_names[first->severity], apl_severity_names[first->severity]);
    apl_text_add_char(out, ' ');
    apl_page_text(out, rule->title.size ? rule->title : rule->id);
    apl_text_add(out, APL_STR("</h3><p class=\"soft\"><code>"));
    apl_page_text(out, rule->id);
    apl_text_add(out, APL_STR("</code></p><p>"));
    apl_page_text(out, apl_str_trim(rule->why));
    apl_text_add(out, APL_STR("</p><p><strong>Fix.</strong> "));
    apl_page_text(out, apl_str_trim(rule->fix_summary));
    apl_text_add(
        out,
        APL_STR("</p><div class=\"scroll\"><table><tr><th></th><th>Asset</th><th>Evidence and commands</th></tr>"));
}

static apl_status add_findings(apl_output *output, const apl_report *report)
{
    size_t count = report->selection->findings.count;
    apl_arena *scratch = apl_arena_new();
    apl_text *out = &output->text;
    apl_status status = APL_OK;
    const apl_rule_info *last = NULL;
    size_t shown = count < FINDINGS_SHOWN ? count : FINDINGS_SHOWN;

    apl_page_section(out, "findings", "Findings");
    if (count == 0)
        apl_text_add(out, APL_STR("<p>None.</p>"));
    for (size_t i = 0; status == APL_OK && i < shown; i++) {
        const apl_finding *finding = finding_at(report, i);
        if (finding->rule != last && last)
            apl_text_add(out, APL_STR("</table></div>"));
        if (finding->rule != last)
            open_check(out, finding->rule, finding);
        last = finding->rule;
        apl_page_finding(out, report, finding, scratch);
        apl_arena_reset(scratch);
        status = apl_output_step(output);
    }
    if (last)
        apl_text_add(out, APL_STR("</table></div>"));
    if (shown < count)
        apl_text_add_format(out, "<p>and %zu more: --format csv has all.</p>", count - shown);
    apl_page_section_end(out);
    apl_arena_free(scratch);
    return status;
}

static void add_path(apl_text *out, const apl_report *report, const apl_path *path)
{
    const apl_estate *estate = report->snapshot->estate;

    apl_text_add_format(out, "<h3 id=\"%.32s\">", path->id);
    apl_page_badge(out, apl_path_level_names[path->level], apl_path_level_names[path->level]);
    apl_text_add_format(out, " %.0f &middot; ", path->risk);
    apl_page_text(out, path->title);
    apl_text_add(out, APL_STR("</h3><ol>"));
    for (uint32_t s = 0; s < path->step_count; s++) {
        const apl_path_step *step = &path->steps[s];
        apl_text_add(out, APL_STR("<li><strong>"));
        apl_page_text(out, apl_report_asset_name(estate, step->from));
        apl_text_add(out, APL_STR(" &rarr; "));
        apl_page_text(out, apl_report_asset_name(estate, step->to));
        apl_text_add(out, APL_STR("</strong> "));
        apl_page_text(out, step->technique.size ? step->technique : step->relation);
        apl_text_add(out, APL_STR(": "));
        apl_page_text(out, step->why);
        apl_text_add(out, APL_STR("</li>"));
    }
    apl_text_add(out, APL_STR("</ol>"));
    if (path->fix_count) {
        apl_text_add(out, APL_STR("<p class=\"soft\">Broken by fixing "));
        for (uint32_t i = 0; i < path->fix_count; i++)
            apl_text_add_format(out, "%s<a href=\"#%.32s\">%.8s</a>", i ? ", " : "", path->fixes[i].data,
                                path->fixes[i].data);
        apl_text_add(out, APL_STR("</p>"));
    }
}

static apl_status add_paths(apl_output *output, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    size_t count = report->selection->paths.count;
    apl_status status = APL_OK;

    apl_page_section(&output->text, "paths", "Attack paths");
    if (count == 0)
        apl_text_add(&output->text, APL_STR("<p>None.</p>"));
    for (size_t i = 0; status == APL_OK && i < count && i < PATHS_SHOWN; i++) {
        add_path(&output->text, report, &estate->paths.items[report->selection->paths.items[i]]);
        status = apl_output_step(output);
    }
    if (count > PATHS_SHOWN)
        apl_text_add_format(&output->text, "<p>and %zu more: aplomb paths has all.</p>", count - PATHS_SHOWN);
    apl_page_section_end(&output->text);
    return status;
}

static void add_inventory(apl_text *out, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    size_t kinds = estate->vocabulary->kinds.count;
    uint64_t *counts = apl_memory_new(2 * kinds * sizeof *counts);

    for (size_t i = 0; i < report->selection->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[report->selection->assets.items[i]];
        counts[2 * asset->kind + !asset->is_read]++;
    }
    apl_page_section(out, "inventory half", "Inventory");
    apl_text_add(
        out,
        APL_STR("<table><tr><th>Kind</th><th class=\"number\">Read</th><th class=\"number\">Named only</th></tr>"));
    for (size_t kind = 1; kind < kinds; kind++) {
        if (counts[2 * kind] + counts[2 * kind + 1] == 0)
            continue;
        apl_text_add(out, APL_STR("<tr>"));
        apl_page_cell(out, NULL, estate->vocabulary->kinds.items[kind].title);
        apl_text_add_format(out, "<td class=\"number\">%llu</td><td class=\"number\">%llu</td></tr>",
                            (unsigned long long)counts[2 * kind], (unsigned long long)counts[2 * kind + 1]);
    }
    apl_text_add(out, APL_STR("</table>"));
    apl_page_section_end(out);
    apl_memory_free(counts);
}

static apl_status add_coverage(apl_output *output, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    apl_text *out = &output->text;
    apl_status status = APL_OK;

    apl_page_section(out, "coverage half", "Not read, or not known");
    apl_text_add(out, APL_STR("<table><tr><th></th><th>Type and scope</th><th>Why, and what it needs</th></tr>"));
    for (size_t i = 0; status == APL_OK && i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        if (row->state == APL_COVERAGE_READ)
            continue;
        apl_text_add(out, APL_STR("<tr><td class=\"tight\">"));
        apl_page_badge(out, "plain", apl_coverage_names[row->state]);
        apl_text_add(out, APL_STR("</td><td>"));
        apl_page_text(out, row->type);
        apl_text_add(out, APL_STR("<br><small>"));
        apl_page_text(out, row->scope);
        apl_text_add(out, APL_STR("</small></td><td>"));
        apl_page_text(out, row->why);
        if (row->needs.size) {
            apl_text_add(out, APL_STR("<br><code>"));
            apl_page_text(out, row->needs);
            apl_text_add(out, APL_STR("</code>"));
        }
        apl_text_add(out, APL_STR("</td></tr>"));
        status = apl_output_step(output);
    }
    apl_text_add(out, APL_STR("</table>"));
    apl_page_section_end(out);
    return status;
}

apl_status apl_page_technical(apl_output *output, const apl_report *report)
{
    apl_status status;

    apl_page_open(&output->text, report, "AI security posture: findings, paths, evidence");
    status = add_findings(output, report);
    if (status == APL_OK)
        status = add_paths(output, report);
    if (status == APL_OK) {
        add_inventory(&output->text, report);
        status = add_coverage(output, report);
    }
    apl_page_close(&output->text, report);
    return status == APL_OK ? apl_output_step(output) : status;
}
