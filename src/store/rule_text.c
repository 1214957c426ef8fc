/* store/rule_text.c: writes member by member, reads through the JSON parser.
 *
 * Writing is on the path of every finding of every scan, so it builds no value first. */
#include "store/rule_text.h"

#include "json/json.h"

/* `,"key":` or, for the first member, `{"key":`. */
static void add_key(apl_text *out, char before, apl_str key)
{
    apl_text_add_char(out, before);
    apl_json_write_string(out, key);
    apl_text_add_char(out, ':');
}

static void add_member(apl_text *out, apl_str key, apl_str text)
{
    if (text.size == 0)
        return;
    add_key(out, ',', key);
    apl_json_write_string(out, text);
}

static void add_controls(apl_text *out, const apl_rule_info *rule)
{
    add_key(out, ',', APL_STR("controls"));
    apl_text_add_char(out, '[');
    for (uint32_t i = 0; i < rule->control_count; i++) {
        apl_text_add(out, i ? APL_STR(",[") : APL_STR("["));
        apl_json_write_string(out, rule->controls[i].framework);
        apl_text_add_char(out, ',');
        apl_json_write_string(out, rule->controls[i].control);
        if (rule->controls[i].title.size) {
            apl_text_add_char(out, ',');
            apl_json_write_string(out, rule->controls[i].title);
        }
        apl_text_add_char(out, ']');
    }
    apl_text_add_char(out, ']');
}

static void add_patches(apl_text *out, const apl_rule_info *rule)
{
    add_key(out, ',', APL_STR("patches"));
    apl_text_add_char(out, '[');
    for (uint32_t i = 0; i < rule->patch_count; i++) {
        const apl_patch *patch = &rule->patches[i];
        if (i)
            apl_text_add_char(out, ',');
        add_key(out, '{', APL_STR("operation"));
        apl_json_write_string(out, patch->operation);
        add_member(out, APL_STR("path"), patch->path);
        if (apl_value_is_there(patch->value)) {
            add_key(out, ',', APL_STR("value"));
            apl_value_write(out, patch->value, 0);
        }
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

/* Assets as differences of their numbers in the store, which are small. */
static void add_judged(apl_text *out, const apl_judged_rule *judged, const int64_t *numbers)
{
    int64_t last = 0;

    add_key(out, ',', APL_STR("types"));
    apl_text_add_char(out, '[');
    for (uint32_t i = 0; i < judged->type_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, judged->types[i]);
    }
    apl_text_add_char(out, ']');
    if (!judged->lists_passes)
        return;
    add_key(out, ',', APL_STR("passes"));
    apl_text_add_char(out, '[');
    for (uint32_t i = 0; i < judged->pass_count; i++) {
        int64_t number = numbers[judged->passes[i]];
        apl_text_add_format(out, "%s%lld", i ? "," : "", (long long)(number - last));
        last = number;
    }
    apl_text_add_char(out, ']');
}

void apl_rule_write(apl_text *out, const apl_rule_info *rule, const apl_judged_rule *judged, const int64_t *numbers)
{
    add_key(out, '{', APL_STR("check"));
    apl_json_write_string(out, rule->check);
    add_member(out, APL_STR("service"), rule->service);
    add_member(out, APL_STR("title"), rule->title);
    add_member(out, APL_STR("severity"), apl_str_from(apl_severity_names[rule->severity]));
    add_member(out, APL_STR("why"), rule->why);
    add_member(out, APL_STR("fix_summary"), rule->fix_summary);
    add_member(out, APL_STR("fix_cli"), rule->fix_cli);
    add_member(out, APL_STR("fix_bicep"), rule->fix_bicep);
    add_member(out, APL_STR("fix_terraform"), rule->fix_terraform);
    add_member(out, APL_STR("needs"), rule->needs);
    add_patches(out, rule);
    add_controls(out, rule);
    if (judged)
        add_judged(out, judged, numbers);
    apl_text_add_char(out, '}');
}

static apl_str text_of(apl_value value, const char *key)
{
    return apl_value_str(apl_value_member(value, key));
}

static uint8_t severity_of(apl_str name)
{
    for (uint8_t i = 0; i < APL_SEVERITY_COUNT; i++) {
        if (apl_str_equal(name, apl_str_from(apl_severity_names[i])))
            return i;
    }
    return APL_SEVERITY_INFO;
}

static void read_controls(apl_rule_info *rule, apl_arena *arena, apl_value list)
{
    apl_control_ref *controls;

    if (list.type != APL_VALUE_ARRAY)
        return;
    controls = APL_ARENA_ARRAY(arena, apl_control_ref, list.size);
    for (uint32_t i = 0; i < list.size; i++) {
        apl_value pair = list.items[i];
        if (pair.type != APL_VALUE_ARRAY || pair.size < 2)
            continue;
        controls[rule->control_count++] =
            (apl_control_ref){apl_value_str(pair.items[0]), apl_value_str(pair.items[1]),
                              pair.size > 2 ? apl_value_str(pair.items[2]) : APL_STR_NONE};
    }
    rule->controls = controls;
}

static void read_patches(apl_rule_info *rule, apl_arena *arena, apl_value list)
{
    apl_patch *patches;

    if (list.type != APL_VALUE_ARRAY)
        return;
    patches = APL_ARENA_ARRAY(arena, apl_patch, list.size);
    for (uint32_t i = 0; i < list.size; i++) {
        patches[i].operation = text_of(list.items[i], "operation");
        patches[i].path = text_of(list.items[i], "path");
        patches[i].value = apl_value_member(list.items[i], "value");
    }
    rule->patches = patches;
    rule->patch_count = list.size;
}

static void read_judged(apl_rule_judged *out, apl_arena *arena, apl_value rule)
{
    apl_value types = apl_value_member(rule, "types");
    apl_value passes = apl_value_member(rule, "passes");
    int64_t last = 0;

    out->is_judged = types.type == APL_VALUE_ARRAY;
    out->lists_passes = passes.type == APL_VALUE_ARRAY;
    if (!out->is_judged)
        return;
    apl_str *names = APL_ARENA_ARRAY(arena, apl_str, types.size);
    int64_t *numbers = APL_ARENA_ARRAY(arena, int64_t, out->lists_passes ? passes.size : 0);
    for (uint32_t i = 0; i < types.size; i++)
        names[i] = apl_value_str(types.items[i]);
    for (uint32_t i = 0; out->lists_passes && i < passes.size; i++) {
        if (passes.items[i].type == APL_VALUE_INTEGER)
            last = (int64_t)((uint64_t)last + (uint64_t)passes.items[i].integer);
        numbers[i] = last;
    }
    out->types = names;
    out->type_count = types.size;
    out->passes = numbers;
    out->pass_count = out->lists_passes ? passes.size : 0;
}

apl_status apl_rule_read(apl_rule_info *out, apl_rule_judged *judged, apl_arena *arena, apl_str id, apl_str text)
{
    apl_value value;
    apl_status status = apl_json_parse(&value, arena, text);

    if (status != APL_OK)
        return apl_fail_context(status, "the store is damaged, rule %.*s", APL_STR_ARG(id));
    *out = (apl_rule_info){
        .id = id,
        .check = text_of(value, "check"),
        .service = text_of(value, "service"),
        .title = text_of(value, "title"),
        .why = text_of(value, "why"),
        .fix_summary = text_of(value, "fix_summary"),
        .fix_cli = text_of(value, "fix_cli"),
        .fix_bicep = text_of(value, "fix_bicep"),
        .fix_terraform = text_of(value, "fix_terraform"),
        .needs = text_of(value, "needs"),
        .severity = severity_of(text_of(value, "severity")),
    };
    read_patches(out, arena, apl_value_member(value, "patches"));
    read_controls(out, arena, apl_value_member(value, "controls"));
    read_judged(judged, arena, value);
    return APL_OK;
}

static void add_evidence_value(apl_text *out, apl_str key, apl_value value)
{
    if (!apl_value_is_there(value))
        return;
    add_key(out, ',', key);
    apl_value_write(out, value, 0);
}

void apl_evidence_write(apl_text *out, const apl_finding *finding)
{
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        const apl_evidence *evidence = &finding->evidence[i];
        apl_text_add_char(out, i ? ',' : '[');
        add_key(out, '{', APL_STR("path"));
        apl_json_write_string(out, evidence->path);
        add_evidence_value(out, APL_STR("value"), evidence->value);
        add_evidence_value(out, APL_STR("expected"), evidence->expected);
        if (evidence->value.type == APL_VALUE_UNREAD)
            apl_text_add(out, APL_STR(",\"unread\":true"));
        apl_text_add_char(out, '}');
    }
    if (finding->evidence_count)
        apl_text_add_char(out, ']');
}

apl_status apl_evidence_read(const apl_evidence **out, uint32_t *count, apl_arena *arena, apl_str text)
{
    apl_value list;
    apl_evidence *evidence;
    apl_status status;

    *out = NULL;
    *count = 0;
    if (text.size == 0)
        return APL_OK;
    status = apl_json_parse(&list, arena, text);
    if (status != APL_OK)
        return apl_fail_context(status, "the store is damaged, evidence");
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_STORE, "the store is damaged, evidence is no list");
    evidence = APL_ARENA_ARRAY(arena, apl_evidence, list.size);
    for (uint32_t i = 0; i < list.size; i++) {
        evidence[i].path = text_of(list.items[i], "path");
        evidence[i].value = apl_value_member(list.items[i], "value");
        evidence[i].expected = apl_value_member(list.items[i], "expected");
        if (apl_value_is_there(apl_value_member(list.items[i], "unread")))
            evidence[i].value = APL_UNREAD;
    }
    *out = evidence;
    *count = list.size;
    return APL_OK;
}
