/* normalize/shapes/envelope.c: Aplomb's own documents, one a line, as collectors write them.
 *
 * {"source","tenant","scope","type","id","api","read","body":{}} or, for what could not be read,
 * {"source","scope","unread","why","needs"}. docs/schemas/document.v1.json is the format. */
#include "normalize/shape.h"

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));

    return member ? apl_json_str(member) : APL_STR_NONE;
}

static bool envelope_matches(const apl_json *object)
{
    if (text_of(object, "source").data == NULL)
        return false;
    const apl_json *body = apl_json_get(object, APL_STR("body"));
    if (body && apl_json_is_object(body))
        return true;
    return text_of(object, "unread").size > 0;
}

static void envelope_open(apl_normalizer *normalizer, const apl_document *document)
{
    const apl_json *object = document->body;
    const apl_json *body = apl_json_get(object, APL_STR("body"));

    if (body == NULL || !apl_json_is_object(body)) {
        apl_coverage row = {
            .source = text_of(object, "source"),
            .scope = text_of(object, "scope"),
            .type = text_of(object, "unread"),
            .state = APL_COVERAGE_UNREAD,
            .why = text_of(object, "why"),
            .needs = text_of(object, "needs"),
        };
        apl_document_unread(normalizer, &row);
        return;
    }
    apl_document inner = {
        .body = body,
        .source = text_of(object, "source"),
        .tenant = text_of(object, "tenant"),
        .scope = text_of(object, "scope"),
        .type = text_of(object, "type"),
        .id = text_of(object, "id"),
        .api = text_of(object, "api"),
        .depth = document->depth + 1,
    };
    inner.is_typed = inner.type.size > 0;
    if (!apl_instant_parse(&inner.read_at, text_of(object, "read")))
        inner.read_at = 0;
    apl_document_push(normalizer, &inner);
}

const apl_shape apl_shape_envelope = {
    .name = "envelope",
    .summary = "Documents of Aplomb's own collectors",
    .matches = envelope_matches,
    .open = envelope_open,
};
