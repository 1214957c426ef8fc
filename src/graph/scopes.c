/* graph/scopes.c: scopes by their keys, and the way from a resource up through them.
 *
 * A resource lies in what its id names, from itself to its subscription; in the management groups above that, in its
 * tenant, and in the directory in administrative units. Resources come in the order of their ids, so that most share
 * all but themselves with the one before. */
#include "graph/scopes.h"

#include "base/limits.h"
#include "graph/bits.h"
#include "normalize/arm_id.h"

#define ENTRA APL_STR("entra://")
#define SCOPES_MAX 80 /* scopes above one resource: segments of its id and management groups */

typedef APL_VECTOR(uint32_t) numbers;

typedef struct grant_scope {
    apl_str key;
    uint32_t first; /* of its grants in by_scope */
    bool has_denied;
} grant_scope;

/* The scopes of one resource, while they are gathered. */
typedef struct scope_list {
    uint32_t items[SCOPES_MAX];
    uint32_t count;
} scope_list;

struct apl_grant_scopes {
    const apl_estate *estate;
    const apl_access *access;
    apl_arena *arena;          /* scratch */
    apl_arena *texts;          /* keys of `containers` */
    apl_table *by_key;         /* scope key -> index into scopes */
    APL_VECTOR(grant_scope) items;
    uint32_t *of_grant;        /* by grant */
    uint32_t *by_scope;        /* numbers of grants, sorted by scope and number */
    numbers units;             /* scopes that are administrative units */
    numbers groups;            /* scopes that are management groups, or "/" */
    bool has_any_denied;
    uint64_t *by_policies;     /* bits of assets */
    apl_table *containers;     /* subscription -> index into above */
    APL_VECTOR(numbers) above; /* its management groups, as indexes into items */
    uint32_t *kept_at;         /* by asset: 1 + where in `kept` it stands, or 0 */
    numbers kept;              /* the number of its scopes, then each */
    apl_text last_parent;      /* what the last resource stands in, the tenant, and the scopes above it by both */
    apl_str last_tenant;
    scope_list last;
    apl_str tenant;            /* the last one asked for, and its scope */
    uint32_t tenant_scope;
};

static bool is_management_group(apl_str scope_key)
{
    return apl_str_starts(scope_key, APL_STR("/providers/microsoft.management/")) || scope_key.size <= 1;
}

static uint32_t scope_of(apl_grant_scopes *scopes, apl_str key)
{
    uint32_t number = apl_table_put(scopes->by_key, key, (uint32_t)scopes->items.count);

    if (number < scopes->items.count)
        return number;
    APL_PUSH(&scopes->items, ((grant_scope){.key = key}));
    if (apl_str_find(key, APL_STR("/administrativeunits/")) > 0)
        APL_PUSH(&scopes->units, number);
    if (is_management_group(key))
        APL_PUSH(&scopes->groups, number);
    return number;
}

/* Grants by scope: counted, then filled, so that those of one scope stay in order. */
static void index_grants(apl_grant_scopes *scopes)
{
    uint32_t count = (uint32_t)apl_access_grant_count(scopes->access);

    scopes->of_grant = apl_memory_new(((size_t)count + 1) * sizeof *scopes->of_grant);
    scopes->by_scope = apl_memory_new(((size_t)count + 1) * sizeof *scopes->by_scope);
    for (uint32_t g = 0; g < count; g++) {
        const apl_grant *grant = apl_access_grant(scopes->access, g);
        uint32_t number = scope_of(scopes, grant->scope_key);
        grant_scope *scope = &scopes->items.items[number];
        scope->first++;
        scope->has_denied = scope->has_denied || apl_access_is_denied_anywhere(scopes->access, grant->identity);
        scopes->has_any_denied = scopes->has_any_denied || scope->has_denied;
        scopes->of_grant[g] = number;
    }
    uint32_t end = 0;
    for (size_t s = 0; s < scopes->items.count; s++) {
        end += scopes->items.items[s].first;
        scopes->items.items[s].first = end;
    }
    for (uint32_t g = count; g > 0; g--)
        scopes->by_scope[--scopes->items.items[scopes->of_grant[g - 1]].first] = g - 1;
}

static bool is_vault(const apl_asset *asset)
{
    return apl_str_equal_nocase(asset->type, APL_STR("Microsoft.KeyVault/vaults"));
}

/* Whether the asset, or the nearest vault above it, goes by access policies. */
static bool goes_by_policies(const apl_grant_scopes *scopes, apl_asset_id asset)
{
    const apl_estate *estate = scopes->estate;

    while (asset != APL_ASSET_NONE && !is_vault(&estate->assets.items[asset]))
        asset = estate->assets.items[asset].parent;
    return asset != APL_ASSET_NONE && !apl_access_data_by_roles(scopes->access, asset);
}

/* What an asset stands in has the shorter id and comes before it, so that one look at the parent tells; only where ids
 * are of another form must the way up be walked. */
static void find_vaults(apl_grant_scopes *scopes)
{
    const apl_estate *estate = scopes->estate;

    scopes->by_policies = apl_bits_new(estate->assets.count);
    for (apl_asset_id id = 0; id < estate->assets.count; id++) {
        const apl_asset *asset = &estate->assets.items[id];
        bool parent_tells = asset->parent < id && !is_vault(asset);
        if (parent_tells ? apl_bit(scopes->by_policies, asset->parent) : goes_by_policies(scopes, id))
            apl_bit_set(scopes->by_policies, id);
    }
}

apl_grant_scopes *apl_grant_scopes_new(const apl_estate *estate, const apl_access *access)
{
    apl_grant_scopes *scopes = apl_memory_new(sizeof *scopes);

    scopes->estate = estate;
    scopes->access = access;
    scopes->arena = apl_arena_new();
    scopes->texts = apl_arena_new();
    scopes->by_key = apl_table_new(false);
    scopes->containers = apl_table_new(false);
    scopes->kept_at = apl_memory_new((estate->assets.count + 1) * sizeof *scopes->kept_at);
    apl_text_init(&scopes->last_parent, APL_ID_BYTES_MAX);
    index_grants(scopes);
    find_vaults(scopes);
    return scopes;
}

void apl_grant_scopes_free(apl_grant_scopes *scopes)
{
    for (size_t i = 0; i < scopes->above.count; i++)
        apl_memory_free(scopes->above.items[i].items);
    apl_memory_free(scopes->above.items);
    apl_memory_free(scopes->items.items);
    apl_memory_free(scopes->of_grant);
    apl_memory_free(scopes->by_scope);
    apl_memory_free(scopes->units.items);
    apl_memory_free(scopes->groups.items);
    apl_memory_free(scopes->by_policies);
    apl_memory_free(scopes->kept_at);
    apl_memory_free(scopes->kept.items);
    apl_text_free(&scopes->last_parent);
    apl_table_free(scopes->by_key);
    apl_table_free(scopes->containers);
    apl_arena_free(scopes->texts);
    apl_arena_free(scopes->arena);
    apl_memory_free(scopes);
}

uint32_t apl_grant_scopes_count(const apl_grant_scopes *scopes)
{
    return (uint32_t)scopes->items.count;
}

uint32_t apl_grant_scopes_of(const apl_grant_scopes *scopes, uint32_t grant)
{
    return scopes->of_grant[grant];
}

apl_numbers apl_grant_scopes_grants(const apl_grant_scopes *scopes, uint32_t scope)
{
    uint32_t first = scopes->items.items[scope].first;
    uint32_t end = scope + 1 < scopes->items.count ? scopes->items.items[scope + 1].first
                                                   : (uint32_t)apl_access_grant_count(scopes->access);

    return (apl_numbers){scopes->by_scope + first, end - first};
}

bool apl_grant_scopes_has_denied(const apl_grant_scopes *scopes, uint32_t scope)
{
    return scopes->items.items[scope].has_denied;
}

bool apl_grant_scopes_has_any_denied(const apl_grant_scopes *scopes)
{
    return scopes->has_any_denied;
}

bool apl_grant_scopes_by_policies(const apl_grant_scopes *scopes, apl_asset_id asset)
{
    return apl_bit(scopes->by_policies, asset);
}

/* -- Above a resource -------------------------------------------------------------------------------------------- */

static apl_str lower_key(apl_arena *arena, apl_str id)
{
    char *copy = apl_arena_alloc_raw(arena, (size_t)id.size + 1);

    for (uint32_t i = 0; i < id.size; i++)
        copy[i] = apl_char_lower(id.data[i]);
    return apl_str_make(copy, id.size > 1 && copy[id.size - 1] == '/' ? id.size - 1 : id.size);
}

/* The scopes "/" and of management groups that reach the subscription; found once a subscription. */
static const numbers *scopes_above(apl_grant_scopes *scopes, apl_str subscription)
{
    uint32_t known = apl_table_get(scopes->containers, subscription);
    numbers found = {0};

    if (known != APL_TABLE_NONE)
        return &scopes->above.items[known];
    for (size_t g = 0; g < scopes->groups.count; g++) {
        uint32_t scope = scopes->groups.items[g];
        if (apl_access_covers(scopes->access, scopes->items.items[scope].key, subscription) != APL_DENY)
            APL_PUSH(&found, scope);
    }
    (void)apl_table_put(scopes->containers, apl_arena_str(scopes->texts, subscription), (uint32_t)scopes->above.count);
    APL_PUSH(&scopes->above, found);
    return &scopes->above.items[scopes->above.count - 1];
}

static void put_number(scope_list *list, uint32_t scope)
{
    if (scope != APL_TABLE_NONE && list->count < SCOPES_MAX)
        list->items[list->count++] = scope;
}

static void put_key(const apl_grant_scopes *scopes, scope_list *list, apl_str key)
{
    put_number(list, apl_table_get(scopes->by_key, key));
}

/* In the directory: the object, its tenant, and the administrative units that it is in. */
static void put_directory_scopes(const apl_grant_scopes *scopes, scope_list *list, apl_str key)
{
    apl_str rest = apl_str_slice(key, ENTRA.size, key.size);
    long slash = apl_str_find(rest, APL_STR("/"));

    put_key(scopes, list, key);
    if (slash >= 0)
        put_key(scopes, list, apl_str_slice(key, 0, ENTRA.size + (size_t)slash));
    for (size_t u = 0; u < scopes->units.count; u++) {
        uint32_t unit = scopes->units.items[u];
        if (apl_access_covers(scopes->access, scopes->items.items[unit].key, key) == APL_ALLOW)
            put_number(list, unit);
    }
}

/* Who rules the tenant rules its subscriptions, where a technique asks for a role of the directory. */
static void put_tenant(apl_grant_scopes *scopes, scope_list *list, apl_str tenant)
{
    if (tenant.size == 0)
        return;
    if (!apl_str_equal(tenant, scopes->tenant)) {
        apl_str id = apl_arena_format(scopes->arena, "entra://%.*s", APL_STR_ARG(tenant));
        scopes->tenant = tenant;
        scopes->tenant_scope = apl_table_get(scopes->by_key, lower_key(scopes->arena, id));
    }
    put_number(list, scopes->tenant_scope);
}

static void put_once(scope_list *list, const uint32_t *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool is_there = false;
        for (size_t l = 0; l < list->count; l++)
            is_there = is_there || list->items[l] == items[i];
        if (!is_there)
            put_number(list, items[i]);
    }
}

/* From the key up. */
static void put_way_up(apl_grant_scopes *scopes, scope_list *list, apl_str key, apl_str tenant)
{
    apl_str last = APL_STR_NONE;

    for (apl_str scope = key; scope.size && list->count < SCOPES_MAX; scope = apl_arm_parent(scope)) {
        put_key(scopes, list, scope);
        last = scope;
    }
    put_tenant(scopes, list, tenant);
    const numbers *above = scopes_above(scopes, last);
    put_once(list, above->items, above->count);
}

/* From the parent up; the same as for the last resource when it stands in the same. */
static void put_parents(apl_grant_scopes *scopes, scope_list *list, apl_str parent, apl_str tenant)
{
    bool is_same = apl_str_equal(parent, apl_text_str(&scopes->last_parent)) &&
                   apl_str_equal(tenant, scopes->last_tenant) && !scopes->last_parent.is_cut;

    if (!is_same) {
        scopes->last.count = 0;
        put_way_up(scopes, &scopes->last, parent, tenant);
        scopes->last_parent.size = 0;
        scopes->last_parent.is_cut = false;
        apl_text_add(&scopes->last_parent, parent);
        scopes->last_tenant = tenant;
    }
    put_once(list, scopes->last.items, scopes->last.count);
}

static void gather(apl_grant_scopes *scopes, scope_list *list, const apl_asset *asset)
{
    apl_str key = lower_key(scopes->arena, asset->id);
    apl_str parent = APL_STR_NONE;

    if (apl_str_starts(key, ENTRA)) {
        put_directory_scopes(scopes, list, key);
        return;
    }
    parent = apl_arm_parent(key);
    if (parent.size == 0) {
        put_way_up(scopes, list, key, asset->tenant);
        return;
    }
    put_key(scopes, list, key);
    put_parents(scopes, list, parent, asset->tenant);
}

apl_numbers apl_grant_scopes_above(apl_grant_scopes *scopes, apl_asset_id asset)
{
    if (scopes->kept_at[asset] == 0) {
        scope_list list = {.count = 0};
        gather(scopes, &list, &scopes->estate->assets.items[asset]);
        apl_arena_reset(scopes->arena);
        scopes->kept_at[asset] = (uint32_t)scopes->kept.count + 1;
        APL_PUSH(&scopes->kept, list.count);
        for (uint32_t i = 0; i < list.count; i++)
            APL_PUSH(&scopes->kept, list.items[i]);
    }
    const uint32_t *kept = scopes->kept.items + scopes->kept_at[asset] - 1;
    return (apl_numbers){kept + 1, kept[0]};
}
