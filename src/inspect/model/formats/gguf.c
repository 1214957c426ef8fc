/* inspect/model/formats/gguf.c: GGUF, the files of llama.cpp, by their header alone.
 *
 * Every count, length, dimension and offset is checked against the bytes that there are before it is used: readers of
 * this format were broken by each of them. The chat template is judged as the program that it is. Layout: docs/gguf.md
 * of ggml, versions 1 to 3; version 3 may be big-endian. */
#include "base/table.h"
#include "inspect/model/model_format.h"
#include "inspect/model/template.h"

/* Real files have some thousand tensors and some hundred pairs. */
#define TENSORS_MAX 200000u
#define PAIRS_MAX 20000u
#define KEY_BYTES_MAX 4096u
#define DIMENSIONS_MAX 4u
/* Arrays inside arrays. */
#define ARRAYS_MAX 4u

enum { U8 = 0, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64, TYPE_COUNT };

static const uint8_t type_sizes[TYPE_COUNT] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

typedef struct quantisation {
    const char *name; /* NULL: no such type */
    uint16_t elements;
    uint16_t bytes;
} quantisation;

static const quantisation quantisations[] = {
    [0] = {"F32", 1, 4},         [1] = {"F16", 1, 2},         [2] = {"Q4_0", 32, 18},      [3] = {"Q4_1", 32, 20},
    [6] = {"Q5_0", 32, 22},      [7] = {"Q5_1", 32, 24},      [8] = {"Q8_0", 32, 34},      [9] = {"Q8_1", 32, 40},
    [10] = {"Q2_K", 256, 84},    [11] = {"Q3_K", 256, 110},   [12] = {"Q4_K", 256, 144},   [13] = {"Q5_K", 256, 176},
    [14] = {"Q6_K", 256, 210},   [15] = {"Q8_K", 256, 292},   [16] = {"IQ2_XXS", 256, 66}, [17] = {"IQ2_XS", 256, 74},
    [18] = {"IQ3_XXS", 256, 98}, [19] = {"IQ1_S", 256, 50},   [20] = {"IQ4_NL", 32, 18},   [21] = {"IQ3_S", 256, 110},
    [22] = {"IQ2_S", 256, 82},   [23] = {"IQ4_XS", 256, 136}, [24] = {"I8", 1, 1},         [25] = {"I16", 1, 2},
    [26] = {"I32", 1, 4},        [27] = {"I64", 1, 8},        [28] = {"F64", 1, 8},        [29] = {"IQ1_M", 256, 56},
    [30] = {"BF16", 1, 2},       [34] = {"TQ1_0", 256, 54},   [35] = {"TQ2_0", 256, 66},   [39] = {"MXFP4", 32, 17},
    [40] = {"NVFP4", 64, 36},    [41] = {"Q1_0", 128, 18},
};
#define QUANTISATION_COUNT (sizeof quantisations / sizeof quantisations[0])

static const char *const file_types[] = {
    [0] = "F32",     [1] = "F16",     [2] = "Q4_0",       [3] = "Q4_1",    [7] = "Q8_0",     [8] = "Q5_0",
    [9] = "Q5_1",    [10] = "Q2_K",   [11] = "Q3_K_S",    [12] = "Q3_K_M", [13] = "Q3_K_L",  [14] = "Q4_K_S",
    [15] = "Q4_K_M", [16] = "Q5_K_S", [17] = "Q5_K_M",    [18] = "Q6_K",   [19] = "IQ2_XXS", [20] = "IQ2_XS",
    [21] = "Q2_K_S", [22] = "IQ3_XS", [23] = "IQ3_XXS",   [24] = "IQ1_S",  [25] = "IQ4_NL",  [26] = "IQ3_S",
    [27] = "IQ3_M",  [28] = "IQ2_S",  [29] = "IQ2_M",     [30] = "IQ4_XS", [31] = "IQ1_M",   [32] = "BF16",
    [36] = "TQ1_0",  [37] = "TQ2_0",  [38] = "MXFP4_MOE", [39] = "NVFP4",  [40] = "Q1_0",
};

typedef struct reading {
    apl_model_scan *scan;
    apl_input *input;
    apl_arena *arena;
    apl_table *names;
    unsigned version;
    bool is_big_endian;
    uint64_t alignment;
    uint64_t data_end; /* the farthest tensor, from the start of the data */
    apl_str architecture;
} reading;

static bool invalid(reading *read, const char *what)
{
    apl_model_found(read->scan->report, APL_ISSUE_HEADER_INVALID, read->input->position, "%s", what);
    return false;
}

static bool cut_short(reading *read)
{
    apl_model_found(read->scan->report, APL_ISSUE_DAMAGED, read->input->position, "the header ends early");
    return false;
}

static bool take_number(reading *read, uint64_t *out, unsigned size)
{
    unsigned char bytes[8];

    *out = 0;
    if (!apl_input_take(read->input, bytes, size))
        return cut_short(read);
    for (unsigned i = 0; i < size; i++)
        *out |= (uint64_t)bytes[i] << (8 * (read->is_big_endian ? size - 1 - i : i));
    return true;
}

/* A size or count: 4 bytes in version 1, 8 since. */
static bool take_size(reading *read, uint64_t *out)
{
    return take_number(read, out, read->version == 1 ? 4 : 8);
}

/* What is left of the input, where that is known. */
static uint64_t left_of(const reading *read)
{
    return read->input->size == APL_INPUT_SIZE_UNKNOWN ? UINT64_MAX : read->input->size - read->input->position;
}

/* A text of at most `kept_max` bytes is given, a longer one is skipped and *text is empty. */
static bool take_string(reading *read, apl_str *text, size_t kept_max)
{
    uint64_t size = 0;

    *text = APL_STR_NONE;
    if (!take_size(read, &size))
        return false;
    if (size > left_of(read))
        return invalid(read, "a text is longer than the file");
    if (size > kept_max || size > APL_INPUT_WINDOW_BYTES)
        return apl_input_skip(read->input, size) || cut_short(read);
    const unsigned char *bytes = apl_input_view(read->input, (size_t)size);
    if (bytes == NULL)
        return cut_short(read);
    *text = apl_arena_str(read->arena, apl_str_make((const char *)bytes, (size_t)size));
    return apl_input_skip(read->input, size);
}

static bool skip_strings(reading *read, uint64_t count)
{
    apl_str ignored;

    if (count > left_of(read) / (read->version == 1 ? 4 : 8))
        return invalid(read, "an array is longer than the file");
    for (uint64_t i = 0; i < count; i++) {
        if (!take_string(read, &ignored, 0))
            return false;
    }
    return true;
}

/* An array; the texts of a short one become the items of `fact`, where there is one. */
static bool take_array(reading *read, const char *fact)
{
    uint64_t type = 0;
    uint64_t count = 0;
    uint64_t size = 0;
    apl_str text;

    if (!take_number(read, &type, 4) || !take_size(read, &count))
        return false;
    if (type >= TYPE_COUNT || type == ARRAY)
        return invalid(read, "an array of a type that does not exist");
    if (type == STRING && fact == NULL)
        return skip_strings(read, count);
    if (type == STRING) {
        if (count > left_of(read) / 4)
            return invalid(read, "an array is longer than the file");
        for (uint64_t i = 0; i < count; i++) {
            if (!take_string(read, &text, APL_MODEL_FACT_BYTES_MAX))
                return false;
            apl_model_fact_item(read->scan->report, fact, text);
        }
        return true;
    }
    if (__builtin_mul_overflow(count, type_sizes[type], &size) || size > left_of(read))
        return invalid(read, "an array is longer than the file");
    return apl_input_skip(read->input, size) || cut_short(read);
}

typedef struct key_fact {
    const char *key; /* a whole key, or its end when it begins with a dot; `*` stands for a number */
    const char *fact;
    bool is_item;
} key_fact;

static const key_fact key_facts[] = {
    {"general.architecture", "architecture", false},
    {"general.name", "name", false},
    {"general.author", "author", false},
    {"general.organization", "organisation", false},
    {"general.version", "version", false},
    {"general.license", "licence", false},
    {"general.license.name", "licence_name", false},
    {"general.license.link", "licence_link", false},
    {"general.url", "url", false},
    {"general.repo_url", "repository", false},
    {"general.source.url", "source", false},
    {"general.source.repo_url", "source_repository", false},
    {"general.quantized_by", "quantised_by", false},
    {"general.size_label", "size_label", false},
    {"general.basename", "basename", false},
    {"general.finetune", "finetune", false},
    {"general.description", "description", false},
    {"general.tags", "tags", true},
    {"general.languages", "languages", true},
    {"general.datasets", "datasets", true},
    {"general.base_model.*.name", "base_models", true},
    {"general.base_model.*.repo_url", "base_model_urls", true},
    {"general.dataset.*.name", "datasets", true},
    {"general.dataset.*.repo_url", "dataset_urls", true},
    {"adapter.type", "adapter", false},
    {".context_length", "context_length", false},
    {".block_count", "layers", false},
    {".embedding_length", "embedding_length", false},
    {".expert_count", "experts", false},
    {"tokenizer.ggml.model", "tokenizer", false},
};

static const key_fact *fact_of(apl_str key)
{
    for (size_t i = 0; i < sizeof key_facts / sizeof key_facts[0]; i++) {
        apl_str pattern = apl_str_from(key_facts[i].key);
        if (pattern.data[0] == '.' ? apl_str_ends(key, pattern) : apl_str_like_nocase(key, pattern))
            return &key_facts[i];
    }
    return NULL;
}

/* Texts of the metadata that are programs or lead somewhere. */
static void judge_text(reading *read, apl_str key, apl_str value, uint64_t at)
{
    char what[128];

    if (apl_str_starts(key, APL_STR("tokenizer.chat_template"))) {
        int size = key.size < 100 ? (int)key.size : 100;
        memcpy(what, key.data, (size_t)size);
        what[size] = 0;
        apl_template_judge(read->scan->report, value, at, what);
    } else if (apl_str_find_nocase(value, APL_STR("<script")) >= 0 ||
               apl_str_find_nocase(value, APL_STR("javascript:")) >= 0) {
        apl_model_found(read->scan->report, APL_ISSUE_METADATA_SCRIPT, at, "%.*s", APL_STR_ARG(key));
    }
}

static void keep_number(reading *read, apl_str key, uint64_t number)
{
    const key_fact *fact = fact_of(key);

    if (apl_str_equal(key, APL_STR("general.alignment")))
        read->alignment = number;
    else if (apl_str_equal(key, APL_STR("general.file_type"))) {
        if (number < sizeof file_types / sizeof file_types[0] && file_types[number])
            apl_model_fact_text(read->scan->report, "quantisation", apl_str_from(file_types[number]));
    } else if (fact && !fact->is_item && apl_model_fact_get(read->scan->report, fact->fact) == NULL)
        apl_model_fact_add(read->scan->report, fact->fact, number);
}

static bool take_text(reading *read, apl_str key)
{
    apl_str value;
    uint64_t at = read->input->position;
    const key_fact *fact = fact_of(key);
    bool is_template = apl_str_starts(key, APL_STR("tokenizer.chat_template"));

    if (!take_string(read, &value, is_template ? APL_INPUT_WINDOW_BYTES : 16 * APL_MODEL_FACT_BYTES_MAX))
        return false;
    if (is_template && value.size == 0 && read->input->position - at > 8)
        apl_model_found(read->scan->report, APL_ISSUE_TEMPLATE_UNREAD, at, "%.*s is too long", APL_STR_ARG(key));
    judge_text(read, key, value, at);
    if (fact && fact->is_item)
        apl_model_fact_item(read->scan->report, fact->fact, value);
    else if (fact)
        apl_model_fact_text(read->scan->report, fact->fact, value);
    return true;
}

/* Each name stands once among the keys and once among the tensors. */
static void judge_name(reading *read, apl_str name, const char *what)
{
    uint32_t number = (uint32_t)apl_table_count(read->names);

    if (apl_table_put(read->names, name, number) != number)
        apl_model_found(read->scan->report, APL_ISSUE_HEADER_DUPLICATE, read->input->position, "%s %.*s", what,
                        APL_STR_ARG(name));
}

static bool take_pair(reading *read)
{
    apl_str key;
    uint64_t type = 0;
    uint64_t number = 0;

    if (!take_string(read, &key, KEY_BYTES_MAX))
        return false;
    if (key.size == 0)
        return invalid(read, "a key without a name, or of a length that nobody writes");
    judge_name(read, key, "key");
    if (!take_number(read, &type, 4))
        return false;
    if (type >= TYPE_COUNT)
        return invalid(read, "a value of a type that does not exist");
    if (type == STRING)
        return take_text(read, key);
    if (type == ARRAY) {
        const key_fact *fact = fact_of(key);
        return take_array(read, fact && fact->is_item ? fact->fact : NULL);
    }
    if (!take_number(read, &number, type_sizes[type]))
        return false;
    if (type == BOOL && number > 1)
        return invalid(read, "a truth value that is neither 0 nor 1");
    if (type != F32 && type != F64)
        keep_number(read, key, number);
    return true;
}

/* The bytes of a tensor; false when its shape or type is impossible. */
static bool tensor_size(reading *read, uint64_t *bytes, uint64_t *elements, const uint64_t shape[DIMENSIONS_MAX + 1])
{
    uint64_t type = shape[DIMENSIONS_MAX];
    uint64_t product = 1;

    if (type >= QUANTISATION_COUNT || quantisations[type].name == NULL)
        return invalid(read, "a tensor of a type that does not exist");
    for (unsigned i = 0; i < DIMENSIONS_MAX; i++) {
        if (shape[i] > INT64_MAX || __builtin_mul_overflow(product, shape[i], &product))
            return invalid(read, "the dimensions of a tensor overflow");
    }
    const quantisation *of = &quantisations[type];
    if (shape[0] % of->elements)
        return invalid(read, "a row of a tensor is no whole number of blocks");
    if (__builtin_mul_overflow(product / of->elements, of->bytes, bytes))
        return invalid(read, "the size of a tensor overflows");
    *elements = product;
    return true;
}

static bool take_tensor(reading *read)
{
    apl_str name;
    uint64_t dimensions = 0;
    uint64_t shape[DIMENSIONS_MAX + 1] = {1, 1, 1, 1, 0};
    uint64_t offset = 0;
    uint64_t bytes = 0;
    uint64_t elements = 0;
    uint64_t end = 0;

    if (!take_string(read, &name, KEY_BYTES_MAX) || !take_number(read, &dimensions, 4))
        return false;
    if (dimensions > DIMENSIONS_MAX)
        return invalid(read, "a tensor of more dimensions than there can be");
    judge_name(read, name, "tensor");
    for (uint64_t i = 0; i < dimensions; i++) {
        if (!take_size(read, &shape[i]))
            return false;
    }
    if (!take_number(read, &shape[DIMENSIONS_MAX], 4) || !take_number(read, &offset, 8) ||
        !tensor_size(read, &bytes, &elements, shape))
        return false;
    if (__builtin_add_overflow(offset, bytes, &end))
        return invalid(read, "the place of a tensor overflows");
    if (offset % read->alignment)
        apl_model_found(read->scan->report, APL_ISSUE_TENSOR_BOUNDS, read->input->position,
                        "tensor %.*s is not aligned", APL_STR_ARG(name));
    if (end > read->data_end)
        read->data_end = end;
    apl_model_fact_add(read->scan->report, "tensors", 1);
    apl_model_fact_add(read->scan->report, "parameters", elements);
    apl_model_fact_count(read->scan->report, "tensor_types", apl_str_from(quantisations[shape[DIMENSIONS_MAX]].name),
                         1);
    return true;
}

static void judge_data(reading *read)
{
    uint64_t start = 0;
    uint64_t end = 0;

    if (__builtin_add_overflow(read->input->position, read->alignment - 1, &start))
        return;
    start -= start % read->alignment;
    if (__builtin_add_overflow(start, read->data_end, &end) ||
        !apl_input_skip(read->input, end - read->input->position))
        apl_model_found(read->scan->report, APL_ISSUE_TENSOR_BOUNDS, start, "the tensors end at %llu, behind the file",
                        (unsigned long long)end);
    else if (read->input->size != APL_INPUT_SIZE_UNKNOWN && read->input->size - end >= read->alignment)
        apl_model_found(read->scan->report, APL_ISSUE_TRAILING_DATA, end, "bytes behind the last tensor");
}

static void read_header(reading *read)
{
    uint64_t tensors = 0;
    uint64_t pairs = 0;

    if (!take_size(read, &tensors) || !take_size(read, &pairs))
        return;
    if (tensors > left_of(read) / 24 || pairs > left_of(read) / 9) {
        (void)invalid(read, "more tensors or keys than the file has bytes for");
        return;
    }
    if (tensors > TENSORS_MAX || pairs > PAIRS_MAX) {
        apl_model_found(read->scan->report, APL_ISSUE_HEADER_LIMIT, 8, "%llu tensors and %llu keys",
                        (unsigned long long)tensors, (unsigned long long)pairs);
        return;
    }
    for (uint64_t i = 0; i < pairs; i++) {
        if (!take_pair(read))
            return;
    }
    if (read->alignment == 0 || (read->alignment & (read->alignment - 1)) || read->alignment > (1u << 20)) {
        (void)invalid(read, "an alignment that is no power of two");
        return;
    }
    apl_table_free(read->names);
    read->names = apl_table_new(false);
    for (uint64_t i = 0; i < tensors; i++) {
        if (!take_tensor(read))
            return;
    }
    judge_data(read);
}

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("GGUF"));
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    reading read = {.scan = scan, .input = input, .arena = apl_arena_new(), .alignment = 32};
    uint64_t version = 0;

    read.names = apl_table_new(false);
    (void)apl_input_skip(input, 4);
    if (take_number(&read, &version, 4)) {
        read.is_big_endian = version && (version & 0xFFFF) == 0;
        read.version = (unsigned)(read.is_big_endian ? version >> 24 : version);
        if (read.version < 1 || read.version > 3)
            apl_model_found(scan->report, APL_ISSUE_SNIFFED_ONLY, 4, "version %llu", (unsigned long long)version);
        else
            read_header(&read);
    }
    apl_table_free(read.names);
    apl_arena_free(read.arena);
    return true;
}

const apl_model_format apl_model_format_gguf = {
    .name = "gguf",
    .summary = "GGUF of llama.cpp, by its header",
    .order = 10,
    .matches = matches,
    .inspect = inspect,
};
