/* report/explain_text.c: writes one explained thing as sections of text.
 *
 * Stands behind `explain`. Prose is wrapped to the screen, ids stay whole. Of an asset it shows the settings that were
 * judged; the document as it was read is for programs, and only JSON has it. */
#include "report/explain_text.h"

#include "report/explain_paths.h"
#include "report/text_paths.h"

#include "report/explain_access.h"
#include "report/explain_origins.h"
#include "report/remedy.h"
#include "report/row.h"

#define SENTENCE_BYTES_MAX (1u << 20)
#define LABEL_WIDTH 12u
#define LIST_SHOWN 50
#define FINDING_INDENT 28u /* where titles of findings begin */
#define SETTINGS_SHOWN 4   /* of one finding; explain of the finding has all */

static void write_heading(apl_text *out, const apl_screen *screen, const char *heading)
{
    apl_text_add_char(out, '\n');
    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, apl_str_from(heading));
    apl_text_add_char(out, '\n');
}

/* Facts that hold ids are wrapped on a terminal only: in a pipe they are for line tools. */
static void write_item(apl_text *out, const apl_screen *screen, apl_str text, unsigned indent)
{
    if (screen->clips) {
        apl_screen_wrap(out, screen, text, indent);
        return;
    }
    apl_screen_add(out, screen, text);
    apl_text_add_char(out, '\n');
}

/* A label and its value; nothing without a value. */
static void write_fact(apl_text *out, const apl_screen *screen, const char *label, apl_str value)
{
    if (value.size == 0)
        return;
    apl_text_add(out, APL_STR("  "));
    apl_screen_add_styled(out, screen, APL_STYLE_DIM, apl_str_from(label));
    apl_screen_spaces(out, LABEL_WIDTH - (unsigned)strlen(label));
    write_item(out, screen, value, LABEL_WIDTH + 2);
}

static void write_prose(apl_text *out, const apl_screen *screen, const char *heading, apl_str prose)
{
    if (prose.size == 0)
        return;
    write_heading(out, screen, heading);
    apl_screen_spaces(out, 2);
    apl_screen_wrap(out, screen, prose, 2);
}

/* Lines that are to be copied: never wrapped. */
static void write_code(apl_text *out, const apl_screen *screen, const char *label, apl_str code)
{
    apl_str rest = apl_str_trim(code);
    apl_str line;

    if (rest.size == 0)
        return;
    if (*label) {
        apl_screen_spaces(out, 2);
        apl_screen_add_styled(out, screen, APL_STYLE_DIM, apl_str_from(label));
        apl_text_add_char(out, '\n');
    }
    while (apl_str_next(&line, &rest, '\n')) {
        apl_screen_spaces(out, 4);
        apl_screen_add(out, screen, line);
        apl_text_add_char(out, '\n');
    }
}

static void write_severity(apl_text *out, const apl_screen *screen, unsigned severity, const char *status)
{
    apl_screen_add_styled(out, screen, apl_screen_severity_style(severity), apl_str_from(apl_severity_names[severity]));
    if (status)
        apl_text_add_format(out, " %s", status);
}

static void write_fix(apl_text *out, const apl_report *report, apl_asset_id asset, const apl_rule_info *rule)
{
    apl_arena *scratch = apl_arena_new();
    apl_remedy remedy = apl_remedy_make(scratch, report->snapshot ? report->snapshot->estate : NULL, asset, rule);

    if (remedy.summary.size || remedy.command_count) {
        write_heading(out, &report->screen, "Fix");
        if (remedy.summary.size) {
            apl_screen_spaces(out, 2);
            apl_screen_wrap(out, &report->screen, remedy.summary, 2);
        }
        for (size_t i = 0; i < remedy.command_count; i++)
            write_code(out, &report->screen, i ? "" : "shell", remedy.commands[i]);
        write_code(out, &report->screen, "bicep", rule->fix_bicep);
        write_code(out, &report->screen, "terraform", rule->fix_terraform);
    }
    apl_arena_free(scratch);
}

static void write_controls(apl_text *out, const apl_screen *screen, const apl_rule_info *rule)
{
    apl_text line;

    if (rule->control_count == 0)
        return;
    apl_text_init(&line, SENTENCE_BYTES_MAX);
    write_heading(out, screen, "Supports");
    for (uint32_t i = 0; i < rule->control_count; i++) {
        bool is_last = i + 1 == rule->control_count ||
                       !apl_str_equal(rule->controls[i].framework, rule->controls[i + 1].framework);
        apl_text_add_format(&line, "%s%.*s", line.size ? ", " : "", APL_STR_ARG(rule->controls[i].control));
        if (!is_last)
            continue;
        unsigned width = apl_screen_width_of(screen, rule->controls[i].framework);
        apl_screen_spaces(out, 2);
        apl_screen_add(out, screen, rule->controls[i].framework);
        apl_screen_spaces(out, width < 26 ? 26 - width : 1);
        apl_screen_wrap(out, screen, apl_text_str(&line), 28);
        line.size = 0;
    }
    apl_text_free(&line);
}

static void write_evidence(apl_text *out, const apl_screen *screen, const apl_finding *finding)
{
    apl_text line;

    if (finding->evidence_count == 0 && finding->reason.size == 0 && finding->needs.size == 0)
        return;
    apl_text_init(&line, SENTENCE_BYTES_MAX);
    write_heading(out, screen, "Evidence");
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        line.size = 0;
        apl_row_sentence(&line, &finding->evidence[i]);
        apl_screen_spaces(out, 2);
        write_item(out, screen, apl_text_str(&line), 4);
    }
    write_fact(out, screen, "reason", finding->reason);
    write_fact(out, screen, "needs", finding->needs);
    apl_text_free(&line);
}

static void write_used_for(apl_text *out, const apl_report *report, const apl_asset *asset)
{
    static const char *const names[] = {"ai", "grounding", "training"};
    const apl_estate *estate = report->snapshot->estate;
    apl_relation_list list;
    apl_text line;

    if (asset->used_for == 0)
        return;
    apl_text_init(&line, SENTENCE_BYTES_MAX);
    for (unsigned i = 0; i < 3; i++) {
        if (asset->used_for >> i & 1u)
            apl_text_add_format(&line, "%s%s", line.size ? ", " : "", names[i]);
    }
    write_fact(out, &report->screen, "used for", apl_text_str(&line));
    apl_explain_used_for(&list, estate, report->explained->asset);
    for (size_t i = 0; i < list.numbers.count && i < LIST_SHOWN; i++) {
        const apl_relation *relation = &estate->relations.items[list.numbers.items[i]];
        line.size = 0;
        apl_text_add_format(&line, "because %.*s %.*s it (%.*s)", APL_STR_ARG(estate->assets.items[relation->from].id),
                            APL_STR_ARG(estate->vocabulary->relations.items[relation->type].name),
                            APL_STR_ARG(relation->evidence));
        apl_screen_spaces(out, LABEL_WIDTH + 2);
        write_item(out, &report->screen, apl_text_str(&line), LABEL_WIDTH + 2);
    }
    apl_memory_free(list.numbers.items);
    apl_text_free(&line);
}

static void write_exposure(apl_text *out, const apl_report *report)
{
    apl_text line;

    apl_text_init(&line, SENTENCE_BYTES_MAX);
    apl_row_exposure_sentence(&line, report->snapshot->estate, report->explained->asset);
    if (line.size) {
        apl_screen_spaces(out, LABEL_WIDTH + 2);
        write_item(out, &report->screen, apl_text_str(&line), LABEL_WIDTH + 2);
    }
    apl_text_free(&line);
}

static void write_asset_facts(apl_text *out, const apl_report *report, const apl_asset *asset)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_screen *screen = &report->screen;
    apl_arena *scratch = apl_arena_new();

    write_fact(out, screen, "id", asset->id);
    write_fact(out, screen, "kind", estate->vocabulary->kinds.items[asset->kind].name);
    write_fact(out, screen, "type", asset->type);
    write_fact(out, screen, "cloud", apl_str_from(apl_cloud_names[asset->cloud]));
    write_fact(out, screen, "tenant", asset->tenant);
    write_fact(out, screen, "scope", asset->scope);
    write_fact(out, screen, "location", asset->location);
    write_fact(out, screen, "tags", apl_cell_text(scratch, asset->tags));
    write_fact(out, screen, "exposure", apl_str_from(apl_exposure_names[asset->exposure]));
    write_exposure(out, report);
    write_fact(out, screen, "sensitivity", apl_str_from(apl_level_names[asset->sensitivity]));
    if (!asset->is_read)
        write_fact(out, screen, "not read",
                   asset->why_unread.size ? asset->why_unread : APL_STR("another document names it"));
    write_used_for(out, report, asset);
    apl_arena_free(scratch);
}

static void write_relations(apl_text *out, const apl_report *report, bool incoming)
{
    const apl_estate *estate = report->snapshot->estate;
    apl_asset_id asset = report->explained->asset;
    size_t count = apl_explain_relation_count(estate, asset, incoming);
    apl_text line;

    if (count == 0)
        return;
    apl_text_init(&line, SENTENCE_BYTES_MAX);
    write_heading(out, &report->screen, incoming ? "Relations to it" : "Relations from it");
    for (size_t i = 0; i < count && i < LIST_SHOWN; i++) {
        const apl_relation *relation = &estate->relations.items[apl_explain_relation(estate, asset, incoming, i)];
        const apl_asset *other = &estate->assets.items[incoming ? relation->from : relation->to];
        const apl_str name = estate->vocabulary->relations.items[relation->type].name;
        line.size = 0;
        apl_text_add_format(&line, "%.*s  (%.*s%s%.*s)", APL_STR_ARG(other->id),
                            APL_STR_ARG(estate->vocabulary->kinds.items[other->kind].name),
                            relation->evidence.size ? "; " : "", APL_STR_ARG(relation->evidence));
        apl_screen_spaces(out, 2);
        apl_screen_add_styled(out, &report->screen, APL_STYLE_DIM, name);
        apl_screen_spaces(out, name.size < 18 ? 18 - name.size : 1);
        write_item(out, &report->screen, apl_text_str(&line), 20);
    }
    if (count > LIST_SHOWN)
        apl_text_add_format(out, "  and %zu more\n", count - LIST_SHOWN);
    apl_text_free(&line);
}

/* What of the asset the finding rests on: the settings that were judged, below its title. */
static void write_settings(apl_text *out, const apl_screen *screen, const apl_finding *finding)
{
    apl_text line;

    apl_text_init(&line, SENTENCE_BYTES_MAX);
    for (uint32_t i = 0; i < finding->evidence_count && i < SETTINGS_SHOWN; i++) {
        line.size = 0;
        apl_row_sentence(&line, &finding->evidence[i]);
        apl_screen_spaces(out, FINDING_INDENT);
        write_item(out, screen, apl_text_str(&line), FINDING_INDENT + 2);
    }
    apl_text_free(&line);
}

/* For each of its findings a line with severity, status, title and id. */
static void write_findings(apl_text *out, const apl_report *report, bool names_asset)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_explained *explained = report->explained;
    apl_text line;

    if (explained->findings.count == 0)
        return;
    apl_text_init(&line, SENTENCE_BYTES_MAX);
    write_heading(out, &report->screen, "Findings");
    for (size_t i = 0; i < explained->findings.count && i < LIST_SHOWN; i++) {
        const apl_finding *finding = &estate->findings.items[explained->findings.items[i]];
        const apl_asset *asset = &estate->assets.items[finding->asset];
        apl_text_add_format(out, "  %.8s  ", finding->id);
        apl_screen_style(out, &report->screen, apl_screen_severity_style(finding->severity));
        apl_text_add_format(out, "%-8s", apl_severity_names[finding->severity]);
        apl_screen_style(out, &report->screen, APL_STYLE_PLAIN);
        apl_text_add_format(out, "  %-6s  ", apl_status_names[finding->status]);
        line.size = 0;
        apl_text_add(&line, names_asset ? (asset->name.size ? asset->name : asset->id) : finding->rule->title);
        write_item(out, &report->screen, apl_text_str(&line), FINDING_INDENT);
        if (!names_asset)
            write_settings(out, &report->screen, finding);
    }
    if (explained->findings.count > LIST_SHOWN)
        apl_text_add_format(out, "  and %zu more\n", explained->findings.count - LIST_SHOWN);
    apl_text_free(&line);
}

static void add_moment(apl_text *line, const char *word, const apl_store_moment *moment)
{
    if (moment->scan_id.size)
        apl_text_add_format(line, " %s %.*s", word, APL_STR_ARG(moment->started));
}

static void write_history(apl_text *out, const apl_report *report)
{
    const apl_history *history = report->history;
    apl_text line;

    if (history == NULL || (history->asset_count == 0 && history->finding_count == 0))
        return;
    apl_text_init(&line, SENTENCE_BYTES_MAX);
    write_heading(out, &report->screen, "History");
    for (size_t i = 0; i < history->asset_count; i++) {
        const apl_asset_interval *interval = &history->assets[i];
        line.size = 0;
        apl_text_add(&line, APL_STR("asset"));
        add_moment(&line, "from", &interval->from);
        add_moment(&line, "until", &interval->to);
        for (uint32_t j = 0; j < interval->change_count; j++) {
            const apl_store_change *change = &interval->changes[j];
            apl_text_add_format(&line, "; %.*s", APL_STR_ARG(change->field));
            if (change->before.size || change->after.size)
                apl_text_add_format(&line, " %.*s -> %.*s", APL_STR_ARG(change->before), APL_STR_ARG(change->after));
            else
                apl_text_add(&line, APL_STR(" changed"));
        }
        apl_screen_spaces(out, 2);
        write_item(out, &report->screen, apl_text_str(&line), 4);
    }
    for (size_t i = 0; i < history->finding_count; i++) {
        const apl_finding_interval *interval = &history->findings[i];
        line.size = 0;
        apl_text_add_format(&line, "%.*s: %s", APL_STR_ARG(interval->rule_id), apl_status_names[interval->status]);
        add_moment(&line, "from", &interval->from);
        add_moment(&line, "until", &interval->to);
        apl_screen_spaces(out, 2);
        write_item(out, &report->screen, apl_text_str(&line), 4);
    }
    apl_text_free(&line);
}

static void explain_asset(apl_text *out, const apl_report *report)
{
    const apl_asset *asset = &report->snapshot->estate->assets.items[report->explained->asset];

    apl_screen_add_styled(out, &report->screen, APL_STYLE_BOLD, asset->name.size ? asset->name : asset->id);
    apl_text_add_char(out, '\n');
    write_asset_facts(out, report, asset);
    write_findings(out, report, false);
    apl_explain_access_text(out, report);
    apl_explain_origins_text(out, &report->screen, report->snapshot->estate, report->explained->asset);
    write_relations(out, report, false);
    write_relations(out, report, true);
    write_history(out, report);
    if (report->body.size)
        apl_text_add(out, APL_STR("\nIts document, whole: --format json\n"));
}

static void explain_finding(apl_text *out, const apl_report *report)
{
    const apl_finding *finding = report->explained->finding;
    const apl_rule_info *rule = finding->rule;
    const apl_screen *screen = &report->screen;
    const apl_asset *asset = &report->snapshot->estate->assets.items[finding->asset];

    apl_screen_style(out, screen, APL_STYLE_BOLD);
    apl_screen_wrap(out, screen, rule->title.size ? rule->title : rule->id, 0);
    apl_screen_style(out, screen, APL_STYLE_PLAIN);
    apl_screen_spaces(out, 2);
    write_severity(out, screen, finding->severity, apl_status_names[finding->status]);
    apl_text_add_char(out, '\n');
    write_fact(out, screen, "finding", apl_str_from(finding->id));
    write_fact(out, screen, "rule", rule->id);
    write_fact(out, screen, "asset", asset->name.size ? asset->name : asset->id);
    write_asset_facts(out, report, asset);
    write_evidence(out, screen, finding);
    write_prose(out, screen, "Why it matters", rule->why);
    write_fix(out, report, finding->asset, rule);
    write_controls(out, screen, rule);
    write_history(out, report);
}

static void explain_check(apl_text *out, const apl_report *report)
{
    const apl_screen *screen = &report->screen;

    for (size_t i = 0; i < report->explained->rule_count; i++) {
        const apl_rule_info *rule = report->explained->rules[i];
        if (i)
            apl_text_add_char(out, '\n');
        apl_screen_style(out, screen, APL_STYLE_BOLD);
        apl_screen_wrap(out, screen, rule->title.size ? rule->title : rule->id, 0);
        apl_screen_style(out, screen, APL_STYLE_PLAIN);
        apl_screen_spaces(out, 2);
        write_severity(out, screen, rule->severity, NULL);
        apl_text_add_char(out, '\n');
        write_fact(out, screen, "rule", rule->id);
        write_fact(out, screen, "check", rule->check);
        write_fact(out, screen, "service", rule->service);
        write_fact(out, screen, "needs", rule->needs);
        write_prose(out, screen, "Why it matters", rule->why);
        write_fix(out, report, APL_ASSET_NONE, rule);
        write_controls(out, screen, rule);
    }
    if (report->snapshot)
        write_findings(out, report, true);
}

static void explain_kind(apl_text *out, const apl_report *report)
{
    const apl_explained *explained = report->explained;
    const apl_kind_info *kind = &report->vocabulary->kinds.items[explained->kind];
    const apl_screen *screen = &report->screen;

    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, kind->title);
    apl_text_add_char(out, '\n');
    write_fact(out, screen, "kind", kind->name);
    write_fact(out, screen, "AI", kind->is_ai ? APL_STR("yes") : APL_STR("only when an AI asset uses it"));
    if (report->snapshot == NULL)
        return;
    write_heading(out, screen, "Assets");
    for (size_t i = 0; i < explained->assets.count && i < LIST_SHOWN; i++) {
        apl_screen_spaces(out, 2);
        write_item(out, screen, report->snapshot->estate->assets.items[explained->assets.items[i]].id, 4);
    }
    if (explained->assets.count == 0)
        apl_text_add(out, APL_STR("  none in this snapshot\n"));
    if (explained->assets.count > LIST_SHOWN)
        apl_text_add_format(out, "  and %zu more: aplomb inventory --kind %.*s\n", explained->assets.count - LIST_SHOWN,
                            APL_STR_ARG(kind->name));
}

apl_status apl_explain_write_text(apl_output *output, const apl_report *report)
{
    switch (report->explained->as) {
    case APL_EXPLAINED_ASSET:
        explain_asset(&output->text, report);
        break;
    case APL_EXPLAINED_FINDING:
        explain_finding(&output->text, report);
        break;
    case APL_EXPLAINED_CHECK:
        explain_check(&output->text, report);
        break;
    case APL_EXPLAINED_KIND:
        explain_kind(&output->text, report);
        break;
    case APL_EXPLAINED_PATH:
        apl_text_path(&output->text, report, report->explained->path);
        break;
    case APL_EXPLAINED_TECHNIQUE:
        apl_explain_technique_text(&output->text, report);
        break;
    }
    apl_explain_paths_text(&output->text, report);
    return apl_output_step(output);
}
