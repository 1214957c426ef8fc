/* normalize/shapes/envelope.c: Aplomb's own documents, one a line, as collectors write them.
 *
 * {"source","tenant","scope","type","id","api","read","body":{}} or, for what could not be read,
 * {"source","scope","unread","why","needs"}; what was listed, and where a collect begins and ends.
 * docs/schemas/document.v1.json is the format. */
#include "normalize/shape.h"

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));

    return member ? apl_json_str(member) : APL_STR_NONE;
}

static const apl_json *object_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));

    return member && apl_json_is_object(member) ? member : NULL;
}

static bool is_true(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));
    apl_value value = member ? apl_json_scalar(member) : APL_MISSING;

    return value.type == APL_VALUE_BOOL && value.boolean;
}

static bool envelope_matches(const apl_json *object)
{
    if (text_of(object, "source").data == NULL)
        return false;
    return object_of(object, "body") || text_of(object, "unread").size || text_of(object, "listed").size ||
           text_of(object, "step").size || object_of(object, "collect") || object_of(object, "collected");
}

static apl_str or_none(apl_str scope)
{
    return scope.size ? scope : APL_STR("-");
}

/* What was asked for and is not there: a row without documents. What gave some is counted by them. */
static void take_listed(apl_normalizer *normalizer, const apl_json *object)
{
    const apl_json *count = apl_json_get(object, APL_STR("count"));
    apl_value number = count ? apl_json_scalar(count) : APL_MISSING;
    const apl_type *type = apl_services_find(normalizer->options.services, text_of(object, "listed"));
    apl_coverage row = {
        .source = text_of(object, "source"), .scope = or_none(text_of(object, "scope")), .state = APL_COVERAGE_READ};

    if (type == NULL || number.type != APL_VALUE_INTEGER || number.integer != 0)
        return;
    row.type = type->name;
    apl_document_unread(normalizer, &row);
}

/* A file that a collect began and did not end is unread from there on; linking puts the two lines together. */
static void take_frame(apl_normalizer *normalizer, const apl_json *begin, const apl_json *end)
{
    apl_coverage row = {
        .source = APL_STR("aplomb"),
        .scope = or_none(text_of(begin ? begin : end, "id")),
        .type = APL_STR(APL_COVERAGE_END),
        .state = begin ? APL_COVERAGE_UNREAD : APL_COVERAGE_READ,
    };

    if (begin)
        row.why = apl_arena_format(normalizer->scratch, "the collect that began at %.*s was broken off",
                                   APL_STR_ARG(text_of(begin, "began")));
    apl_document_unread(normalizer, &row);
}

static void take_unread(apl_normalizer *normalizer, const apl_json *object)
{
    apl_coverage row = {
        .source = text_of(object, "source"),
        .scope = or_none(text_of(object, "scope")),
        .type = text_of(object, "unread"),
        .state = APL_COVERAGE_UNREAD,
        .why = text_of(object, "why"),
        .needs = text_of(object, "needs"),
    };

    apl_document_unread(normalizer, &row);
}

static void open_without_body(apl_normalizer *normalizer, const apl_json *object)
{
    const apl_json *begin = object_of(object, "collect");
    const apl_json *end = object_of(object, "collected");

    if (text_of(object, "unread").size)
        take_unread(normalizer, object);
    else if (text_of(object, "listed").size)
        take_listed(normalizer, object);
    else if (begin || end)
        take_frame(normalizer, begin, end);
}

static void envelope_open(apl_normalizer *normalizer, const apl_document *document)
{
    const apl_json *object = document->body;
    const apl_json *body = object_of(object, "body");

    if (body == NULL) {
        open_without_body(normalizer, object);
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
        .asked = text_of(object, "asked"),
        .is_partial = is_true(object, "partial"),
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
