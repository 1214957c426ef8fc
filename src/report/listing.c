/* report/listing.c: the rows of a snapshot: assets, findings, and the snapshots of a store.
 *
 * Stands between the estate and the formats that show tables. A row is made when it is written and forgotten
 * afterwards; order and numbers are those of the selection. */
#include "report/listing.h"

#include "report/remedy.h"
#include "report/row.h"

/* What joins into one cell at most: evidence of one finding, tags of one asset. */
#define CELL_BYTES_MAX (1u << 20)

static apl_value text_cell(apl_str text)
{
    return apl_value_string(text);
}

static apl_value name_cell(const char *name)
{
    return apl_value_string(apl_str_from(name));
}

static void add_cell_part(apl_text *out, apl_value part)
{
    if (out->size)
        apl_text_add(out, APL_STR(", "));
    if (part.type == APL_VALUE_STRING)
        apl_text_add(out, apl_value_str(part));
    else
        apl_value_write(out, part, 0);
}

static void add_tags(apl_text *out, apl_value tags)
{
    for (uint32_t i = 0; i < tags.size; i++) {
        apl_value value = tags.members[i].value;
        if (out->size)
            apl_text_add(out, APL_STR(", "));
        apl_text_add(out, tags.members[i].key);
        apl_text_add_char(out, '=');
        if (value.type == APL_VALUE_STRING)
            apl_text_add(out, apl_value_str(value));
        else
            apl_value_write(out, value, 0);
    }
}

apl_value apl_cell_texts(apl_arena *scratch, const apl_str *texts, size_t count)
{
    apl_value *items = APL_ARENA_ARRAY(scratch, apl_value, count);

    for (size_t i = 0; i < count; i++)
        items[i] = apl_value_string(texts[i]);
    return apl_value_array(items, count);
}

apl_value apl_cell_changes(apl_arena *scratch, const apl_drift_value *values, size_t count)
{
    apl_value *items = APL_ARENA_ARRAY(scratch, apl_value, count);
    apl_text text;

    apl_text_init(&text, CELL_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        text.size = 0;
        apl_text_add_format(&text, "%.*s: ", APL_STR_ARG(values[i].path));
        apl_value_write(&text, values[i].before, 0);
        apl_text_add(&text, APL_STR(" -> "));
        apl_value_write(&text, values[i].after, 0);
        items[i] = apl_value_string(apl_arena_str(scratch, apl_text_str(&text)));
    }
    apl_text_free(&text);
    return apl_value_array(items, count);
}

apl_str apl_cell_text(apl_arena *scratch, apl_value cell)
{
    apl_text text;

    if (cell.type == APL_VALUE_STRING)
        return apl_value_str(cell);
    if (cell.type == APL_VALUE_BOOL)
        return cell.boolean ? APL_STR("yes") : APL_STR("no");
    if (!apl_value_is_there(cell) || cell.type == APL_VALUE_NULL)
        return APL_STR_NONE;
    apl_text_init(&text, CELL_BYTES_MAX);
    if (cell.type == APL_VALUE_ARRAY) {
        for (uint32_t i = 0; i < cell.size; i++)
            add_cell_part(&text, cell.items[i]);
    } else if (cell.type == APL_VALUE_OBJECT) {
        add_tags(&text, cell);
    } else {
        apl_value_write(&text, cell, 0);
    }
    apl_str joined = apl_arena_str(scratch, apl_text_str(&text));
    apl_text_free(&text);
    return joined;
}

/* The columns of the inventory; their order is that of the cells below. */
static const apl_column asset_columns[] = {
    {"kind", "Kind", APL_IN_ALL, 10, 18, APL_CUT_END, false, false},
    {"name", "Name", APL_IN_ALL, 12, 36, APL_CUT_END, false, false},
    {"exposure", "Exposure", APL_IN_ALL, 8, 8, APL_CUT_END, false, false},
    {"ai", "AI", APL_IN_ALL, 3, 3, APL_CUT_END, false, false},
    {"read", "Read", APL_IN_ALL, 0, 4, APL_CUT_END, false, false},
    {"location", "Location", APL_IN_ALL, 0, 14, APL_CUT_END, false, false},
    {"id", "Id", APL_IN_ALL, 19, 0, APL_CUT_START, false, false},
    {"type", "Type", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"cloud", "Cloud", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"tenant", "Tenant", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"scope", "Scope", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"tags", "Tags", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"used_for", "Used for", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"sensitivity", "Sensitivity", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"criticality", "Criticality", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
};

static apl_value used_for_cell(apl_arena *scratch, uint8_t used_for)
{
    apl_value *items = APL_ARENA_ARRAY(scratch, apl_value, 3);
    size_t count = 0;

    if (used_for & APL_USED_FOR_AI)
        items[count++] = name_cell("ai");
    if (used_for & APL_USED_FOR_GROUNDING)
        items[count++] = name_cell("grounding");
    if (used_for & APL_USED_FOR_TRAINING)
        items[count++] = name_cell("training");
    return apl_value_array(items, count);
}

static void asset_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_estate *estate = listing->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[listing->numbers[row]];
    size_t i = 0;

    cells[i++] = text_cell(estate->vocabulary->kinds.items[asset->kind].name);
    cells[i++] = text_cell(asset->name);
    cells[i++] = name_cell(apl_exposure_names[asset->exposure]);
    cells[i++] = apl_value_bool(asset->is_ai);
    cells[i++] = apl_value_bool(asset->is_read);
    cells[i++] = text_cell(asset->location);
    cells[i++] = text_cell(asset->id);
    cells[i++] = text_cell(asset->type);
    cells[i++] = name_cell(apl_cloud_names[asset->cloud]);
    cells[i++] = text_cell(asset->tenant);
    cells[i++] = text_cell(asset->scope);
    cells[i++] = asset->tags;
    cells[i++] = used_for_cell(scratch, asset->used_for);
    cells[i++] = name_cell(apl_level_names[asset->sensitivity]);
    cells[i++] = name_cell(apl_level_names[asset->criticality]);
    APL_ASSERT(i == sizeof asset_columns / sizeof asset_columns[0]);
}

apl_listing apl_listing_assets(const apl_snapshot *snapshot, const apl_selection *selection)
{
    return (apl_listing){
        .name = "assets",
        .record = "asset",
        .empty = "No asset.",
        .columns = asset_columns,
        .column_count = sizeof asset_columns / sizeof asset_columns[0],
        .row_count = selection->assets.count,
        .row = asset_row,
        .snapshot = snapshot,
        .numbers = selection->assets.items,
    };
}

static const apl_column finding_columns[] = {
    {"severity", "Severity", APL_IN_ALL, 8, 8, APL_CUT_END, true, false},
    {"status", "Status", APL_IN_ALL, 6, 6, APL_CUT_END, false, false},
    {"asset_name", "Asset", APL_IN_ALL, 12, 30, APL_CUT_END, false, false},
    {"title", "Finding", APL_IN_ALL, 18, 0, APL_CUT_END, false, false},
    {"id", "Id", APL_IN_ALL, 8, 8, APL_CUT_SHORT, false, false},
    {"check", "Check", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"rule", "Rule", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"asset", "Asset id", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"kind", "Kind", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"type", "Type", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"cloud", "Cloud", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"scope", "Scope", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"location", "Location", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"exposure", "Exposure", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"why", "Why", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"frameworks", "Frameworks", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"fix", "Fix", APL_IN_DATA | APL_IN_MARKDOWN, 0, 0, APL_CUT_END, false, false},
    {"commands", "Commands", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"reason", "Reason", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"needs", "Needs", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
};

static apl_value controls_cell(apl_arena *scratch, const apl_rule_info *rule)
{
    apl_value *items = APL_ARENA_ARRAY(scratch, apl_value, rule->control_count);

    for (uint32_t i = 0; i < rule->control_count; i++) {
        items[i] = text_cell(apl_arena_format(scratch, "%.*s:%.*s", APL_STR_ARG(rule->controls[i].framework),
                                              APL_STR_ARG(rule->controls[i].control)));
    }
    return apl_value_array(items, rule->control_count);
}

static apl_value why_cell(apl_arena *scratch, const apl_finding *finding)
{
    apl_text text;

    apl_text_init(&text, CELL_BYTES_MAX);
    apl_finding_sentence(&text, finding);
    apl_str sentence = apl_arena_str(scratch, apl_text_str(&text));
    apl_text_free(&text);
    return text_cell(sentence);
}

static apl_value commands_cell(apl_arena *scratch, const apl_remedy *remedy)
{
    apl_text text;

    apl_text_init(&text, CELL_BYTES_MAX);
    for (size_t i = 0; i < remedy->command_count; i++) {
        if (i)
            apl_text_add_char(&text, '\n');
        apl_text_add(&text, remedy->commands[i]);
    }
    apl_str lines = apl_arena_str(scratch, apl_text_str(&text));
    apl_text_free(&text);
    return text_cell(lines);
}

static void finding_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_estate *estate = listing->snapshot->estate;
    const apl_finding *finding = &estate->findings.items[listing->numbers[row]];
    const apl_asset *asset = &estate->assets.items[finding->asset];
    apl_remedy remedy = apl_remedy_make(scratch, estate, finding->asset, finding->rule);
    size_t i = 0;

    cells[i++] = name_cell(apl_severity_names[finding->severity]);
    cells[i++] = name_cell(apl_status_names[finding->status]);
    cells[i++] = text_cell(asset->name.size ? asset->name : asset->id);
    cells[i++] = text_cell(finding->rule->title);
    cells[i++] = name_cell(finding->id);
    cells[i++] = text_cell(finding->rule->check);
    cells[i++] = text_cell(finding->rule->id);
    cells[i++] = text_cell(asset->id);
    cells[i++] = text_cell(estate->vocabulary->kinds.items[asset->kind].name);
    cells[i++] = text_cell(asset->type);
    cells[i++] = name_cell(apl_cloud_names[asset->cloud]);
    cells[i++] = text_cell(asset->scope);
    cells[i++] = text_cell(asset->location);
    cells[i++] = name_cell(apl_exposure_names[asset->exposure]);
    cells[i++] = why_cell(scratch, finding);
    cells[i++] = controls_cell(scratch, finding->rule);
    cells[i++] = text_cell(remedy.summary);
    cells[i++] = commands_cell(scratch, &remedy);
    cells[i++] = text_cell(finding->reason);
    cells[i++] = text_cell(finding->needs);
    APL_ASSERT(i == sizeof finding_columns / sizeof finding_columns[0]);
}

apl_listing apl_listing_findings(const apl_snapshot *snapshot, const apl_selection *selection)
{
    return (apl_listing){
        .name = "findings",
        .record = "finding",
        .empty = "No finding.",
        .columns = finding_columns,
        .column_count = sizeof finding_columns / sizeof finding_columns[0],
        .row_count = selection->findings.count,
        .row = finding_row,
        .snapshot = snapshot,
        .numbers = selection->findings.items,
    };
}

static const apl_column snapshot_columns[] = {
    {"id", "Snapshot", APL_IN_ALL, 8, 8, APL_CUT_SHORT, false, false},
    {"finished", "Finished", APL_IN_ALL, 10, 19, APL_CUT_SHORT, false, false},
    {"assets", "Assets", APL_IN_ALL, 7, 11, APL_CUT_END, false, true},
    {"ai_assets", "AI", APL_IN_ALL, 0, 11, APL_CUT_END, false, true},
    {"critical", "Critical", APL_IN_ALL, 8, 9, APL_CUT_END, false, true},
    {"high", "High", APL_IN_ALL, 6, 9, APL_CUT_END, false, true},
    {"medium", "Medium", APL_IN_ALL, 0, 9, APL_CUT_END, false, true},
    {"sources", "Sources", APL_IN_ALL, 10, 0, APL_CUT_END, false, false},
    {"low", "Low", APL_IN_DATA, 0, 0, APL_CUT_END, false, true},
    {"info", "Info", APL_IN_DATA, 0, 0, APL_CUT_END, false, true},
    {"documents", "Documents", APL_IN_DATA, 0, 0, APL_CUT_END, false, true},
    {"started", "Started", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"version", "Version", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"content", "Content", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
};

typedef struct snapshot_rows {
    const apl_scan_info *scans;
    const apl_summary *summaries;
} snapshot_rows;

static void snapshot_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const snapshot_rows *rows = listing->rows;
    const apl_scan_info *scan = &rows->scans[row];
    const apl_summary *summary = &rows->summaries[row];
    apl_value *sources = APL_ARENA_ARRAY(scratch, apl_value, scan->source_count);
    size_t i = 0;

    for (size_t j = 0; j < scan->source_count; j++)
        sources[j] = text_cell(scan->sources[j]);
    cells[i++] = text_cell(scan->id);
    cells[i++] = text_cell(scan->finished);
    cells[i++] = apl_value_integer((int64_t)summary->assets);
    cells[i++] = apl_value_integer((int64_t)summary->ai_assets);
    cells[i++] = apl_value_integer((int64_t)summary->findings[APL_SEVERITY_CRITICAL]);
    cells[i++] = apl_value_integer((int64_t)summary->findings[APL_SEVERITY_HIGH]);
    cells[i++] = apl_value_integer((int64_t)summary->findings[APL_SEVERITY_MEDIUM]);
    cells[i++] = apl_value_array(sources, scan->source_count);
    cells[i++] = apl_value_integer((int64_t)summary->findings[APL_SEVERITY_LOW]);
    cells[i++] = apl_value_integer((int64_t)summary->findings[APL_SEVERITY_INFO]);
    cells[i++] = apl_value_integer((int64_t)scan->documents);
    cells[i++] = text_cell(scan->started);
    cells[i++] = text_cell(scan->version);
    cells[i++] = text_cell(scan->content);
    APL_ASSERT(i == sizeof snapshot_columns / sizeof snapshot_columns[0]);
}

apl_listing apl_listing_snapshots(apl_arena *arena, const apl_scan_info *scans, const apl_summary *summaries,
                                  size_t count)
{
    snapshot_rows *rows = APL_ARENA_NEW(arena, snapshot_rows);

    *rows = (snapshot_rows){scans, summaries};
    return (apl_listing){
        .name = "snapshots",
        .record = "snapshot",
        .empty = "No snapshot yet.",
        .columns = snapshot_columns,
        .column_count = sizeof snapshot_columns / sizeof snapshot_columns[0],
        .row_count = count,
        .row = snapshot_row,
        .rows = rows,
    };
}
