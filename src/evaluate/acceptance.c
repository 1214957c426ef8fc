/* evaluate/acceptance.c: reading files of accepted changes and matching them.
 *
 * As strict as mute files: what nobody owns, or what never ends, is refused. */
#include "evaluate/acceptance.h"

#include <stdio.h>

#include "base/limits.h"

typedef struct acceptance {
    apl_str asset;
    apl_str path;
    apl_str by;
    apl_instant expiry; /* the first instant at which it no longer holds */
} acceptance;

struct apl_acceptances {
    apl_arena *arena;
    APL_VECTOR(acceptance) items;
};

apl_acceptances *apl_acceptances_new(void)
{
    apl_acceptances *acceptances = apl_memory_new(sizeof *acceptances);

    acceptances->arena = apl_arena_new();
    return acceptances;
}

void apl_acceptances_free(apl_acceptances *acceptances)
{
    if (acceptances == NULL)
        return;
    apl_memory_free(acceptances->items.items);
    apl_arena_free(acceptances->arena);
    apl_memory_free(acceptances);
}

enum { ASSET, PATH, REASON, OWNER, EXPIRY, MEMBER_COUNT };
static const char *const members[] = {"asset", "path", "reason", "owner", "expiry", NULL};

/* Fills one text a member; all must be there, and no other. */
static apl_status read_members(apl_str out[MEMBER_COUNT], apl_value object, const char *where)
{
    if (object.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_USAGE, "%s: must be {asset, path, reason, owner, expiry}", where);
    for (uint32_t i = 0; i < object.size; i++) {
        const char *const *name = members;
        while (*name && !apl_str_equal(object.members[i].key, apl_str_from(*name)))
            name++;
        if (*name == NULL)
            return apl_fail(APL_E_USAGE, "%s: unknown member \"%.*s\"; it has asset, path, reason, owner, expiry",
                            where, APL_STR_ARG(object.members[i].key));
    }
    for (int i = 0; i < MEMBER_COUNT; i++) {
        out[i] = apl_value_str(apl_value_member(object, members[i]));
        if (out[i].size == 0)
            return apl_fail(APL_E_USAGE, "%s: needs \"%s\" as a text", where, members[i]);
    }
    return APL_OK;
}

static apl_status add_one(apl_acceptances *acceptances, apl_value object, const char *where)
{
    apl_arena *arena = acceptances->arena;
    apl_str texts[MEMBER_COUNT];
    acceptance made = {0};
    apl_status status = read_members(texts, object, where);

    if (status != APL_OK)
        return status;
    if (!apl_instant_parse(&made.expiry, texts[EXPIRY]))
        return apl_fail(APL_E_USAGE, "%s: expiry \"%.*s\" is no date; write 2026-12-31", where,
                        APL_STR_ARG(texts[EXPIRY]));
    if (apl_str_find(texts[EXPIRY], APL_STR(":")) < 0)
        made.expiry += APL_TICKS_PER_DAY; /* a date is meant to its end */
    made.asset = apl_arena_str(arena, texts[ASSET]);
    made.path = apl_arena_str(arena, texts[PATH]);
    made.by = apl_arena_format(arena, "until %.*s by %.*s: %.*s", APL_STR_ARG(texts[EXPIRY]),
                               APL_STR_ARG(texts[OWNER]), APL_STR_ARG(texts[REASON]));
    APL_PUSH(&acceptances->items, made);
    return APL_OK;
}

apl_status apl_acceptances_add(apl_acceptances *acceptances, apl_value file, const char *file_name)
{
    apl_value list = file.type == APL_VALUE_OBJECT ? apl_value_member(file, "accepted") : file;
    char where[APL_ERROR_BYTES_MAX];
    apl_status status = APL_OK;

    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_USAGE, "%s: must be a list of accepted changes, or {accepted: [...]}", file_name);
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++) {
        (void)snprintf(where, sizeof where, "%.900s: accepted change %u", file_name, i + 1);
        status = add_one(acceptances, list.items[i], where);
    }
    return status;
}

apl_str apl_acceptances_match(const apl_acceptances *acceptances, apl_str asset_id, apl_str path, apl_instant now)
{
    for (size_t i = 0; i < acceptances->items.count; i++) {
        const acceptance *one = &acceptances->items.items[i];
        if (now < one->expiry && apl_str_like_nocase(asset_id, one->asset) && apl_str_like_nocase(path, one->path))
            return one->by;
    }
    return APL_STR_NONE;
}
