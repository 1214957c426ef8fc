/* normalize/shapes/asset_inventory.c: rows of Google Cloud Asset Inventory.
 *
 * {"name": "//host/path", "assetType": "host/Type", "resource": {"data": {}}} (Cloud Asset API v1, Asset). A row
 * without resource data (searchAllResources) is a summary: the row itself is the body. */
#include "normalize/shape.h"

static bool inventory_matches(const apl_json *object)
{
    const apl_json *type = apl_json_get(object, APL_STR("assetType"));
    const apl_json *name = apl_json_get(object, APL_STR("name"));

    return type && name && apl_json_is_string(type) && apl_str_starts(apl_json_str(name), APL_STR("//"));
}

static void inventory_open(apl_normalizer *normalizer, const apl_document *document)
{
    const apl_json *resource = apl_json_get(document->body, APL_STR("resource"));
    const apl_json *data = resource ? apl_json_get(resource, APL_STR("data")) : NULL;
    apl_document inner = *document;

    inner.body = data && apl_json_is_object(data) ? data : document->body;
    inner.type = apl_json_str(apl_json_get(document->body, APL_STR("assetType")));
    inner.id = apl_json_str(apl_json_get(document->body, APL_STR("name")));
    inner.is_partial = inner.body == document->body;
    inner.is_typed = true;
    inner.depth++;
    apl_document_push(normalizer, &inner);
}

const apl_shape apl_shape_asset_inventory = {
    .name = "asset-inventory",
    .summary = "Google Cloud Asset Inventory exports",
    .matches = inventory_matches,
    .open = inventory_open,
};
