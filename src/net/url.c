/* net/url.c: taking URLs apart.
 *
 * Stricter than RFC 3986 where strictness keeps a token from going astray: what two parsers might read differently
 * (user information, backslashes, control characters, a host with anything but letters, digits, dots and dashes) is
 * refused, so that libcurl never sees a host other than the one that was checked here. */
#include "net/url.h"

#include "net/limits.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static apl_status refuse(apl_str text, const char *why)
{
    long query = text.size ? apl_str_find(text, APL_STR("?")) : -1;
    apl_str shown = query < 0 ? text : apl_str_slice(text, 0, (size_t)query);

    if (shown.size > 200)
        shown.size = 200;
    return apl_fail(APL_E_INPUT, "\"%.*s\" is no URL that may be asked: %s", APL_STR_ARG(shown), why);
}

/* What stands between brackets, an IPv6 address: hexadecimal digits, colons, dots. */
static bool is_bracketed(apl_str host)
{
    for (uint32_t i = 0; i < host.size; i++) {
        if (!is_hex(host.data[i]) && host.data[i] != ':' && host.data[i] != '.')
            return false;
    }
    return host.size >= 2;
}

static bool is_name(apl_str host)
{
    for (uint32_t i = 0; i < host.size; i++) {
        char c = host.data[i];
        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '.' && c != '_')
            return false;
        if (c == '.' && (i == 0 || i + 1 == host.size || host.data[i - 1] == '.'))
            return false;
    }
    return host.size > 0 && host.size <= 253;
}

static bool read_port(unsigned *out, apl_str digits)
{
    unsigned port = 0;

    if (digits.size == 0 || digits.size > 5)
        return false;
    for (uint32_t i = 0; i < digits.size; i++) {
        if (!is_digit(digits.data[i]))
            return false;
        port = port * 10 + (unsigned)(digits.data[i] - '0');
    }
    *out = port;
    return port > 0 && port <= 65535;
}

/* host, host:port, [v6], [v6]:port */
static bool read_authority(apl_url *out, apl_str authority)
{
    apl_str rest;

    if (authority.size && authority.data[0] == '[') {
        long end = apl_str_find(authority, APL_STR("]"));
        if (end < 0)
            return false;
        out->host = apl_str_slice(authority, 1, (size_t)end);
        rest = apl_str_slice(authority, (size_t)end + 1, authority.size);
        if (!is_bracketed(out->host) || (rest.size && rest.data[0] != ':'))
            return false;
    } else {
        long colon = apl_str_find(authority, APL_STR(":"));
        size_t end = colon < 0 ? authority.size : (size_t)colon;
        out->host = apl_str_slice(authority, 0, end);
        rest = apl_str_slice(authority, end, authority.size);
        if (!is_name(out->host))
            return false;
    }
    return rest.size == 0 || read_port(&out->port, apl_str_slice(rest, 1, rest.size));
}

static bool has_bad_character(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= 0x20 || c >= 0x7f || c == '\\' || c == '"' || c == '<' || c == '>')
            return true;
    }
    return false;
}

static size_t authority_end(apl_str text, size_t from)
{
    size_t at = from;

    while (at < text.size && text.data[at] != '/' && text.data[at] != '?' && text.data[at] != '#')
        at++;
    return at;
}

apl_status apl_url_parse(apl_url *out, apl_str text)
{
    apl_url url = {0};

    *out = url;
    if (text.size > APL_NET_URL_BYTES_MAX)
        return refuse(text, "it is too long");
    if (has_bad_character(text))
        return refuse(text, "it has characters that a URL may not have");
    if (apl_str_starts_nocase(text, APL_STR("https://"))) {
        url.scheme = apl_str_slice(text, 0, 5);
        url.port = 443;
    } else if (apl_str_starts_nocase(text, APL_STR("http://"))) {
        url.scheme = apl_str_slice(text, 0, 4);
        url.port = 80;
    } else {
        return refuse(text, "it does not start with https://");
    }
    size_t start = url.scheme.size + 3u;
    size_t end = authority_end(text, start);
    apl_str authority = apl_str_slice(text, start, end);
    if (apl_str_find(authority, APL_STR("@")) >= 0)
        return apl_fail(APL_E_INPUT, "an URL with a user name in it is not asked");
    if (!read_authority(&url, authority))
        return refuse(text, "its host cannot be read");
    apl_str rest = apl_str_slice(text, end, text.size);
    long fragment = apl_str_find(rest, APL_STR("#"));
    if (fragment >= 0)
        rest.size = (uint32_t)fragment;
    long query = apl_str_find(rest, APL_STR("?"));
    url.path = query < 0 ? rest : apl_str_slice(rest, 0, (size_t)query);
    url.query = query < 0 ? APL_STR_NONE : apl_str_slice(rest, (size_t)query + 1, rest.size);
    *out = url;
    return APL_OK;
}

bool apl_url_same_origin(const apl_url *a, const apl_url *b)
{
    return apl_str_equal_nocase(a->scheme, b->scheme) && apl_str_equal_nocase(a->host, b->host) && a->port == b->port;
}

/* The link with spaces and bytes above ASCII escaped: services do write them. */
static apl_str escaped(apl_arena *arena, apl_str link)
{
    static const char digits[] = "0123456789ABCDEF";
    char *data = apl_arena_alloc_raw(arena, (size_t)link.size * 3 + 1);
    size_t size = 0;

    for (uint32_t i = 0; i < link.size; i++) {
        unsigned char c = (unsigned char)link.data[i];
        if (c == ' ' || c >= 0x80 || c == '"' || c == '<' || c == '>') {
            data[size++] = '%';
            data[size++] = digits[c >> 4];
            data[size++] = digits[c & 15];
        } else {
            data[size++] = (char)c;
        }
    }
    data[size] = 0;
    return apl_str_make(data, size);
}

/* `scheme:` at the start makes a link absolute (RFC 3986, section 4.2). */
static bool has_scheme(apl_str link)
{
    uint32_t end = 0;

    while (end < link.size && (is_letter(link.data[end]) || is_digit(link.data[end]) || link.data[end] == '+' ||
                               link.data[end] == '-' || link.data[end] == '.'))
        end++;
    return end > 0 && end < link.size && link.data[end] == ':';
}

/* `link` as an absolute URL; relative to the host, to the path or to the query of `from`. */
static apl_str resolved(apl_arena *arena, const apl_url *base, apl_str from, apl_str link)
{
    size_t origin = authority_end(from, base->scheme.size + 3u);
    apl_str path = base->path;

    if (has_scheme(link))
        return link;
    if (apl_str_starts(link, APL_STR("//")))
        return apl_arena_format(arena, "%.*s:%.*s", APL_STR_ARG(base->scheme), APL_STR_ARG(link));
    if (link.size && link.data[0] != '/' && link.data[0] != '?') {
        long slash = apl_str_find_last_char(path, '/');
        path.size = slash < 0 ? 0 : (uint32_t)slash;
        return apl_arena_format(arena, "%.*s%.*s/%.*s", (int)origin, from.data, APL_STR_ARG(path), APL_STR_ARG(link));
    }
    if (link.size && link.data[0] == '?')
        return apl_arena_format(arena, "%.*s%.*s%.*s", (int)origin, from.data, APL_STR_ARG(path), APL_STR_ARG(link));
    return apl_arena_format(arena, "%.*s%.*s", (int)origin, from.data, APL_STR_ARG(link));
}

apl_status apl_url_next(apl_str *out, apl_arena *arena, apl_str from, apl_str link)
{
    apl_url base;
    apl_url next;
    apl_status status = apl_url_parse(&base, from);

    *out = APL_STR_NONE;
    if (status != APL_OK)
        return status;
    if (link.size == 0 || link.size > APL_NET_URL_BYTES_MAX)
        return apl_fail(APL_E_INPUT, "the link to the next page is %s", link.size ? "too long" : "empty");
    apl_str text = resolved(arena, &base, from, escaped(arena, link));
    status = apl_url_parse(&next, text);
    if (status != APL_OK)
        return apl_fail_context(status, "the link to the next page");
    if (!apl_url_same_origin(&base, &next))
        return apl_fail(APL_E_INPUT,
                        "the link to the next page leads from %.*s://%.*s:%u to %.*s://%.*s:%u; not followed",
                        APL_STR_ARG(base.scheme), APL_STR_ARG(base.host), base.port, APL_STR_ARG(next.scheme),
                        APL_STR_ARG(next.host), next.port);
    if (apl_str_equal(base.path, next.path) && apl_str_equal(base.query, next.query))
        return apl_fail(APL_E_INPUT, "the link to the next page leads to the same page");
    *out = apl_arena_str(arena, text);
    return APL_OK;
}

apl_str apl_url_parameter(apl_str url, apl_str name)
{
    long start = apl_str_find(url, APL_STR("?"));
    apl_str rest;
    apl_str part;

    if (start < 0)
        return APL_STR_NONE;
    rest = apl_str_slice(url, (size_t)start + 1, url.size);
    while (apl_str_next(&part, &rest, '&')) {
        long equals = apl_str_find(part, APL_STR("="));
        size_t end = equals < 0 ? part.size : (size_t)equals;
        if (apl_str_equal_nocase(apl_str_slice(part, 0, end), name))
            return equals < 0 ? APL_STR("") : apl_str_slice(part, end + 1, part.size);
    }
    return APL_STR_NONE;
}

void apl_url_escape(apl_text *out, apl_str text, bool keeps_slashes)
{
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool stays = is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
        if (stays || (keeps_slashes && c == '/'))
            apl_text_add_char(out, c);
        else
            apl_text_add_format(out, "%%%02X", (unsigned char)c);
    }
}

/* a.b.c.d with every part below 256, as an address in host order. */
static bool read_address(uint32_t *out, apl_str host)
{
    uint32_t address = 0;
    apl_str rest = host;
    apl_str part;
    unsigned parts = 0;

    while (apl_str_next(&part, &rest, '.')) {
        unsigned value = 0;
        if (part.size == 0 || part.size > 3 || parts == 4)
            return false;
        for (uint32_t i = 0; i < part.size; i++) {
            if (!is_digit(part.data[i]))
                return false;
            value = value * 10 + (unsigned)(part.data[i] - '0');
        }
        if (value > 255)
            return false;
        address = address << 8 | value;
        parts++;
    }
    *out = address;
    return parts == 4;
}

bool apl_url_is_local(const apl_url *url)
{
    uint32_t address = 0;

    if (read_address(&address, url->host))
        return address >> 24 == 127 || address >> 16 == 0xa9fe;
    return apl_str_equal_nocase(url->host, APL_STR("localhost")) || apl_str_equal(url->host, APL_STR("::1")) ||
           (apl_str_starts_nocase(url->host, APL_STR("fe80:")) && apl_str_find(url->host, APL_STR(".")) < 0);
}
