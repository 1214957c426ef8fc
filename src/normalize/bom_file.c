/* normalize/bom_file.c: the member `bom` of a type: where its documents hold what a bill of materials tells.
 *
 * docs/content.md is the format. */
#include "normalize/service_file.h"

apl_status apl_service_file_bom(apl_type *out, const apl_services_options *options, apl_value object, const char *where)
{
    const char *place = apl_arena_format(options->arena, "%s.bom", where).data;
    apl_value bom = apl_value_member(object, "bom");

    if (bom.type == APL_VALUE_MISSING)
        return APL_OK;
    if (bom.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: must be an object of templates, is %s", place, apl_value_type_name(bom));
    apl_status status = apl_service_file_members(bom, apl_bom_fact_names, place);
    out->bom = APL_ARENA_ARRAY(options->arena, apl_bom_rule, bom.size);
    for (unsigned fact = 0; status == APL_OK && fact < APL_BOM_FACT_COUNT; fact++) {
        apl_template *text = NULL;
        status = apl_service_file_template(&text, options, bom, apl_bom_fact_names[fact], place);
        if (status == APL_OK && text)
            out->bom[out->bom_count++] = (apl_bom_rule){(apl_bom_fact)fact, text};
    }
    return status;
}
