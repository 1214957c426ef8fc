/* normalize/shapes/kubernetes.c: Kubernetes objects and lists as `kubectl -o json` gives them.
 *
 * {"apiVersion", "kind", "metadata"}; a list has "items" and a kind that ends in List (Kubernetes API concepts). The
 * type is `<apiVersion>/<kind>`. */
#include "normalize/shape.h"

static bool kubernetes_matches(const apl_json *object)
{
    const apl_json *version = apl_json_get(object, APL_STR("apiVersion"));
    const apl_json *kind = apl_json_get(object, APL_STR("kind"));

    return version && kind && apl_json_is_string(version) && apl_json_is_string(kind) &&
           apl_json_get(object, APL_STR("metadata"));
}

static void kubernetes_open(apl_normalizer *normalizer, const apl_document *document)
{
    const apl_json *items = apl_json_get(document->body, APL_STR("items"));
    apl_str version = apl_json_str(apl_json_get(document->body, APL_STR("apiVersion")));
    apl_str kind = apl_json_str(apl_json_get(document->body, APL_STR("kind")));
    apl_document inner = *document;
    size_t count = 0;

    inner.source = APL_STR("kubernetes");
    inner.depth++;
    if (items == NULL || !apl_json_is_array(items)) {
        inner.type = apl_arena_format(normalizer->scratch, "%.*s/%.*s", APL_STR_ARG(version), APL_STR_ARG(kind));
        inner.is_typed = true;
        apl_document_push(normalizer, &inner);
        return;
    }
    for (apl_json_items item = apl_json_each_item(items); apl_json_next_item(&item); count++) {
        inner.body = item.value;
        apl_document_push(normalizer, &inner);
    }
    if (count == 0)
        apl_document_empty_list(normalizer, document);
}

const apl_shape apl_shape_kubernetes = {
    .name = "kubernetes",
    .summary = "Kubernetes objects and lists",
    .matches = kubernetes_matches,
    .open = kubernetes_open,
};
