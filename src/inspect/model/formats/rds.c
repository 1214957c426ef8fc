/* inspect/model/formats/rds.c: objects that R saved (.rds, .rda, .RData), unpacked.
 *
 * The serialisation is walked item by item with an explicit stack. A promise runs its expression when the object is
 * looked at, which R before 4.4.0 does on loading alone; calls and byte code are what a fitted model may hold for its
 * formula, and are judged by the functions that they name. Format: R Internals, "Serialization Formats". */
#include "inspect/model/model_format.h"

/* Items that are still to be read inside each other, and items of one file. */
#define STACK_MAX 4096u
#define ITEMS_MAX 200000000u
#define NAME_BYTES_MAX 4096u

enum {
    NIL = 0,
    SYMBOL = 1,
    LIST = 2,
    CLOSURE = 3,
    ENVIRONMENT = 4,
    PROMISE = 5,
    CALL = 6,
    SPECIAL = 7,
    BUILTIN = 8,
    CHARS = 9,
    LOGICAL = 10,
    INTEGER = 13,
    REAL = 14,
    COMPLEX = 15,
    STRINGS = 16,
    DOTS = 17,
    VECTOR = 19,
    EXPRESSION = 20,
    BYTE_CODE = 21,
    POINTER = 22,
    WEAK_REFERENCE = 23,
    RAW = 24,
    S4 = 25,
    ALTREP = 238,
    LIST_WITH_ATTRIBUTES = 239,
    CALL_WITH_ATTRIBUTES = 240,
    PERSISTENT = 247,
    PACKAGE = 248,
    NAMESPACE = 249,
    REFERENCE = 255,
};
enum { HAS_ATTRIBUTES = 1 << 9, HAS_TAG = 1 << 10 };

/* Symbols and other things that are referred to again by their number; some models have a hundred thousand. */
#define REFERENCES_MAX 4000000u

/* Functions that no fitted model calls. */
static const char *const dangerous[] = {
    "system",
    "system2",
    "shell",
    "shell.exec",
    "eval",
    "evalq",
    "parse",
    "source",
    "sys.source",
    "readRDS",
    "unserialize",
    "loadNamespace",
    "download.file",
    "url",
    "socketConnection",
    "dyn.load",
    ".Call",
    ".External",
    ".C",
    "library.dynam",
    "unlink",
    "file.remove",
    "writeLines",
    "Sys.setenv",
    "pipe",
    "install.packages",
    "assign",
    "setwd",
};

typedef struct reading {
    apl_model_scan *scan;
    apl_input *input;
    uint64_t waiting[STACK_MAX]; /* items to be read at each level */
    unsigned depth;
    APL_VECTOR(uint8_t) references; /* of a symbol: its place among the dangerous ones + 1, else 0 */
    bool is_call;                   /* the next item is what a call calls */
    bool is_symbol;                 /* the next characters are the name of a symbol */
    bool is_over;
} reading;

static void stop(reading *read, apl_issue issue, const char *what)
{
    if (!read->is_over)
        apl_model_found(read->scan->report, issue, read->input->position, "%s", what);
    read->is_over = true;
}

static uint32_t take_number(reading *read)
{
    unsigned char bytes[4] = {0};

    if (!apl_input_take(read->input, bytes, 4))
        stop(read, APL_ISSUE_DAMAGED, "the object ends early");
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* A length; -1 is followed by two halves of a longer one. */
static uint64_t take_length(reading *read)
{
    uint32_t length = take_number(read);

    if (length != UINT32_MAX)
        return length;
    uint64_t high = take_number(read);
    return high << 32 | take_number(read);
}

static void skip(reading *read, uint64_t size)
{
    if (!read->is_over && !apl_input_skip(read->input, size))
        stop(read, APL_ISSUE_DAMAGED, "the object ends early");
}

static void expect(reading *read, uint64_t items)
{
    if (items == 0)
        return;
    if (read->depth == STACK_MAX)
        stop(read, APL_ISSUE_HEADER_LIMIT, "objects inside each other deeper than is read");
    else
        read->waiting[read->depth++] = items;
}

/* The place of the name among the dangerous ones + 1, or 0. */
static uint8_t place_of(apl_str name)
{
    for (size_t i = 0; i < sizeof dangerous / sizeof dangerous[0]; i++) {
        if (apl_str_equal(name, apl_str_from(dangerous[i])))
            return (uint8_t)(i + 1);
    }
    return 0;
}

static void judge_callee(reading *read, uint8_t place)
{
    if (place)
        apl_model_found(read->scan->report, APL_ISSUE_TARGET_CALL, read->input->position, "%s()", dangerous[place - 1]);
}

static void refer(reading *read, uint8_t place)
{
    if (read->references.count == REFERENCES_MAX)
        stop(read, APL_ISSUE_HEADER_LIMIT, "more symbols than are kept");
    else
        APL_PUSH(&read->references, place);
}

static uint8_t take_name(reading *read, uint32_t size)
{
    const unsigned char *bytes = size <= NAME_BYTES_MAX ? apl_input_view(read->input, size) : NULL;
    uint8_t place = bytes ? place_of(apl_str_make((const char *)bytes, size)) : 0;

    skip(read, size);
    return place;
}

/* Characters; those of a symbol are its name, by which it may be called now or later. */
static void take_chars(reading *read)
{
    uint32_t size = take_number(read);
    bool is_symbol = read->is_symbol;
    uint8_t place = 0;

    read->is_symbol = false;
    if (size != UINT32_MAX) /* else the missing text */
        place = take_name(read, size);
    if (!is_symbol)
        return;
    refer(read, place);
    if (read->is_call)
        judge_callee(read, place);
    read->is_call = false;
}

static void take_reference(reading *read, uint32_t flags)
{
    uint32_t number = flags >> 8 ? flags >> 8 : take_number(read);

    if (number == 0 || number > read->references.count)
        stop(read, APL_ISSUE_HEADER_INVALID, "a reference to something that was not there before");
    else if (read->is_call)
        judge_callee(read, read->references.items[number - 1]);
    read->is_call = false;
}

static void take_vector(reading *read, unsigned type, bool has_attributes)
{
    static const uint8_t sizes[] = {[LOGICAL] = 4, [INTEGER] = 4, [REAL] = 8, [COMPLEX] = 16, [RAW] = 1};
    uint64_t count = take_length(read);
    uint64_t bytes = 0;

    if (has_attributes)
        expect(read, 1);
    if (type == STRINGS || type == VECTOR || type == EXPRESSION) {
        if (read->input->size != APL_INPUT_SIZE_UNKNOWN && count > read->input->size)
            stop(read, APL_ISSUE_HEADER_INVALID, "a list is longer than the file");
        else
            expect(read, count);
        return;
    }
    if (__builtin_mul_overflow(count, sizes[type], &bytes))
        stop(read, APL_ISSUE_HEADER_INVALID, "a vector is longer than there can be");
    else
        skip(read, bytes);
}

static void take_pair(reading *read, unsigned type, uint32_t flags)
{
    uint64_t items = 2; /* value and rest */
    bool has_attributes = (flags & HAS_ATTRIBUTES) || type == LIST_WITH_ATTRIBUTES || type == CALL_WITH_ATTRIBUTES;

    items += has_attributes;
    items += (flags & HAS_TAG) != 0;
    if (type == PROMISE)
        apl_model_found(read->scan->report, APL_ISSUE_PROMISE, read->input->position,
                        "an expression that runs when the object is looked at");
    expect(read, items);
    /* Attributes and tag stand before what is called. */
    read->is_call = (type == CALL || type == CALL_WITH_ATTRIBUTES) && !has_attributes && !(flags & HAS_TAG);
}

/* Items without a content of their own, or with one that is known. */
static bool take_simple(reading *read, unsigned type, uint32_t flags)
{
    switch (type) {
    case NIL:
    case 241: /* base environment and other singletons */
    case 242:
    case 250:
    case 251:
    case 252:
    case 253:
    case 254:
        return true;
    case REFERENCE:
        take_reference(read, flags);
        return true;
    case SPECIAL:
    case BUILTIN:
        judge_callee(read, take_name(read, take_number(read)));
        return true;
    case PERSISTENT:
    case PACKAGE:
    case NAMESPACE:
        refer(read, 0);
        (void)take_number(read);
        expect(read, take_number(read));
        return true;
    default:
        return false;
    }
}

static void take_item(reading *read)
{
    uint32_t flags = take_number(read);
    unsigned type = flags & 255;
    bool has_attributes = flags & HAS_ATTRIBUTES;

    if (read->is_symbol && type != CHARS)
        stop(read, APL_ISSUE_HEADER_INVALID, "a symbol whose name is no text");
    if (type != SYMBOL && type != CHARS && type != REFERENCE)
        read->is_call = false; /* what is called is no name */
    if (read->is_over || take_simple(read, type, flags))
        return;
    switch (type) {
    case SYMBOL:
        read->is_symbol = true;
        expect(read, 1);
        break;
    case CHARS:
        take_chars(read);
        break;
    case LIST:
    case CLOSURE:
    case PROMISE:
    case CALL:
    case DOTS:
    case LIST_WITH_ATTRIBUTES:
    case CALL_WITH_ATTRIBUTES:
        take_pair(read, type, flags);
        break;
    case ENVIRONMENT:
        refer(read, 0);
        (void)take_number(read);
        expect(read, 4);
        break;
    case LOGICAL:
    case INTEGER:
    case REAL:
    case COMPLEX:
    case RAW:
    case STRINGS:
    case VECTOR:
    case EXPRESSION:
        take_vector(read, type, has_attributes);
        break;
    case ALTREP:
        expect(read, 3);
        break;
    case POINTER:
        refer(read, 0);
        expect(read, 2 + (uint64_t)has_attributes);
        break;
    case WEAK_REFERENCE:
        refer(read, 0);
        expect(read, has_attributes);
        break;
    case S4:
        expect(read, has_attributes);
        break;
    case BYTE_CODE:
        stop(read, APL_ISSUE_SNIFFED_ONLY, "compiled functions are not read");
        break;
    default:
        stop(read, APL_ISSUE_DAMAGED, "an item of a type that does not exist");
    }
}

static void read_header(reading *read)
{
    uint32_t version = take_number(read);
    uint32_t writer = take_number(read);

    (void)take_number(read);
    if (version != 2 && version != 3) {
        stop(read, APL_ISSUE_SNIFFED_ONLY, "a version of the serialisation that is not read");
        return;
    }
    if (version == 3)
        skip(read, take_number(read));
    apl_model_fact_text(
        read->scan->report, "version",
        apl_arena_format(read->scan->report->arena, "R %u.%u.%u", writer >> 16, writer >> 8 & 255, writer & 255));
}

static size_t magic_size(apl_str head)
{
    static const char *const magics[] = {"RDX2\nX\n", "RDX3\nX\n", "X\n\0\0\0\2", "X\n\0\0\0\3"};
    static const uint8_t sizes[] = {7, 7, 6, 6};

    for (size_t i = 0; i < 4; i++) {
        if (head.size > 14 && memcmp(head.data, magics[i], sizes[i]) == 0)
            return i < 2 ? 7 : 2;
    }
    return 0;
}

static bool matches(apl_str head)
{
    return magic_size(head) || apl_str_starts(head, APL_STR("RDA2\nA\n")) || apl_str_starts(head, APL_STR("RDA3\nA\n"));
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    size_t there = apl_input_look(input, 16);
    size_t magic = magic_size(apl_str_make((const char *)apl_input_at(input), there));
    uint64_t items = 0;

    apl_model_fact_text(scan->report, "framework", APL_STR("r"));
    if (magic == 0) {
        apl_model_found(scan->report, APL_ISSUE_SNIFFED_ONLY, 0, "an object of R as text");
        return true;
    }
    reading *read = apl_memory_new(sizeof *read);
    read->scan = scan;
    read->input = input;
    skip(read, magic);
    read_header(read);
    expect(read, 1);
    while (read->depth && !read->is_over) {
        if (--read->waiting[read->depth - 1] == 0)
            read->depth--;
        take_item(read);
        if (++items == ITEMS_MAX)
            stop(read, APL_ISSUE_HEADER_LIMIT, "more items than are read");
    }
    if (!read->is_over && !apl_input_is_at_end(input))
        apl_model_found(scan->report, APL_ISSUE_TRAILING_DATA, input->position, "bytes behind the object");
    apl_memory_free(read->references.items);
    apl_memory_free(read);
    return true;
}

const apl_model_format apl_model_format_rds = {
    .name = "r",
    .summary = "R object (.rds, .rda)",
    .order = 20,
    .matches = matches,
    .inspect = inspect,
};
