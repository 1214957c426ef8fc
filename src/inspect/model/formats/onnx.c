/* inspect/model/formats/onnx.c: ONNX.
 *
 * The graph is data, but two things lead out of it: weights in other files, whose path loaders follow, and operators
 * that somebody must bring as native code. Weights are never read. Fields: onnx.proto of ONNX 1.17. */
#include "inspect/model/archive.h"
#include "inspect/model/protobuf.h"

/* Names of operators and domains that are told apart; more of them say nothing new. */
#define NAMES_MAX 64u
#define NAME_BYTES_MAX 128u
#define TEXT_BYTES_MAX 4096u

enum { MODEL = 1, GRAPH, NODE, TENSOR, SPARSE, ATTRIBUTE, FUNCTION, OPSET, PAIR, EXTERNAL, TRAINING, VALUE };

static const apl_proto_child children[] = {
    {MODEL, 7, GRAPH},       {MODEL, 8, OPSET},       {MODEL, 14, PAIR},         {MODEL, 20, TRAINING},
    {MODEL, 25, FUNCTION},   {GRAPH, 1, NODE},        {GRAPH, 5, TENSOR},        {GRAPH, 15, SPARSE},
    {GRAPH, 11, VALUE},      {GRAPH, 12, VALUE},      {NODE, 5, ATTRIBUTE},      {ATTRIBUTE, 5, TENSOR},
    {ATTRIBUTE, 6, GRAPH},   {ATTRIBUTE, 10, TENSOR}, {ATTRIBUTE, 11, GRAPH},    {ATTRIBUTE, 22, SPARSE},
    {ATTRIBUTE, 23, SPARSE}, {SPARSE, 1, TENSOR},     {SPARSE, 2, TENSOR},       {TENSOR, 13, EXTERNAL},
    {FUNCTION, 7, NODE},     {FUNCTION, 9, OPSET},    {FUNCTION, 11, ATTRIBUTE}, {TRAINING, 1, GRAPH},
    {TRAINING, 2, GRAPH},
};

typedef struct element {
    const char *name; /* NULL: no such type */
    unsigned bits;    /* 0: no fixed size */
} element;

static const element elements[] = {
    [1] = {"F32", 32},     [2] = {"U8", 8},           [3] = {"I8", 8},       [4] = {"U16", 16},
    [5] = {"I16", 16},     [6] = {"I32", 32},         [7] = {"I64", 64},     [8] = {"STRING", 0},
    [9] = {"BOOL", 8},     [10] = {"F16", 16},        [11] = {"F64", 64},    [12] = {"U32", 32},
    [13] = {"U64", 64},    [14] = {"C64", 64},        [15] = {"C128", 128},  [16] = {"BF16", 16},
    [17] = {"F8_E4M3", 8}, [18] = {"F8_E4M3FNUZ", 8}, [19] = {"F8_E5M2", 8}, [20] = {"F8_E5M2FNUZ", 8},
    [21] = {"U4", 4},      [22] = {"I4", 4},          [23] = {"F4", 4},      [24] = {"F8_E8M0", 8},
};
#define ELEMENT_COUNT (sizeof elements / sizeof elements[0])

/* Domains whose operators come with the runtime. */
static const char *const own_domains[] = {
    "",
    "ai.onnx",
    "ai.onnx.ml",
    "ai.onnx.training",
    "ai.onnx.preview.training",
    "com.microsoft",
    "com.microsoft.nchwc",
    "com.microsoft.experimental",
    "com.ms.internal.nhwc",
};

typedef struct name {
    char text[NAME_BYTES_MAX];
    uint32_t size;
} name;

/* A node or tensor that is being read; those of one depth take turns. */
typedef struct part {
    name domain;
    name operator;
    uint64_t elements;
    uint64_t raw_size;
    uint64_t type;
    uint64_t at;
    bool has_raw;
    bool is_external;
    bool overflows;
} part;

typedef struct reading {
    apl_model_scan *scan;
    part parts[APL_PROTO_DEPTH_MAX];
    name key; /* of a pair */
    name unknown[NAMES_MAX];
    name unknown_domains[NAMES_MAX];
    unsigned unknown_count;
    name functions[NAMES_MAX]; /* domains of functions that the model defines itself */
    unsigned function_count;
    name opset;
    uint64_t opset_version;
} reading;

static apl_str str_of(const name *of)
{
    return apl_str_make(of->text, of->size);
}

static void keep(name *out, apl_str text)
{
    out->size = text.size < NAME_BYTES_MAX ? text.size : NAME_BYTES_MAX;
    if (out->size)
        memcpy(out->text, text.data, out->size);
}

static void begin(void *context, unsigned message, unsigned depth)
{
    reading *read = context;

    if (message == NODE || message == TENSOR || message == FUNCTION)
        read->parts[depth] = (part){.elements = 1};
    else if (message == OPSET)
        read->opset = (name){0};
    else if (message == PAIR || message == EXTERNAL)
        read->key = (name){0};
}

static void model_field(reading *read, apl_input *input, const apl_proto_field *field)
{
    apl_model_report *report = read->scan->report;

    if (field->number == 1 && field->wire == APL_PROTO_VARINT)
        apl_model_fact_add(report, "ir_version", field->value & INT32_MAX);
    else if (field->number == 2)
        apl_model_fact_text(report, "producer", apl_proto_text(input, field, TEXT_BYTES_MAX));
    else if (field->number == 3)
        apl_model_fact_text(report, "version", apl_proto_text(input, field, TEXT_BYTES_MAX));
}

/* Where the weights of a tensor lie. */
static void external_field(reading *read, apl_input *input, const apl_proto_field *field)
{
    apl_model_report *report = read->scan->report;
    apl_str text = apl_proto_text(input, field, TEXT_BYTES_MAX);

    if (field->number == 1) {
        keep(&read->key, text);
        return;
    }
    if (field->number != 2 || !apl_str_equal(str_of(&read->key), APL_STR("location")))
        return;
    if (apl_archive_is_unsafe(text))
        apl_model_found(report, APL_ISSUE_EXTERNAL_PATH, field->at, "weights in %.*s", APL_STR_ARG(text));
    else
        apl_model_fact_item(report, "external_data", text);
}

static void add_dimension(part *tensor, uint64_t size)
{
    tensor->overflows =
        tensor->overflows || size > INT64_MAX || __builtin_mul_overflow(tensor->elements, size, &tensor->elements);
}

static void tensor_field(part *tensor, apl_input *input, const apl_proto_field *field)
{
    uint64_t size = 0;

    tensor->at = field->at;
    if (field->number == 1 && field->wire == APL_PROTO_VARINT) {
        add_dimension(tensor, field->value);
    } else if (field->number == 1 && field->wire == APL_PROTO_BYTES) {
        apl_str packed = apl_proto_text(input, field, TEXT_BYTES_MAX);
        tensor->overflows = tensor->overflows || packed.size != field->size;
        while (packed.size && apl_proto_varint(&size, &packed))
            add_dimension(tensor, size);
    } else if (field->number == 2 && field->wire == APL_PROTO_VARINT) {
        tensor->type = field->value;
    } else if (field->number == 9 && field->wire == APL_PROTO_BYTES) {
        tensor->has_raw = true;
        tensor->raw_size = field->size;
    } else if (field->number == 14 && field->wire == APL_PROTO_VARINT) {
        tensor->is_external = field->value == 1;
    }
}

static void field_of(void *context, apl_input *input, const apl_proto_field *field)
{
    reading *read = context;
    part *at = &read->parts[field->depth];

    if (field->message == MODEL) {
        model_field(read, input, field);
    } else if (field->message == TENSOR) {
        tensor_field(at, input, field);
    } else if (field->message == EXTERNAL) {
        external_field(read, input, field);
    } else if (field->message == NODE && field->number == 4) {
        keep(&at->operator, apl_proto_text(input, field, TEXT_BYTES_MAX));
    } else if (field->message == NODE && field->number == 7) {
        keep(&at->domain, apl_proto_text(input, field, TEXT_BYTES_MAX));
    } else if (field->message == FUNCTION && field->number == 10) {
        keep(&at->domain, apl_proto_text(input, field, TEXT_BYTES_MAX));
    } else if (field->message == OPSET && field->number == 1) {
        keep(&read->opset, apl_proto_text(input, field, TEXT_BYTES_MAX));
    } else if (field->message == OPSET && field->number == 2) {
        read->opset_version = field->value;
    } else if (field->message == PAIR && field->number == 1) {
        keep(&read->key, apl_proto_text(input, field, TEXT_BYTES_MAX));
    } else if (field->message == PAIR && field->number == 2 &&
               apl_str_equal_nocase(str_of(&read->key), APL_STR("license"))) {
        apl_model_fact_text(read->scan->report, "licence", apl_proto_text(input, field, TEXT_BYTES_MAX));
    }
}

static bool is_own_domain(apl_str domain)
{
    for (size_t i = 0; i < sizeof own_domains / sizeof own_domains[0]; i++) {
        if (apl_str_equal(domain, apl_str_from(own_domains[i])))
            return true;
    }
    return false;
}

static void end_node(reading *read, const part *node)
{
    apl_str operator= str_of(&node->operator);
    apl_str domain = str_of(&node->domain);

    if (apl_str_equal(operator, APL_STR("PyOp")) || apl_str_equal(operator, APL_STR("PythonOp")) ||
        apl_str_equal(operator, APL_STR("PythonOpGrad")))
        apl_model_found(read->scan->report, APL_ISSUE_DANGEROUS_OPERATOR, node->at, "%.*s calls Python",
                        APL_STR_ARG(operator));
    if (is_own_domain(domain))
        return;
    for (unsigned i = 0; i < read->unknown_count; i++) {
        if (apl_str_equal(operator, str_of(&read->unknown[i])) &&
            apl_str_equal(domain, str_of(&read->unknown_domains[i])))
            return;
    }
    if (read->unknown_count == NAMES_MAX)
        return;
    read->unknown[read->unknown_count] = node->operator;
    read->unknown_domains[read->unknown_count++] = node->domain;
}

static void end_tensor(reading *read, const part *tensor)
{
    apl_model_report *report = read->scan->report;
    const element *of = tensor->type < ELEMENT_COUNT ? &elements[tensor->type] : &elements[0];
    uint64_t bits = 0;

    if (of->name == NULL)
        apl_model_found(report, APL_ISSUE_SNIFFED_ONLY, tensor->at, "a tensor of type %llu",
                        (unsigned long long)tensor->type);
    if (tensor->overflows || __builtin_mul_overflow(tensor->elements, of->bits, &bits)) {
        apl_model_found(report, APL_ISSUE_TENSOR_BOUNDS, tensor->at, "the dimensions of a tensor overflow");
        return;
    }
    if (tensor->has_raw && !tensor->is_external && of->bits && tensor->raw_size != (bits + 7) / 8)
        apl_model_found(report, APL_ISSUE_TENSOR_BOUNDS, tensor->at, "shape and type of a tensor do not give its size");
    apl_model_fact_add(report, "tensors", 1);
    apl_model_fact_add(report, "parameters", tensor->elements);
    apl_model_fact_count(report, "tensor_types", apl_str_from(of->name), 1);
}

static void end(void *context, unsigned message, unsigned depth)
{
    reading *read = context;
    const part *at = &read->parts[depth];

    if (message == NODE)
        end_node(read, at);
    else if (message == TENSOR)
        end_tensor(read, at);
    else if (message == FUNCTION && read->function_count < NAMES_MAX)
        read->functions[read->function_count++] = at->domain;
    else if (message == OPSET && depth == 1)
        apl_model_fact_item(read->scan->report, "opsets",
                            apl_arena_format(read->scan->report->arena, "%.*s %llu",
                                             APL_STR_ARG(read->opset.size ? str_of(&read->opset) : APL_STR("ai.onnx")),
                                             (unsigned long long)read->opset_version));
}

/* Operators of a domain that the model defines itself need nothing from outside. */
static void judge_unknown(reading *read)
{
    for (unsigned i = 0; i < read->unknown_count; i++) {
        apl_str domain = str_of(&read->unknown_domains[i]);
        unsigned known = 0;
        while (known < read->function_count && !apl_str_equal(domain, str_of(&read->functions[known])))
            known++;
        if (known == read->function_count)
            apl_model_found(read->scan->report, APL_ISSUE_CUSTOM_OPERATOR, 0, "%.*s of %.*s",
                            APL_STR_ARG(str_of(&read->unknown[i])), APL_STR_ARG(domain));
    }
}

static bool matches(apl_str head)
{
    return head.size > 4 && (head.data[0] == 0x08 || head.data[0] == 0x12 || head.data[0] == 0x3A);
}

/* The outermost fields that are visible must be those of a model, its graph among them. */
static bool is_model(apl_input *input)
{
    size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);
    apl_str bytes = apl_str_make((const char *)apl_input_at(input), there);

    while (bytes.size) {
        uint64_t tag = 0;
        uint64_t size = 0;
        if (!apl_proto_varint(&tag, &bytes) || !apl_proto_varint(&size, &bytes))
            return false;
        switch (tag) {
        case 1 << 3: /* version of the representation */
            if (size == 0 || size > 1000)
                return false;
            break;
        case 5 << 3: /* version of the model */
            break;
        case 2 << 3 | 2: /* producer, version, domain, description, operator sets, metadata */
        case 3 << 3 | 2:
        case 4 << 3 | 2:
        case 6 << 3 | 2:
        case 8 << 3 | 2:
        case 14 << 3 | 2:
            if (size > bytes.size)
                return false;
            bytes = apl_str_slice(bytes, (size_t)size, bytes.size);
            break;
        case 7 << 3 | 2: /* the graph: nodes, name, initialisers, texts, values */
            return size >= 2 && bytes.size >= 1 && strchr("\x0A\x12\x2A\x52\x5A\x62\x6A\x72\x7A", bytes.data[0]);
        default:
            return false;
        }
    }
    return false;
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    if (!is_model(input))
        return false;
    reading *read = apl_memory_new(sizeof *read);
    read->scan = scan;
    const apl_proto_walk walk = {children, sizeof children / sizeof children[0], MODEL, read, begin, field_of, end};
    const char *fault = apl_proto_read(&walk, input);
    if (fault)
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, input->position, "%s", fault);
    judge_unknown(read);
    apl_memory_free(read);
    apl_model_fact_text(scan->report, "framework", APL_STR("onnx"));
    return true;
}

const apl_model_format apl_model_format_onnx = {
    .name = "onnx",
    .summary = "ONNX",
    .order = 60,
    .matches = matches,
    .inspect = inspect,
};
