/* policy/related.c: the index of assets by type and by what they lie under.
 *
 * Built once after linking, over all assets or over those of the types that policies ask for; read-only then. One hash
 * table of chains: an asset stands in it under (type, X) for each X of: its subscription, its resource group and every
 * resource that it lies under, all taken from its id, so that a parent that nobody read is found too. Assets of
 * other providers stand under their chain of parents and their account. A look-up touches only the assets of its chain.
 *
 * Where to look (Azure Policy, "auditIfNotExists" and "Azure Policy definitions effect basics"): below the resource
 * when the type is a child type; extension types such as diagnostic settings count as children; else in the same
 * resource group, or in the subscription with existenceScope. An origin without a resource group means its
 * subscription. */
#include "policy/related.h"

#include "base/limits.h"
#include "normalize/arm_id.h"

/* Parents above one asset; real ids stay below 8. */
#define ANCESTORS_MAX 16

typedef enum key_use { KEY_BELOW = 1, KEY_NAMED, KEY_READ, KEY_ACCOUNT, KEY_PARENT } key_use;

typedef struct related_entry {
    uint64_t key;
    apl_asset_id asset;
    uint32_t next; /* entry number + 1 */
} related_entry;

struct apl_related {
    const apl_estate *estate;
    APL_VECTOR(related_entry) entries;
    uint32_t *heads; /* entry number + 1, by the low bits of the key */
    uint64_t mask;
    apl_table *attached_types; /* types seen behind a second provider: extension types */
    apl_table *coverage;       /* type -> the first of its coverage rows */
    uint32_t *next_coverage;   /* row number + 1 */
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ (b * UINT64_C(0x9e3779b97f4a7c15))) * UINT64_C(0xff51afd7ed558ccd);

    return x ^ (x >> 32);
}

static uint64_t key_of(key_use use, apl_str type, apl_str scope)
{
    return mix(mix(apl_str_hash_nocase(type), apl_str_hash_nocase(scope)), (uint64_t)use);
}

static uint64_t key_with_name(apl_str type, apl_str scope, apl_str last_name)
{
    return mix(key_of(KEY_NAMED, type, scope), apl_str_hash_nocase(last_name));
}

/* ---- Building ---- */

static void rehash(apl_related *related)
{
    uint64_t size = related->mask ? (related->mask + 1) * 2 : 1024;

    apl_memory_free(related->heads);
    related->heads = apl_memory_new(size * sizeof *related->heads);
    memset(related->heads, 0, size * sizeof *related->heads);
    related->mask = size - 1;
    for (size_t i = 0; i < related->entries.count; i++) {
        uint32_t *head = &related->heads[related->entries.items[i].key & related->mask];
        related->entries.items[i].next = *head;
        *head = (uint32_t)i + 1;
    }
}

static void put(apl_related *related, uint64_t key, apl_asset_id asset)
{
    if (related->entries.count >= related->mask)
        rehash(related);
    uint32_t *head = &related->heads[key & related->mask];
    APL_PUSH(&related->entries, ((related_entry){key, asset, *head}));
    *head = (uint32_t)related->entries.count;
}

static uint32_t first_of(const apl_related *related, uint64_t key)
{
    uint32_t at = related->mask ? related->heads[key & related->mask] : 0;

    while (at && related->entries.items[at - 1].key != key)
        at = related->entries.items[at - 1].next;
    return at;
}

static void put_once(apl_related *related, uint64_t key, apl_asset_id asset)
{
    if (first_of(related, key) == 0)
        put(related, key, asset);
}

/* Cuts the ids of everything that contains the resource out of its id: subscription, group, parents, outermost first.
 * *provider_count is how many providers are in the id. */
static size_t containers_of(apl_str *out, apl_str id, int *provider_count)
{
    size_t count = 0;
    uint32_t at = 0;
    bool is_name = false;

    *provider_count = 0;
    while (at < id.size && count < ANCESTORS_MAX) {
        const char *slash = memchr(id.data + at + 1, '/', id.size - at - 1);
        uint32_t end = slash ? (uint32_t)(slash - id.data) : id.size;
        apl_str part = apl_str_slice(id, at + 1, end);
        if (!is_name && apl_str_equal_nocase(part, APL_STR("providers"))) {
            const char *behind = end < id.size ? memchr(id.data + end + 1, '/', id.size - end - 1) : NULL;
            (*provider_count)++;
            at = behind ? (uint32_t)(behind - id.data) : id.size;
            continue;
        }
        if (is_name && end < id.size)
            out[count++] = apl_str_slice(id, 0, end);
        is_name = !is_name;
        at = end;
    }
    return count;
}

static apl_str last_segment(apl_str path)
{
    long slash = apl_str_find_last_char(path, '/');

    return slash < 0 ? path : apl_str_slice(path, (size_t)slash + 1, path.size);
}

static void index_arm(apl_related *related, apl_asset_id number, const apl_asset *asset)
{
    apl_str containers[ANCESTORS_MAX];
    int provider_count = 0;
    size_t count = containers_of(containers, asset->id, &provider_count);

    for (size_t i = 0; i < count; i++)
        put(related, key_of(KEY_BELOW, asset->type, containers[i]), number);
    if (count == 0)
        return;
    put(related, key_with_name(asset->type, containers[0], last_segment(asset->id)), number);
    if (asset->is_read)
        put_once(related, key_of(KEY_READ, asset->type, containers[0]), number);
    if (provider_count > 1)
        apl_table_put(related->attached_types, asset->type, 1);
}

static void index_other(apl_related *related, apl_asset_id number, const apl_asset *asset)
{
    const apl_asset *assets = related->estate->assets.items;
    apl_asset_id above = asset->parent;

    for (int i = 0; i < ANCESTORS_MAX && above < related->estate->assets.count; i++) {
        put(related, key_of(KEY_BELOW, asset->type, assets[above].id), number);
        above = assets[above].parent;
    }
    if (asset->parent < related->estate->assets.count)
        put(related, key_of(KEY_PARENT, asset->type, assets[asset->parent].id), number);
    put(related, key_of(KEY_ACCOUNT, asset->type, asset->scope), number);
    if (asset->is_read)
        put_once(related, key_of(KEY_READ, asset->type, asset->scope), number);
}

/* Rows that find_row is to look at: what was not read, and what was read without a scope. A type that was read in one
 * scope has assets there, which KEY_READ finds without a walk. */
static bool is_looked_at(const apl_coverage *row)
{
    bool has_scope = row->scope.size && !apl_str_equal(row->scope, APL_STR("-"));

    return row->state == APL_COVERAGE_UNREAD || (row->state == APL_COVERAGE_READ && !has_scope);
}

static void index_coverage(apl_related *related)
{
    const apl_estate *estate = related->estate;

    related->coverage = apl_table_new(true);
    related->next_coverage = apl_memory_new((estate->coverage.count + 1) * sizeof *related->next_coverage);
    for (size_t i = 0; i < estate->coverage.count; i++) {
        if (!is_looked_at(&estate->coverage.items[i]))
            continue;
        apl_str type = estate->coverage.items[i].type;
        uint32_t first = apl_table_get(related->coverage, type);
        related->next_coverage[i] = first == APL_TABLE_NONE ? 0 : first + 1;
        apl_table_set(related->coverage, type, (uint32_t)i);
    }
}

static apl_related *related_new(const apl_estate *estate, const apl_table *types)
{
    apl_related *related = apl_memory_new(sizeof *related);

    memset(related, 0, sizeof *related);
    related->estate = estate;
    related->attached_types = apl_table_new(true);
    /* From the last to the first, so that each chain, which grows at its head, is in the order of the estate. */
    for (size_t i = estate->assets.count; i > 0; i--) {
        const apl_asset *asset = &estate->assets.items[i - 1];
        if (asset->type.size == 0 || (types && apl_table_get(types, asset->type) == APL_TABLE_NONE))
            continue;
        if (apl_arm_is_id(asset->id))
            index_arm(related, (apl_asset_id)(i - 1), asset);
        else
            index_other(related, (apl_asset_id)(i - 1), asset);
    }
    index_coverage(related);
    return related;
}

apl_related *apl_related_new(const apl_estate *estate)
{
    return related_new(estate, NULL);
}

apl_related *apl_related_new_for(const apl_estate *estate, const apl_policy *const *policies, size_t policy_count)
{
    apl_table *types = apl_table_new(true);

    for (size_t i = 0; i < policy_count; i++) {
        apl_str type = apl_policy_related_type(policies[i]);
        if (type.size)
            apl_table_put(types, type, 1);
    }
    apl_related *related = related_new(estate, types);
    apl_table_free(types);
    return related;
}

void apl_related_free(apl_related *related)
{
    if (related == NULL)
        return;
    apl_memory_free(related->entries.items);
    apl_memory_free(related->heads);
    apl_memory_free(related->next_coverage);
    apl_table_free(related->attached_types);
    apl_table_free(related->coverage);
    apl_memory_free(related);
}

/* ---- Looking up ---- */

static const char *const extension_types[] = {
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.Insights/dataCollectionRuleAssociations",
    "Microsoft.Insights/guestDiagnosticSettingsAssociation",
    "Microsoft.Authorization/locks",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Advisor/recommendations",
    "Microsoft.Automanage/configurationProfileAssignments",
    "Microsoft.Chaos/targets",
    "Microsoft.EventGrid/eventSubscriptions",
    "Microsoft.GuestConfiguration/guestConfigurationAssignments",
    "Microsoft.KubernetesConfiguration/extensions",
    "Microsoft.KubernetesConfiguration/fluxConfigurations",
    "Microsoft.Maintenance/configurationAssignments",
    "Microsoft.Security/advancedThreatProtectionSettings",
    "Microsoft.Security/assessments",
    "Microsoft.Security/defenderForStorageSettings",
    "Microsoft.SecurityInsights/onboardingStates",
    "Microsoft.ServiceLinker/linkers",
    NULL,
};

bool apl_related_is_extension(apl_str type)
{
    return apl_is_one_of(type, extension_types);
}

static bool is_child_type(apl_str type, apl_str of)
{
    return of.size && type.size > of.size && type.data[of.size] == '/' && apl_str_starts_nocase(type, of);
}

/* The id of the subscription, or of the resource group with its subscription, that the id begins with. */
static apl_str subscription_scope(apl_str id)
{
    apl_str subscription = apl_arm_segment(id, APL_STR("subscriptions"));

    if (subscription.size == 0)
        return APL_STR_NONE;
    return apl_str_make(id.data, (size_t)(subscription.data + subscription.size - id.data));
}

static apl_str group_scope(const apl_related_query *query)
{
    apl_str id = query->origin->id;
    apl_str group = apl_arm_segment(id, APL_STR("resourceGroups"));

    if (query->resource_group.size)
        return apl_arena_format(query->arena, "%.*s/resourceGroups/%.*s", APL_STR_ARG(subscription_scope(id)),
                                APL_STR_ARG(query->resource_group));
    if (group.size == 0)
        return APL_STR_NONE;
    return apl_str_make(id.data, (size_t)(group.data + group.size - id.data));
}

static apl_related_place place_in_azure(const apl_related *related, const apl_related_query *query)
{
    const apl_asset *origin = query->origin;

    if (is_child_type(query->type, origin->type))
        return APL_PLACE_BELOW;
    if (query->is_extension)
        return APL_PLACE_ATTACHED;
    if (query->scope == APL_EXISTENCE_SUBSCRIPTION)
        return APL_PLACE_SUBSCRIPTION;
    if (query->scope == APL_EXISTENCE_DEFAULT && !apl_str_equal_nocase(query->type, origin->type) &&
        apl_table_get(related->attached_types, query->type) != APL_TABLE_NONE)
        return APL_PLACE_ATTACHED;
    return APL_PLACE_GROUP;
}

static apl_related_place place_elsewhere(const apl_related_query *query)
{
    if (query->scope == APL_EXISTENCE_SUBSCRIPTION)
        return APL_PLACE_ACCOUNT;
    return query->scope == APL_EXISTENCE_GROUP ? APL_PLACE_SIBLINGS : APL_PLACE_BELOW;
}

/* Where to look, and below what. */
static apl_related_place place_of(apl_str *scope, const apl_related *related, const apl_related_query *query)
{
    const apl_asset *origin = query->origin;
    bool is_azure = apl_arm_is_id(origin->id) || origin->id.size == 0;
    apl_related_place place = is_azure ? place_in_azure(related, query) : place_elsewhere(query);

    *scope = APL_STR_NONE;
    switch (place) {
    case APL_PLACE_BELOW:
    case APL_PLACE_ATTACHED:
        *scope = origin->id;
        break;
    case APL_PLACE_GROUP:
        *scope = group_scope(query);
        if (scope->size)
            break;
        place = APL_PLACE_SUBSCRIPTION; /* the origin is in no group */
        *scope = subscription_scope(origin->id);
        break;
    case APL_PLACE_SUBSCRIPTION:
        *scope = subscription_scope(origin->id);
        break;
    case APL_PLACE_SIBLINGS:
        if (origin->parent < query->estate->assets.count)
            *scope = query->estate->assets.items[origin->parent].id;
        break;
    case APL_PLACE_ACCOUNT:
        *scope = origin->scope;
        break;
    }
    return place;
}

/* The id of the resource `name` of the type right in the scope; empty when the parts do not fit together. */
static apl_str id_in_scope(apl_arena *arena, apl_str scope, apl_str type, apl_str name)
{
    apl_str part;
    apl_str name_part;
    apl_text id;

    if (!apl_str_next(&part, &type, '/'))
        return APL_STR_NONE;
    apl_text_init(&id, APL_ID_BYTES_MAX);
    apl_text_add(&id, scope);
    apl_text_add(&id, APL_STR("/providers/"));
    apl_text_add(&id, part);
    bool fits = true;
    while (fits && apl_str_next(&part, &type, '/')) {
        fits = apl_str_next(&name_part, &name, '/') && name_part.size;
        if (!fits)
            break;
        apl_text_add_char(&id, '/');
        apl_text_add(&id, part);
        apl_text_add_char(&id, '/');
        apl_text_add(&id, name_part);
    }
    fits = fits && !id.is_cut && !apl_str_next(&name_part, &name, '/');
    apl_str copy = fits ? apl_arena_str(arena, apl_text_str(&id)) : APL_STR_NONE;
    apl_text_free(&id);
    return copy;
}

/* Whether the id ends with the names of `name`, the last one first; `?` is any name. */
static bool name_fits(apl_str id, apl_str name)
{
    while (name.size) {
        apl_str wanted = last_segment(name);
        apl_str found = last_segment(id);
        if (!apl_str_equal(wanted, APL_STR("?")) && !apl_str_equal_nocase(wanted, found))
            return false;
        name = apl_str_slice(name, 0, wanted.size == name.size ? 0 : name.size - wanted.size - 1);
        if (name.size == 0)
            return true;
        for (int i = 0; i < 2; i++) {
            long slash = apl_str_find_last_char(id, '/');
            if (slash <= 0)
                return false;
            id = apl_str_slice(id, 0, (size_t)slash);
        }
    }
    return true;
}

static bool is_own_name(const apl_asset *origin, apl_str name)
{
    return apl_str_equal_nocase(name, origin->name) ||
           (origin->full_name.size && apl_str_equal_nocase(name, origin->full_name)) ||
           (origin->id.size && apl_str_equal_nocase(name, last_segment(origin->id)));
}

void apl_related_find(apl_related_cursor *cursor, const apl_related *related, const apl_related_query *query)
{
    const apl_asset *origin = query->origin;
    apl_str scope;
    apl_related_place place = place_of(&scope, related, query);
    bool in_azure = place == APL_PLACE_GROUP || place == APL_PLACE_SUBSCRIPTION;

    *cursor = (apl_related_cursor){.related = related, .query = query, .place = place, .only = APL_ASSET_NONE};
    cursor->scope = scope;
    if (query->name.size && query->resource_group.size == 0 && apl_str_equal_nocase(query->type, origin->type) &&
        is_own_name(origin, query->name)) {
        cursor->only = (apl_asset_id)(origin - query->estate->assets.items);
        return;
    }
    if (query->name.size && in_azure) {
        apl_str id = id_in_scope(query->arena, cursor->scope, query->type, query->name);
        cursor->only = id.size ? apl_estate_find(query->estate, id) : APL_ASSET_NONE;
        if (cursor->only != APL_ASSET_NONE)
            return;
    }
    if (query->name.size && place == APL_PLACE_SUBSCRIPTION && !apl_str_equal(last_segment(query->name), APL_STR("?")))
        cursor->key = key_with_name(query->type, cursor->scope, last_segment(query->name));
    else if (place == APL_PLACE_ACCOUNT)
        cursor->key = key_of(KEY_ACCOUNT, query->type, cursor->scope);
    else if (place == APL_PLACE_SIBLINGS)
        cursor->key = key_of(KEY_PARENT, query->type, cursor->scope);
    else
        cursor->key = key_of(KEY_BELOW, query->type, cursor->scope);
    cursor->next = cursor->scope.size ? first_of(related, cursor->key) : 0;
}

/* Most ids are written the same way everywhere, and comparing bytes is much cheaper than folding them. */
static bool starts_with(apl_str id, apl_str prefix)
{
    return apl_str_starts(id, prefix) || apl_str_starts_nocase(id, prefix);
}

static bool is_same(apl_str a, apl_str b)
{
    return apl_str_equal(a, b) || apl_str_equal_nocase(a, b);
}

/* Whether the asset, whose key is the wanted one, is truly what the query means: two keys may be the same by chance. */
static bool is_meant(const apl_related_cursor *cursor, const apl_asset *asset)
{
    const apl_related_query *query = cursor->query;
    apl_str scope = cursor->scope;
    bool is_arm = apl_arm_is_id(asset->id);

    if (asset == query->origin || !is_same(asset->type, query->type))
        return false;
    if (is_arm && cursor->place != APL_PLACE_ACCOUNT && cursor->place != APL_PLACE_SIBLINGS) {
        if (!starts_with(asset->id, scope) || asset->id.size <= scope.size || asset->id.data[scope.size] != '/')
            return false;
    }
    if (cursor->place == APL_PLACE_ATTACHED && apl_arm_parent(asset->id).size != scope.size)
        return false;
    if (query->name.size == 0)
        return true;
    return is_arm ? name_fits(asset->id, query->name)
                  : apl_str_equal_nocase(asset->name, query->name) || name_fits(asset->id, query->name);
}

apl_asset_id apl_related_next(apl_related_cursor *cursor)
{
    const apl_related *related = cursor->related;
    apl_asset_id found = cursor->only;

    cursor->only = APL_ASSET_NONE;
    if (found != APL_ASSET_NONE)
        return found;
    while (cursor->next) {
        const related_entry *entry = &related->entries.items[cursor->next - 1];
        cursor->next = entry->next;
        if (entry->key == cursor->key && is_meant(cursor, &related->estate->assets.items[entry->asset]))
            return entry->asset;
    }
    return APL_ASSET_NONE;
}

/* ---- What was read ---- */

static bool row_covers(const apl_coverage *row, const apl_asset *origin)
{
    apl_str scope = row->scope;

    if (scope.size == 0 || apl_str_equal(scope, APL_STR("-")) || apl_str_equal_nocase(scope, origin->scope))
        return true;
    if (scope.data[0] != '/')
        return apl_str_equal_nocase(scope, apl_arm_segment(origin->id, APL_STR("subscriptions")));
    return apl_str_starts_nocase(origin->id, scope) &&
           (origin->id.size == scope.size || origin->id.data[scope.size] == '/');
}

static const apl_coverage *find_row(const apl_related *related, const apl_related_query *query,
                                    apl_coverage_state state)
{
    uint32_t first = apl_table_get(related->coverage, query->type);

    for (uint32_t at = first == APL_TABLE_NONE ? 0 : first + 1; at; at = related->next_coverage[at - 1]) {
        const apl_coverage *row = &related->estate->coverage.items[at - 1];
        if (row->state == state && row_covers(row, query->origin))
            return row;
    }
    return NULL;
}

const apl_coverage *apl_related_unread(const apl_related *related, const apl_related_query *query)
{
    return find_row(related, query, APL_COVERAGE_UNREAD);
}

bool apl_related_was_read(const apl_related *related, const apl_related_query *query)
{
    const apl_asset *origin = query->origin;
    apl_str scope = apl_arm_is_id(origin->id) ? subscription_scope(origin->id) : origin->scope;

    if (apl_str_equal_nocase(origin->type, query->type) && origin->is_read)
        return true;
    if (first_of(related, key_of(KEY_READ, query->type, scope)))
        return true;
    return find_row(related, query, APL_COVERAGE_READ) != NULL;
}
