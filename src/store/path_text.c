/* store/path_text.c: writes member by member, reads through the JSON parser.
 *
 * What a step needs only while paths are being made (its causes) is not kept. */
#include "store/path_text.h"

#include "json/json.h"

static void add_text(apl_text *out, const char *start, apl_str text)
{
    apl_text_add(out, apl_str_from(start));
    apl_json_write_string(out, text);
}

static void add_texts(apl_text *out, const char *start, const apl_str *texts, size_t count)
{
    apl_text_add(out, apl_str_from(start));
    for (size_t i = 0; i < count; i++)
        add_text(out, i ? "," : "[", texts[i]);
    apl_text_add(out, count ? APL_STR("]") : APL_STR("[]"));
}

static void add_step(apl_text *out, const apl_estate *estate, const apl_path_step *step)
{
    add_text(out, "{\"from\":", estate->assets.items[step->from].id);
    add_text(out, ",\"to\":", estate->assets.items[step->to].id);
    add_text(out, ",\"technique\":", step->technique);
    add_text(out, ",\"relation\":", step->relation);
    add_text(out, ",\"why\":", step->why);
    apl_text_add_format(out, ",\"likelihood\":%.17g", step->likelihood);
    add_texts(out, ",\"findings\":", step->findings, step->finding_count);
    apl_text_add_char(out, '}');
}

void apl_path_write(apl_text *out, const apl_estate *estate, const apl_path *path)
{
    add_text(out, "{\"id\":", apl_str_from(path->id));
    add_text(out, ",\"group\":", apl_str_from(path->group));
    add_text(out, ",\"title\":", path->title);
    apl_text_add_format(out, ",\"impact\":%.17g,\"risk\":%.17g", path->impact, path->risk);
    add_text(out, ",\"entry\":", estate->assets.items[path->entry].id);
    add_text(out, ",\"target\":", estate->assets.items[path->target].id);
    add_text(out, ",\"target_title\":", path->target_title);
    apl_text_add(out, APL_STR(",\"steps\":["));
    for (uint32_t i = 0; i < path->step_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        add_step(out, estate, &path->steps[i]);
    }
    apl_text_add_char(out, ']');
    add_texts(out, ",\"fixes\":", path->fixes, path->fix_count);
    apl_text_add_char(out, '}');
}

static apl_str text_of(apl_value value, const char *key)
{
    return apl_value_str(apl_value_member(value, key));
}

static double number_of(apl_value value, const char *key)
{
    apl_value number = apl_value_member(value, key);

    return apl_value_is_number(number) ? apl_value_number(number) : 0;
}

static bool asset_of(uint32_t *out, const apl_estate *estate, apl_value value, const char *key)
{
    *out = apl_estate_find(estate, text_of(value, key));
    return *out != APL_ASSET_NONE;
}

static const apl_str *texts_of(uint32_t *count, const apl_estate *estate, apl_value list)
{
    uint32_t size = list.type == APL_VALUE_ARRAY ? list.size : 0;
    apl_str *texts = APL_ARENA_ARRAY(estate->arena, apl_str, size);

    for (uint32_t i = 0; i < size; i++)
        texts[i] = apl_value_str(list.items[i]);
    *count = size;
    return texts;
}

static bool step_of(apl_path_step *out, const apl_estate *estate, apl_value value)
{
    out->technique = text_of(value, "technique");
    out->relation = text_of(value, "relation");
    out->why = text_of(value, "why");
    out->likelihood = number_of(value, "likelihood");
    out->findings = texts_of(&out->finding_count, estate, apl_value_member(value, "findings"));
    return asset_of(&out->from, estate, value, "from") && asset_of(&out->to, estate, value, "to");
}

static bool hex_of(char out[APL_PATH_ID_BYTES], apl_value value, const char *key)
{
    apl_str text = text_of(value, key);

    if (text.size != APL_PATH_ID_BYTES - 1)
        return false;
    memcpy(out, text.data, text.size);
    out[text.size] = 0;
    return true;
}

bool apl_path_read(apl_path *out, const apl_estate *estate, apl_str text)
{
    apl_value value;

    *out = (apl_path){0};
    if (apl_json_parse(&value, estate->arena, apl_arena_str(estate->arena, text)) != APL_OK)
        return false;
    apl_value steps = apl_value_member(value, "steps");
    if (steps.type != APL_VALUE_ARRAY || !hex_of(out->id, value, "id") || !hex_of(out->group, value, "group"))
        return false;
    apl_path_step *list = APL_ARENA_ARRAY(estate->arena, apl_path_step, steps.size);
    for (uint32_t i = 0; i < steps.size; i++) {
        if (!step_of(&list[i], estate, steps.items[i]))
            return false;
    }
    out->steps = list;
    out->step_count = steps.size;
    out->title = text_of(value, "title");
    out->target_title = text_of(value, "target_title");
    out->impact = number_of(value, "impact");
    out->risk = number_of(value, "risk");
    out->level = (uint8_t)apl_path_level_of(out->risk);
    out->fixes = texts_of(&out->fix_count, estate, apl_value_member(value, "fixes"));
    return asset_of(&out->entry, estate, value, "entry") && asset_of(&out->target, estate, value, "target");
}
