/* condition/functions/text.c: functions of texts.
 *
 * Positions and lengths count code points. Searching ignores case, as Azure's documentation says of indexOf, startsWith
 * and endsWith; replace and split do not. format() writes {0} with alignment and the plain number formats. */
#include <math.h>
#include <stdio.h>

#include "condition/fold.h"
#include "condition/program.h"

/* Texts are joined as string() writes them, arrays as arrays. */
static apl_status concat_arrays(apl_value *out, const apl_call *call)
{
    apl_value *items = NULL;
    size_t count = 0;
    size_t at = 0;

    for (uint32_t i = 0; i < call->count; i++) {
        if (call->arguments[i].type != APL_VALUE_ARRAY)
            return apl_call_wrong(call, i, "an array like the first");
        count += call->arguments[i].size;
    }
    apl_status status = apl_call_items(&items, call, count);
    if (status != APL_OK)
        return status;
    for (uint32_t i = 0; i < call->count; i++) {
        for (uint32_t j = 0; j < call->arguments[i].size; j++)
            items[at++] = call->arguments[i].items[j];
    }
    *out = apl_value_array(items, count);
    return APL_OK;
}

/* The items as one text with `separator` between them. */
static apl_status join_texts(apl_value *out, const apl_call *call, apl_value items, apl_str separator)
{
    apl_text text;
    apl_str part;
    apl_status status = APL_OK;

    apl_text_init(&text, APL_FUNCTION_BYTES_MAX);
    for (uint32_t i = 0; i < items.size && status == APL_OK; i++) {
        status = apl_call_to_text(&part, call, items.items[i]);
        if (status != APL_OK)
            break;
        if (i)
            apl_text_add(&text, separator);
        apl_text_add(&text, part);
        if (text.is_cut)
            status = apl_fail(APL_E_LIMIT, "%s(): the text is larger than %u bytes", call->function->name,
                              APL_FUNCTION_BYTES_MAX);
    }
    if (status == APL_OK)
        status = apl_call_text(out, call, apl_text_str(&text));
    apl_text_free(&text);
    return status;
}

apl_status apl_fn_concat(apl_value *out, const apl_call *call)
{
    if (call->arguments[0].type == APL_VALUE_ARRAY)
        return concat_arrays(out, call);
    for (uint32_t i = 0; i < call->count; i++) {
        if (call->arguments[i].type == APL_VALUE_ARRAY || call->arguments[i].type == APL_VALUE_OBJECT)
            return apl_call_wrong(call, i, "a text");
    }
    return join_texts(out, call, apl_value_array(call->arguments, call->count), APL_STR(""));
}

apl_status apl_fn_join(apl_value *out, const apl_call *call)
{
    apl_str separator;
    apl_status status = apl_call_need_text(&separator, call, 1);

    if (status != APL_OK)
        return status;
    if (call->arguments[0].type != APL_VALUE_ARRAY)
        return apl_call_wrong(call, 0, "an array");
    return join_texts(out, call, call->arguments[0], separator);
}

apl_status apl_fn_string(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_status status = apl_call_to_text(&text, call, call->arguments[0]);

    *out = apl_value_string(text);
    return status;
}

static apl_status change_case(apl_value *out, const apl_call *call, apl_str (*change)(apl_arena *, apl_str))
{
    apl_str text;
    apl_status status = apl_call_need_text(&text, call, 0);

    if (status != APL_OK)
        return status;
    if (text.size > APL_FUNCTION_BYTES_MAX)
        return apl_fail(APL_E_LIMIT, "%s(): the text is larger than %u bytes", call->function->name,
                        APL_FUNCTION_BYTES_MAX);
    apl_str changed = change(call->run->arena, text);
    call->run->bytes += changed.size;
    *out = apl_value_string(changed);
    return APL_OK;
}

apl_status apl_fn_to_lower(apl_value *out, const apl_call *call)
{
    return change_case(out, call, apl_fold_lower);
}

apl_status apl_fn_to_upper(apl_value *out, const apl_call *call)
{
    return change_case(out, call, apl_fold_upper);
}

apl_status apl_fn_trim(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_status status = apl_call_need_text(&text, call, 0);

    *out = apl_value_string(apl_str_trim(text));
    return status;
}

static apl_status need_two_texts(apl_str *first, apl_str *second, const apl_call *call)
{
    apl_status status = apl_call_need_text(first, call, 0);

    return status == APL_OK ? apl_call_need_text(second, call, 1) : status;
}

apl_status apl_fn_starts_with(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_str part;
    apl_status status = need_two_texts(&text, &part, call);

    *out = apl_value_bool(status == APL_OK && apl_fold_starts(text, part));
    return status;
}

apl_status apl_fn_ends_with(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_str part;
    apl_status status = need_two_texts(&text, &part, call);

    *out = apl_value_bool(status == APL_OK && apl_fold_ends(text, part));
    return status;
}

static int64_t item_index(apl_value array, apl_value item, bool wants_last)
{
    int64_t found = -1;

    for (uint32_t i = 0; i < array.size && (found < 0 || wants_last); i++) {
        if (apl_value_equal(array.items[i], item))
            found = i;
    }
    return found;
}

static apl_status find(apl_value *out, const apl_call *call, bool wants_last)
{
    apl_str text;
    apl_str part;

    if (call->arguments[0].type == APL_VALUE_ARRAY) {
        *out = apl_value_integer(item_index(call->arguments[0], call->arguments[1], wants_last));
        return APL_OK;
    }
    apl_status status = need_two_texts(&text, &part, call);
    if (status != APL_OK)
        return status;
    long at = wants_last ? apl_fold_find_last(text, part) : apl_fold_find(text, part);
    *out = apl_value_integer(at < 0 ? -1 : (int64_t)apl_utf8_length(apl_str_slice(text, 0, (size_t)at)));
    return APL_OK;
}

apl_status apl_fn_index_of(apl_value *out, const apl_call *call)
{
    return find(out, call, false);
}

apl_status apl_fn_last_index_of(apl_value *out, const apl_call *call)
{
    return find(out, call, true);
}

apl_status apl_fn_substring(apl_value *out, const apl_call *call)
{
    apl_str text;
    int64_t start = 0;
    apl_status status = apl_call_need_text(&text, call, 0);

    if (status == APL_OK)
        status = apl_call_need_integer(&start, call, 1);
    if (status != APL_OK)
        return status;
    int64_t length = (int64_t)apl_utf8_length(text);
    int64_t wanted = length - start;
    if (call->count == 3)
        status = apl_call_need_integer(&wanted, call, 2);
    if (status != APL_OK)
        return status;
    if (start < 0 || wanted < 0 || start > length || wanted > length - start)
        return apl_fail(APL_E_INPUT, "substring(): %lld characters from %lld on are not in a text of %lld",
                        (long long)wanted, (long long)start, (long long)length);
    uint32_t from = apl_utf8_offset(text, (size_t)start);
    uint32_t to = apl_utf8_offset(text, (size_t)(start + wanted));
    *out = apl_value_string(apl_str_slice(text, from, to));
    return APL_OK;
}

/* Every `old` in `text` as `made`. */
static void replace_all(apl_text *out, apl_str text, apl_str old, apl_str made)
{
    long at = 0;

    while (!out->is_cut && (at = apl_str_find(text, old)) >= 0) {
        apl_text_add(out, apl_str_slice(text, 0, (size_t)at));
        apl_text_add(out, made);
        text = apl_str_slice(text, (size_t)at + old.size, text.size);
    }
    apl_text_add(out, text);
}

apl_status apl_fn_replace(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_str old;
    apl_str made;
    apl_text built;
    apl_status status = need_two_texts(&text, &old, call);

    if (status == APL_OK)
        status = apl_call_need_text(&made, call, 2);
    if (status != APL_OK)
        return status;
    if (old.size == 0)
        return apl_fail(APL_E_INPUT, "replace(): the text to replace is empty");
    apl_text_init(&built, APL_FUNCTION_BYTES_MAX);
    replace_all(&built, text, old, made);
    status = built.is_cut ? apl_fail(APL_E_LIMIT, "replace(): the text is larger than %u bytes", APL_FUNCTION_BYTES_MAX)
                          : apl_call_text(out, call, apl_text_str(&built));
    apl_text_free(&built);
    return status;
}

apl_status apl_fn_pad_left(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_str filler = APL_STR(" ");
    int64_t width = 0;
    apl_status status = apl_call_to_text(&text, call, call->arguments[0]);

    if (call->arguments[0].type == APL_VALUE_ARRAY || call->arguments[0].type == APL_VALUE_OBJECT)
        return apl_call_wrong(call, 0, "a text or a number");
    if (status == APL_OK)
        status = apl_call_need_integer(&width, call, 1);
    if (status == APL_OK && call->count == 3)
        status = apl_call_to_text(&filler, call, call->arguments[2]);
    if (status != APL_OK)
        return status;
    if (apl_utf8_length(filler) != 1)
        return apl_fail(APL_E_INPUT, "padLeft(): the filler must be one character");
    int64_t missing = width - (int64_t)apl_utf8_length(text);
    if (missing <= 0) {
        *out = apl_value_string(text);
        return APL_OK;
    }
    void *memory = NULL;
    size_t filled = missing > APL_FUNCTION_BYTES_MAX ? APL_FUNCTION_BYTES_MAX : (size_t)missing * filler.size;
    status = apl_call_alloc(&memory, call, filled + text.size + 1);
    if (status != APL_OK)
        return status;
    for (size_t i = 0; i < filled; i += filler.size)
        memcpy((char *)memory + i, filler.data, filler.size);
    if (text.size)
        memcpy((char *)memory + filled, text.data, text.size);
    *out = apl_value_string(apl_str_make(memory, filled + text.size));
    return APL_OK;
}

/* The size of the delimiter that stands at `at`, the longest of several; 0 when none does. */
static uint32_t delimiter_at(apl_str text, uint32_t at, const apl_value *delimiters, uint32_t count)
{
    uint32_t longest = 0;

    for (uint32_t i = 0; i < count; i++) {
        apl_str delimiter = apl_value_str(delimiters[i]);
        if (delimiter.size > longest && apl_str_starts(apl_str_slice(text, at, text.size), delimiter))
            longest = delimiter.size;
    }
    return longest;
}

/* Where the next delimiter stands from `at` on, or the end of the text; *size is its own. */
static uint32_t next_delimiter(uint32_t *size, apl_str text, uint32_t at, const apl_value *delimiters, uint32_t count)
{
    if (count == 1 && delimiters[0].size == 1) { /* nearly always */
        const char *found = memchr(text.data + at, delimiters[0].string[0], text.size - at);
        *size = found != NULL;
        return found ? (uint32_t)(found - text.data) : text.size;
    }
    while (at < text.size && (*size = delimiter_at(text, at, delimiters, count)) == 0)
        at++;
    return at;
}

apl_status apl_fn_split(apl_value *out, const apl_call *call)
{
    apl_str text;
    const apl_value *delimiters = &call->arguments[1];
    uint32_t delimiter_count = 1;
    apl_value *items = NULL;
    size_t count = 1;
    apl_status status = apl_call_need_text(&text, call, 0);

    if (status != APL_OK)
        return status;
    if (call->arguments[1].type == APL_VALUE_ARRAY) {
        delimiters = call->arguments[1].items;
        delimiter_count = call->arguments[1].size;
    }
    for (uint32_t i = 0; i < delimiter_count; i++) {
        if (delimiters[i].type != APL_VALUE_STRING)
            return apl_call_wrong(call, 1, "a text or an array of texts");
    }
    if (delimiter_count > 256)
        return apl_fail(APL_E_LIMIT, "split(): more than 256 delimiters");
    uint32_t size = 0;
    for (uint32_t at = 0; at < text.size; at += size) {
        at = next_delimiter(&size, text, at, delimiters, delimiter_count);
        count += at < text.size;
    }
    status = apl_call_items(&items, call, count);
    if (status != APL_OK)
        return status;
    size_t made = 0;
    uint32_t start = 0;
    for (uint32_t at = 0; at < text.size; at += size) {
        at = next_delimiter(&size, text, at, delimiters, delimiter_count);
        if (at == text.size)
            break;
        items[made++] = apl_value_string(apl_str_slice(text, start, at));
        start = at + size;
    }
    items[made++] = apl_value_string(apl_str_slice(text, start, text.size));
    *out = apl_value_array(items, made);
    return APL_OK;
}

/* ---- format() ---- */

#define FORMAT_ALIGNMENT_MAX 4096
#define FORMAT_DIGITS_MAX 99
#define NUMBER_BYTES_MAX 512

typedef struct placeholder {
    uint32_t argument;
    int alignment;
    char letter;   /* 0: none */
    int precision; /* -1: none */
} placeholder;

static bool read_digits(int *out, apl_str *rest, int most)
{
    int number = 0;
    uint32_t at = 0;

    while (at < rest->size && rest->data[at] >= '0' && rest->data[at] <= '9') {
        number = number * 10 + (rest->data[at++] - '0');
        if (number > most)
            return false;
    }
    *rest = apl_str_slice(*rest, at, rest->size);
    *out = number;
    return at > 0;
}

static bool take_char(apl_str *rest, char c)
{
    if (rest->size == 0 || rest->data[0] != c)
        return false;
    *rest = apl_str_slice(*rest, 1, rest->size);
    return true;
}

/* What stands between the braces, from behind `{` to behind `}`. */
static bool read_placeholder(placeholder *out, apl_str *rest)
{
    int number = 0;

    *out = (placeholder){.precision = -1};
    if (!read_digits(&number, rest, APL_ARGUMENTS_ANY))
        return false;
    out->argument = (uint32_t)number;
    if (take_char(rest, ',')) {
        while (take_char(rest, ' ')) {
        }
        bool is_left = take_char(rest, '-');
        if (!read_digits(&number, rest, FORMAT_ALIGNMENT_MAX))
            return false;
        out->alignment = is_left ? -number : number;
    }
    if (take_char(rest, ':')) {
        if (rest->size == 0)
            return false;
        out->letter = rest->data[0];
        *rest = apl_str_slice(*rest, 1, rest->size);
        if (rest->size && rest->data[0] >= '0' && rest->data[0] <= '9' &&
            !read_digits(&out->precision, rest, FORMAT_DIGITS_MAX))
            return false;
    }
    return take_char(rest, '}');
}

/* 1234567.8 as 1,234,567.80. */
static void group_thousands(apl_text *out, const char *number)
{
    const char *point = strchr(number, '.');
    size_t whole = point ? (size_t)(point - number) : strlen(number);

    for (size_t i = 0; i < whole; i++) {
        if (i && number[i - 1] != '-' && (whole - i) % 3 == 0)
            apl_text_add_char(out, ',');
        apl_text_add_char(out, number[i]);
    }
    if (point)
        apl_text_add(out, apl_str_from(point));
}

/* The number formats of .NET that anybody uses in rules: D, X, N, F, P. */
static apl_status format_number(apl_text *out, apl_value value, const placeholder *place)
{
    char number[NUMBER_BYTES_MAX];
    char letter = apl_char_lower(place->letter);
    int digits = place->precision > FORMAT_DIGITS_MAX ? FORMAT_DIGITS_MAX : place->precision;

    if (letter == 'd' && value.type == APL_VALUE_INTEGER) {
        (void)snprintf(number, sizeof number, "%s%0*llu", value.integer < 0 ? "-" : "", digits < 0 ? 1 : digits,
                       value.integer < 0 ? 0 - (unsigned long long)value.integer : (unsigned long long)value.integer);
        apl_text_add(out, apl_str_from(number));
    } else if (letter == 'x' && value.type == APL_VALUE_INTEGER) {
        unsigned long long bits = (unsigned long long)value.integer;
        int width = digits < 0 ? 1 : digits;
        (void)(place->letter == 'X' ? snprintf(number, sizeof number, "%0*llX", width, bits)
                                    : snprintf(number, sizeof number, "%0*llx", width, bits));
        apl_text_add(out, apl_str_from(number));
    } else if (letter == 'n' || letter == 'f' || letter == 'p') {
        double real = apl_value_number(value) * (letter == 'p' ? 100 : 1);
        (void)snprintf(number, sizeof number, "%.*f", digits < 0 ? 2 : digits, real);
        if (letter == 'f')
            apl_text_add(out, apl_str_from(number));
        else
            group_thousands(out, number);
        if (letter == 'p')
            apl_text_add(out, APL_STR(" %"));
    } else {
        return apl_fail(APL_E_INPUT, "format(): the format '%c' is not supported for this value", place->letter);
    }
    return APL_OK;
}

static apl_status add_argument(apl_text *out, const apl_call *call, const placeholder *place)
{
    apl_text written;
    apl_str text;
    apl_value value;

    if (place->argument + 1 >= call->count)
        return apl_fail(APL_E_INPUT, "format(): {%u} has no argument", place->argument);
    value = call->arguments[place->argument + 1];
    apl_text_init(&written, APL_FUNCTION_BYTES_MAX);
    apl_status status = APL_OK;
    if (place->letter && apl_value_is_number(value)) {
        status = format_number(&written, value, place);
        text = apl_text_str(&written);
    } else {
        status = apl_call_to_text(&text, call, value);
    }
    if (status == APL_OK) {
        int length = (int)apl_utf8_length(text);
        for (int i = length; i < place->alignment; i++)
            apl_text_add_char(out, ' ');
        apl_text_add(out, text);
        for (int i = length; i < -place->alignment; i++)
            apl_text_add_char(out, ' ');
    }
    apl_text_free(&written);
    return status;
}

static apl_status write_format(apl_text *out, const apl_call *call, apl_str rest)
{
    placeholder place;
    apl_status status = APL_OK;

    while (rest.size && status == APL_OK) {
        char c = rest.data[0];
        rest = apl_str_slice(rest, 1, rest.size);
        if (c != '{' && c != '}') {
            apl_text_add_char(out, c);
        } else if (take_char(&rest, c)) {
            apl_text_add_char(out, c);
        } else if (c == '}' || !read_placeholder(&place, &rest)) {
            return apl_fail(APL_E_INPUT, "format(): the braces in the text are not {number[,width][:format]}");
        } else {
            status = add_argument(out, call, &place);
        }
        if (out->is_cut)
            return apl_fail(APL_E_LIMIT, "format(): the text is larger than %u bytes", APL_FUNCTION_BYTES_MAX);
    }
    return status;
}

apl_status apl_fn_format(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_text built;
    apl_status status = apl_call_need_text(&text, call, 0);

    if (status != APL_OK)
        return status;
    apl_text_init(&built, APL_FUNCTION_BYTES_MAX);
    status = write_format(&built, call, text);
    if (status == APL_OK)
        status = apl_call_text(out, call, apl_text_str(&built));
    apl_text_free(&built);
    return status;
}
