/* normalize/shapes/cloudformation.c: AWS CloudFormation templates in JSON.
 *
 * {"Resources": {"LogicalId": {"Type": "AWS::X::Y", "Properties": {}}}} (CloudFormation template anatomy). Resources
 * are declared, not deployed: their ids are `file:<path>#<type>/<logical id>`. */
#include "normalize/shape.h"

static const apl_json *first_value(const apl_json *object)
{
    apl_json_members members = apl_json_each_member(object);

    return apl_json_next_member(&members) ? members.value : NULL;
}

static bool cloudformation_matches(const apl_json *object)
{
    const apl_json *resources = apl_json_get(object, APL_STR("Resources"));

    if (resources == NULL || !apl_json_is_object(resources))
        return false;
    const apl_json *first = first_value(resources);
    const apl_json *type = first && apl_json_is_object(first) ? apl_json_get(first, APL_STR("Type")) : NULL;
    return type && apl_str_find(apl_json_str(type), APL_STR("::")) > 0;
}

static void cloudformation_open(apl_normalizer *normalizer, const apl_document *document)
{
    const apl_json *resources = apl_json_get(document->body, APL_STR("Resources"));

    for (apl_json_members member = apl_json_each_member(resources); apl_json_next_member(&member);) {
        if (!apl_json_is_object(member.value))
            continue;
        const apl_json *type = apl_json_get(member.value, APL_STR("Type"));
        const apl_json *properties = apl_json_get(member.value, APL_STR("Properties"));
        apl_document inner = *document;
        inner.body = properties && apl_json_is_object(properties) ? properties : member.value;
        inner.source = APL_STR("aws");
        inner.type = type ? apl_json_str(type) : APL_STR("CloudFormation resource");
        inner.id = apl_arena_format(normalizer->scratch, "file:%.*s#%.*s/%.*s", APL_STR_ARG(normalizer->place->path),
                                    APL_STR_ARG(inner.type), APL_STR_ARG(member.key));
        inner.is_typed = true;
        inner.depth++;
        apl_document_push(normalizer, &inner);
    }
}

const apl_shape apl_shape_cloudformation = {
    .name = "cloudformation",
    .summary = "AWS CloudFormation templates",
    .matches = cloudformation_matches,
    .open = cloudformation_open,
};
