/* report/row.c: writes the JSON of one row.
 *
 * Stands under the formats json, jsonl and SARIF, the answers of `explain` and the evidence sentences of the text
 * formats. What has no value (a score of nothing) is null, never left out: readers may
 * rely on every member. */
#include "report/row.h"

#include "exposure/exposure.h"
#include "report/output.h"
#include "report/remedy.h"

/* A value inside a sentence; the whole one is in the JSON. */
#define SENTENCE_VALUE_BYTES_MAX 120u
#define VALUE_BYTES_MAX (1u << 20)

void apl_row_key(apl_text *out, apl_str name, bool is_first)
{
    size_t size = name.size + (is_first ? 3u : 4u);
    char *at = apl_text_extend(out, size);

    if (at == NULL)
        return;
    if (!is_first)
        *at++ = ',';
    *at++ = '"';
    memcpy(at, name.data, name.size);
    memcpy(at + name.size, "\":", 2);
}

void apl_row_text(apl_text *out, apl_str name, apl_str value)
{
    apl_row_key(out, name, false);
    apl_json_write_string(out, value);
}

void apl_row_texts(apl_text *out, apl_str name, const apl_str *texts, size_t count)
{
    apl_row_key(out, name, false);
    apl_text_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, texts[i]);
    }
    apl_text_add_char(out, ']');
}

static void add_name(apl_text *out, apl_str member, const char *name)
{
    apl_str text = apl_str_from(name);

    apl_row_key(out, member, false);
    char *at = apl_text_extend(out, (size_t)text.size + 2);
    if (at == NULL)
        return;
    at[0] = '"';
    memcpy(at + 1, text.data, text.size);
    at[text.size + 1] = '"';
}

static void add_bool(apl_text *out, apl_str member, bool value)
{
    apl_row_key(out, member, false);
    apl_text_add(out, value ? APL_STR("true") : APL_STR("false"));
}

static void add_number(apl_text *out, apl_str member, uint64_t value)
{
    apl_row_key(out, member, false);
    apl_text_add_format(out, "%llu", (unsigned long long)value);
}

void apl_row_scan(apl_text *out, const apl_scan_info *scan)
{
    apl_text_add(out, APL_STR("\"id\":"));
    apl_json_write_string(out, scan->id);
    apl_row_text(out, APL_STR("started"), scan->started);
    apl_row_text(out, APL_STR("finished"), scan->finished);
    apl_row_text(out, APL_STR("version"), scan->version);
    apl_row_text(out, APL_STR("content"), scan->content);
    add_number(out, APL_STR("documents"), scan->documents);
    apl_row_key(out, APL_STR("sources"), false);
    apl_text_add_char(out, '[');
    for (size_t i = 0; i < scan->source_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, scan->sources[i]);
    }
    apl_text_add(out, APL_STR("]}"));
}

void apl_row_summary(apl_text *out, const apl_summary *summary, const apl_estate *estate)
{
    apl_text_add_format(out, "\"assets\":%llu,\"ai_assets\":%llu,\"findings\":{", (unsigned long long)summary->assets,
                        (unsigned long long)summary->ai_assets);
    for (int i = APL_SEVERITY_COUNT - 1; i >= 0; i--)
        apl_text_add_format(out, "\"%s\":%llu%s", apl_severity_names[i], (unsigned long long)summary->findings[i],
                            i ? "," : "},");
    apl_text_add_format(out, "\"paths\":%llu,\"score\":", (unsigned long long)summary->paths);
    if (estate->score.is_there)
        apl_text_add_format(out, "%.3f}", estate->score.estate.value);
    else
        apl_text_add(out, APL_STR("null}"));
}

static void add_used_for(apl_text *out, uint8_t used_for)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } uses[] = {{APL_USED_FOR_AI, "ai"}, {APL_USED_FOR_GROUNDING, "grounding"}, {APL_USED_FOR_TRAINING, "training"}};
    bool is_first = true;

    apl_row_key(out, APL_STR("used_for"), false);
    apl_text_add_char(out, '[');
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        if ((used_for & uses[i].bit) == 0)
            continue;
        apl_text_add(out, is_first ? APL_STR("\"") : APL_STR(",\""));
        apl_text_add(out, apl_str_from(uses[i].name));
        apl_text_add_char(out, '"');
        is_first = false;
    }
    apl_text_add_char(out, ']');
}

/* Criticality always has a level: where nothing is known it is the middle one. */
static const char *criticality_name(uint8_t level)
{
    return apl_level_names[level < APL_LEVEL_LOW ? APL_LEVEL_MEDIUM : level];
}

void apl_row_asset(apl_text *out, const apl_estate *estate, apl_asset_id number)
{
    const apl_asset *asset = &estate->assets.items[number];

    apl_text_add(out, APL_STR("\"id\":"));
    apl_json_write_string(out, asset->id);
    apl_row_text(out, APL_STR("kind"), estate->vocabulary->kinds.items[asset->kind].name);
    apl_row_text(out, APL_STR("type"), asset->type);
    apl_row_text(out, APL_STR("name"), asset->name);
    add_name(out, APL_STR("cloud"), apl_cloud_names[asset->cloud]);
    apl_row_text(out, APL_STR("tenant"), asset->tenant);
    apl_row_text(out, APL_STR("scope"), asset->scope);
    apl_row_text(out, APL_STR("location"), asset->location);
    apl_row_key(out, APL_STR("tags"), false);
    if (asset->tags.type == APL_VALUE_OBJECT)
        apl_value_write(out, asset->tags, 0);
    else
        apl_text_add(out, APL_STR("{}"));
    add_bool(out, APL_STR("read"), asset->is_read);
    add_bool(out, APL_STR("ai"), asset->is_ai);
    add_used_for(out, asset->used_for);
    add_name(out, APL_STR("exposure"), apl_exposure_names[asset->exposure]);
    add_name(out, APL_STR("sensitivity"),
             apl_level_names[asset->sensitivity > APL_LEVEL_HIGH ? APL_LEVEL_HIGH : asset->sensitivity]);
    add_name(out, APL_STR("criticality"), criticality_name(asset->criticality));
    apl_text_add_char(out, '}');
}

static void add_asset_id(apl_text *out, apl_str member, const apl_estate *estate, apl_asset_id asset)
{
    apl_row_key(out, member, false);
    if (asset == APL_ASSET_NONE)
        apl_text_add(out, APL_STR("null"));
    else
        apl_json_write_string(out, estate->assets.items[asset].id);
}

void apl_row_exposure(apl_text *out, const apl_estate *estate, apl_asset_id asset)
{
    apl_exposure_evidence evidence;

    if (asset == APL_ASSET_NONE || !apl_exposure_evidence_of(&evidence, estate, asset)) {
        apl_text_add(out, APL_STR("null"));
        return;
    }
    apl_text_add(out, APL_STR("{\"exposure\":"));
    apl_json_write_string(out, apl_str_from(apl_exposure_names[estate->assets.items[asset].exposure]));
    add_asset_id(out, APL_STR("asset"), estate, evidence.asset);
    apl_row_text(out, APL_STR("path"), evidence.path);
    add_asset_id(out, APL_STR("through"), estate, evidence.through);
    apl_row_text(out, APL_STR("ports"), evidence.ports);
    apl_row_text(out, APL_STR("range"), evidence.range);
    apl_row_key(out, APL_STR("width"), false);
    if (evidence.width < 0)
        apl_text_add(out, APL_STR("null"));
    else
        apl_text_add_format(out, "%d", evidence.width);
    add_bool(out, APL_STR("guarded"), evidence.is_guarded);
    apl_text_add_char(out, '}');
}

void apl_row_exposure_sentence(apl_text *out, const apl_estate *estate, apl_asset_id asset)
{
    apl_exposure_evidence evidence;

    if (!apl_exposure_evidence_of(&evidence, estate, asset))
        return;
    apl_text_add(out, APL_STR("by "));
    apl_text_add(out, evidence.path.size ? evidence.path : APL_STR("the rules"));
    if (evidence.asset != asset || evidence.path.size == 0)
        apl_text_add_format(out, " of %.*s", APL_STR_ARG(estate->assets.items[evidence.asset].id));
    if (evidence.range.size)
        apl_text_add_format(out, ", from %.*s", APL_STR_ARG(evidence.range));
    if (evidence.width > 0)
        apl_text_add_format(out, " (as wide as a /%d)", evidence.width);
    if (evidence.ports.size)
        apl_text_add_format(out, ", on ports %.*s", APL_STR_ARG(evidence.ports));
    if (evidence.through != APL_ASSET_NONE && evidence.through != evidence.asset)
        apl_text_add_format(out, ", through %.*s", APL_STR_ARG(estate->assets.items[evidence.through].id));
    if (evidence.is_guarded)
        apl_text_add(out, APL_STR(", inspected on the way"));
}

void apl_row_relation(apl_text *out, const apl_estate *estate, const apl_relation *relation)
{
    apl_text_add(out, APL_STR("\"from\":"));
    apl_json_write_string(out, estate->assets.items[relation->from].id);
    apl_row_text(out, APL_STR("to"), estate->assets.items[relation->to].id);
    apl_row_text(out, APL_STR("type"), estate->vocabulary->relations.items[relation->type].name);
    apl_row_text(out, APL_STR("evidence"), relation->evidence);
    apl_text_add_char(out, '}');
}

void apl_row_coverage(apl_text *out, const apl_coverage *coverage)
{
    apl_text_add(out, APL_STR("\"source\":"));
    apl_json_write_string(out, coverage->source);
    apl_row_text(out, APL_STR("scope"), coverage->scope);
    apl_row_text(out, APL_STR("type"), coverage->type);
    add_name(out, APL_STR("state"), apl_coverage_names[coverage->state]);
    add_number(out, APL_STR("count"), coverage->count);
    apl_row_text(out, APL_STR("why"), coverage->why);
    apl_row_text(out, APL_STR("needs"), coverage->needs);
    apl_text_add_char(out, '}');
}

void apl_row_evidence(apl_text *out, const apl_finding *finding)
{
    apl_text_add_char(out, '[');
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        const apl_evidence *evidence = &finding->evidence[i];
        apl_text_add(out, i ? APL_STR(",{\"path\":") : APL_STR("{\"path\":"));
        apl_json_write_string(out, evidence->path);
        apl_row_key(out, APL_STR("value"), false);
        apl_value_write(out, evidence->value, 0);
        apl_row_key(out, APL_STR("expected"), false);
        apl_value_write(out, evidence->expected, 0);
        if (!apl_value_is_there(evidence->value))
            add_name(out, APL_STR("state"), evidence->value.type == APL_VALUE_UNREAD ? "unread" : "missing");
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

void apl_row_frameworks(apl_text *out, const apl_rule_info *rule)
{
    apl_text_add_char(out, '{');
    for (uint32_t i = 0; i < rule->control_count; i++) {
        const apl_control_ref *control = &rule->controls[i];
        bool is_new = i == 0 || !apl_str_equal(control->framework, rule->controls[i - 1].framework);
        if (is_new && i)
            apl_text_add(out, APL_STR("],"));
        else if (i)
            apl_text_add_char(out, ',');
        if (is_new) {
            apl_json_write_string(out, control->framework);
            apl_text_add(out, APL_STR(":["));
        }
        apl_json_write_string(out, control->control);
    }
    apl_text_add(out, rule->control_count ? APL_STR("]}") : APL_STR("}"));
}

static void write_patches(apl_text *out, const apl_rule_info *rule)
{
    apl_text_add_char(out, '[');
    for (uint32_t i = 0; i < rule->patch_count; i++) {
        apl_text_add(out, i ? APL_STR(",{\"operation\":") : APL_STR("{\"operation\":"));
        apl_json_write_string(out, rule->patches[i].operation);
        apl_row_text(out, APL_STR("path"), rule->patches[i].path);
        apl_row_key(out, APL_STR("value"), false);
        apl_value_write(out, rule->patches[i].value, 0);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

struct apl_row_rule {
    const apl_rule_info *rule; /* NULL: none yet */
    apl_arena *arena;          /* of what follows; reset for the next rule */
    const apl_remedy_parts *remedy;
    apl_text names;      /* the members check, rule and title, each with its comma */
    apl_text frameworks; /* an object */
    apl_text patches;    /* an array */
};

apl_row_rule *apl_row_rule_new(void)
{
    apl_row_rule *row = apl_memory_new(sizeof *row);

    row->arena = apl_arena_new();
    apl_text_init(&row->names, APL_OUTPUT_ROW_BYTES_MAX);
    apl_text_init(&row->frameworks, APL_OUTPUT_ROW_BYTES_MAX);
    apl_text_init(&row->patches, APL_OUTPUT_ROW_BYTES_MAX);
    return row;
}

void apl_row_rule_free(apl_row_rule *row)
{
    if (row == NULL)
        return;
    apl_text_free(&row->names);
    apl_text_free(&row->frameworks);
    apl_text_free(&row->patches);
    apl_arena_free(row->arena);
    apl_memory_free(row);
}

static void take_rule(apl_row_rule *row, const apl_rule_info *rule)
{
    if (row->rule == rule)
        return;
    row->rule = rule;
    row->names.size = row->frameworks.size = row->patches.size = 0;
    apl_arena_reset(row->arena);
    row->remedy = apl_remedy_cut(row->arena, rule);
    apl_row_text(&row->names, APL_STR("check"), rule->check);
    apl_row_text(&row->names, APL_STR("rule"), rule->id);
    apl_row_text(&row->names, APL_STR("title"), rule->title);
    apl_row_frameworks(&row->frameworks, rule);
    write_patches(&row->patches, rule);
}

void apl_row_remedy(apl_text *out, const apl_estate *estate, apl_asset_id asset, const apl_rule_info *rule,
                    apl_row_rule *row)
{
    const apl_remedy_parts *remedy;
    apl_text filled;

    take_rule(row, rule);
    remedy = row->remedy;
    apl_text_init(&filled, APL_REMEDY_COMMAND_BYTES_MAX);
    apl_text_add(out, APL_STR("{\"summary\":"));
    apl_json_write_string(out, apl_remedy_fill(&filled, &remedy->summary, estate, asset));
    apl_text_add(out, APL_STR(",\"commands\":["));
    for (size_t i = 0; i < remedy->command_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, apl_remedy_fill(&filled, &remedy->commands[i], estate, asset));
    }
    apl_text_add(out, APL_STR("],\"patch\":"));
    apl_text_add(out, apl_text_str(&row->patches));
    apl_text_add_char(out, '}');
    apl_text_free(&filled);
}

void apl_row_finding(apl_text *out, const apl_estate *estate, const apl_finding *finding, apl_row_rule *row)
{
    take_rule(row, finding->rule);
    apl_text_add(out, APL_STR("\"id\":"));
    apl_json_write_string(out, apl_str_from(finding->id));
    apl_text_add(out, apl_text_str(&row->names));
    add_name(out, APL_STR("severity"), apl_severity_names[finding->severity]);
    add_name(out, APL_STR("status"), apl_status_names[finding->status]);
    apl_row_text(out, APL_STR("asset"), estate->assets.items[finding->asset].id);
    apl_row_key(out, APL_STR("evidence"), false);
    apl_row_evidence(out, finding);
    apl_row_key(out, APL_STR("frameworks"), false);
    apl_text_add(out, apl_text_str(&row->frameworks));
    apl_row_key(out, APL_STR("remediation"), false);
    apl_row_remedy(out, estate, finding->asset, finding->rule, row);
    apl_row_text(out, APL_STR("reason"), finding->reason);
    apl_row_text(out, APL_STR("needs"), finding->needs);
    apl_text_add_char(out, '}');
}

void apl_row_listing(apl_text *out, const apl_listing *listing, const apl_value *cells)
{
    bool is_first = true;

    for (size_t i = 0; i < listing->column_count; i++) {
        if ((listing->columns[i].shown_in & APL_IN_JSON) == 0)
            continue;
        apl_row_key(out, apl_str_from(listing->columns[i].name), is_first);
        apl_value_write(out, cells[i], 0);
        is_first = false;
    }
    apl_text_add_char(out, '}');
}

static void add_short_value(apl_text *out, apl_value value)
{
    apl_text text;

    apl_text_init(&text, VALUE_BYTES_MAX);
    apl_value_write(&text, value, 0);
    if (text.size > SENTENCE_VALUE_BYTES_MAX || text.is_cut) {
        size_t size = text.size < SENTENCE_VALUE_BYTES_MAX ? text.size : SENTENCE_VALUE_BYTES_MAX;
        while (size > 0 && size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80)
            size--; /* not inside a character */
        apl_text_add(out, apl_str_make(text.data, size));
        apl_text_add(out, APL_STR("..."));
    } else {
        apl_text_add(out, apl_text_str(&text));
    }
    apl_text_free(&text);
}

/* A path in another asset is written "<asset id>#<path>"; people know the asset by the last part of its id. */
static void add_evidence_path(apl_text *out, apl_str path)
{
    long hash = apl_str_find(path, APL_STR("#"));
    apl_str asset = hash > 0 ? apl_str_slice(path, 0, (size_t)hash) : APL_STR_NONE;
    long slash = apl_str_find_last_char(asset, '/');

    if (slash < 0) {
        apl_text_add(out, path);
        return;
    }
    apl_text_add(out, apl_str_slice(path, (size_t)hash + 1, path.size));
    apl_text_add_format(out, " of %.*s", APL_STR_ARG(apl_str_slice(asset, (size_t)slash + 1, asset.size)));
}

void apl_row_sentence(apl_text *out, const apl_evidence *evidence)
{
    add_evidence_path(out, evidence->path);
    if (evidence->value.type == APL_VALUE_UNREAD) {
        apl_text_add(out, APL_STR(" was not read"));
    } else if (evidence->value.type == APL_VALUE_MISSING) {
        apl_text_add(out, APL_STR(" is not set"));
    } else {
        apl_text_add(out, APL_STR(" is "));
        add_short_value(out, evidence->value);
    }
    if (!apl_value_is_there(evidence->expected))
        return;
    apl_text_add(out, APL_STR(", expected "));
    if (evidence->expected.type == APL_VALUE_STRING)
        apl_text_add(out, apl_value_str(evidence->expected));
    else
        add_short_value(out, evidence->expected);
}

static bool requires_condition(const apl_evidence *evidence)
{
    return apl_str_ends(apl_value_str(evidence->expected), APL_STR("that meets the existence condition"));
}

void apl_finding_sentence(apl_text *out, const apl_finding *finding)
{
    size_t start = out->size;

    if (finding->status != APL_STATUS_FAIL && finding->status != APL_STATUS_PASS && finding->reason.size)
        apl_text_add(out, finding->reason);
    else {
        /* That a related asset had to meet a condition says less than the values that kept it from doing so. */
        uint32_t first = finding->evidence_count > 1 && requires_condition(&finding->evidence[0]) ? 1 : 0;
        for (uint32_t i = first; i < finding->evidence_count; i++) {
            if (i > first)
                apl_text_add(out, APL_STR("; "));
            apl_row_sentence(out, &finding->evidence[i]);
        }
    }
    if (out->size == start)
        apl_text_add(out, finding->reason);
    if (finding->needs.size) {
        apl_text_add(out, out->size == start ? APL_STR("needs ") : APL_STR("; needs "));
        apl_text_add(out, finding->needs);
    }
}

void apl_row_uri(apl_text *out, apl_str path)
{
    apl_text_add_char(out, '"');
    for (uint32_t i = 0; i < path.size; i++) {
        unsigned char c = (unsigned char)path.data[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c != 0 && strchr("-._~/", c) != NULL);
        if (is_plain)
            apl_text_add_char(out, (char)c);
        else
            apl_text_add_format(out, "%%%02X", c);
    }
    apl_text_add_char(out, '"');
}
