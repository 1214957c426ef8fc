/* normalize/parts.c: what stands inside a document and is an asset of its own, such as the tools of an agent.
 *
 * When a document of a type with `parts` is taken, each object at their paths is put on the stack as a document of the
 * named type. It is no document of a source, so it counts in no coverage row. Bounded by the document itself. */
#include "normalize/document.h"

typedef APL_VECTOR(const apl_json *) node_list;

/* Appends what `step` leads to from the node: one member, or every item of an array. */
static void step_from(node_list *nodes, const apl_json *node, apl_str step)
{
    if (apl_str_equal(step, APL_STR("*"))) {
        if (!apl_json_is_array(node))
            return;
        for (apl_json_items item = apl_json_each_item(node); apl_json_next_item(&item);)
            APL_PUSH(nodes, item.value);
        return;
    }
    if (!apl_json_is_object(node))
        return;
    for (apl_json_members member = apl_json_each_member(node); apl_json_next_member(&member);) {
        if (!apl_str_equal_nocase(member.key, step))
            continue;
        APL_PUSH(nodes, member.value);
        return;
    }
}

static void push_parts(apl_normalizer *normalizer, const apl_document *part, const apl_json *body,
                       const apl_part_rule *rule)
{
    node_list nodes = {0};
    size_t first = 0; /* of the present level; the levels stand behind each other */

    APL_PUSH(&nodes, body);
    for (size_t s = 0; s < rule->step_count; s++) {
        size_t end = nodes.count;
        for (size_t i = first; i < end; i++)
            step_from(&nodes, nodes.items[i], rule->steps[s]);
        first = end;
    }
    /* From the back, so that they are taken in the order of the document. */
    for (size_t i = nodes.count; i > first; i--) {
        apl_document one = *part;
        one.body = nodes.items[i - 1];
        one.type = rule->type;
        if (apl_json_is_object(one.body))
            apl_document_push(normalizer, &one);
    }
    apl_memory_free(nodes.items);
}

void apl_document_push_parts(apl_normalizer *normalizer, const apl_document *document, const apl_type *type,
                             const apl_asset *holder)
{
    apl_document part = {
        .source = document->source,
        .tenant = holder->tenant,
        .scope = holder->scope,
        .api = document->api,
        .read_at = document->read_at,
        .depth = document->depth + 1,
        .is_partial = document->is_partial,
        .is_typed = true,
        .holder = holder->id,
    };

    if (normalizer->options.judges_all_types)
        return; /* policies judge the resources that they are given */
    for (size_t i = type->part_count; i > 0; i--)
        push_parts(normalizer, &part, document->body, &type->parts[i - 1]);
}
