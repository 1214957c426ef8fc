/* report/row_drift.c: drift as JSON: the counts, one change, one path.
 *
 * The members are those of docs/schemas/aplomb.drift.v1.json. */
#include "report/row_drift.h"

static void add_side(apl_text *out, const char *name, const apl_snapshot *snapshot)
{
    apl_text_add_format(out, "\"%s\":{\"id\":", name);
    apl_json_write_string(out, snapshot->scan.id);
    apl_row_text(out, APL_STR("started"), snapshot->scan.started);
    apl_row_text(out, APL_STR("content"), snapshot->scan.content);
    if (snapshot->estate->score.is_there)
        apl_text_add_format(out, ",\"score\":%.3f}", snapshot->estate->score.estate.value);
    else
        apl_text_add(out, APL_STR(",\"score\":null}"));
}

static void add_counts(apl_text *out, const char *const *names, const uint64_t *counts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        apl_text_add_format(out, "%s\"%s\":%llu", i ? "," : "", names[i], (unsigned long long)counts[i]);
}

void apl_row_drift_head(apl_text *out, const apl_drift *drift)
{
    apl_text_add_format(out, "\"against\":\"%s\",", drift->is_baseline ? "baseline" : "snapshot");
    add_side(out, "before", drift->before);
    apl_text_add(out, APL_STR(","));
    add_side(out, "after", drift->after);
    apl_text_add(out, APL_STR(",\"summary\":{\"assets\":{"));
    add_counts(out, apl_drift_what_names, drift->by_what, APL_DRIFT_WHAT_COUNT);
    apl_text_add(out, APL_STR("},\"risk\":{"));
    add_counts(out, apl_drift_risk_names, drift->by_risk, APL_DRIFT_RISK_COUNT);
    apl_text_add(out, APL_STR("},\"findings\":{"));
    add_counts(out, apl_drift_turn_names, drift->by_turn, APL_DRIFT_TURN_COUNT);
    apl_text_add_format(out, "},\"paths\":{\"new\":%llu,\"closed\":%llu},\"accepted\":%llu}",
                        (unsigned long long)drift->new_paths, (unsigned long long)drift->closed_paths,
                        (unsigned long long)drift->accepted);
}

void apl_row_drift_path(apl_text *out, const apl_drift_path *path)
{
    apl_text_add_format(out, "{\"turn\":\"%s\",\"id\":\"%.32s\",\"level\":\"%s\",\"title\":",
                        path->is_new ? "new" : "closed", path->path->id, apl_path_level_names[path->path->level]);
    apl_json_write_string(out, path->path->title);
    apl_text_add_char(out, '}');
}

static void add_values(apl_text *out, const apl_drift_change *change)
{
    for (size_t i = 0; i < change->value_count; i++) {
        const apl_drift_value *value = &change->values[i];
        apl_text_add(out, i ? APL_STR(",{\"path\":") : APL_STR("{\"path\":"));
        apl_json_write_string(out, value->path);
        apl_row_key(out, APL_STR("before"), false);
        apl_value_write(out, value->before, 0);
        apl_row_key(out, APL_STR("after"), false);
        apl_value_write(out, value->after, 0);
        apl_row_text(out, APL_STR("accepted"), value->accepted);
        apl_text_add_char(out, '}');
    }
}

static void add_relations(apl_text *out, const apl_drift_change *change)
{
    for (size_t i = 0; i < change->relation_count; i++) {
        const apl_drift_relation *relation = &change->relations[i];
        apl_text_add_format(out, "%s{\"turn\":\"%s\"", i ? "," : "", relation->is_new ? "new" : "gone");
        apl_row_text(out, APL_STR("type"), relation->type);
        apl_row_text(out, APL_STR("to"), relation->to);
        apl_text_add_char(out, '}');
    }
}

static void add_findings(apl_text *out, const apl_drift_change *change)
{
    for (size_t i = 0; i < change->finding_count; i++) {
        const apl_drift_finding *turned = &change->findings[i];
        apl_text_add_format(out, "%s{\"turn\":\"%s\",\"id\":\"%.32s\",\"severity\":\"%s\",\"cause\":\"%s\"",
                            i ? "," : "", apl_drift_turn_names[turned->turn], turned->finding->id,
                            apl_severity_names[turned->finding->severity],
                            turned->is_by_content ? "content" : "estate");
        apl_row_text(out, APL_STR("check"), turned->finding->rule->check);
        apl_row_text(out, APL_STR("title"), turned->finding->rule->title);
        apl_text_add_char(out, '}');
    }
}

void apl_row_drift_change(apl_text *out, const apl_drift *drift, const apl_drift_change *change)
{
    const apl_asset *asset = apl_drift_asset(drift, change);

    apl_text_add(out, APL_STR("\"asset\":"));
    apl_json_write_string(out, asset->id);
    apl_row_text(out, APL_STR("kind"), drift->after->estate->vocabulary->kinds.items[asset->kind].name);
    apl_row_text(out, APL_STR("name"), asset->name);
    apl_text_add_format(out, ",\"what\":\"%s\",\"risk\":\"%s\"", apl_drift_what_names[change->what],
                        apl_drift_risk_names[change->risk]);
    apl_row_text(out, APL_STR("actor"), change->actor);
    apl_row_text(out, APL_STR("time"), change->time);
    apl_text_add(out, APL_STR(",\"values\":["));
    add_values(out, change);
    apl_text_add(out, APL_STR("],\"relations\":["));
    add_relations(out, change);
    apl_text_add(out, APL_STR("],\"findings\":["));
    add_findings(out, change);
    apl_text_add(out, APL_STR("],\"paths\":["));
    for (size_t i = 0; i < change->path_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_row_drift_path(out, &change->paths[i]);
    }
    apl_text_add(out, APL_STR("]}"));
}
