/* store/score_text.c: writes member by member, reads through the JSON parser.
 *
 * Six decimals are all that a score has. */
#include "store/score_text.h"

#include "json/json.h"

static void write_value(apl_text *out, const apl_score_value *value)
{
    apl_text_add_format(out, "\"value\":%.6f,\"low\":%.6f,\"high\":%.6f,\"assets\":%llu", value->value, value->low,
                        value->high, (unsigned long long)value->assets);
}

static void write_costs(apl_text *out, const apl_estate *estate, const apl_score_cost *costs, size_t count)
{
    apl_text_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        apl_text_add(out, i ? APL_STR(",{\"asset\":") : APL_STR("{\"asset\":"));
        apl_json_write_string(out, estate->assets.items[costs[i].asset].id);
        apl_text_add(out, APL_STR(",\"finding\":"));
        apl_json_write_string(out, costs[i].finding);
        apl_text_add_format(out, ",\"gain\":%.6f}", costs[i].gain);
    }
    apl_text_add_char(out, ']');
}

void apl_score_write(apl_text *out, const apl_estate *estate)
{
    const apl_score *score = &estate->score;

    if (!score->is_there) {
        apl_text_add(out, APL_STR("null"));
        return;
    }
    apl_text_add_char(out, '{');
    write_value(out, &score->estate);
    apl_text_add(out, APL_STR(",\"scopes\":["));
    for (size_t i = 0; i < score->scope_count; i++) {
        apl_text_add(out, i ? APL_STR(",{\"type\":") : APL_STR("{\"type\":"));
        apl_json_write_string(out, score->scopes[i].type);
        apl_text_add(out, APL_STR(",\"id\":"));
        apl_json_write_string(out, score->scopes[i].id);
        apl_text_add_char(out, ',');
        write_value(out, &score->scopes[i].score);
        apl_text_add_char(out, '}');
    }
    apl_text_add(out, APL_STR("],\"worst_assets\":"));
    write_costs(out, estate, score->assets, score->asset_count);
    apl_text_add(out, APL_STR(",\"worst_findings\":"));
    write_costs(out, estate, score->findings, score->finding_count);
    apl_text_add_char(out, '}');
}

static double number_of(apl_value object, const char *name)
{
    apl_value value = apl_value_member(object, name);

    return apl_value_is_number(value) ? apl_value_number(value) : 0;
}

static apl_score_value value_of(apl_value object)
{
    double assets = number_of(object, "assets");

    return (apl_score_value){
        .value = number_of(object, "value"),
        .low = number_of(object, "low"),
        .high = number_of(object, "high"),
        .assets = assets > 0 ? (uint64_t)assets : 0,
    };
}

static size_t costs_of(apl_score_cost *out, const apl_estate *estate, apl_value list)
{
    uint32_t size = list.type == APL_VALUE_ARRAY ? list.size : 0;
    size_t count = 0;

    for (uint32_t i = 0; i < size && count < APL_SCORE_COSTS_MAX; i++) {
        apl_asset_id asset = apl_estate_find(estate, apl_value_str(apl_value_member(list.items[i], "asset")));
        apl_str finding = apl_value_str(apl_value_member(list.items[i], "finding"));
        bool is_whole = finding.size == 0 || finding.size == 32;
        if (asset != APL_ASSET_NONE && is_whole)
            out[count++] = (apl_score_cost){asset, finding, number_of(list.items[i], "gain")};
    }
    return count;
}

void apl_score_read(apl_score *out, const apl_estate *estate, apl_str summary)
{
    apl_value value = APL_MISSING;

    *out = (apl_score){0};
    if (apl_json_parse(&value, estate->arena, apl_arena_str(estate->arena, summary)) != APL_OK)
        return;
    apl_value score = apl_value_member(value, "score");
    apl_value scopes = apl_value_member(score, "scopes");
    if (score.type != APL_VALUE_OBJECT)
        return;
    uint32_t count = scopes.type == APL_VALUE_ARRAY ? scopes.size : 0;
    apl_score_scope *list = APL_ARENA_ARRAY(estate->arena, apl_score_scope, count);
    for (uint32_t i = 0; i < count; i++)
        list[i] = (apl_score_scope){apl_value_str(apl_value_member(scopes.items[i], "type")),
                                    apl_value_str(apl_value_member(scopes.items[i], "id")), value_of(scopes.items[i])};
    out->is_there = true;
    out->estate = value_of(score);
    out->scopes = list;
    out->scope_count = count;
    out->asset_count = costs_of(out->assets, estate, apl_value_member(score, "worst_assets"));
    out->finding_count = costs_of(out->findings, estate, apl_value_member(score, "worst_findings"));
}
