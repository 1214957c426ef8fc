/* report/row_path.c: the JSON of one attack path.
 *
 * Members and order are those of docs/schemas/aplomb.scan.v1.json, $defs/path. */
#include "report/row.h"

static void add_step(apl_text *out, const apl_estate *estate, const apl_path_step *step)
{
    apl_text_add(out, APL_STR("{\"from\":"));
    apl_json_write_string(out, estate->assets.items[step->from].id);
    apl_row_text(out, APL_STR("to"), estate->assets.items[step->to].id);
    if (step->technique.size)
        apl_row_text(out, APL_STR("technique"), step->technique);
    else
        apl_row_text(out, APL_STR("relation"), step->relation);
    apl_row_text(out, APL_STR("why"), step->why);
    apl_text_add_format(out, ",\"likelihood\":%.3f", step->likelihood);
    apl_row_texts(out, APL_STR("fixes"), step->findings, step->finding_count);
    apl_text_add_char(out, '}');
}

void apl_row_path(apl_text *out, const apl_estate *estate, const apl_path *path)
{
    apl_text_add(out, APL_STR("\"id\":"));
    apl_json_write_string(out, apl_str_from(path->id));
    apl_row_text(out, APL_STR("title"), path->title);
    apl_text_add_format(out, ",\"risk\":%.1f,\"level\":\"%s\"", path->risk, apl_path_level_names[path->level]);
    apl_row_text(out, APL_STR("entry"), estate->assets.items[path->entry].id);
    apl_row_text(out, APL_STR("target"), estate->assets.items[path->target].id);
    apl_row_text(out, APL_STR("group"), apl_str_from(path->group));
    apl_row_text(out, APL_STR("target_kind"), path->target_title);
    apl_row_key(out, APL_STR("steps"), false);
    apl_text_add_char(out, '[');
    for (uint32_t i = 0; i < path->step_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        add_step(out, estate, &path->steps[i]);
    }
    apl_text_add_char(out, ']');
    apl_row_texts(out, APL_STR("fixes"), path->fixes, path->fix_count);
    apl_text_add_char(out, '}');
}
