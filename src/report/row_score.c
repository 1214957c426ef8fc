/* report/row_score.c: the JSON of the score.
 *
 * Members and order are those of docs/schemas/aplomb.scan.v1.json, $defs/score. Three decimals are shown of six. */
#include "report/row.h"

static void add_value(apl_text *out, const apl_score_value *value)
{
    apl_text_add_format(out, "\"value\":%.3f,\"low\":%.3f,\"high\":%.3f,\"assets\":%llu", value->value, value->low,
                        value->high, (unsigned long long)value->assets);
}

static void add_costs(apl_text *out, const apl_estate *estate, apl_str name, const apl_score_cost *costs, size_t count)
{
    apl_row_key(out, name, false);
    apl_text_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        apl_text_add(out, i ? APL_STR(",{\"asset\":") : APL_STR("{\"asset\":"));
        apl_json_write_string(out, estate->assets.items[costs[i].asset].id);
        if (costs[i].finding.size)
            apl_row_text(out, APL_STR("finding"), costs[i].finding);
        apl_text_add_format(out, ",\"gain\":%.3f}", costs[i].gain);
    }
    apl_text_add_char(out, ']');
}

void apl_row_score(apl_text *out, const apl_estate *estate)
{
    const apl_score *score = &estate->score;

    if (!score->is_there) {
        apl_text_add(out, APL_STR("null"));
        return;
    }
    apl_text_add_char(out, '{');
    add_value(out, &score->estate);
    apl_text_add(out, APL_STR(",\"scopes\":["));
    for (size_t i = 0; i < score->scope_count; i++) {
        apl_text_add(out, i ? APL_STR(",\n{\"type\":") : APL_STR("\n{\"type\":"));
        apl_json_write_string(out, score->scopes[i].type);
        apl_row_text(out, APL_STR("id"), score->scopes[i].id);
        apl_text_add_char(out, ',');
        add_value(out, &score->scopes[i].score);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
    add_costs(out, estate, APL_STR("worst_assets"), score->assets, score->asset_count);
    add_costs(out, estate, APL_STR("worst_findings"), score->findings, score->finding_count);
    apl_text_add_char(out, '}');
}
