/* normalize/arm_id.c: cutting Azure resource ids into segments.
 *
 * Used for assets and for the other ends of relations. Copies nothing but the type, which is put together from every
 * second segment. */
#include "normalize/arm_id.h"

#include "base/limits.h"

#define PROVIDERS APL_STR("/providers/")
#define ROOT APL_STR("/") /* the scope above all management groups: the tenant */

bool apl_arm_is_id(apl_str id)
{
    return apl_str_equal(id, ROOT) || apl_str_starts_nocase(id, APL_STR("/subscriptions/")) ||
           apl_str_starts_nocase(id, PROVIDERS) || apl_str_starts_nocase(id, APL_STR("/tenants/"));
}

apl_str apl_arm_segment(apl_str id, apl_str segment)
{
    apl_str rest = id;
    apl_str part;

    while (apl_str_next(&part, &rest, '/')) {
        if (!apl_str_equal_nocase(part, segment))
            continue;
        return apl_str_next(&part, &rest, '/') ? part : APL_STR_NONE;
    }
    return APL_STR_NONE;
}

/* Where the last "/providers/" starts, or -1. */
static long last_providers(apl_str id)
{
    for (long i = (long)id.size - (long)PROVIDERS.size; i >= 0; i--) {
        bool may_start = id.data[i] == '/' && (id.data[i + 1] | 32) == 'p';
        if (may_start && apl_str_starts_nocase(apl_str_slice(id, (size_t)i, id.size), PROVIDERS))
            return i;
    }
    return -1;
}

static apl_str container_type(apl_str id)
{
    if (apl_arm_segment(id, APL_STR("resourceGroups")).size)
        return APL_STR("Microsoft.Resources/resourceGroups");
    if (apl_str_starts_nocase(id, APL_STR("/subscriptions/")))
        return APL_STR("Microsoft.Resources/subscriptions");
    if (apl_str_starts_nocase(id, APL_STR("/tenants/")) || apl_str_equal(id, ROOT))
        return APL_STR("Microsoft.Resources/tenants");
    return APL_STR_NONE;
}

apl_str apl_arm_type(apl_arena *arena, apl_str id)
{
    long at = last_providers(id);

    if (at < 0)
        return container_type(id);
    apl_str rest = apl_str_slice(id, (size_t)at + PROVIDERS.size, id.size);
    if (rest.size == 0)
        return APL_STR_NONE;
    char *type = apl_arena_alloc_raw(arena, (size_t)rest.size + 1);
    size_t size = 0;
    apl_str part;
    for (size_t i = 0; apl_str_next(&part, &rest, '/'); i++) {
        bool is_type_part = i == 0 || i % 2 == 1;
        if (!is_type_part || part.size == 0)
            continue;
        if (i)
            type[size++] = '/';
        memcpy(type + size, part.data, part.size);
        size += part.size;
    }
    type[size] = 0;
    return apl_str_make(type, size);
}

/* The id without its last `count` segments. */
static apl_str cut(apl_str id, int count)
{
    for (int i = 0; i < count; i++) {
        long slash = apl_str_find_last_char(id, '/');
        if (slash <= 0)
            return APL_STR_NONE;
        id = apl_str_slice(id, 0, (size_t)slash);
    }
    return id;
}

apl_str apl_arm_parent(apl_str id)
{
    long at = last_providers(id);

    if (at < 0)
        return cut(id, 2);
    apl_str rest = apl_str_slice(id, (size_t)at + PROVIDERS.size, id.size);
    int segments = 1;
    for (uint32_t i = 0; i < rest.size; i++)
        segments += rest.data[i] == '/';
    if (segments <= 3)
        return apl_str_slice(id, 0, (size_t)at);
    return cut(id, 2);
}

apl_str apl_arm_full_name(apl_arena *arena, apl_str id)
{
    long at = last_providers(id);
    apl_str rest = apl_str_slice(id, at < 0 ? 0 : (size_t)at + PROVIDERS.size, id.size);
    char *name = apl_arena_alloc_raw(arena, (size_t)rest.size + 1);
    size_t size = 0;
    apl_str part;

    if (at < 0)
        return APL_STR_NONE;
    for (size_t i = 0; apl_str_next(&part, &rest, '/'); i++) {
        if (i == 0 || i % 2 == 1)
            continue;
        if (size)
            name[size++] = '/';
        memcpy(name + size, part.data, part.size);
        size += part.size;
    }
    name[size] = 0;
    return apl_str_make(name, size);
}
