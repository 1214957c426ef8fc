/* condition/functions/encoding.c: JSON, base64 and addresses as texts.
 *
 * What is decoded must be UTF-8: a text that is not is an error, because nothing behind it could compare it. */
#include "condition/fold.h"
#include "condition/program.h"
#include "json/json.h"

static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char hex_digits[] = "0123456789ABCDEF";

static apl_status parse_json(apl_value *out, const apl_call *call, apl_str text)
{
    if (text.size > APL_FUNCTION_BYTES_MAX)
        return apl_fail(APL_E_LIMIT, "%s(): the text is larger than %u bytes", call->function->name,
                        APL_FUNCTION_BYTES_MAX);
    call->run->bytes += (size_t)text.size * 8;
    apl_status status = apl_json_parse(out, call->run->arena, text);
    return status == APL_OK ? status : apl_fail_context(APL_E_INPUT, "%s()", call->function->name);
}

apl_status apl_fn_json(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_status status = apl_call_need_text(&text, call, 0);

    return status == APL_OK ? parse_json(out, call, text) : status;
}

apl_status apl_fn_base64(apl_value *out, const apl_call *call)
{
    apl_str text;
    void *memory = NULL;
    apl_status status = apl_call_need_text(&text, call, 0);
    size_t size = ((size_t)text.size + 2) / 3 * 4;

    if (status == APL_OK)
        status = apl_call_alloc(&memory, call, size + 1);
    if (status != APL_OK)
        return status;
    char *made = memory;
    for (uint32_t i = 0; i < text.size; i += 3) {
        uint32_t left = text.size - i;
        uint32_t bits = (uint32_t)(unsigned char)text.data[i] << 16;
        if (left > 1)
            bits |= (uint32_t)(unsigned char)text.data[i + 1] << 8;
        if (left > 2)
            bits |= (unsigned char)text.data[i + 2];
        *made++ = base64_letters[bits >> 18];
        *made++ = base64_letters[(bits >> 12) & 63];
        *made++ = left > 1 ? base64_letters[(bits >> 6) & 63] : '=';
        *made++ = left > 2 ? base64_letters[bits & 63] : '=';
    }
    *out = apl_value_string(apl_str_make(memory, size));
    return APL_OK;
}

static int base64_value(char c)
{
    const char *at = c ? strchr(base64_letters, c) : NULL;

    return at ? (int)(at - base64_letters) : -1;
}

static bool is_utf8(apl_str text)
{
    for (uint32_t at = 0; at < text.size;) {
        uint32_t point = apl_utf8_next(text, &at);
        if (point >= 0xD800 && point <= 0xDFFF)
            return false;
    }
    return true;
}

static apl_status decode_base64(apl_str *out, const apl_call *call, apl_str text)
{
    void *memory = NULL;
    uint32_t bits = 0;
    size_t size = 0;
    int letters = 0;
    uint32_t padding = 0;

    apl_status status = apl_call_alloc(&memory, call, (size_t)text.size / 4 * 3 + 3);
    if (status != APL_OK)
        return status;
    unsigned char *made = memory;
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] == '=' && i + 2 >= text.size) {
            padding++;
            continue;
        }
        int value = base64_value(text.data[i]);
        if (value < 0 || padding)
            return apl_fail(APL_E_INPUT, "%s(): the text is not base64", call->function->name);
        bits = bits << 6 | (uint32_t)value;
        letters += 6;
        if (letters >= 8) {
            letters -= 8;
            made[size++] = (unsigned char)(bits >> letters);
        }
    }
    if (text.size % 4 != 0)
        return apl_fail(APL_E_INPUT, "%s(): the text is not base64", call->function->name);
    *out = apl_str_make(memory, size);
    return is_utf8(*out) ? APL_OK : apl_fail(APL_E_INPUT, "%s(): the bytes are no text", call->function->name);
}

apl_status apl_fn_base64_to_string(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_str decoded = APL_STR("");
    apl_status status = apl_call_need_text(&text, call, 0);

    if (status == APL_OK)
        status = decode_base64(&decoded, call, text);
    *out = apl_value_string(decoded);
    return status;
}

apl_status apl_fn_base64_to_json(apl_value *out, const apl_call *call)
{
    apl_value text;
    apl_status status = apl_fn_base64_to_string(&text, call);

    return status == APL_OK ? parse_json(out, call, apl_value_str(text)) : status;
}

#define DATA_URI_START "data:text/plain;charset=utf8;base64,"

apl_status apl_fn_data_uri(apl_value *out, const apl_call *call)
{
    apl_value encoded;
    void *memory = NULL;
    apl_str start = APL_STR(DATA_URI_START);
    apl_status status = apl_fn_base64(&encoded, call);

    if (status == APL_OK)
        status = apl_call_alloc(&memory, call, (size_t)start.size + encoded.size + 1);
    if (status != APL_OK)
        return status;
    memcpy(memory, start.data, start.size);
    memcpy((char *)memory + start.size, encoded.string, encoded.size);
    *out = apl_value_string(apl_str_make(memory, (size_t)start.size + encoded.size));
    return APL_OK;
}

/* Letters, digits and the four marks that RFC 3986 leaves as they are. */
static bool is_unreserved(char c)
{
    char lower = apl_char_lower(c);

    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
}

static apl_status encode_component(apl_value *out, const apl_call *call, apl_str text)
{
    void *memory = NULL;
    size_t size = 0;
    apl_status status = apl_call_alloc(&memory, call, (size_t)text.size * 3 + 1);

    if (status != APL_OK)
        return status;
    char *made = memory;
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (is_unreserved(text.data[i])) {
            made[size++] = text.data[i];
        } else {
            made[size++] = '%';
            made[size++] = hex_digits[byte >> 4];
            made[size++] = hex_digits[byte & 15];
        }
    }
    *out = apl_value_string(apl_str_make(memory, size));
    return APL_OK;
}

apl_status apl_fn_uri_component(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_status status = apl_call_need_text(&text, call, 0);

    return status == APL_OK ? encode_component(out, call, text) : status;
}

static int hex_value(char c)
{
    char lower = apl_char_lower(c);

    if (c >= '0' && c <= '9')
        return c - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static apl_status decode_component(apl_value *out, const apl_call *call, apl_str text)
{
    void *memory = NULL;
    size_t size = 0;
    apl_status status = apl_call_alloc(&memory, call, (size_t)text.size + 1);

    if (status != APL_OK)
        return status;
    char *made = memory;
    for (uint32_t i = 0; i < text.size; i++) {
        bool is_code = text.data[i] == '%' && i + 2 < text.size && hex_value(text.data[i + 1]) >= 0 &&
                       hex_value(text.data[i + 2]) >= 0;
        made[size++] = is_code ? (char)(hex_value(text.data[i + 1]) * 16 + hex_value(text.data[i + 2])) : text.data[i];
        i += is_code ? 2 : 0;
    }
    *out = apl_value_string(apl_str_make(memory, size));
    return is_utf8(apl_value_str(*out)) ? APL_OK
                                        : apl_fail(APL_E_INPUT, "%s(): the bytes are no text", call->function->name);
}

apl_status apl_fn_uri_component_to_string(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_status status = apl_call_need_text(&text, call, 0);

    return status == APL_OK ? decode_component(out, call, text) : status;
}

apl_status apl_fn_data_uri_to_string(apl_value *out, const apl_call *call)
{
    apl_str text;
    apl_str decoded = APL_STR("");
    apl_status status = apl_call_need_text(&text, call, 0);

    if (status != APL_OK)
        return status;
    long comma = apl_str_find(text, APL_STR(","));
    if (!apl_str_starts_nocase(text, APL_STR("data:")) || comma < 0)
        return apl_fail(APL_E_INPUT, "dataUriToString(): the text is no data URI");
    apl_str body = apl_str_slice(text, (size_t)comma + 1, text.size);
    if (!apl_str_ends(apl_str_slice(text, 0, (size_t)comma), APL_STR(";base64")))
        return decode_component(out, call, body);
    status = decode_base64(&decoded, call, body);
    *out = apl_value_string(decoded);
    return status;
}

/* The end of the path that the relative part replaces: behind the last `/` of the base, unless the part starts at the
 * root. */
static size_t kept_of_base(apl_str base, apl_str part)
{
    long scheme = apl_str_find(base, APL_STR("://"));
    size_t host = scheme < 0 ? 0 : (size_t)scheme + 3;
    size_t root = host;

    while (root < base.size && base.data[root] != '/')
        root++;
    if (root == base.size || (part.size && part.data[0] == '/'))
        return root;
    size_t end = base.size;
    while (base.data[end - 1] != '/')
        end--;
    return end;
}

apl_status apl_fn_uri(apl_value *out, const apl_call *call)
{
    apl_str base;
    apl_str part;
    void *memory = NULL;
    apl_status status = apl_call_need_text(&base, call, 0);

    if (status == APL_OK)
        status = apl_call_need_text(&part, call, 1);
    if (status != APL_OK)
        return status;
    size_t kept = kept_of_base(base, part);
    bool needs_slash = (kept == 0 || base.data[kept - 1] != '/') && (part.size == 0 || part.data[0] != '/');
    size_t size = kept + needs_slash + part.size;
    status = apl_call_alloc(&memory, call, size + 1);
    if (status != APL_OK)
        return status;
    char *made = memory;
    if (kept)
        memcpy(made, base.data, kept);
    if (needs_slash)
        made[kept] = '/';
    if (part.size)
        memcpy(made + kept + needs_slash, part.data, part.size);
    *out = apl_value_string(apl_str_make(memory, size));
    return APL_OK;
}
