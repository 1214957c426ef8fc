/* report/row_bom.c: the members of aplomb.bom.v1.
 *
 * Every text of a fact is told as its document has it; nothing is left out. */
#include "report/row_bom.h"

#include <math.h>

#include "bom/completeness.h"
#include "report/bom_text.h"
#include "report/row.h"

static void add_facts(apl_text *out, const apl_bom_part *part)
{
    apl_text_add(out, APL_STR(",\"facts\":["));
    for (size_t i = 0; i < part->value_count; i++) {
        const apl_bom_value *value = &part->values[i];
        apl_text_add_format(out, "%s{\"fact\":\"%s\"", i ? "," : "", apl_bom_fact_names[value->fact]);
        apl_row_text(out, APL_STR("value"), value->text);
        apl_row_text(out, APL_STR("path"), value->path);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void add_needs(apl_text *out, const apl_bom *bom, const apl_bom_part *part)
{
    const apl_estate *estate = bom->snapshot->estate;

    apl_text_add(out, APL_STR(",\"needs\":["));
    for (size_t i = 0; i < part->need_count; i++) {
        apl_str relation = estate->vocabulary->relations.items[part->needs[i].relation].name;
        const apl_bom_part *needed = &bom->parts[part->needs[i].part];
        apl_text_add(out, i ? APL_STR(",{\"relation\":") : APL_STR("{\"relation\":"));
        apl_json_write_string(out, relation);
        apl_row_text(out, APL_STR("asset"), estate->assets.items[needed->asset].id);
        apl_text_add_char(out, '}');
    }
    apl_text_add_char(out, ']');
}

static void add_part(apl_text *out, const apl_bom *bom, const apl_bom_part *part)
{
    const apl_estate *estate = bom->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[part->asset];

    apl_text_add(out, APL_STR("{\"asset\":"));
    apl_json_write_string(out, asset->id);
    apl_row_text(out, APL_STR("name"), asset->name);
    apl_row_text(out, APL_STR("kind"), estate->vocabulary->kinds.items[asset->kind].name);
    apl_row_text(out, APL_STR("place"), apl_str_from(apl_bom_place_names[part->place]));
    apl_text_add_format(out, ",\"root\":%s,\"read\":%s", part->is_root ? "true" : "false",
                        asset->is_read ? "true" : "false");
    add_facts(out, part);
    add_needs(out, bom, part);
    apl_text_add_char(out, '}');
}

static void add_completeness(apl_text *out, const apl_bom_completeness *it)
{
    bool is_first = true;

    apl_text_add(out, APL_STR("{\"measure\":"));
    apl_json_write_string(out, it->measure->id);
    apl_row_text(out, APL_STR("title"), it->measure->title);
    apl_row_text(out, APL_STR("source"), it->measure->source);
    if (isnan(it->score))
        apl_text_add(out, APL_STR(",\"score\":null,\"elements\":["));
    else
        apl_text_add_format(out, ",\"score\":%.1f,\"elements\":[", it->score);
    for (uint32_t i = 0; i < it->measure->element_count; i++) {
        const apl_bom_told *told = &it->items[i];
        apl_text_add(out, is_first ? APL_STR("\n {\"group\":") : APL_STR(",\n {\"group\":"));
        apl_json_write_string(out, told->element->group);
        apl_row_text(out, APL_STR("title"), told->element->title);
        apl_text_add_format(out, ",\"told\":%zu,\"asked\":%zu}", told->told, told->asked);
        is_first = false;
    }
    apl_text_add(out, APL_STR("]}"));
}

apl_status apl_row_bom(apl_output *output, const apl_report *report)
{
    const apl_bom *bom = report->bom;
    const apl_vocabulary *vocabulary = report->snapshot->estate->vocabulary;
    apl_arena *arena = apl_arena_new();
    apl_text *out = &output->text;
    apl_status status = APL_OK;

    apl_text_add(out, APL_STR("{\"schema\":\"aplomb.bom.v1\",\n\"scan\":{"));
    apl_row_scan(out, &report->snapshot->scan);
    apl_row_text(out, APL_STR("title"), apl_bom_title(bom, arena));
    apl_text_add_format(out, ",\"serial\":\"urn:uuid:%s\",\n\"parts\":[", bom->serial);
    for (size_t i = 0; status == APL_OK && i < bom->part_count; i++) {
        apl_text_add(out, i ? APL_STR(",\n") : APL_STR("\n"));
        add_part(out, bom, &bom->parts[i]);
        status = apl_output_step(output);
    }
    apl_text_add(out, APL_STR("],\n\"findings\":["));
    for (size_t i = 0; status == APL_OK && i < bom->finding_count; i++) {
        apl_text_add_format(out, "%s\"%s\"", i ? "," : "",
                            report->snapshot->estate->findings.items[bom->findings[i]].id);
        status = apl_output_step(output);
    }
    apl_text_add(out, APL_STR("],\n\"completeness\":["));
    for (size_t i = 0; i < vocabulary->measures.count; i++) {
        apl_bom_completeness completeness;
        apl_bom_measure(&completeness, arena, bom, &vocabulary->measures.items[i]);
        apl_text_add(out, i ? APL_STR(",\n") : APL_STR("\n"));
        add_completeness(out, &completeness);
    }
    apl_text_add(out, APL_STR("]}\n"));
    apl_arena_free(arena);
    return status == APL_OK ? apl_output_step(output) : status;
}
