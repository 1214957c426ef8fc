/* evaluate/baseline.c: writing and reading accepted postures.
 *
 * What is written is made clean first, so that a reviewer sees settings and no secrets. What is read makes a snapshot
 * that holds just enough for drift.c: ids, kinds, relations, failed findings, paths as lists of assets, bodies. */
#include "evaluate/baseline.h"

#include <stdlib.h>

#include "base/limits.h"
#include "json/json.h"

#define SCHEMA "aplomb.baseline.v1"

/* Lines gather up to here before they are handed on. */
#define FLUSH_BYTES (256u << 10)

typedef struct writing {
    apl_text text;
    apl_status (*write)(void *context, apl_str lines);
    void *context;
} writing;

static void add_member(apl_text *out, const char *name, apl_str value)
{
    apl_text_add_format(out, ",\"%s\":", name);
    apl_json_write_string(out, value);
}

static apl_status flush(writing *it, size_t least)
{
    apl_status status = APL_OK;

    if (it->text.is_cut)
        return apl_fail(APL_E_LIMIT, "a line of the baseline is longer than %u MB", APL_BASELINE_LINE_BYTES_MAX >> 20);
    if (it->text.size > least) {
        status = it->write(it->context, apl_text_str(&it->text));
        it->text.size = 0;
    }
    return status;
}

static apl_status write_asset(writing *it, apl_arena *arena, const apl_drift_side *side, apl_asset_id number)
{
    const apl_estate *estate = side->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[number];
    apl_text *out = &it->text;
    apl_value body = APL_MISSING;
    apl_status status = APL_OK;

    if (asset->is_read)
        status = side->body(&body, arena, side->context, number);
    if (status != APL_OK)
        return status;
    apl_text_add(out, APL_STR("{\"asset\":"));
    apl_json_write_string(out, asset->id);
    add_member(out, "kind", estate->vocabulary->kinds.items[asset->kind].name);
    add_member(out, "type", asset->type);
    add_member(out, "name", asset->name);
    add_member(out, "scope", asset->scope);
    add_member(out, "exposure", apl_str_from(apl_exposure_names[asset->exposure]));
    add_member(out, "sensitivity", apl_str_from(apl_level_names[asset->sensitivity]));
    apl_text_add_format(out, ",\"ai\":%s,\"read\":%s", asset->is_ai ? "true" : "false",
                        asset->is_read ? "true" : "false");
    if (!asset->ids_ignore_case)
        apl_text_add(out, APL_STR(",\"exact_id\":true"));
    if (apl_value_is_there(body)) {
        apl_text_add(out, APL_STR(",\"body\":"));
        apl_value_write(out, apl_drift_clean(arena, estate->vocabulary, asset->type, body), 0);
    }
    apl_text_add(out, APL_STR("}\n"));
    return flush(it, FLUSH_BYTES);
}

static apl_status write_assets(writing *it, const apl_drift_side *side)
{
    apl_arena *arena = apl_arena_new();
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < side->snapshot->estate->assets.count; i++) {
        status = write_asset(it, arena, side, (apl_asset_id)i);
        apl_arena_reset(arena);
    }
    apl_arena_free(arena);
    return status;
}

static apl_status write_relations(writing *it, const apl_estate *estate)
{
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < estate->relations.count; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        apl_text_add(&it->text, APL_STR("{\"relation\":"));
        apl_json_write_string(&it->text, estate->vocabulary->relations.items[relation->type].name);
        add_member(&it->text, "from", estate->assets.items[relation->from].id);
        add_member(&it->text, "to", estate->assets.items[relation->to].id);
        apl_text_add(&it->text, APL_STR("}\n"));
        status = flush(it, FLUSH_BYTES);
    }
    return status;
}

static apl_status write_findings(writing *it, const apl_estate *estate)
{
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (finding->status != APL_STATUS_FAIL)
            continue;
        apl_text_add_format(&it->text, "{\"finding\":\"%.32s\"", finding->id);
        add_member(&it->text, "check", finding->rule->check);
        add_member(&it->text, "rule", finding->rule->id);
        add_member(&it->text, "title", finding->rule->title);
        add_member(&it->text, "severity", apl_str_from(apl_severity_names[finding->severity]));
        add_member(&it->text, "asset", estate->assets.items[finding->asset].id);
        apl_text_add(&it->text, APL_STR("}\n"));
        status = flush(it, FLUSH_BYTES);
    }
    return status;
}

static apl_status write_paths(writing *it, const apl_estate *estate)
{
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < estate->paths.count; i++) {
        const apl_path *path = &estate->paths.items[i];
        apl_text_add_format(&it->text, "{\"path\":\"%.32s\"", path->id);
        add_member(&it->text, "title", path->title);
        add_member(&it->text, "level", apl_str_from(apl_path_level_names[path->level]));
        apl_text_add(&it->text, APL_STR(",\"assets\":["));
        apl_json_write_string(&it->text, estate->assets.items[path->entry].id);
        for (uint32_t step = 0; step < path->step_count; step++) {
            apl_text_add_char(&it->text, ',');
            apl_json_write_string(&it->text, estate->assets.items[path->steps[step].to].id);
        }
        apl_text_add(&it->text, APL_STR("]}\n"));
        status = flush(it, FLUSH_BYTES);
    }
    return status;
}

apl_status apl_baseline_write(const apl_drift_side *side, apl_status (*write)(void *context, apl_str lines),
                              void *context)
{
    const apl_scan_info *scan = &side->snapshot->scan;
    const apl_score *score = &side->snapshot->estate->score;
    writing it = {.write = write, .context = context};

    apl_text_init(&it.text, APL_BASELINE_LINE_BYTES_MAX);
    apl_text_add(&it.text, APL_STR("{\"schema\":\"" SCHEMA "\""));
    add_member(&it.text, "scan", scan->id);
    add_member(&it.text, "started", scan->started);
    add_member(&it.text, "content", scan->content);
    if (score->is_there)
        apl_text_add_format(&it.text, ",\"score\":%.3f", score->estate.value);
    apl_text_add(&it.text, APL_STR("}\n"));
    apl_status status = write_assets(&it, side);
    if (status == APL_OK)
        status = write_relations(&it, side->snapshot->estate);
    if (status == APL_OK)
        status = write_findings(&it, side->snapshot->estate);
    if (status == APL_OK)
        status = write_paths(&it, side->snapshot->estate);
    if (status == APL_OK)
        status = flush(&it, 0);
    apl_text_free(&it.text);
    return status;
}

typedef struct reading {
    const char *file_name;
    size_t line;
    apl_estate *estate;
    apl_snapshot *out;
    APL_VECTOR(apl_value) bodies;
    APL_VECTOR(apl_value) later; /* relations, findings, paths: they name assets that may stand behind them */
    APL_VECTOR(size_t) later_lines;
} reading;

static apl_status refuse(const reading *it, const char *what)
{
    return apl_fail(APL_E_USAGE, "%s: line %zu: %s; write it again with \"aplomb drift --write-baseline\"",
                    it->file_name, it->line, what);
}

/* The place of a name in a list of names that ends with NULL; `otherwise` when it is none of them. */
static uint8_t place_of(apl_str name, const char *const *names, uint8_t otherwise)
{
    for (uint8_t i = 0; names[i]; i++) {
        if (apl_str_equal(name, apl_str_from(names[i])))
            return i;
    }
    return otherwise;
}

static apl_str text_of(apl_value line, const char *member)
{
    return apl_value_str(apl_value_member(line, member));
}

static apl_status read_header(reading *it, apl_value line)
{
    apl_value score = apl_value_member(line, "score");

    if (!apl_str_equal(text_of(line, "schema"), APL_STR(SCHEMA)))
        return refuse(it, "this is no baseline of this version");
    it->out->scan = (apl_scan_info){.id = text_of(line, "scan"), .started = text_of(line, "started")};
    it->out->scan.content = text_of(line, "content");
    if (apl_value_is_number(score)) {
        it->estate->score.is_there = true;
        it->estate->score.estate.value = apl_value_number(score);
    }
    return APL_OK;
}

static bool is_true(apl_value line, const char *member)
{
    apl_value value = apl_value_member(line, member);

    return value.type == APL_VALUE_BOOL && value.boolean;
}

static apl_status read_asset(reading *it, apl_value line)
{
    apl_estate *estate = it->estate;
    apl_asset asset = {
        .id = text_of(line, "asset"),
        .type = text_of(line, "type"),
        .name = text_of(line, "name"),
        .scope = text_of(line, "scope"),
        .kind = apl_vocabulary_kind(estate->vocabulary, text_of(line, "kind")),
        .exposure = place_of(text_of(line, "exposure"), apl_exposure_names, APL_EXPOSURE_UNKNOWN),
        .sensitivity = place_of(text_of(line, "sensitivity"), apl_level_names, APL_LEVEL_UNKNOWN),
        .is_ai = is_true(line, "ai"),
        .is_read = is_true(line, "read"),
        .ids_ignore_case = !is_true(line, "exact_id"),
        .parent = APL_ASSET_NONE,
        .sensitivity_from = APL_ASSET_NONE,
        .same_letters = APL_ASSET_NONE,
    };
    if (apl_estate_find(estate, asset.id) != APL_ASSET_NONE)
        return refuse(it, "the asset stands here twice");
    if (estate->assets.count == APL_ASSETS_MAX)
        return refuse(it, "too many assets");
    apl_asset_id number = (apl_asset_id)estate->assets.count;
    apl_asset_id first = apl_table_put(estate->by_id, asset.id, number);
    APL_PUSH(&estate->assets, asset);
    APL_PUSH(&it->bodies, apl_value_member(line, "body"));
    if (first != number) {
        estate->assets.items[number].same_letters = estate->assets.items[first].same_letters;
        estate->assets.items[first].same_letters = number;
    }
    return APL_OK;
}

static apl_status find_asset(apl_asset_id *out, const reading *it, apl_str id)
{
    *out = apl_estate_find(it->estate, id);
    return *out == APL_ASSET_NONE ? refuse(it, "it names an asset that has no line") : APL_OK;
}

static apl_status read_relation(reading *it, apl_value line)
{
    apl_relation relation = {.type = apl_vocabulary_relation(it->estate->vocabulary, text_of(line, "relation"))};
    apl_status status = find_asset(&relation.from, it, text_of(line, "from"));

    if (status == APL_OK)
        status = find_asset(&relation.to, it, text_of(line, "to"));
    if (status == APL_OK && relation.type != APL_RELATION_NONE)
        APL_PUSH(&it->estate->relations, relation);
    return status;
}

static apl_status read_finding(reading *it, apl_value line)
{
    apl_rule_info *rule = APL_ARENA_NEW(it->estate->arena, apl_rule_info);
    apl_finding finding = {.rule = rule, .status = APL_STATUS_FAIL};
    apl_str id = text_of(line, "finding");

    rule->id = text_of(line, "rule");
    rule->check = text_of(line, "check");
    rule->title = text_of(line, "title");
    rule->severity = place_of(text_of(line, "severity"), apl_severity_names, APL_SEVERITY_COUNT);
    if (id.size != sizeof finding.id - 1 || rule->severity == APL_SEVERITY_COUNT)
        return refuse(it, "a finding needs an id of 32 digits and a severity");
    memcpy(finding.id, id.data, id.size);
    finding.severity = rule->severity;
    apl_status status = find_asset(&finding.asset, it, text_of(line, "asset"));
    if (status == APL_OK)
        APL_PUSH(&it->estate->findings, finding);
    return status;
}

static apl_status read_path(reading *it, apl_value line)
{
    apl_value assets = apl_value_member(line, "assets");
    apl_str id = text_of(line, "path");
    apl_path path = {.title = text_of(line, "title")};

    path.level = place_of(text_of(line, "level"), apl_path_level_names, APL_PATH_LOW);
    if (id.size != APL_PATH_ID_BYTES - 1 || assets.type != APL_VALUE_ARRAY || assets.size < 2)
        return refuse(it, "a path needs an id of 32 digits and two assets or more");
    memcpy(path.id, id.data, id.size);
    apl_path_step *steps = APL_ARENA_ARRAY(it->estate->arena, apl_path_step, assets.size - 1);
    for (uint32_t i = 0; i < assets.size; i++) {
        apl_asset_id asset;
        apl_status status = find_asset(&asset, it, apl_value_str(assets.items[i]));
        if (status != APL_OK)
            return status;
        if (i > 0)
            steps[i - 1].to = asset;
        if (i + 1 < assets.size)
            steps[i].from = asset;
    }
    path.steps = steps;
    path.step_count = assets.size - 1;
    path.entry = steps[0].from;
    path.target = steps[path.step_count - 1].to;
    APL_PUSH(&it->estate->paths, path);
    return APL_OK;
}

static apl_status read_later(reading *it, apl_value line)
{
    if (apl_value_is_there(apl_value_member(line, "relation")))
        return read_relation(it, line);
    if (apl_value_is_there(apl_value_member(line, "finding")))
        return read_finding(it, line);
    if (apl_value_is_there(apl_value_member(line, "path")))
        return read_path(it, line);
    return refuse(it, "this is neither an asset nor a relation, a finding or a path");
}

static apl_status read_line(reading *it, apl_str text)
{
    apl_value line;

    if (text.size > APL_BASELINE_LINE_BYTES_MAX || apl_json_parse(&line, it->estate->arena, text) != APL_OK)
        return refuse(it, "this is no line of JSON");
    if (it->line == 1)
        return read_header(it, line);
    if (text_of(line, "asset").size && apl_value_is_there(apl_value_member(line, "kind")))
        return read_asset(it, line);
    APL_PUSH(&it->later, line);
    APL_PUSH(&it->later_lines, it->line);
    return APL_OK;
}

static int by_ends(const void *a, const void *b)
{
    const apl_relation *x = a;
    const apl_relation *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static void index_relations(apl_estate *estate)
{
    size_t count = estate->relations.count;

    if (count)
        qsort(estate->relations.items, count, sizeof *estate->relations.items, by_ends);
    estate->relations_out = apl_memory_new((estate->assets.count + 1) * sizeof *estate->relations_out);
    for (size_t i = 0; i < count; i++)
        estate->relations_out[estate->relations.items[i].from + 1]++;
    for (size_t i = 0; i < estate->assets.count; i++)
        estate->relations_out[i + 1] += estate->relations_out[i];
}

static apl_status read_lines(reading *it, apl_str text)
{
    apl_str line;
    apl_status status = APL_OK;

    while (status == APL_OK && apl_str_next(&line, &text, '\n')) {
        it->line++;
        if (apl_str_trim(line).size)
            status = read_line(it, line);
    }
    for (size_t i = 0; status == APL_OK && i < it->later.count; i++) {
        it->line = it->later_lines.items[i];
        status = read_later(it, it->later.items[i]);
    }
    if (status == APL_OK && it->out->scan.id.size == 0)
        status = apl_fail(APL_E_USAGE, "%s: this is no baseline; \"aplomb drift --write-baseline\" writes one",
                          it->file_name);
    return status;
}

apl_status apl_baseline_read(apl_snapshot *out, const apl_vocabulary *vocabulary, apl_str text, const char *file_name)
{
    apl_estate *estate = apl_memory_new(sizeof *estate);
    reading it = {.file_name = file_name, .estate = estate, .out = out};

    *out = (apl_snapshot){.estate = estate};
    apl_estate_init(estate, vocabulary);
    apl_status status = read_lines(&it, text);
    if (status == APL_OK) {
        index_relations(estate);
        out->bodies = APL_ARENA_ARRAY(estate->arena, apl_value, it.bodies.count);
        if (it.bodies.count)
            memcpy(out->bodies, it.bodies.items, it.bodies.count * sizeof *out->bodies);
    } else {
        apl_baseline_free(out);
    }
    apl_memory_free(it.bodies.items);
    apl_memory_free(it.later.items);
    apl_memory_free(it.later_lines.items);
    return status;
}

void apl_baseline_free(apl_snapshot *baseline)
{
    if (baseline->estate) {
        apl_estate_free(baseline->estate);
        apl_memory_free(baseline->estate);
    }
    *baseline = (apl_snapshot){0};
}

apl_table *apl_baseline_accepted(const apl_snapshot *baseline)
{
    const apl_estate *estate = baseline->estate;
    apl_table *accepted = apl_table_new(false);

    for (size_t i = 0; i < estate->findings.count; i++)
        apl_table_set(accepted, apl_str_from(estate->findings.items[i].id), estate->findings.items[i].severity);
    return accepted;
}
