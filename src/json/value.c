/* json/value.c: looking into values, comparing, copying and writing them.
 *
 * Stands under every stage that touches documents or content. Writing and copying walk with an explicit stack,
 * because a value may be as deep as APL_JSON_DEPTH_MAX. */
#include "json/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

apl_value apl_value_get(apl_value value, apl_str key)
{
    if (value.type != APL_VALUE_OBJECT)
        return APL_MISSING;
    for (uint32_t i = value.size; i > 0; i--) {
        if (apl_str_equal_nocase(value.members[i - 1].key, key))
            return value.members[i - 1].value;
    }
    return APL_MISSING;
}

apl_value apl_value_at(apl_value value, const char *dotted)
{
    apl_str rest = apl_str_from(dotted);
    apl_str name;

    while (apl_str_next(&name, &rest, '.'))
        value = apl_value_get(value, name);
    return value;
}

static bool numbers_equal(apl_value a, apl_value b)
{
    if (a.type == APL_VALUE_INTEGER && b.type == APL_VALUE_INTEGER)
        return a.integer == b.integer;
    double x = apl_value_number(a);
    double y = apl_value_number(b);
    return !(x < y) && !(x > y);
}

static bool scalars_equal(apl_value a, apl_value b)
{
    if (apl_value_is_number(a) && apl_value_is_number(b))
        return numbers_equal(a, b);
    if (a.type != b.type)
        return false;
    if (a.type == APL_VALUE_BOOL)
        return a.boolean == b.boolean;
    if (a.type == APL_VALUE_STRING)
        return apl_str_equal(apl_value_str(a), apl_value_str(b));
    return true;
}

typedef struct value_pair {
    apl_value a;
    apl_value b;
} value_pair;

typedef APL_VECTOR(value_pair) value_pairs;

static int by_key(const void *a, const void *b)
{
    const apl_member *x = *(const apl_member *const *)a;
    const apl_member *y = *(const apl_member *const *)b;
    int order = apl_str_compare(x->key, y->key);

    return order ? order : (x > y) - (x < y);
}

/* The members by name; of a name that stands twice, the last one. Returns how many there are. */
static size_t sorted_members(const apl_member **out, apl_value object)
{
    size_t count = 0;

    for (uint32_t i = 0; i < object.size; i++)
        out[i] = &object.members[i];
    if (object.size)
        qsort(out, object.size, sizeof *out, by_key);
    for (uint32_t i = 0; i < object.size; i++) {
        if (count && apl_str_equal(out[count - 1]->key, out[i]->key))
            count--;
        out[count++] = out[i];
    }
    return count;
}

/* Objects are hostile too: sorting keeps the cost near their size, and no member is compared twice. */
static bool objects_equal(value_pairs *pending, apl_value a, apl_value b)
{
    const apl_member **left = apl_memory_new(((size_t)a.size + b.size) * sizeof *left);
    const apl_member **right = left + a.size;
    size_t count = sorted_members(left, a);
    bool equal = count == sorted_members(right, b);

    for (size_t i = 0; equal && i < count; i++) {
        equal = apl_str_equal(left[i]->key, right[i]->key);
        APL_PUSH(pending, ((value_pair){left[i]->value, right[i]->value}));
    }
    apl_memory_free(left);
    return equal;
}

/* Compares the two values themselves and puts their children on the stack. */
static bool pair_equal(value_pairs *pending, value_pair pair)
{
    if (pair.a.type == APL_VALUE_OBJECT && pair.b.type == APL_VALUE_OBJECT)
        return objects_equal(pending, pair.a, pair.b);
    if (pair.a.type != APL_VALUE_ARRAY || pair.b.type != APL_VALUE_ARRAY)
        return scalars_equal(pair.a, pair.b);
    for (uint32_t i = 0; pair.a.size == pair.b.size && i < pair.a.size; i++)
        APL_PUSH(pending, ((value_pair){pair.a.items[i], pair.b.items[i]}));
    return pair.a.size == pair.b.size;
}

bool apl_value_equal(apl_value a, apl_value b)
{
    value_pairs pending = {0};
    bool equal = true;

    if (a.type != APL_VALUE_ARRAY && a.type != APL_VALUE_OBJECT)
        return scalars_equal(a, b);
    APL_PUSH(&pending, ((value_pair){a, b}));
    while (equal && pending.count)
        equal = pair_equal(&pending, pending.items[--pending.count]);
    apl_memory_free(pending.items);
    return equal;
}

const char *apl_value_type_name(apl_value value)
{
    static const char *const names[] = {
        [APL_VALUE_MISSING] = "missing", [APL_VALUE_UNREAD] = "unread",   [APL_VALUE_NULL] = "null",
        [APL_VALUE_BOOL] = "boolean",    [APL_VALUE_INTEGER] = "integer", [APL_VALUE_REAL] = "number",
        [APL_VALUE_STRING] = "string",   [APL_VALUE_ARRAY] = "array",     [APL_VALUE_OBJECT] = "object",
    };
    return names[value.type];
}

typedef struct copy_job {
    apl_value source;
    apl_value *target;
} copy_job;

typedef APL_VECTOR(copy_job) copy_jobs;

static void copy_one(apl_arena *arena, copy_jobs *jobs, copy_job job)
{
    apl_value source = job.source;

    *job.target = source;
    if (source.type == APL_VALUE_STRING) {
        *job.target = apl_value_string(apl_arena_str(arena, apl_value_str(source)));
    } else if (source.type == APL_VALUE_ARRAY) {
        apl_value *items = APL_ARENA_ARRAY(arena, apl_value, source.size);
        job.target->items = items;
        for (uint32_t i = 0; i < source.size; i++)
            APL_PUSH(jobs, ((copy_job){source.items[i], &items[i]}));
    } else if (source.type == APL_VALUE_OBJECT) {
        apl_member *members = APL_ARENA_ARRAY(arena, apl_member, source.size);
        job.target->members = members;
        for (uint32_t i = 0; i < source.size; i++) {
            members[i].key = apl_arena_str(arena, source.members[i].key);
            APL_PUSH(jobs, ((copy_job){source.members[i].value, &members[i].value}));
        }
    }
}

apl_value apl_value_copy(apl_arena *arena, apl_value value)
{
    apl_value copy = APL_MISSING;
    copy_jobs jobs = {0};

    if (value.type < APL_VALUE_STRING)
        return value;
    APL_PUSH(&jobs, ((copy_job){value, &copy}));
    while (jobs.count)
        copy_one(arena, &jobs, jobs.items[--jobs.count]);
    apl_memory_free(jobs.items);
    return copy;
}

size_t apl_utf8_size(const unsigned char *at, size_t left)
{
    size_t size = at[0] < 0x80 ? 1 : at[0] >= 0xC2 && at[0] < 0xE0 ? 2 : at[0] >= 0xE0 && at[0] < 0xF0 ? 3 : 4;

    if (at[0] >= 0x80 && (at[0] < 0xC2 || at[0] > 0xF4))
        return 0;
    if (size > left)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    }
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) || (at[0] == 0xF0 && at[1] < 0x90) ||
        (at[0] == 0xF4 && at[1] > 0x8F))
        return 0;
    return size;
}

static void write_escape(apl_text *out, unsigned char c)
{
    static const char *const short_escapes[128] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
    };
    if (short_escapes[c])
        apl_text_add(out, apl_str_from(short_escapes[c]));
    else
        apl_text_add_format(out, "\\u%04x", c);
}

/* Characters that stand for themselves inside a JSON string: printable ASCII but the quote and the backslash. */
static bool is_plain(unsigned char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* Sixteen characters as one vector, which gcc and clang compile to what the processor has. */
#define LANE_BYTES 16u
typedef unsigned char lane __attribute__((vector_size(LANE_BYTES)));
typedef uint64_t lane_halves __attribute__((vector_size(LANE_BYTES)));

static bool are_plain(const char *sixteen)
{
    lane text;

    memcpy(&text, sixteen, sizeof text);
    lane_halves is_far = (lane_halves)(text - ' ' > '~' - ' ');
    lane_halves is_mark = (lane_halves)(text == '"') | (lane_halves)(text == '\\');
    return (is_far[0] | is_far[1] | is_mark[0] | is_mark[1]) == 0;
}

/* The first character from `i` on that is not plain; sixteen at a time while they are, also at the end, where some are
 * looked at again. */
static size_t skip_plain(apl_str text, size_t i)
{
    while (i + LANE_BYTES <= text.size && are_plain(text.data + i))
        i += LANE_BYTES;
    if (i < text.size && i + LANE_BYTES > text.size && text.size >= LANE_BYTES &&
        are_plain(text.data + text.size - LANE_BYTES))
        return text.size;
    while (i < text.size && is_plain((unsigned char)text.data[i]))
        i++;
    return i;
}

/* A text that needs no escape, which nearly all are, in one go; false when there is no room for it. */
static bool add_plain(apl_text *out, apl_str text)
{
    char *at = apl_text_extend(out, (size_t)text.size + 2);

    if (at == NULL)
        return false;
    at[0] = '"';
    if (text.size)
        memcpy(at + 1, text.data, text.size);
    at[text.size + 1] = '"';
    return true;
}

void apl_json_write_string(apl_text *out, apl_str text)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t from = 0;
    size_t i = skip_plain(text, 0);

    if (i == text.size && add_plain(out, text))
        return;
    apl_text_add_char(out, '"');
    while (i < text.size) {
        i = skip_plain(text, i);
        if (i == text.size)
            break;
        size_t size = bytes[i] < 0x80 ? 0 : apl_utf8_size(bytes + i, text.size - i);
        bool is_control = size == 2 && bytes[i] == 0xC2 && bytes[i + 1] < 0xA0; /* U+0080 to U+009F move cursors */
        if (size && !is_control) {
            i += size;
            continue;
        }
        apl_text_add(out, apl_str_slice(text, from, i));
        if (is_control)
            apl_text_add_format(out, "\\u%04x", bytes[i + 1]);
        else if (bytes[i] >= 0x80)
            apl_text_add(out, APL_STR("\xEF\xBF\xBD"));
        else
            write_escape(out, bytes[i]);
        i += is_control ? 2 : 1;
        from = i;
    }
    if (text.size)
        apl_text_add(out, apl_str_slice(text, from, text.size));
    apl_text_add_char(out, '"');
}

static void write_real(apl_text *out, double real)
{
    char digits[40];

    if (!isfinite(real)) {
        apl_text_add(out, APL_STR("null"));
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, real);
        double back = strtod(digits, NULL);
        if (!(back < real) && !(back > real))
            break;
    }
    apl_text_add(out, apl_str_from(digits));
}

static void write_scalar(apl_text *out, apl_value value)
{
    switch ((apl_value_type)value.type) {
    case APL_VALUE_BOOL:
        apl_text_add(out, value.boolean ? APL_STR("true") : APL_STR("false"));
        break;
    case APL_VALUE_INTEGER:
        apl_text_add_format(out, "%lld", (long long)value.integer);
        break;
    case APL_VALUE_REAL:
        write_real(out, value.real);
        break;
    case APL_VALUE_STRING:
        apl_json_write_string(out, apl_value_str(value));
        break;
    case APL_VALUE_ARRAY:
        apl_text_add(out, APL_STR("[]"));
        break;
    case APL_VALUE_OBJECT:
        apl_text_add(out, APL_STR("{}"));
        break;
    case APL_VALUE_MISSING:
    case APL_VALUE_UNREAD:
    case APL_VALUE_NULL:
        apl_text_add(out, APL_STR("null"));
        break;
    }
}

typedef struct write_frame {
    apl_value container;
    uint32_t next;
} write_frame;

static void write_break(apl_text *out, int indent, size_t depth)
{
    if (indent <= 0)
        return;
    apl_text_add_char(out, '\n');
    for (size_t i = 0; i < depth * (size_t)indent; i++)
        apl_text_add_char(out, ' ');
}

static bool is_open(apl_value value)
{
    return (value.type == APL_VALUE_ARRAY || value.type == APL_VALUE_OBJECT) && value.size > 0;
}

/* Writes an array or object of scalars, as tags and most evidence are, on one line; false when it holds more. */
static bool write_flat(apl_text *out, apl_value value)
{
    bool is_object = value.type == APL_VALUE_OBJECT;

    for (uint32_t i = 0; i < value.size; i++) {
        if (is_open(is_object ? value.members[i].value : value.items[i]))
            return false;
    }
    for (uint32_t i = 0; i < value.size; i++) {
        apl_text_add_char(out, i ? ',' : is_object ? '{' : '[');
        if (is_object) {
            apl_json_write_string(out, value.members[i].key);
            apl_text_add_char(out, ':');
        }
        write_scalar(out, is_object ? value.members[i].value : value.items[i]);
    }
    apl_text_add_char(out, is_object ? '}' : ']');
    return true;
}

void apl_value_write(apl_text *out, apl_value value, int indent)
{
    APL_VECTOR(write_frame) stack = {0};

    if (!is_open(value)) {
        write_scalar(out, value);
        return;
    }
    if (indent <= 0 && write_flat(out, value))
        return;
    APL_PUSH(&stack, ((write_frame){value, 0}));
    while (stack.count) {
        write_frame *frame = &stack.items[stack.count - 1];
        bool is_object = frame->container.type == APL_VALUE_OBJECT;
        if (frame->next == frame->container.size) {
            stack.count--;
            write_break(out, indent, stack.count);
            apl_text_add_char(out, is_object ? '}' : ']');
            continue;
        }
        apl_text_add_char(out, frame->next ? ',' : is_object ? '{' : '[');
        write_break(out, indent, stack.count);
        apl_value child = is_object ? frame->container.members[frame->next].value : frame->container.items[frame->next];
        if (is_object) {
            apl_json_write_string(out, frame->container.members[frame->next].key);
            apl_text_add(out, indent > 0 ? APL_STR(": ") : APL_STR(":"));
        }
        frame->next++;
        if (is_open(child))
            APL_PUSH(&stack, ((write_frame){child, 0}));
        else
            write_scalar(out, child);
    }
    apl_memory_free(stack.items);
}
