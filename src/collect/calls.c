/* collect/calls.c: the calls of all services, and what lies below what.
 *
 * A `read` of a type that Resource Graph holds is no call of its own: the queries among the `calls` of
 * services/azure/resources bring it, for all subscriptions at once. */
#include "collect/calls.h"

#include "base/guess.h"
#include "base/limits.h"
#include "base/table.h"
#include "collect/call_file.h"

struct apl_calls {
    apl_arena *arena;
    APL_VECTOR(apl_call) items;
    APL_VECTOR(apl_below) below;
    APL_VECTOR(apl_str) types;
    APL_VECTOR(apl_str) versions; /* by type: the first one that its `read` names, or empty */
    apl_table *types_by_name;
    apl_table *names; /* of calls without a type: what else may be above a call */
    apl_table *below_by_type;
};

apl_calls *apl_calls_new(apl_arena *arena)
{
    apl_calls *calls = apl_memory_new(sizeof *calls);

    calls->arena = arena;
    calls->types_by_name = apl_table_new(true);
    calls->names = apl_table_new(true);
    calls->below_by_type = apl_table_new(true);
    return calls;
}

void apl_calls_free(apl_calls *calls)
{
    if (calls == NULL)
        return;
    for (size_t i = 0; i < calls->below.count; i++)
        apl_memory_free(calls->below.items[i].calls.items);
    apl_memory_free(calls->below.items);
    apl_memory_free(calls->items.items);
    apl_memory_free(calls->types.items);
    apl_memory_free(calls->versions.items);
    apl_table_free(calls->types_by_name);
    apl_table_free(calls->names);
    apl_table_free(calls->below_by_type);
    apl_memory_free(calls);
}

static bool is_asked(apl_str provider)
{
    static const char *const providers[] = {"azure", "entra", "power-platform", "purview"};

    for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++) {
        if (apl_str_equal(provider, apl_str_from(providers[i])))
            return true;
    }
    return false;
}

static apl_status add_call(apl_calls *calls, const apl_call_place *place, apl_value object)
{
    apl_call call;
    apl_status status = apl_call_read(&call, place, object);

    if (status != APL_OK)
        return status;
    if (calls->items.count == APL_CALLS_MAX)
        return apl_fail(APL_E_LIMIT, "%s: more than %u calls", place->where, APL_CALLS_MAX);
    call.number = (uint32_t)calls->items.count;
    if (call.type.size == 0)
        (void)apl_table_put(calls->names, call.name, call.number);
    APL_PUSH(&calls->items, call);
    return APL_OK;
}

/* Held by Resource Graph: what is listed in a subscription, unless the type says otherwise. */
static bool is_in_resource_graph(apl_value read, apl_str provider)
{
    apl_value said = apl_value_member(read, "resource_graph");
    apl_str list = apl_value_str(apl_value_member(read, "list"));

    if (said.type == APL_VALUE_BOOL)
        return said.boolean;
    return apl_str_equal(provider, APL_STR("azure")) && apl_str_starts(list, APL_STR("/subscriptions/{subscription}/"));
}

static apl_str first_version(apl_value read)
{
    apl_value versions = apl_value_member(read, "versions");

    if (versions.type == APL_VALUE_ARRAY && versions.size)
        versions = versions.items[0];
    return apl_value_str(versions);
}

static apl_status add_type(apl_calls *calls, const apl_member *type, apl_str provider, const char *file_name)
{
    apl_value read = apl_value_member(type->value, "read");
    apl_str where = apl_arena_format(calls->arena, "%s: %.*s: read", file_name, APL_STR_ARG(type->key));
    apl_call_place place = {calls->arena, provider, type->key, where.data};

    (void)apl_table_put(calls->types_by_name, type->key, (uint32_t)calls->types.count);
    APL_PUSH(&calls->types, type->key);
    APL_PUSH(&calls->versions, apl_arena_str(calls->arena, first_version(read)));
    if (read.type == APL_VALUE_MISSING || is_in_resource_graph(read, provider))
        return APL_OK;
    return add_call(calls, &place, read);
}

/* Of providers that no collector asks yet, `read` is a description; it is spelt like the others. */
static apl_status check_others(apl_value types, const char *file_name)
{
    apl_status status = APL_OK;

    for (uint32_t i = 0; status == APL_OK && types.type == APL_VALUE_OBJECT && i < types.size; i++) {
        apl_value read = apl_value_member(types.members[i].value, "read");
        if (read.type != APL_VALUE_MISSING)
            status = apl_call_check_members(read, file_name);
    }
    return status;
}

apl_status apl_calls_add(apl_calls *calls, apl_value file, apl_str provider, const char *file_name)
{
    apl_value types = apl_value_member(file, "types");
    apl_value more = apl_value_member(file, "calls");
    apl_status status = APL_OK;

    if (!is_asked(provider))
        return check_others(types, file_name);
    for (uint32_t i = 0; status == APL_OK && types.type == APL_VALUE_OBJECT && i < types.size; i++)
        status = add_type(calls, &types.members[i], provider, file_name);
    if (more.type != APL_VALUE_MISSING && more.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: calls must be a list", file_name);
    for (uint32_t i = 0; status == APL_OK && more.type == APL_VALUE_ARRAY && i < more.size; i++) {
        apl_str where = apl_arena_format(calls->arena, "%s: calls: %u", file_name, i + 1);
        apl_call_place place = {calls->arena, provider, APL_STR_NONE, where.data};
        status = add_call(calls, &place, more.items[i]);
    }
    return status;
}

/* ---- What lies below what ---- */

/* The type less one name for each collection of "{parent}/a/default/b", or less its last name. */
static apl_str type_above(const apl_call *call)
{
    apl_str type = call->type;
    apl_str rest = apl_str_starts(call->path, APL_STR("{parent}/")) ? apl_str_slice(call->path, 9, call->path.size)
                                                                    : APL_STR("one");
    apl_str part;
    long query = apl_str_find(rest, APL_STR("?"));

    if (query >= 0)
        rest = apl_str_slice(rest, 0, (size_t)query);
    while (apl_str_next(&part, &rest, '/')) {
        long slash = apl_str_find_last_char(type, '/');
        if (slash > 0 && !apl_str_equal(part, APL_STR("default")))
            type = apl_str_slice(type, 0, (size_t)slash);
    }
    return type;
}

static apl_str above_of(const apl_call *call)
{
    bool has_parts = apl_str_find(call->path, APL_STR("{")) >= 0;

    if (apl_str_starts(call->path, APL_STR("/subscriptions/{subscription}/")))
        return APL_STR(APL_ABOVE_SUBSCRIPTION);
    return has_parts ? type_above(call) : APL_STR(APL_ABOVE_TENANT);
}

static bool is_above(const apl_calls *calls, apl_str name)
{
    static const char *const roots[] = {APL_ABOVE_TENANT, APL_ABOVE_SUBSCRIPTIONS, APL_ABOVE_SUBSCRIPTION};

    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        if (apl_str_equal(name, apl_str_from(roots[i])))
            return true;
    }
    return apl_table_get(calls->types_by_name, name) != APL_TABLE_NONE ||
           apl_table_get(calls->names, name) != APL_TABLE_NONE;
}

static apl_below *below_new(apl_calls *calls, apl_str type)
{
    uint32_t at = apl_table_put(calls->below_by_type, type, (uint32_t)calls->below.count);

    if (at == calls->below.count)
        APL_PUSH(&calls->below, ((apl_below){.type = type}));
    return &calls->below.items[at];
}

static apl_status keep_path(apl_below *below, const apl_call *call, apl_str path)
{
    for (size_t i = 0; i < below->kept_count; i++) {
        if (apl_str_equal(below->kept[i], path))
            return APL_OK;
    }
    if (below->kept_count == APL_CALL_KEPT_MAX)
        return apl_fail(APL_E_CONTENT, "%.*s: calls below %.*s ask for more than %u paths", APL_STR_ARG(call->name),
                        APL_STR_ARG(below->type), APL_CALL_KEPT_MAX);
    below->kept[below->kept_count++] = path;
    return APL_OK;
}

/* What stands in braces and is no fact of the parent's id: a path in its body, perhaps with `:host` behind. */
static apl_status keep_paths(apl_below *below, const apl_call *call)
{
    apl_status status = call->where_path.size ? keep_path(below, call, call->where_path) : APL_OK;

    for (size_t i = 0; status == APL_OK && i < call->path.size; i++) {
        if (call->path.data[i] != '{')
            continue;
        apl_str rest = apl_str_slice(call->path, i + 1, call->path.size);
        long end = apl_str_find(rest, APL_STR("}"));
        if (end <= 0)
            return apl_fail(APL_E_CONTENT, "%.*s: a brace is not closed in \"%.*s\"", APL_STR_ARG(call->name),
                            APL_STR_ARG(call->path));
        apl_str part = apl_str_slice(rest, 0, (size_t)end);
        if (apl_str_ends(part, APL_STR(":host")))
            part = apl_str_slice(part, 0, part.size - 5);
        status = keep_path(below, call, part);
    }
    return status;
}

static apl_status put_below(apl_calls *calls, const apl_call *call, apl_str above)
{
    char hint[APL_GUESS_HINT_BYTES];

    if (!is_above(calls, above)) {
        apl_guess nearest = apl_guess_start(above);
        for (size_t i = 0; i < calls->types.count; i++)
            apl_guess_try(&nearest, calls->types.items[i]);
        return apl_fail(APL_E_CONTENT, "%.*s: it lies below \"%.*s\", which nobody reads%s", APL_STR_ARG(call->name),
                        APL_STR_ARG(above), apl_guess_hint(&nearest, hint));
    }
    apl_below *below = below_new(calls, above);
    APL_PUSH(&below->calls, call->number);
    return keep_paths(below, call);
}

apl_status apl_calls_finish(apl_calls *calls)
{
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < calls->items.count; i++) {
        const apl_call *call = &calls->items.items[i];
        if (call->of.count == 0)
            status = put_below(calls, call, above_of(call));
        for (size_t w = 0; status == APL_OK && w < call->of.count; w++)
            status = put_below(calls, call, call->of.items[w]);
    }
    return status;
}

size_t apl_calls_count(const apl_calls *calls)
{
    return calls->items.count;
}

const apl_call *apl_calls_at(const apl_calls *calls, size_t number)
{
    return &calls->items.items[number];
}

const apl_below *apl_calls_below(const apl_calls *calls, apl_str type)
{
    uint32_t at = apl_table_get(calls->below_by_type, type);

    return at == APL_TABLE_NONE ? NULL : &calls->below.items[at];
}

apl_str apl_calls_type(const apl_calls *calls, apl_str name)
{
    uint32_t at = apl_table_get(calls->types_by_name, name);

    return at == APL_TABLE_NONE ? APL_STR_NONE : calls->types.items[at];
}

apl_str apl_calls_version(const apl_calls *calls, apl_str type)
{
    uint32_t at = apl_table_get(calls->types_by_name, type);

    return at == APL_TABLE_NONE ? APL_STR_NONE : calls->versions.items[at];
}
