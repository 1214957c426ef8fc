/* normalize/shapes/error_answer.c: answers that say why something was not read.
 *
 * {"error": {"code", "message"}} (Microsoft REST API Guidelines, Google API errors, OpenAI), {"error",
 * "error_description"}
 * (RFC 6749), {"__type", "message"} (AWS JSON protocols), {"kind": "Status", "status": "Failure"} (Kubernetes). It must
 * never pass for an empty list: what it stands for is unread. Documents beside the error are read all the same. */
#include "normalize/shape.h"

#define WHY_BYTES_MAX 512

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_is_object(object) ? apl_json_get(object, apl_str_from(name)) : NULL;

    return member ? apl_json_str(member) : APL_STR_NONE;
}

static bool is_status(const apl_json *object)
{
    return apl_str_equal(text_of(object, "kind"), APL_STR("Status")) &&
           apl_str_equal(text_of(object, "status"), APL_STR("Failure"));
}

static bool is_exception(const apl_json *object)
{
    return apl_str_ends(text_of(object, "__type"), APL_STR("Exception"));
}

static bool error_matches(const apl_json *object)
{
    const apl_json *error = apl_json_get(object, APL_STR("error"));

    if (error == NULL)
        return is_status(object) || is_exception(object);
    if (apl_json_get(object, APL_STR("id")) || apl_json_get(object, APL_STR("name")))
        return false; /* a thing with an error, as a failed job */
    if (apl_json_is_object(error))
        return apl_json_get(error, APL_STR("code")) || apl_json_get(error, APL_STR("message"));
    return apl_json_str(error).size > 0;
}

static apl_str or_else(apl_str text, apl_str otherwise)
{
    return text.size ? text : otherwise;
}

static apl_str why_of(apl_arena *arena, const apl_json *object)
{
    const apl_json *error = apl_json_get(object, APL_STR("error"));
    const apl_json *inner = error && apl_json_is_object(error) ? error : object;
    apl_str code = or_else(text_of(inner, "code"), or_else(text_of(inner, "status"), text_of(inner, "type")));
    apl_str message = or_else(text_of(inner, "message"), text_of(inner, "error_description"));

    if (is_status(object))
        code = text_of(object, "reason");
    else if (error == NULL)
        code = text_of(object, "__type");
    else if (inner == object)
        code = apl_json_str(error);
    message = or_else(message, text_of(inner, "Message"));
    if (message.size > WHY_BYTES_MAX)
        message = apl_str_slice(message, 0, WHY_BYTES_MAX);
    return apl_arena_format(arena, "%.*s%s%.*s", APL_STR_ARG(code), code.size && message.size ? ": " : "",
                            APL_STR_ARG(message));
}

/* Documents stand beside the error: one part of a page was read, another was not. */
static bool has_documents(const apl_normalizer *normalizer, const apl_json *object)
{
    for (apl_json_members member = apl_json_each_member(object); apl_json_next_member(&member);) {
        if (apl_json_is_array(member.value) && apl_json_size(member.value) &&
            apl_normalizer_is_wrapper(normalizer, member.key))
            return true;
    }
    return false;
}

static void error_open(apl_normalizer *normalizer, const apl_document *document)
{
    bool is_page = has_documents(normalizer, document->body);
    apl_coverage row = {
        .source = document->source.size ? document->source : APL_STR("file"),
        .scope = normalizer->place->path,
        .type = APL_STR("answer with an error"),
        .state = APL_COVERAGE_UNREAD,
        .count = is_page ? 0 : 1,
        .why = why_of(normalizer->scratch, document->body),
    };

    apl_document_unread(normalizer, &row);
    if (is_page) {
        apl_document page = *document;
        page.has_no_shape = true;
        apl_document_push(normalizer, &page);
    }
}

const apl_shape apl_shape_error_answer = {
    .name = "error-answer",
    .summary = "Answers that hold an error instead of, or beside, documents",
    .matches = error_matches,
    .open = error_open,
};
