/* report/row_fix.c: a plan of fixes as JSON, one step a line.
 *
 * Operations are those of RFC 6902; `before` says what stood at each pointer, because that standard has no test for
 * nothing. Commands come from the rule with the asset's own names. */
#include "report/row_fix.h"

#include "report/remedy.h"
#include "report/row.h"

static void add_operations(apl_text *out, const char *name, const apl_changes *changes)
{
    apl_text_add_format(out, ",\"%s\":[", name);
    for (size_t i = 0; i < changes->count; i++) {
        const apl_change *change = &changes->items[i];
        apl_text_add_format(out, "%s{\"op\":\"%s\",\"path\":", i ? "," : "", apl_change_names[change->kind]);
        apl_json_write_string(out, change->pointer);
        if (change->kind != APL_CHANGE_REMOVE) {
            apl_text_add(out, APL_STR(",\"value\":"));
            apl_value_write(out, change->value, 0);
        }
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

/* Nothing stood there where a row has no value. */
static void add_before(apl_text *out, const apl_changes *changes)
{
    apl_text_add(out, APL_STR(",\"before\":["));
    for (size_t i = 0; i < changes->count; i++) {
        apl_text_add(out, i ? APL_STR(",{\"path\":") : APL_STR("{\"path\":"));
        apl_json_write_string(out, changes->items[i].pointer);
        if (changes->items[i].before.type != APL_VALUE_MISSING) {
            apl_text_add(out, APL_STR(",\"value\":"));
            apl_value_write(out, changes->items[i].before, 0);
        }
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void add_finding(apl_text *out, const apl_finding *finding)
{
    apl_text_add_format(out, "{\"id\":\"%.32s\",\"severity\":\"%s\"", finding->id,
                        apl_severity_names[finding->severity]);
    apl_row_text(out, APL_STR("check"), finding->rule->check);
    apl_row_text(out, APL_STR("rule"), finding->rule->id);
    apl_row_text(out, APL_STR("title"), finding->rule->title);
    apl_text_add_char(out, '}');
}

static void add_blast(apl_text *out, const apl_estate *estate, const apl_blast *blast)
{
    apl_row_text(out, APL_STR("breaks"), blast->breaks);
    apl_row_text(out, APL_STR("final"), blast->is_final);
    apl_text_add_format(out, ",\"touched\":%zu,\"touches\":[", blast->count);
    for (size_t i = 0; i < blast->shown; i++) {
        const apl_asset *asset = &estate->assets.items[blast->neighbours[i].asset];
        apl_text_add(out, i ? APL_STR(",{\"asset\":") : APL_STR("{\"asset\":"));
        apl_json_write_string(out, asset->id);
        apl_row_text(out, APL_STR("name"), asset->name);
        apl_row_text(out, APL_STR("kind"), estate->vocabulary->kinds.items[asset->kind].name);
        apl_row_text(out, APL_STR("relation"), estate->vocabulary->relations.items[blast->neighbours[i].relation].name);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void add_request(apl_text *out, const apl_fix_step *step)
{
    apl_row_text(out, APL_STR("by_hand"), step->by_hand);
    if (step->by_hand.size) {
        apl_text_add(out, APL_STR(",\"request\":null"));
        return;
    }
    apl_text_add_format(out, ",\"request\":{\"method\":\"%s\"", step->request.method);
    apl_row_text(out, APL_STR("api"), step->request.version);
    apl_row_text(out, APL_STR("needs"), step->request.needs);
    apl_text_add_char(out, '}');
}

static void add_step(apl_text *out, const apl_report *report, const apl_fix_step *step, size_t number)
{
    apl_arena *scratch = apl_arena_new();
    const apl_estate *estate = report->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[step->asset];
    const apl_rule_info *rule = step->findings[0]->rule;
    apl_remedy remedy = apl_remedy_make(scratch, estate, step->asset, rule);

    apl_text_add_format(out, "{\"step\":%zu,\"asset\":", number);
    apl_json_write_string(out, asset->id);
    apl_row_text(out, APL_STR("name"), asset->name);
    apl_row_text(out, APL_STR("type"), asset->type);
    apl_row_text(out, APL_STR("kind"), estate->vocabulary->kinds.items[asset->kind].name);
    apl_text_add(out, APL_STR(",\"findings\":["));
    for (size_t i = 0; i < step->finding_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        add_finding(out, step->findings[i]);
    }
    apl_text_add_char(out, ']');
    apl_row_text(out, APL_STR("summary"), remedy.summary);
    add_operations(out, "patch", &step->changes);
    add_before(out, &step->changes);
    add_operations(out, "undo", &step->undo);
    apl_row_texts(out, APL_STR("commands"), remedy.commands, remedy.command_count);
    apl_row_texts(out, APL_STR("undo_commands"), &step->undo_command, step->undo_command.size > 0);
    apl_row_text(out, APL_STR("bicep"), rule->fix_bicep);
    apl_row_text(out, APL_STR("terraform"), rule->fix_terraform);
    add_blast(out, estate, &step->blast);
    add_request(out, step);
    apl_text_add(out, APL_STR(",\"after\":{\"score\":"));
    if (report->plan->has_score)
        apl_text_add_format(out, "%.3f", step->score);
    else
        apl_text_add(out, APL_STR("null"));
    apl_text_add_format(out, ",\"paths\":%zu", step->paths);
    apl_row_texts(out, APL_STR("broken"), step->broken, step->broken_count);
    apl_text_add(out, APL_STR("}}"));
    apl_arena_free(scratch);
}

apl_status apl_row_fix(apl_output *output, const apl_report *report)
{
    const apl_fix_plan *plan = report->plan;
    apl_text *out = &output->text;

    apl_text_add(out, APL_STR("{\"schema\":\"aplomb.fix.v1\",\n\"scan\":{\"id\":"));
    apl_json_write_string(out, report->snapshot->scan.id);
    apl_row_text(out, APL_STR("started"), report->snapshot->scan.started);
    apl_row_text(out, APL_STR("content"), report->snapshot->scan.content);
    apl_text_add(out, APL_STR("},\n\"before\":{\"score\":"));
    if (plan->has_score)
        apl_text_add_format(out, "%.3f", plan->score_before);
    else
        apl_text_add(out, APL_STR("null"));
    apl_text_add_format(out, ",\"paths\":%zu},\n\"fewest\":%s,\"unbroken\":%zu,\"dropped\":%zu,\n\"steps\":[",
                        plan->paths_before, plan->is_fewest ? "true" : "false", plan->unbroken, plan->dropped);
    for (size_t i = 0; i < plan->count && output->status == APL_OK; i++) {
        apl_text_add(out, i ? APL_STR(",\n") : APL_STR("\n"));
        add_step(out, report, &plan->steps[i], i + 1);
        (void)apl_output_step(output);
    }
    apl_text_add(out, APL_STR("]}\n"));
    return apl_output_step(output);
}
