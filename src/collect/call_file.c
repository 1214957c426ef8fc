/* collect/call_file.c: reads `read` and the entries of `calls`, member by member.
 *
 * What is not written follows from the path: the API from its host, what it lies below from its {parts}. Everything
 * that would give a secret, or change something, is refused here, so that no content can make a collector do it. */
#include "collect/call_file.h"

#include "base/guess.h"
#include "base/limits.h"

static const char *const members[] = {
    "list",     "get",  "name",     "type",  "api",  "of",      "where",   "body", "token", "items",
    "into",     "id",   "versions", "needs", "lost", "none_on", "batched", "step", "never", "resource_graph",
    "children", "note", NULL};

/* The last words of the paths that a POST may have: each is a question. */
static const char *const questions[] = {"resources", "query", "runHuntingQuery", NULL};

static apl_str member_text(apl_value object, const char *name)
{
    return apl_value_str(apl_value_member(object, name));
}

static bool is_set(apl_value object, const char *name)
{
    apl_value given = apl_value_member(object, name);

    return given.type == APL_VALUE_BOOL && given.boolean;
}

static bool is_one_of(apl_str name, const char *const *words)
{
    for (size_t i = 0; words[i]; i++) {
        if (apl_str_equal(name, apl_str_from(words[i])))
            return true;
    }
    return false;
}

apl_status apl_call_check_members(apl_value object, const char *where)
{
    char hint[APL_GUESS_HINT_BYTES];

    if (object.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: a call must be an object, is %s", where, apl_value_type_name(object));
    for (uint32_t i = 0; i < object.size; i++) {
        if (!is_one_of(object.members[i].key, members))
            return apl_fail(APL_E_CONTENT, "%s: unknown member \"%.*s\"%s", where, APL_STR_ARG(object.members[i].key),
                            apl_guess_of(object.members[i].key, members, hint));
    }
    return APL_OK;
}

/* A text or a list of texts. */
static apl_status words_of(apl_call_words *out, const apl_call_place *place, apl_value object, const char *name)
{
    apl_value given = apl_value_member(object, name);
    bool is_list = given.type == APL_VALUE_ARRAY;
    size_t count = is_list ? given.size : 1;

    *out = (apl_call_words){0};
    if (given.type == APL_VALUE_MISSING)
        return APL_OK;
    if ((!is_list && given.type != APL_VALUE_STRING) || count == 0 || count > APL_CALL_WORDS_MAX)
        return apl_fail(APL_E_CONTENT, "%s: %s must be a text or a list of at most %u texts", place->where, name,
                        APL_CALL_WORDS_MAX);
    apl_str *words = APL_ARENA_ARRAY(place->arena, apl_str, count);
    for (size_t i = 0; i < count; i++) {
        words[i] = apl_value_str(is_list ? given.items[i] : given);
        if (words[i].size == 0)
            return apl_fail(APL_E_CONTENT, "%s: %s must be texts; put numbers and dates in quotes", place->where, name);
    }
    *out = (apl_call_words){words, count};
    return APL_OK;
}

/* `where: {path: [values]}`. */
static apl_status where_of(apl_call *out, const apl_call_place *place, apl_value object)
{
    apl_value where = apl_value_member(object, "where");

    if (where.type == APL_VALUE_MISSING)
        return APL_OK;
    if (where.type != APL_VALUE_OBJECT || where.size != 1)
        return apl_fail(APL_E_CONTENT, "%s: where must be one {path: [values]}", place->where);
    out->where_path = where.members[0].key;
    return words_of(&out->where_values, place, where, apl_arena_str(place->arena, out->where_path).data);
}

/* `token: [member of the answer, place in the next body]`. */
static apl_status token_of(apl_call *out, const apl_call_place *place, apl_value object)
{
    apl_call_words words;
    apl_status status = words_of(&words, place, object, "token");

    if (status != APL_OK || words.count == 0)
        return status;
    if (words.count != 2 || out->body.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: token must be [member of the answer, member of the body]", place->where);
    out->token_from = words.items[0];
    out->token_to = words.items[1];
    return APL_OK;
}

typedef struct api_rule {
    const char *part; /* of the path */
    apl_azure_api api;
} api_rule;

/* Parts of Microsoft Graph that have a rate of their own. */
static apl_azure_api graph_api_of(apl_str path)
{
    if (apl_str_starts(path, APL_STR("/reports/")))
        return APL_AZURE_GRAPH_REPORTS;
    return apl_str_starts(path, APL_STR("/identity/")) ? APL_AZURE_GRAPH_ACCESS : APL_AZURE_GRAPH;
}

static apl_status api_of(apl_call *out, const apl_call_place *place, apl_value object)
{
    static const api_rule rules[] = {
        {".search.windows.net", APL_AZURE_SEARCH},
        {".services.ai.azure.com", APL_AZURE_FOUNDRY},
        {".openai.azure.com", APL_AZURE_COGNITIVE},
    };
    apl_str name = member_text(object, "api");

    if (name.size) {
        out->api = apl_azure_api_named(name);
        if (out->api == APL_AZURE_APIS)
            return apl_fail(APL_E_CONTENT, "%s: there is no API \"%.*s\"", place->where, APL_STR_ARG(name));
        return APL_OK;
    }
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (apl_str_find(out->path, apl_str_from(rules[i].part)) > 0) {
            out->api = rules[i].api;
            return APL_OK;
        }
    }
    if (apl_str_starts(out->path, APL_STR("https:")))
        return apl_fail(APL_E_CONTENT, "%s: say which api \"%.*s\" is of", place->where, APL_STR_ARG(out->path));
    if (!apl_str_equal(place->provider, APL_STR("azure")))
        out->api = graph_api_of(out->path);
    else
        out->api = apl_str_starts(place->type, APL_STR("Microsoft.Storage/")) ? APL_AZURE_ARM_STORAGE : APL_AZURE_ARM;
    return APL_OK;
}

static bool has_word(apl_str segment, const char *word)
{
    return apl_str_find_nocase(segment, apl_str_from(word)) >= 0;
}

/* A segment such as listKeys, listSecrets, listAccountSas, regenerateKey. */
static bool gives_secrets(apl_str segment)
{
    bool lists = apl_str_starts_nocase(segment, APL_STR("list")) ||
                 apl_str_starts_nocase(segment, APL_STR("regenerate")) ||
                 apl_str_starts_nocase(segment, APL_STR("get"));

    return lists && (has_word(segment, "key") || has_word(segment, "secret") || has_word(segment, "credential") ||
                     has_word(segment, "sas") || has_word(segment, "token") || has_word(segment, "password"));
}

static apl_status check_is_read(const apl_call *call, const char *where)
{
    apl_str rest = apl_str_slice(call->path, 0, call->path.size);
    apl_str segment;
    apl_str last = APL_STR_NONE;
    long query = apl_str_find(rest, APL_STR("?"));

    if (query >= 0)
        rest = apl_str_slice(rest, 0, (size_t)query);
    while (apl_str_next(&segment, &rest, '/')) {
        last = segment;
        if (gives_secrets(segment))
            return apl_fail(APL_E_CONTENT, "%s: \"%.*s\" gives secrets, which are never read", where,
                            APL_STR_ARG(segment));
    }
    if (call->body.type != APL_VALUE_MISSING && !is_one_of(last, questions))
        return apl_fail(APL_E_CONTENT, "%s: a POST to \"%.*s\" may do more than read", where, APL_STR_ARG(last));
    return APL_OK;
}

static apl_status path_of(apl_call *out, const apl_call_place *place, apl_value object)
{
    apl_str list = member_text(object, "list");
    apl_str get = member_text(object, "get");

    if ((list.size == 0) == (get.size == 0))
        return apl_fail(APL_E_CONTENT, "%s: a call has a list or a get", place->where);
    out->is_single = get.size > 0;
    out->path = get.size ? get : list;
    if (out->path.data[0] != '/' && out->path.data[0] != '{' && !apl_str_starts(out->path, APL_STR("https://")))
        return apl_fail(APL_E_CONTENT, "%s: a path starts with /, {parent} or https://", place->where);
    out->names_parent = apl_str_find(out->path, APL_STR("{parent}")) >= 0 ||
                        apl_str_find(out->path, APL_STR("{id}")) >= 0 ||
                        apl_str_find(out->path, APL_STR("{name}")) >= 0;
    return APL_OK;
}

static apl_status lists_of(apl_call *out, const apl_call_place *place, apl_value object)
{
    apl_status status = words_of(&out->of, place, object, "of");

    if (status == APL_OK)
        status = words_of(&out->versions, place, object, "versions");
    if (status == APL_OK && out->versions.count > APL_CALL_VERSIONS_MAX)
        status = apl_fail(APL_E_CONTENT, "%s: more than %u versions", place->where, APL_CALL_VERSIONS_MAX);
    if (status == APL_OK)
        status = words_of(&out->ids, place, object, "id");
    if (status == APL_OK)
        status = words_of(&out->none_on, place, object, "none_on");
    if (status == APL_OK)
        status = where_of(out, place, object);
    return status == APL_OK ? token_of(out, place, object) : status;
}

apl_status apl_call_read(apl_call *out, const apl_call_place *place, apl_value object)
{
    apl_status status = apl_call_check_members(object, place->where);

    *out = (apl_call){.source = place->provider, .body = apl_value_member(object, "body")};
    if (status == APL_OK)
        status = path_of(out, place, object);
    if (status == APL_OK)
        status = api_of(out, place, object);
    if (status == APL_OK)
        status = lists_of(out, place, object);
    if (status == APL_OK)
        status = check_is_read(out, place->where);
    if (status != APL_OK)
        return status;
    out->type = place->type.size ? place->type : member_text(object, "type");
    out->name = out->type.size ? out->type : member_text(object, "name");
    out->items = member_text(object, "items");
    out->into = member_text(object, "into");
    out->needs = member_text(object, "needs");
    out->lost = member_text(object, "lost");
    out->never = member_text(object, "never");
    out->is_batched = is_set(object, "batched");
    out->is_step = is_set(object, "step");
    if (out->name.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: a call needs a type, or a name for others to lie below", place->where);
    if (out->needs.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: a call says which permission it needs", place->where);
    if (out->versions.count == 0 && !apl_call_is_graph(out))
        return apl_fail(APL_E_CONTENT, "%s: a call of this API says its versions", place->where);
    if (out->is_batched && (out->api != APL_AZURE_GRAPH || out->body.type != APL_VALUE_MISSING))
        return apl_fail(APL_E_CONTENT, "%s: only a GET of Microsoft Graph is batched", place->where);
    return APL_OK;
}
