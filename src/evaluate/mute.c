/* evaluate/mute.c: reading mute files and matching them.
 *
 * Every mute must say why, who answers for it and until when; a file that does not is refused, because a mute that
 * nobody owns is how findings get lost. */
#include "evaluate/mute.h"

#include <stdio.h>

#include "base/limits.h"

typedef struct mute {
    apl_str check;
    apl_str asset;
    apl_str reason_active;
    apl_str reason_expired;
    apl_instant expiry; /* the first instant at which it no longer holds */
} mute;

struct apl_mutes {
    apl_arena *arena;
    APL_VECTOR(mute) items;
};

apl_mutes *apl_mutes_new(void)
{
    apl_mutes *mutes = apl_memory_new(sizeof *mutes);

    mutes->arena = apl_arena_new();
    return mutes;
}

void apl_mutes_free(apl_mutes *mutes)
{
    if (mutes == NULL)
        return;
    apl_memory_free(mutes->items.items);
    apl_arena_free(mutes->arena);
    apl_memory_free(mutes);
}

static apl_status text_of(apl_str *out, apl_value object, const char *name, const char *where)
{
    apl_value value = apl_value_member(object, name);

    *out = apl_value_str(value);
    if (out->size == 0)
        return apl_fail(APL_E_USAGE, "%s: a mute needs \"%s\" as a text", where, name);
    return APL_OK;
}

static apl_status check_members(apl_value object, const char *where)
{
    static const char *const allowed[] = {"check", "asset", "reason", "owner", "expiry", NULL};

    if (object.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_USAGE, "%s: a mute must be {check, asset, reason, owner, expiry}", where);
    for (uint32_t i = 0; i < object.size; i++) {
        const char *const *name = allowed;
        while (*name && !apl_str_equal(object.members[i].key, apl_str_from(*name)))
            name++;
        if (*name == NULL) {
            return apl_fail(APL_E_USAGE, "%s: unknown member \"%.*s\"; a mute has check, asset, reason, owner, expiry",
                            where, APL_STR_ARG(object.members[i].key));
        }
    }
    return APL_OK;
}

static apl_status add_one(apl_mutes *mutes, apl_value object, const char *where)
{
    apl_str check;
    apl_str asset;
    apl_str reason;
    apl_str owner;
    apl_str expiry;
    mute made = {0};

    apl_status status = check_members(object, where);
    if (status == APL_OK)
        status = text_of(&check, object, "check", where);
    if (status == APL_OK)
        status = text_of(&asset, object, "asset", where);
    if (status == APL_OK)
        status = text_of(&reason, object, "reason", where);
    if (status == APL_OK)
        status = text_of(&owner, object, "owner", where);
    if (status == APL_OK)
        status = text_of(&expiry, object, "expiry", where);
    if (status != APL_OK)
        return status;
    if (!apl_instant_parse(&made.expiry, expiry))
        return apl_fail(APL_E_USAGE, "%s: expiry \"%.*s\" is no date; write 2026-12-31", where, APL_STR_ARG(expiry));
    if (apl_str_find(expiry, APL_STR(":")) < 0)
        made.expiry += APL_TICKS_PER_DAY; /* a date is meant to its end */
    made.check = apl_arena_str(mutes->arena, check);
    made.asset = apl_arena_str(mutes->arena, asset);
    made.reason_active = apl_arena_format(mutes->arena, "muted until %.*s by %.*s: %.*s", APL_STR_ARG(expiry),
                                          APL_STR_ARG(owner), APL_STR_ARG(reason));
    made.reason_expired = apl_arena_format(mutes->arena, "the mute of %.*s expired on %.*s (%.*s)", APL_STR_ARG(owner),
                                           APL_STR_ARG(expiry), APL_STR_ARG(reason));
    APL_PUSH(&mutes->items, made);
    return APL_OK;
}

apl_status apl_mutes_add(apl_mutes *mutes, apl_value file, const char *file_name)
{
    apl_value list = file.type == APL_VALUE_OBJECT ? apl_value_member(file, "mutes") : file;
    char where[APL_ERROR_BYTES_MAX];

    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_USAGE, "%s: must be a list of mutes, or {mutes: [...]}", file_name);
    for (uint32_t i = 0; i < list.size; i++) {
        (void)snprintf(where, sizeof where, "%.900s: mute %u", file_name, i + 1);
        apl_status status = add_one(mutes, list.items[i], where);
        if (status != APL_OK)
            return status;
    }
    return APL_OK;
}

bool apl_mutes_match(const apl_mutes *mutes, apl_str *reason, const apl_rule_info *rule, const apl_asset *asset,
                     apl_instant now)
{
    *reason = APL_STR_NONE;
    for (size_t i = 0; i < mutes->items.count; i++) {
        const mute *one = &mutes->items.items[i];
        bool names_rule = apl_str_like_nocase(rule->check, one->check) || apl_str_like_nocase(rule->id, one->check);
        if (!names_rule || !apl_str_like_nocase(asset->id, one->asset))
            continue;
        if (now < one->expiry) {
            *reason = one->reason_active;
            return true;
        }
        *reason = one->reason_expired;
    }
    return false;
}
