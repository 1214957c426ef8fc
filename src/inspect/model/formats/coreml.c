/* inspect/model/formats/coreml.c: Core ML.
 *
 * Custom models and layers are classes that the application must bring; linked models and the weights of a program are
 * files that loading follows. Fields: Model.proto, NeuralNetwork.proto and MIL.proto of coremltools 8. */
#include "inspect/model/archive.h"
#include "inspect/model/protobuf.h"

#define TEXT_BYTES_MAX 4096u

enum {
    MODEL = 1,
    DESCRIPTION,
    METADATA,
    PIPELINE,
    PIPELINE_HOLDER,
    NETWORK,
    LAYER,
    CUSTOM_LAYER,
    CUSTOM_MODEL,
    LINKED,
    LINKED_FILE,
    TEXT,
    PROGRAM,
    PROGRAM_FUNCTION,
    FUNCTION,
    FUNCTION_BLOCK,
    BLOCK,
    OPERATION,
    OPERATION_ATTRIBUTE,
    VALUE,
    BLOB,
};

static const apl_proto_child children[] = {
    {MODEL, 2, DESCRIPTION},
    {DESCRIPTION, 100, METADATA},
    {MODEL, 200, PIPELINE_HOLDER},
    {MODEL, 201, PIPELINE_HOLDER},
    {MODEL, 202, PIPELINE},
    {PIPELINE_HOLDER, 1, PIPELINE},
    {PIPELINE, 1, MODEL},
    {MODEL, 303, NETWORK},
    {MODEL, 403, NETWORK},
    {MODEL, 500, NETWORK},
    {NETWORK, 1, LAYER},
    {LAYER, 500, CUSTOM_LAYER},
    {MODEL, 555, CUSTOM_MODEL},
    {MODEL, 556, LINKED},
    {LINKED, 1, LINKED_FILE},
    {LINKED_FILE, 1, TEXT},
    {LINKED_FILE, 2, TEXT},
    {MODEL, 502, PROGRAM},
    {PROGRAM, 2, PROGRAM_FUNCTION},
    {PROGRAM_FUNCTION, 2, FUNCTION},
    {FUNCTION, 3, FUNCTION_BLOCK},
    {FUNCTION_BLOCK, 2, BLOCK},
    {BLOCK, 3, OPERATION},
    {BLOCK, 4, OPERATION_ATTRIBUTE},
    {OPERATION, 4, BLOCK},
    {OPERATION, 5, OPERATION_ATTRIBUTE},
    {OPERATION_ATTRIBUTE, 2, VALUE},
    {VALUE, 5, BLOB},
};

static void metadata_field(apl_model_scan *scan, apl_input *input, const apl_proto_field *field)
{
    static const char *const facts[] = {"description", "version", "author", "licence"};

    if (field->number <= 4)
        apl_model_fact_text(scan->report, facts[field->number - 1], apl_proto_text(input, field, TEXT_BYTES_MAX));
}

static void field_of(void *context, apl_input *input, const apl_proto_field *field)
{
    apl_model_scan *scan = context;
    apl_str text = apl_proto_text(input, field, TEXT_BYTES_MAX);

    if (field->message == METADATA) {
        metadata_field(scan, input, field);
    } else if (field->message == LAYER && field->number == 1) {
        apl_model_fact_add(scan->report, "layers", 1);
    } else if ((field->message == CUSTOM_LAYER || field->message == CUSTOM_MODEL) && field->number == 10) {
        apl_model_found(scan->report, APL_ISSUE_CUSTOM_OBJECT, field->at, "class %.*s", APL_STR_ARG(text));
    } else if (field->message == TEXT && field->number == 1) {
        apl_model_found(scan->report, APL_ISSUE_EXTERNAL_PATH, field->at, "linked model %.*s", APL_STR_ARG(text));
    } else if (field->message == BLOB && field->number == 1) {
        bool is_inside = apl_str_starts(text, APL_STR("@model_path/"));
        if (!is_inside || apl_archive_is_unsafe(apl_str_slice(text, 12, text.size)))
            apl_model_found(scan->report, APL_ISSUE_EXTERNAL_PATH, field->at, "weights in %.*s", APL_STR_ARG(text));
    }
}

static bool matches(apl_str head)
{
    return head.size > 8 && head.data[0] == 0x08 && head.data[1] > 0 && head.data[1] < 32 && head.data[2] == 0x12;
}

/* Version, description, and then the one field that is the model itself. */
static bool is_model(apl_input *input)
{
    size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);
    apl_str bytes = apl_str_make((const char *)apl_input_at(input), there);
    uint64_t size = 0;
    uint64_t tag = 0;

    bytes = apl_str_slice(bytes, 3, bytes.size);
    if (!apl_proto_varint(&size, &bytes) || size > bytes.size)
        return false;
    bytes = apl_str_slice(bytes, (size_t)size, bytes.size);
    while (apl_proto_varint(&tag, &bytes)) {
        if ((tag & 7) == 2 && tag >> 3 >= 200 && tag >> 3 <= 3000)
            return true;
        if (tag >> 3 != 10 || (tag & 7) > 2 || !apl_proto_varint(&size, &bytes)) /* whether it may be trained */
            return false;
    }
    return false;
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    const apl_proto_walk walk = {children, sizeof children / sizeof children[0], MODEL, scan, NULL, field_of, NULL};

    if (!is_model(input))
        return false;
    const char *fault = apl_proto_read(&walk, input);
    if (fault)
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, input->position, "%s", fault);
    apl_model_fact_text(scan->report, "framework", APL_STR("coreml"));
    return true;
}

const apl_model_format apl_model_format_coreml = {
    .name = "coreml",
    .summary = "Core ML",
    .order = 66,
    .matches = matches,
    .inspect = inspect,
};
