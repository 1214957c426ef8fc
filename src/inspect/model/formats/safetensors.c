/* inspect/model/formats/safetensors.c: safetensors, by the header alone.
 *
 * Eight bytes of size, a JSON object, the tensors. The header is checked as the reference reader does and further:
 * names once, sizes by type and shape, and offsets that cover the data from the first byte to the last without a gap.
 */
#include <stdlib.h>

#include "inspect/model/model_format.h"
#include "json/json.h"

/* The reference reader takes 100,000,000 bytes; the largest published headers have some megabytes, and a tree of a
 * larger one would not fit into the memory of one file. */
#define HEADER_BYTES_MAX (6u << 20)
#define HEADER_BYTES_LEGAL 100000000u

typedef struct element {
    const char *name;
    unsigned bits;
} element;

static const element elements[] = {
    {"BOOL", 8},    {"U8", 8},      {"I8", 8},          {"F8_E5M2", 8},     {"F8_E4M3", 8}, {"F8_E8M0", 8},
    {"I16", 16},    {"U16", 16},    {"F16", 16},        {"BF16", 16},       {"I32", 32},    {"U32", 32},
    {"F32", 32},    {"C64", 64},    {"F64", 64},        {"I64", 64},        {"U64", 64},    {"F4", 4},
    {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8},
};

typedef struct span {
    uint64_t begin;
    uint64_t end;
} span;

typedef struct reading {
    apl_model_scan *scan;
    uint64_t data_size; /* UINT64_MAX: not known */
    apl_str *names;
    size_t name_count;
    APL_VECTOR(span) spans;
} reading;

static void bounds(reading *read, apl_str name, const char *what)
{
    apl_model_found(read->scan->report, APL_ISSUE_TENSOR_BOUNDS, 8, "%.*s: %s", APL_STR_ARG(name), what);
}

static bool unsigned_of(uint64_t *out, const apl_json *node)
{
    apl_value value = node ? apl_json_scalar(node) : APL_MISSING;

    *out = value.type == APL_VALUE_INTEGER && value.integer >= 0 ? (uint64_t)value.integer : 0;
    return value.type == APL_VALUE_INTEGER && value.integer >= 0;
}

/* The product of the shape, or false. */
static bool count_of(uint64_t *count, const apl_json *shape)
{
    *count = 1;
    if (!apl_json_is_array(shape))
        return false;
    for (apl_json_items i = apl_json_each_item(shape); apl_json_next_item(&i);) {
        uint64_t dimension = 0;
        if (!unsigned_of(&dimension, i.value) || __builtin_mul_overflow(*count, dimension, count))
            return false;
    }
    return true;
}

static const element *element_of(apl_str name)
{
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if (apl_str_equal(name, apl_str_from(elements[i].name)))
            return &elements[i];
    }
    return NULL;
}

static void judge_tensor(reading *read, apl_str name, const apl_json *tensor)
{
    const apl_json *offsets = apl_json_get(tensor, APL_STR("data_offsets"));
    apl_str dtype = apl_json_str(apl_json_get(tensor, APL_STR("dtype")));
    const element *of = element_of(dtype);
    uint64_t ends[2] = {0, 0};
    uint64_t count = 0;
    uint64_t bits = 0;
    size_t given = 0;

    for (apl_json_items i = apl_json_each_item(offsets); apl_json_is_array(offsets) && apl_json_next_item(&i);
         given++) {
        if (given >= 2 || !unsigned_of(&ends[given], i.value))
            given = 3;
    }
    if (given != 2 || ends[0] > ends[1] || (read->data_size != UINT64_MAX && ends[1] > read->data_size)) {
        bounds(read, name, "its offsets are no range of the data");
        return;
    }
    if (!count_of(&count, apl_json_get(tensor, APL_STR("shape")))) {
        bounds(read, name, "its shape is no list of sizes, or overflows");
        return;
    }
    if (of == NULL)
        apl_model_found(read->scan->report, APL_ISSUE_SNIFFED_ONLY, 8, "%.*s: type %.*s", APL_STR_ARG(name),
                        APL_STR_ARG(dtype));
    else if (__builtin_mul_overflow(count, of->bits, &bits) || bits % 8 || bits / 8 != ends[1] - ends[0])
        bounds(read, name, "its shape and type do not give its size");
    APL_PUSH(&read->spans, ((span){ends[0], ends[1]}));
    apl_model_fact_add(read->scan->report, "tensors", 1);
    apl_model_fact_add(read->scan->report, "parameters", count);
    apl_model_fact_count(read->scan->report, "tensor_types", dtype, 1);
}

typedef struct metadata_fact {
    const char *key;
    const char *fact;
} metadata_fact;

/* Keys of modelspec and of the LoRA trainers. */
static const metadata_fact metadata_facts[] = {
    {"format", "framework"},
    {"modelspec.architecture", "architecture"},
    {"modelspec.title", "name"},
    {"modelspec.author", "author"},
    {"modelspec.license", "licence"},
    {"modelspec.description", "description"},
    {"modelspec.date", "date"},
    {"license", "licence"},
    {"ss_base_model_version", "base_model_version"},
    {"ss_output_name", "name"},
};
static const metadata_fact metadata_items[] = {
    {"ss_sd_model_name", "base_models"},      {"base_model", "base_models"},
    {"modelspec.implementation", "sources"},  {"ss_dataset_dirs", "datasets"},
    {"modelspec.merged_from", "base_models"}, {"ss_network_module", "adapter_modules"},
};

static void keep_metadata(reading *read, apl_str key, apl_str text)
{
    for (size_t i = 0; i < sizeof metadata_facts / sizeof metadata_facts[0]; i++) {
        if (apl_str_equal(key, apl_str_from(metadata_facts[i].key)))
            apl_model_fact_text(read->scan->report, metadata_facts[i].fact, text);
    }
    for (size_t i = 0; i < sizeof metadata_items / sizeof metadata_items[0]; i++) {
        if (apl_str_equal(key, apl_str_from(metadata_items[i].key)))
            apl_model_fact_item(read->scan->report, metadata_items[i].fact, text);
    }
}

static void judge_metadata(reading *read, const apl_json *metadata)
{
    for (apl_json_members m = apl_json_each_member(metadata); apl_json_next_member(&m);) {
        apl_str text = apl_json_str(m.value);
        if (!apl_json_is_string(m.value))
            apl_model_found(read->scan->report, APL_ISSUE_HEADER_INVALID, 8, "metadata %.*s is no text",
                            APL_STR_ARG(m.key));
        keep_metadata(read, m.key, text);
        if (apl_str_find_nocase(text, APL_STR("<script")) >= 0 ||
            apl_str_find_nocase(text, APL_STR("javascript:")) >= 0 || apl_str_find(text, APL_STR("__import__")) >= 0 ||
            apl_str_find(text, APL_STR("eval(")) >= 0)
            apl_model_found(read->scan->report, APL_ISSUE_METADATA_SCRIPT, 8, "metadata %.*s", APL_STR_ARG(m.key));
    }
}

static int by_name(const void *a, const void *b)
{
    return apl_str_compare(*(const apl_str *)a, *(const apl_str *)b);
}

static int by_begin(const void *a, const void *b)
{
    const span *x = a;
    const span *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static void judge_names(reading *read)
{
    if (read->name_count)
        qsort(read->names, read->name_count, sizeof *read->names, by_name);
    for (size_t i = 1; i < read->name_count; i++) {
        if (apl_str_equal(read->names[i - 1], read->names[i]))
            apl_model_found(read->scan->report, APL_ISSUE_HEADER_DUPLICATE, 8, "%.*s", APL_STR_ARG(read->names[i]));
    }
}

static void judge_cover(reading *read)
{
    uint64_t covered = 0;

    if (read->spans.count)
        qsort(read->spans.items, read->spans.count, sizeof *read->spans.items, by_begin);
    for (size_t i = 0; i < read->spans.count; i++) {
        const span *at = &read->spans.items[i];
        if (at->begin != covered)
            apl_model_found(read->scan->report, APL_ISSUE_TENSOR_OVERLAP, at->begin, "tensors %s at %llu of the data",
                            at->begin < covered ? "overlap" : "leave a gap", (unsigned long long)at->begin);
        covered = at->end > covered ? at->end : covered;
    }
    if (read->data_size != UINT64_MAX && covered < read->data_size)
        apl_model_found(read->scan->report, APL_ISSUE_TENSOR_OVERLAP, covered, "%llu bytes belong to no tensor",
                        (unsigned long long)(read->data_size - covered));
}

static void judge_header(reading *read, const apl_json *header)
{
    read->names = apl_memory_new((apl_json_size(header) + 1) * sizeof *read->names);
    for (apl_json_members m = apl_json_each_member(header); apl_json_next_member(&m);) {
        read->names[read->name_count++] = m.key;
        if (apl_str_equal(m.key, APL_STR("__metadata__")))
            judge_metadata(read, m.value);
        else if (apl_json_is_object(m.value))
            judge_tensor(read, m.key, m.value);
        else
            bounds(read, m.key, "it is no tensor");
    }
    judge_names(read);
    judge_cover(read);
    apl_memory_free(read->names);
    apl_memory_free(read->spans.items);
}

static bool matches(apl_str head)
{
    if (head.size < 10 || head.data[8] != '{')
        return false;
    uint64_t size = apl_le64((const unsigned char *)head.data);
    return size >= 2 && size <= (UINT64_C(1) << 40) &&
           (head.data[9] == '"' || head.data[9] == '}' || head.data[9] == ' ');
}

static void parse_header(reading *read, char *text, size_t size)
{
    apl_json_reader *reader = apl_json_reader_new();
    const apl_json *header = NULL;
    size_t used = 0;

    apl_status status = apl_json_read_in_place(&header, &used, reader, text, size);
    while (status == APL_OK && used < size && text[used] == ' ')
        used++;
    if (status != APL_OK || header == NULL || !apl_json_is_object(header))
        apl_model_found(read->scan->report, APL_ISSUE_HEADER_INVALID, 8 + used, "the header is no JSON object");
    else
        judge_header(read, header);
    if (status == APL_OK && used < size)
        apl_model_found(read->scan->report, APL_ISSUE_HEADER_INVALID, 8 + used,
                        "bytes behind the object of the header");
    apl_json_reader_free(reader);
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    reading read = {.scan = scan, .data_size = UINT64_MAX};
    const unsigned char *head = apl_input_view(input, 8);
    uint64_t size = head ? apl_le64(head) : 0;

    (void)apl_input_skip(input, 8);
    if (input->size != APL_INPUT_SIZE_UNKNOWN && size > input->size - input->position) {
        apl_model_found(scan->report, APL_ISSUE_HEADER_INVALID, 0, "the header is longer than the file");
        return true;
    }
    if (size > HEADER_BYTES_MAX) {
        apl_model_found(scan->report, size > HEADER_BYTES_LEGAL ? APL_ISSUE_HEADER_INVALID : APL_ISSUE_HEADER_LIMIT, 0,
                        "a header of %llu bytes", (unsigned long long)size);
        return true;
    }
    char *text = apl_memory_new((size_t)size + APL_JSON_PADDING);
    if (!apl_input_take(input, text, (size_t)size)) {
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, input->position, "the header ends early");
    } else {
        if (input->size != APL_INPUT_SIZE_UNKNOWN)
            read.data_size = input->size - input->position;
        parse_header(&read, text, (size_t)size);
    }
    apl_memory_free(text);
    return true;
}

const apl_model_format apl_model_format_safetensors = {
    .name = "safetensors",
    .summary = "safetensors, by its header",
    .order = 30,
    .matches = matches,
    .inspect = inspect,
};
