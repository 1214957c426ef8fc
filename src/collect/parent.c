/* collect/parent.c: fills the {parts} of a path.
 *
 * `{parent}` is the id, `{name}` its last segment; another name is the segment behind its plural (`{account}`: what
 * follows /accounts/), else a path in the body. `:host` takes the host of an address; behind a bar stands what serves
 * when the first is missing. */
#include "collect/parent.h"

#include "net/url.h"

apl_str apl_parent_segment(apl_str id, apl_str name)
{
    apl_str rest = id;
    apl_str segment;
    bool is_next = false;

    while (apl_str_next(&segment, &rest, '/')) {
        if (is_next)
            return segment;
        is_next = apl_str_equal_nocase(segment, name);
    }
    return APL_STR_NONE;
}

apl_str apl_parent_fact(const apl_parent *parent, apl_str path)
{
    for (size_t i = 0; parent->facts && i < parent->below->kept_count; i++) {
        if (apl_str_equal(parent->below->kept[i], path))
            return parent->facts[i];
    }
    return APL_STR_NONE;
}

bool apl_parent_is_meant(const apl_parent *parent, const apl_call *call)
{
    apl_str fact = apl_parent_fact(parent, call->where_path);

    for (size_t i = 0; i < call->where_values.count; i++) {
        if (apl_str_equal_nocase(fact, call->where_values.items[i]))
            return true;
    }
    return call->where_values.count == 0;
}

static apl_str last_segment(apl_str id)
{
    long slash = apl_str_find_last_char(id, '/');

    return apl_str_slice(id, (size_t)(slash + 1), id.size);
}

static apl_str host_of(apl_str address)
{
    apl_url url;

    return apl_url_parse(&url, address) == APL_OK ? url.host : APL_STR_NONE;
}

static apl_str fact_named(const apl_parent *parent, apl_str name)
{
    char plural[64];
    bool is_host = apl_str_ends(name, APL_STR(":host"));

    if (is_host)
        return host_of(apl_parent_fact(parent, apl_str_slice(name, 0, name.size - 5)));
    if (apl_str_equal(name, APL_STR("parent")))
        return parent->id;
    if (apl_str_equal(name, APL_STR("name")))
        return last_segment(parent->id);
    if (apl_str_equal(name, APL_STR("subscription")))
        return parent->subscription;
    if (name.size + 1 < sizeof plural) {
        memcpy(plural, name.data, name.size);
        plural[name.size] = 's';
        apl_str segment = apl_parent_segment(parent->id, apl_str_make(plural, name.size + 1));
        if (segment.size)
            return segment;
    }
    return apl_parent_fact(parent, name);
}

/* "a|b": the first that is there. */
static apl_str part_of(const apl_parent *parent, apl_str part)
{
    apl_str name;
    apl_str value = APL_STR_NONE;

    while (value.size == 0 && apl_str_next(&name, &part, '|'))
        value = fact_named(parent, name);
    return value;
}

static bool is_host_text(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        char c = apl_char_lower(text.data[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (c == '.' && i > 0)))
            return false;
    }
    return true;
}

/* Segments that would lead elsewhere. */
static bool climbs(apl_str path)
{
    apl_str rest = path;
    apl_str segment;

    while (apl_str_next(&segment, &rest, '/')) {
        if (apl_str_equal(segment, APL_STR("..")) || apl_str_equal(segment, APL_STR(".")))
            return true;
    }
    return false;
}

/* Puts one value where the path, as far as it is written, wants it. */
static bool add_part(apl_text *out, size_t start, apl_str name, apl_str value)
{
    apl_str written = apl_str_slice(apl_text_str(out), start, out->size);
    bool is_absolute = apl_str_starts(written, APL_STR("https://"));
    bool is_in_host = is_absolute && apl_str_find(apl_str_slice(written, 8, written.size), APL_STR("/")) < 0;

    if (value.size == 0 || value.size > APL_CALL_URL_BYTES_MAX || climbs(value))
        return false;
    if (is_in_host) {
        apl_text_add(out, value);
        return is_host_text(value);
    }
    bool is_id = apl_str_equal(name, APL_STR("parent"));
    if (is_id && (value.data[0] != '/' || out->size != start))
        return false;
    apl_url_escape(out, value, is_id);
    return true;
}

bool apl_parent_path(apl_text *out, const apl_call *call, const apl_parent *parent)
{
    size_t start = out->size;
    apl_str rest = call->path;
    long open;

    while ((open = apl_str_find(rest, APL_STR("{"))) >= 0) {
        long close = apl_str_find(rest, APL_STR("}"));
        apl_str name = apl_str_slice(rest, (size_t)open + 1, (size_t)close);
        apl_text_add(out, apl_str_slice(rest, 0, (size_t)open));
        if (!add_part(out, start, name, part_of(parent, name)))
            return false;
        rest = apl_str_slice(rest, (size_t)close + 1, rest.size);
    }
    apl_text_add(out, rest);
    return out->size - start <= APL_CALL_URL_BYTES_MAX;
}
