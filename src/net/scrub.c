/* net/scrub.c: secrets by name and by shape.
 *
 * One pass over a text, one walk over a JSON value. Names are compared without case, dashes, dots and underscores,
 * since every API has its own spelling of "access key". */
#include "net/scrub.h"

#include "base/limits.h"

/* A name is looked at up to here; real ones are shorter. */
#define NAME_BYTES_MAX 64

/* Shorter runs behind a known prefix are words. */
#define KEY_BYTES_MIN 16

static const char *const secret_ends[] = {
    "secret",    "secrets",       "password",        "passwd",           "passphrase", "pwd",
    "token",     "apikey",        "accesskey",       "accountkey",       "primarykey", "secondarykey",
    "masterkey", "sharedkey",     "subscriptionkey", "functionskey",     "privatekey", "storagekey",
    "hostkey",   "encryptionkey", "signature",       "connectionstring", "credential", "credentials",
    "assertion", "cookie",        "cookies",         "authorization",    "sas",        "sasuri",
    "sasurl",    "usercode",      "devicecode",      "identityheader",   "jwt",        "connstr",
    "adminkey",  "querykey",      "adminkeys",       "authkey",          "sessionkey",
};
static const char *const secret_names[] = {"key1", "key2", "keyvalue", "pin", "pfx", "sig"};
static const char *const secret_parameters[] = {"code", "key", "k"};
static const char *const open_names[] = {"skiptoken",  "continuationtoken", "nexttoken",         "pagetoken",
                                         "deltatoken", "nextpagetoken",     "synctoken",         "continuationtokens",
                                         "publickey",  "sshpublickey",      "maxcompletiontoken"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is_one_of(apl_str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (apl_str_equal(name, apl_str_from(names[i])))
            return true;
    }
    return false;
}

/* Lower case, letters and digits only. */
static apl_str plain_name(char buffer[NAME_BYTES_MAX], apl_str name)
{
    size_t size = 0;
    size_t from = name.size > NAME_BYTES_MAX * 4 ? name.size - NAME_BYTES_MAX * 4 : 0;

    for (size_t i = from; i < name.size; i++) {
        char c = apl_char_lower(name.data[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            continue;
        if (size == NAME_BYTES_MAX) {
            memmove(buffer, buffer + 1, NAME_BYTES_MAX - 1); /* the end of a name tells what it is */
            size--;
        }
        buffer[size++] = c;
    }
    return apl_str_make(buffer, size);
}

bool apl_scrub_is_secret(apl_str name, bool is_parameter)
{
    char buffer[NAME_BYTES_MAX];
    apl_str plain = plain_name(buffer, name);

    if (is_one_of(plain, open_names, COUNT(open_names)))
        return false;
    if (is_one_of(plain, secret_names, COUNT(secret_names)))
        return true;
    if (is_parameter && is_one_of(plain, secret_parameters, COUNT(secret_parameters)))
        return true;
    for (size_t i = 0; i < COUNT(secret_ends); i++) {
        if (apl_str_ends(plain, apl_str_from(secret_ends[i])))
            return true;
    }
    return false;
}

/* -- Texts ---------------------------------------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '$';
}

static bool is_token_char(char c)
{
    return is_name_char(c) || c == '+' || c == '/' || c == '=' || c == '~';
}

static uint32_t run_of(apl_str text, uint32_t at, bool (*is_part)(char))
{
    uint32_t end = at;

    while (end < text.size && is_part(text.data[end]))
        end++;
    return end;
}

static apl_str rest_of(apl_str text, uint32_t at)
{
    return apl_str_slice(text, at, text.size);
}

/* The end of a parameter's value. An escaped separator ends it too: a URL may stand within a URL. */
static uint32_t value_end(apl_str text, uint32_t at, bool is_escaped)
{
    uint32_t end = at;

    while (end < text.size) {
        char c = text.data[end];
        if (c == '&' || c == ';' || c == ',' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' ||
            (unsigned char)c <= ' ')
            break;
        if (is_escaped && (apl_str_starts(rest_of(text, end), APL_STR("%26")) ||
                           apl_str_starts_nocase(rest_of(text, end), APL_STR("%3B"))))
            break;
        end++;
    }
    return end;
}

/* `name=value` or `name%3Dvalue` at `at`, with a secret name: the end of it; else `at`. */
static uint32_t take_parameter(apl_text *out, apl_str text, uint32_t at, uint32_t name_end)
{
    apl_str name = apl_str_slice(text, at, name_end);
    apl_str rest = rest_of(text, name_end);
    bool is_escaped = apl_str_starts_nocase(rest, APL_STR("%3D"));
    uint32_t sign = is_escaped ? 3 : 1;

    if (!is_escaped && !apl_str_starts(rest, APL_STR("=")))
        return at;
    if (!apl_scrub_is_secret(name, true))
        return at;
    apl_text_add(out, apl_str_slice(text, at, name_end + sign));
    apl_text_add(out, APL_STR(APL_SCRUBBED));
    return value_end(text, name_end + sign, is_escaped);
}

/* What is a secret by its beginning: the end of it; else `at`. */
static uint32_t take_shape(apl_text *out, apl_str text, uint32_t at)
{
    static const char *const prefixes[] = {"sk-",  "ghp_", "gho_", "ghs_", "github_pat_", "hf_",
                                           "xoxb", "xoxp", "AKIA", "pat_", "eyJ"};
    apl_str rest = rest_of(text, at);
    uint32_t end = run_of(text, at, is_token_char);

    for (size_t i = 0; i < COUNT(prefixes); i++) {
        if (apl_str_starts(rest, apl_str_from(prefixes[i])) && end - at >= KEY_BYTES_MIN) {
            apl_text_add(out, APL_STR(APL_SCRUBBED));
            return end;
        }
    }
    bool is_bearer = apl_str_starts_nocase(rest, APL_STR("bearer "));
    if (is_bearer || apl_str_starts_nocase(rest, APL_STR("basic "))) {
        uint32_t start = at + (is_bearer ? 7 : 6);
        end = run_of(text, start, is_token_char);
        if (end - start < 8 || (end < text.size && text.data[end - 1] == '='))
            return at; /* a challenge: Bearer authorization_uri="..." */
        apl_text_add(out, apl_str_slice(text, at, start));
        apl_text_add(out, APL_STR(APL_SCRUBBED));
        return end;
    }
    return at;
}

/* A private key goes to its last line; user information of a URL to its at sign. */
static uint32_t take_block(apl_text *out, apl_str text, uint32_t at)
{
    apl_str rest = rest_of(text, at);

    if (apl_str_starts(rest, APL_STR("-----BEGIN")) && apl_str_find(rest, APL_STR("PRIVATE KEY")) > 0) {
        long end = apl_str_find(rest, APL_STR("-----END"));
        apl_text_add(out, APL_STR(APL_SCRUBBED));
        return end < 0 ? text.size : at + (uint32_t)end;
    }
    if (!apl_str_starts(rest, APL_STR("://")))
        return at;
    for (uint32_t i = at + 3; i < text.size && text.data[i] != '/' && text.data[i] != '"' && text.data[i] != '?' &&
                              (unsigned char)text.data[i] > ' ';
         i++) {
        if (text.data[i] == '@') {
            apl_text_add(out, APL_STR("://" APL_SCRUBBED));
            return i;
        }
    }
    return at;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_escape(apl_str rest)
{
    return rest.size >= 3 && rest.data[0] == '%' && is_hex(rest.data[1]) && is_hex(rest.data[2]);
}

void apl_scrub_text(apl_text *out, apl_str text)
{
    uint32_t at = 0;

    while (at < text.size) {
        uint32_t end = take_block(out, text, at);
        if (end == at && is_name_char(text.data[at])) {
            uint32_t name_end = run_of(text, at, is_name_char);
            end = take_shape(out, text, at);
            if (end == at)
                end = take_parameter(out, text, at, name_end);
            if (end == at) {
                apl_text_add(out, apl_str_slice(text, at, name_end));
                end = name_end;
            }
        } else if (end == at && is_escape(rest_of(text, at))) {
            apl_text_add(out, apl_str_slice(text, at, at + 3)); /* its digits belong to no name */
            end = at + 3;
        } else if (end == at) {
            apl_text_add_char(out, text.data[at]);
            end = at + 1;
        }
        at = end;
    }
}

/* -- JSON ----------------------------------------------------------------------------------------------------- */

/* An object or array that is being written. */
typedef struct level {
    apl_json_members members;
    apl_json_items items;
    bool is_object;
    bool hides;        /* everything in it */
    bool hides_values; /* of {"name": "API_KEY", "value": ...} */
    bool has_first;
} level;

static bool names_secret(const apl_json *object)
{
    static const char *const names[] = {"name", "keyName", "key"};

    for (size_t i = 0; i < COUNT(names); i++) {
        const apl_json *name = apl_json_get(object, apl_str_from(names[i]));
        if (name && apl_json_is_string(name) && apl_scrub_is_secret(apl_json_str(name), true))
            return true;
    }
    return false;
}

static void open_level(level *out, const apl_json *node, bool hides)
{
    *out = (level){.is_object = apl_json_is_object(node), .hides = hides};
    if (out->is_object) {
        out->members = apl_json_each_member(node);
        out->hides_values = names_secret(node);
    } else {
        out->items = apl_json_each_item(node);
    }
}

static void write_scalar(apl_text *out, const apl_json *node, bool hides)
{
    apl_text clean;

    if (!apl_json_is_string(node)) {
        (void)apl_json_write(out, node);
        return;
    }
    if (hides && apl_json_str(node).size) {
        apl_text_add(out, APL_STR("\"" APL_SCRUBBED "\""));
        return;
    }
    apl_text_init(&clean, APL_DOCUMENT_BYTES_MAX);
    apl_scrub_text(&clean, apl_json_str(node));
    apl_json_write_string(out, apl_text_str(&clean));
    apl_text_free(&clean);
}

/* The next value of a level, its name written; NULL after the last. */
static const apl_json *next_value(apl_text *out, level *at, bool *hides)
{
    bool is_there = at->is_object ? apl_json_next_member(&at->members) : apl_json_next_item(&at->items);

    if (!is_there)
        return NULL;
    if (at->has_first)
        apl_text_add_char(out, ',');
    at->has_first = true;
    *hides = at->hides;
    if (!at->is_object)
        return at->items.value;
    apl_str key = at->members.key;
    apl_json_write_string(out, key);
    apl_text_add_char(out, ':');
    *hides = at->hides || apl_scrub_is_secret(key, false) ||
             (at->hides_values &&
              (apl_str_equal_nocase(key, APL_STR("value")) || apl_str_equal_nocase(key, APL_STR("defaultValue"))));
    return at->members.value;
}

void apl_scrub_json(apl_text *out, const apl_json *root)
{
    level levels[APL_JSON_DEPTH_MAX + 1];
    size_t depth = 0;
    const apl_json *node = root;
    bool hides = false;

    do {
        if (node && (apl_json_is_object(node) || apl_json_is_array(node))) {
            APL_ASSERT(depth <= APL_JSON_DEPTH_MAX);
            open_level(&levels[depth++], node, hides);
            apl_text_add_char(out, levels[depth - 1].is_object ? '{' : '[');
        } else if (node) {
            write_scalar(out, node, hides);
        } else {
            depth--;
            apl_text_add_char(out, levels[depth].is_object ? '}' : ']');
        }
        node = depth ? next_value(out, &levels[depth - 1], &hides) : NULL;
    } while (depth);
}
