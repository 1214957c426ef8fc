/* normalize/shapes/arm_template.c: Azure Resource Manager templates.
 *
 * {"$schema": ".../deploymentTemplate.json#", "resources": [...]} or, in language version 2, resources as an object of
 * symbolic names. Resources are declared, not deployed: their ids are `file:<path>#<type>/<name>`. */
#include "normalize/shape.h"

static bool template_matches(const apl_json *object)
{
    const apl_json *schema = apl_json_get(object, APL_STR("$schema"));
    const apl_json *resources = apl_json_get(object, APL_STR("resources"));

    return schema && resources && apl_str_find_nocase(apl_json_str(schema), APL_STR("deploymentTemplate.json")) >= 0;
}

static void push_resource(apl_normalizer *normalizer, const apl_document *document, const apl_json *resource)
{
    const apl_json *type = apl_json_get(resource, APL_STR("type"));
    const apl_json *name = apl_json_get(resource, APL_STR("name"));
    apl_document inner = *document;

    inner.body = resource;
    inner.source = APL_STR("azure");
    inner.type = type ? apl_json_str(type) : APL_STR("Azure Resource Manager template resource");
    inner.id = apl_arena_format(normalizer->scratch, "file:%.*s#%.*s/%.*s", APL_STR_ARG(normalizer->place->path),
                                APL_STR_ARG(inner.type), APL_STR_ARG(name ? apl_json_str(name) : APL_STR("-")));
    inner.is_typed = true;
    inner.depth++;
    apl_document_push(normalizer, &inner);
}

static void template_open(apl_normalizer *normalizer, const apl_document *document)
{
    const apl_json *resources = apl_json_get(document->body, APL_STR("resources"));
    size_t count = 0;

    if (apl_json_is_array(resources)) {
        for (apl_json_items item = apl_json_each_item(resources); apl_json_next_item(&item);) {
            if (!apl_json_is_object(item.value))
                continue;
            push_resource(normalizer, document, item.value);
            count++;
        }
    } else if (apl_json_is_object(resources)) {
        for (apl_json_members member = apl_json_each_member(resources); apl_json_next_member(&member);) {
            if (!apl_json_is_object(member.value))
                continue;
            push_resource(normalizer, document, member.value);
            count++;
        }
    }
    if (count == 0)
        apl_document_empty_list(normalizer, document);
}

const apl_shape apl_shape_arm_template = {
    .name = "arm-template",
    .summary = "Azure Resource Manager templates",
    .matches = template_matches,
    .open = template_open,
};
