/* normalize/shapes/terraform.c: Terraform state files and `terraform show -json` of a state or plan.
 *
 * State (format version 4): {"terraform_version", "resources": [{"mode","type","name","instances":[{"attributes"}]}]}.
 * Show: {"format_version", "values" | "planned_values": {"root_module": {"resources": [{"type","name","values"}],
 * "child_modules": [...]}}} (Terraform JSON output format). The type is Terraform's own, as
 * azurerm_cognitive_account. */
#include "normalize/shape.h"

#define MODULES_MAX 4096

static bool terraform_matches(const apl_json *object)
{
    return apl_json_get(object, APL_STR("terraform_version")) && (apl_json_get(object, APL_STR("resources")) ||
                                                                  apl_json_get(object, APL_STR("values")) ||
                                                                  apl_json_get(object, APL_STR("planned_values")));
}

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));

    return member ? apl_json_str(member) : APL_STR_NONE;
}

static size_t push_resource(apl_normalizer *normalizer, const apl_document *document, const apl_json *resource,
                            const apl_json *body)
{
    apl_document inner = *document;

    if (body == NULL || !apl_json_is_object(body))
        return 0;
    inner.body = body;
    inner.type = text_of(resource, "type");
    inner.source = APL_STR("terraform");
    inner.id = apl_arena_format(normalizer->scratch, "file:%.*s#%.*s/%.*s", APL_STR_ARG(normalizer->place->path),
                                APL_STR_ARG(inner.type), APL_STR_ARG(text_of(resource, "name")));
    inner.is_typed = true;
    inner.depth++;
    apl_document_push(normalizer, &inner);
    return 1;
}

static size_t push_state(apl_normalizer *normalizer, const apl_document *document, const apl_json *resources)
{
    size_t count = 0;

    for (apl_json_items item = apl_json_each_item(resources); apl_json_next_item(&item);) {
        const apl_json *instances =
            apl_json_is_object(item.value) ? apl_json_get(item.value, APL_STR("instances")) : NULL;
        if (instances == NULL || !apl_json_is_array(instances))
            continue;
        for (apl_json_items instance = apl_json_each_item(instances); apl_json_next_item(&instance);) {
            if (apl_json_is_object(instance.value))
                count += push_resource(normalizer, document, item.value,
                                       apl_json_get(instance.value, APL_STR("attributes")));
        }
    }
    return count;
}

static size_t push_modules(apl_normalizer *normalizer, const apl_document *document, const apl_json *values)
{
    APL_VECTOR(const apl_json *) modules = {0};
    const apl_json *root = apl_json_is_object(values) ? apl_json_get(values, APL_STR("root_module")) : NULL;
    size_t count = 0;

    if (root)
        APL_PUSH(&modules, root);
    for (size_t at = 0; at < modules.count && at < MODULES_MAX; at++) {
        const apl_json *resources = apl_json_get(modules.items[at], APL_STR("resources"));
        const apl_json *children = apl_json_get(modules.items[at], APL_STR("child_modules"));
        for (apl_json_items item = apl_json_each_item(resources); resources && apl_json_next_item(&item);) {
            if (apl_json_is_object(item.value))
                count += push_resource(normalizer, document, item.value,
                                       apl_json_get(item.value, APL_STR("values")));
        }
        for (apl_json_items item = apl_json_each_item(children); children && apl_json_next_item(&item);) {
            if (apl_json_is_object(item.value))
                APL_PUSH(&modules, item.value);
        }
    }
    apl_memory_free(modules.items);
    return count;
}

static void terraform_open(apl_normalizer *normalizer, const apl_document *document)
{
    const apl_json *resources = apl_json_get(document->body, APL_STR("resources"));
    const apl_json *values = apl_json_get(document->body, APL_STR("values"));
    const apl_json *planned = apl_json_get(document->body, APL_STR("planned_values"));
    size_t count = 0;

    if (resources && apl_json_is_array(resources))
        count += push_state(normalizer, document, resources);
    if (values || planned)
        count += push_modules(normalizer, document, values ? values : planned);
    if (count == 0)
        apl_document_empty_list(normalizer, document);
}

const apl_shape apl_shape_terraform = {
    .name = "terraform",
    .summary = "Terraform state files and plans as JSON",
    .matches = terraform_matches,
    .open = terraform_open,
};
