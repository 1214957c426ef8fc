/* inspect/model/formats/npy.c: one NumPy array.
 *
 * The header is a Python dictionary as text with three keys; it is read by hand, strictly. An array of objects is a
 * pickle behind the header. */
#include "inspect/model/pickles.h"

#define HEADER_BYTES_MAX (64u << 10)

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("\x93NUMPY"));
}

/* The text behind `'key':` up to the comma or brace outside parentheses. */
static apl_str member_of(apl_str header, const char *key)
{
    long at = apl_str_find(header, apl_str_from(key));
    unsigned depth = 0;

    if (at < 0)
        return APL_STR_NONE;
    apl_str rest = apl_str_slice(header, (size_t)at + strlen(key), header.size);
    long colon = apl_str_find(rest, APL_STR(":"));
    if (colon < 0)
        return APL_STR_NONE;
    rest = apl_str_slice(rest, (size_t)colon + 1, rest.size);
    for (uint32_t i = 0; i < rest.size; i++) {
        char c = rest.data[i];
        depth += c == '(' || c == '[';
        if (depth == 0 && (c == ',' || c == '}'))
            return apl_str_trim(apl_str_slice(rest, 0, i));
        depth -= depth && (c == ')' || c == ']');
    }
    return APL_STR_NONE;
}

/* The product of the numbers of "(3, 4)"; false when there is anything else. */
static bool count_of(apl_str shape, uint64_t *count)
{
    uint64_t number = 0;
    bool has_digit = false;

    *count = 1;
    for (uint32_t i = 0; i < shape.size; i++) {
        char c = shape.data[i];
        if (c >= '0' && c <= '9') {
            has_digit = true;
            if (__builtin_mul_overflow(number, 10, &number) ||
                __builtin_add_overflow(number, (uint64_t)(c - '0'), &number))
                return false;
        } else if (c == ',' || c == ')') {
            if (has_digit && __builtin_mul_overflow(*count, number, count))
                return false;
            number = 0;
            has_digit = false;
        } else if (c != '(' && c != ' ' && c != 'L') {
            return false;
        }
    }
    return shape.size >= 2;
}

/* Bytes of one element of "'<f4'"; 0 when it is no plain type. */
static uint64_t element_size(apl_str type)
{
    uint64_t size = 0;

    if (type.size < 4 || (type.data[0] != '\'' && type.data[0] != '"') || !strchr("<>|=", type.data[1]))
        return 0;
    for (uint32_t i = 3; i + 1 < type.size; i++) {
        if (type.data[i] < '0' || type.data[i] > '9')
            return type.data[i] == '[' && (type.data[2] == 'M' || type.data[2] == 'm') ? size : 0;
        size = size * 10 + (uint64_t)(type.data[i] - '0');
        if (size > UINT32_MAX)
            return 0;
    }
    return type.data[2] == 'U' ? size * 4 : strchr("fiucbSVMm", type.data[2]) ? size : 0;
}

static void judge_array(apl_model_scan *scan, apl_input *input, apl_str header)
{
    apl_str type = member_of(header, "descr");
    apl_str shape = member_of(header, "shape");
    uint64_t count = 0;
    uint64_t bytes = element_size(type);

    if (type.size == 0 || !count_of(shape, &count)) {
        apl_model_found(scan->report, APL_ISSUE_HEADER_INVALID, 10, "the header has no descr or shape");
        return;
    }
    if (bytes == 0) { /* a list of fields: its size is not computed, so nothing is said of the rest */
        apl_model_found(scan->report, APL_ISSUE_SNIFFED_ONLY, 10, "a structured type");
        (void)apl_pickles_search(scan, input);
        return;
    }
    apl_model_fact_count(scan->report, "tensor_types", type, 1);
    apl_model_fact_add(scan->report, "tensors", 1);
    apl_model_fact_add(scan->report, "parameters", count);
    if (__builtin_mul_overflow(count, bytes, &bytes) || !apl_input_skip(input, bytes))
        apl_model_found(scan->report, APL_ISSUE_TENSOR_BOUNDS, input->position, "the array is larger than the file");
    else if (!apl_input_is_at_end(input)) {
        apl_model_found(scan->report, APL_ISSUE_TRAILING_DATA, input->position, "bytes behind the array");
        (void)apl_pickles_search(scan, input);
    }
}

/* 'O' as the type or anywhere in a list of fields. */
static bool has_objects(apl_str type)
{
    for (uint32_t i = 1; i + 1 < type.size; i++) {
        char before = type.data[i - 1];
        if (type.data[i] == 'O' && (before == '|' || before == '\'' || before == '"' || before == '<' || before == '='))
            return true;
    }
    return false;
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    const unsigned char *head = apl_input_view(input, 12);
    bool is_long = head && head[6] >= 2;
    size_t size = head == NULL ? 0 : is_long ? apl_le32(head + 8) : apl_le16(head + 8);

    apl_pickle_reset(scan->pickle);
    if (head == NULL || head[6] > 3 || size > HEADER_BYTES_MAX) {
        apl_model_found(scan->report, APL_ISSUE_HEADER_INVALID, 6, "a version or header size that does not exist");
        return true;
    }
    (void)apl_input_skip(input, is_long ? 12 : 10);
    const unsigned char *bytes = apl_input_view(input, size);
    if (bytes == NULL) {
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, 10, "the header ends early");
        return true;
    }
    apl_str header = apl_arena_str(scan->report->arena, apl_str_make((const char *)bytes, size));
    (void)apl_input_skip(input, size);
    if (!has_objects(member_of(header, "descr"))) {
        judge_array(scan, input, header);
        return true;
    }
    if (apl_pickles_begin(scan, input))
        apl_pickles_run(scan, input);
    else
        apl_model_found(scan->report, APL_ISSUE_PICKLE_BROKEN, input->position, "an array of objects without a pickle");
    return true;
}

const apl_model_format apl_model_format_npy = {
    .name = "npy",
    .summary = "NumPy array",
    .order = 10,
    .matches = matches,
    .inspect = inspect,
};
