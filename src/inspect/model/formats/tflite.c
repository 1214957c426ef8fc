/* inspect/model/formats/tflite.c: TensorFlow Lite, by its operators and the bounds of its buffers.
 *
 * A flatbuffer: tables find their fields by offsets, and readers that believed these were broken. Every offset is
 * checked against the file; weights are not read. Operators of TensorFlow itself ("Flex") bring its dangers along,
 * custom ones need native code. Fields: schema.fbs of TensorFlow 2.18. */
#include "inspect/model/model_format.h"

#define OPERATORS_MAX 4096u
#define SUBGRAPHS_MAX 4096u
#define BUFFERS_MAX 1000000u
#define NAME_BYTES_MAX 256u
#define OPERATOR_CUSTOM 32
#define OPERATOR_MORE 127 /* the number stands in the wider field */

/* Fields by their places in the tables. */
enum { MODEL_OPERATORS = 1, MODEL_SUBGRAPHS = 2, MODEL_DESCRIPTION = 3, MODEL_BUFFERS = 4 };
enum { OPERATOR_OLD = 0, OPERATOR_NAME = 1, OPERATOR_NUMBER = 3 };
enum { SUBGRAPH_TENSORS = 0 };
enum { BUFFER_DATA = 0, BUFFER_OFFSET = 1, BUFFER_SIZE = 2 };

typedef struct reading {
    apl_model_scan *scan;
    apl_input *input;
    bool is_broken;
} reading;

static bool broken(reading *read, uint64_t at, const char *what)
{
    if (!read->is_broken)
        apl_model_found(read->scan->report, APL_ISSUE_HEADER_INVALID, at, "%s", what);
    read->is_broken = true;
    return false;
}

/* `size` bytes at `at`, or NULL when the file has none there. */
static const unsigned char *bytes_at(reading *read, uint64_t at, size_t size)
{
    if (at > read->input->size || size > read->input->size - at) {
        (void)broken(read, at, "an offset leads out of the file");
        return NULL;
    }
    apl_input_seek(read->input, at);
    const unsigned char *bytes = apl_input_view(read->input, size);
    if (bytes == NULL)
        (void)broken(read, at, "the file ends early");
    return bytes;
}

static uint64_t number_at(reading *read, uint64_t at, unsigned size)
{
    const unsigned char *bytes = bytes_at(read, at, size);
    uint64_t number = 0;

    for (unsigned i = 0; bytes && i < size; i++)
        number |= (uint64_t)bytes[i] << (8 * i);
    return number;
}

/* Where the field of a table stands; 0 when the table has none. */
static uint64_t field_at(reading *read, uint64_t table, unsigned field)
{
    int64_t back = (int32_t)number_at(read, table, 4);
    int64_t vtable = (int64_t)table - back;

    if (read->is_broken || vtable < 0) {
        (void)broken(read, table, "a table without a description");
        return 0;
    }
    uint64_t size = number_at(read, (uint64_t)vtable, 2);
    if (read->is_broken || 4 + 2 * (uint64_t)field + 2 > size)
        return 0;
    uint64_t offset = number_at(read, (uint64_t)vtable + 4 + 2 * field, 2);
    return offset && !read->is_broken ? table + offset : 0;
}

/* What the offset in the field leads to; 0 when there is none. */
static uint64_t follow(reading *read, uint64_t table, unsigned field)
{
    uint64_t at = field_at(read, table, field);
    uint64_t step = at ? number_at(read, at, 4) : 0;

    return step && !read->is_broken ? at + step : 0;
}

/* The length of the vector in the field, whose items begin at *items; 0 when there is none. */
static uint64_t vector_of(reading *read, uint64_t *items, uint64_t table, unsigned field)
{
    uint64_t at = follow(read, table, field);

    if (at == 0)
        return 0;
    uint64_t count = number_at(read, at, 4);
    *items = at + 4;
    return read->is_broken ? 0 : count;
}

static void judge_operator(reading *read, uint64_t table)
{
    uint64_t old_at = field_at(read, table, OPERATOR_OLD);
    uint64_t number_place = field_at(read, table, OPERATOR_NUMBER);
    uint64_t number = old_at ? number_at(read, old_at, 1) : 0;
    uint64_t name_at = 0;

    if (number_place && (old_at == 0 || number == OPERATOR_MORE || number == 0))
        number = number_at(read, number_place, 4);
    uint64_t size = vector_of(read, &name_at, table, OPERATOR_NAME);
    if (number != OPERATOR_CUSTOM && size == 0)
        return;
    const unsigned char *bytes = size && size <= NAME_BYTES_MAX ? bytes_at(read, name_at, (size_t)size) : NULL;
    apl_str name = bytes ? apl_str_make((const char *)bytes, (size_t)size) : APL_STR("(without a name)");
    bool is_flex = apl_str_starts(name, APL_STR("Flex"));
    bool is_evil = apl_str_equal(name, APL_STR("FlexReadFile")) || apl_str_equal(name, APL_STR("FlexWriteFile")) ||
                   apl_str_starts(name, APL_STR("FlexPyFunc")) || apl_str_starts(name, APL_STR("FlexEagerPyFunc"));
    if (is_evil)
        apl_model_found(read->scan->report, APL_ISSUE_DANGEROUS_OPERATOR, table, "%.*s", APL_STR_ARG(name));
    else if (!is_flex && !apl_str_starts(name, APL_STR("TFLite_")))
        apl_model_found(read->scan->report, APL_ISSUE_CUSTOM_OPERATOR, table, "%.*s", APL_STR_ARG(name));
}

static void judge_buffers(reading *read, uint64_t model)
{
    uint64_t items = 0;
    uint64_t data = 0;
    uint64_t count = vector_of(read, &items, model, MODEL_BUFFERS);

    if (count > BUFFERS_MAX) {
        (void)broken(read, items, "more buffers than there can be");
        return;
    }
    for (uint64_t i = 0; i < count && !read->is_broken; i++) {
        uint64_t at = items + 4 * i;
        uint64_t buffer = at + number_at(read, at, 4);
        uint64_t size = vector_of(read, &data, buffer, BUFFER_DATA);
        if (size && (data > read->input->size || size > read->input->size - data))
            apl_model_found(read->scan->report, APL_ISSUE_TENSOR_BOUNDS, data, "a buffer is longer than the file");
        uint64_t far = field_at(read, buffer, BUFFER_OFFSET);
        uint64_t far_size = field_at(read, buffer, BUFFER_SIZE);
        uint64_t from = far ? number_at(read, far, 8) : 0;
        uint64_t length = far_size ? number_at(read, far_size, 8) : 0;
        if (from > 1 && (from > read->input->size || length > read->input->size - from))
            apl_model_found(read->scan->report, APL_ISSUE_TENSOR_BOUNDS, data, "a buffer is longer than the file");
    }
}

static void judge_model(reading *read)
{
    uint64_t items = 0;
    uint64_t model = number_at(read, 0, 4);
    uint64_t count = read->is_broken ? 0 : vector_of(read, &items, model, MODEL_OPERATORS);

    if (count > OPERATORS_MAX)
        (void)broken(read, items, "more operators than there can be");
    for (uint64_t i = 0; i < count && !read->is_broken; i++)
        judge_operator(read, items + 4 * i + number_at(read, items + 4 * i, 4));
    count = read->is_broken ? 0 : vector_of(read, &items, model, MODEL_SUBGRAPHS);
    if (count > SUBGRAPHS_MAX)
        (void)broken(read, items, "more graphs than there can be");
    for (uint64_t i = 0; i < count && !read->is_broken; i++) {
        uint64_t ignored = 0;
        uint64_t graph = items + 4 * i + number_at(read, items + 4 * i, 4);
        apl_model_fact_add(read->scan->report, "tensors", vector_of(read, &ignored, graph, SUBGRAPH_TENSORS));
    }
    if (!read->is_broken)
        judge_buffers(read, model);
    count = read->is_broken ? 0 : vector_of(read, &items, model, MODEL_DESCRIPTION);
    const unsigned char *text = count && count <= NAME_BYTES_MAX ? bytes_at(read, items, (size_t)count) : NULL;
    if (text)
        apl_model_fact_text(read->scan->report, "description", apl_str_make((const char *)text, (size_t)count));
}

static bool matches(apl_str head)
{
    return head.size >= 16 && memcmp(head.data + 4, "TFL3", 4) == 0;
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    reading read = {.scan = scan, .input = input};

    apl_model_fact_text(scan->report, "framework", APL_STR("tensorflow-lite"));
    if (input->can_seek)
        judge_model(&read);
    else
        apl_model_found(scan->report, APL_ISSUE_SNIFFED_ONLY, 0, "TensorFlow Lite inside a compression");
    return true;
}

const apl_model_format apl_model_format_tflite = {
    .name = "tflite",
    .summary = "TensorFlow Lite",
    .order = 10,
    .matches = matches,
    .inspect = inspect,
};
