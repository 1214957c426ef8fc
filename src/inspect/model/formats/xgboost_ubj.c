/* inspect/model/formats/xgboost_ubj.c: XGBoost as Universal Binary JSON, what it writes since version 2.1.
 *
 * Walked value by value with an explicit stack; every length is checked against the file, as its readers did not. */
#include "inspect/model/model_format.h"

/* Values inside each other, and values of one file. */
#define DEPTH_MAX 64u
#define VALUES_MAX 100000000u
#define KEY_BYTES_MAX 1024u

typedef struct level {
    bool is_object;
    bool has_count;
    uint64_t left; /* with a count */
    char type;     /* of all items; 0: each says its own */
} level;

typedef struct reading {
    apl_model_scan *scan;
    apl_input *input;
    level levels[DEPTH_MAX];
    unsigned depth;
    bool is_objective;    /* inside the member of that name */
    bool wants_objective; /* the next value is its name */
    bool is_over;
} reading;

static void stop(reading *read, apl_issue issue, const char *what)
{
    if (!read->is_over)
        apl_model_found(read->scan->report, issue, read->input->position, "%s", what);
    read->is_over = true;
}

static char take_byte(reading *read)
{
    char byte = 0;

    if (!apl_input_take(read->input, &byte, 1))
        stop(read, APL_ISSUE_DAMAGED, "the value ends early");
    return byte;
}

/* Bytes of a number of that type; 0 for what is none. */
static unsigned size_of(char type)
{
    return type == 'i' || type == 'U' || type == 'C' ? 1
           : type == 'I'                             ? 2
           : type == 'l' || type == 'd'              ? 4
           : type == 'L' || type == 'D'              ? 8
                                                     : 0;
}

static uint64_t take_length(reading *read)
{
    char type = take_byte(read);
    unsigned size = size_of(type);
    unsigned char bytes[8];
    uint64_t number = 0;

    if (read->is_over)
        return 0;
    if (size == 0 || type == 'd' || type == 'D' || type == 'C' || !apl_input_take(read->input, bytes, size)) {
        stop(read, APL_ISSUE_HEADER_INVALID, "a length that is no number");
        return 0;
    }
    for (unsigned i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    if (type != 'U' && bytes[0] > 127)
        stop(read, APL_ISSUE_HEADER_INVALID, "a length below zero");
    return read->is_over ? 0 : number;
}

static void skip(reading *read, uint64_t size)
{
    if (read->input->size != APL_INPUT_SIZE_UNKNOWN && size > read->input->size - read->input->position)
        stop(read, APL_ISSUE_HEADER_INVALID, "a value is longer than the file");
    else if (!apl_input_skip(read->input, size))
        stop(read, APL_ISSUE_DAMAGED, "the value ends early");
}

/* A text; one that is longer than what is kept is skipped, and empty. */
static apl_str take_text(reading *read, char kept[KEY_BYTES_MAX])
{
    uint64_t size = take_length(read);

    if (read->is_over || size > KEY_BYTES_MAX) {
        skip(read, size);
        return APL_STR_NONE;
    }
    if (!apl_input_take(read->input, kept, (size_t)size))
        stop(read, APL_ISSUE_DAMAGED, "the value ends early");
    return apl_str_make(kept, (size_t)size);
}

/* Behind [ or {: the type and the count of its items, where they are given. */
static void open_level(reading *read, bool is_object)
{
    level made = {.is_object = is_object};
    const unsigned char *next = apl_input_view(read->input, 1);

    if (next && *next == '$') {
        (void)take_byte(read);
        made.type = take_byte(read);
        next = apl_input_view(read->input, 1);
        if (next == NULL || *next != '#')
            stop(read, APL_ISSUE_HEADER_INVALID, "a type without a count");
    }
    if (next && *next == '#') {
        (void)take_byte(read);
        made.has_count = true;
        made.left = take_length(read);
    }
    if (made.type && !is_object && size_of(made.type)) { /* an array of numbers is skipped at once */
        uint64_t bytes = 0;
        if (__builtin_mul_overflow(made.left, size_of(made.type), &bytes))
            stop(read, APL_ISSUE_HEADER_INVALID, "a list is longer than there can be");
        skip(read, bytes);
        return;
    }
    if (made.has_count && read->input->size != APL_INPUT_SIZE_UNKNOWN && made.left > read->input->size)
        stop(read, APL_ISSUE_HEADER_INVALID, "a list is longer than the file");
    else if (read->depth == DEPTH_MAX)
        stop(read, APL_ISSUE_HEADER_LIMIT, "values inside each other deeper than is read");
    else
        read->levels[read->depth++] = made;
}

static void take_value(reading *read, char type)
{
    char text[KEY_BYTES_MAX];

    if (type == '{' || type == '[') {
        open_level(read, type == '{');
    } else if (type == 'S' || type == 'H') {
        apl_str value = take_text(read, text);
        if (read->wants_objective)
            apl_model_fact_text(read->scan->report, "objective", value);
    } else if (size_of(type)) {
        skip(read, size_of(type));
    } else if (type != 'Z' && type != 'N' && type != 'T' && type != 'F') {
        stop(read, APL_ISSUE_DAMAGED, "a value of a type that does not exist");
    }
    read->wants_objective = false;
}

/* The next item of the innermost level, or its end. */
static void step(reading *read)
{
    level *top = &read->levels[read->depth - 1];
    const unsigned char *next = apl_input_view(read->input, 1);
    char key[KEY_BYTES_MAX];

    if (top->has_count ? top->left == 0 : next && *next == (top->is_object ? '}' : ']')) {
        if (!top->has_count)
            (void)take_byte(read);
        read->depth--;
        return;
    }
    top->left -= top->has_count;
    char type = top->type;
    if (top->is_object) {
        apl_str name = take_text(read, key);
        if (read->depth == 2)
            read->is_objective = apl_str_equal(name, APL_STR("objective"));
        read->wants_objective = read->depth == 3 && read->is_objective && apl_str_equal(name, APL_STR("name"));
    }
    if (!read->is_over)
        take_value(read, type ? type : take_byte(read));
}

static bool matches(apl_str head)
{
    static const char *const keys[] = {"learner", "version", "Config", "Model"};

    if (head.size < 24 || head.data[0] != '{')
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t size = strlen(keys[i]);
        bool is_long = head.data[1] == 'L' && memcmp(head.data + 2, "\0\0\0\0\0\0\0", 7) == 0;
        uint32_t at = is_long ? 9 : head.data[1] == 'i' || head.data[1] == 'U' ? 2 : 0;
        if (at && (size_t)head.data[at] == size && memcmp(head.data + at + 1, keys[i], size) == 0)
            return true;
    }
    return false;
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    reading read = {.scan = scan, .input = input};
    unsigned values = 0;

    take_value(&read, take_byte(&read));
    while (read.depth && !read.is_over) {
        step(&read);
        if (values++ == VALUES_MAX)
            stop(&read, APL_ISSUE_HEADER_LIMIT, "more values than are read");
    }
    if (!read.is_over && !apl_input_is_at_end(input))
        apl_model_found(scan->report, APL_ISSUE_TRAILING_DATA, input->position, "bytes behind the value");
    apl_model_fact_text(scan->report, "framework", APL_STR("xgboost"));
    return true;
}

const apl_model_format apl_model_format_xgboost_ubj = {
    .name = "xgboost-ubj",
    .summary = "XGBoost as Universal Binary JSON",
    .order = 42,
    .matches = matches,
    .inspect = inspect,
};
