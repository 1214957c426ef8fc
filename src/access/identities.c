/* access/identities.c: identities out of the assets of an estate.
 *
 * Directory objects are known by the last part of their entra:// id, managed identities by the principalId of their
 * document. Where two assets are one identity, the first in the order of the estate stands for it, as in link. */
#include "access/identities.h"

#include "base/limits.h"

#define OBJECT_ID_BYTES_MAX 256

static bool is_directory_id(apl_str id)
{
    return id.size && (id.data[0] == 'e' || id.data[0] == 'E') && apl_str_starts_nocase(id, APL_STR("entra://"));
}

/* The object id in "entra://<tenant>/<collection>/<object id>"; empty when it names no principal. */
static apl_str object_id_in(apl_str id)
{
    static const char *const collections[] = {"users", "groups", "servicePrincipals", "directoryObjects"};
    apl_str rest = apl_str_slice(id, 8, id.size);
    apl_str tenant;
    apl_str collection;

    if (!apl_str_next(&tenant, &rest, '/') || !apl_str_next(&collection, &rest, '/') ||
        apl_str_find(rest, APL_STR("/")) >= 0)
        return APL_STR_NONE;
    for (size_t i = 0; i < sizeof collections / sizeof *collections; i++) {
        if (apl_str_equal_nocase(collection, apl_str_from(collections[i])))
            return rest;
    }
    return APL_STR_NONE;
}

uint32_t apl_identities_add(apl_identities *ids, apl_str object_id)
{
    char lower[OBJECT_ID_BYTES_MAX];
    uint32_t size = object_id.size < sizeof lower ? object_id.size : (uint32_t)sizeof lower;
    uint32_t found;

    for (uint32_t i = 0; i < size; i++)
        lower[i] = apl_char_lower(object_id.data[i]);
    found = apl_table_get(ids->by_id, apl_str_make(lower, size));
    if (found != APL_TABLE_NONE)
        return found;
    apl_identity made = {apl_arena_str(ids->arena, apl_str_make(lower, size)), APL_ASSET_NONE};
    (void)apl_table_put(ids->by_id, made.id, (uint32_t)ids->items.count);
    APL_PUSH(&ids->items, made);
    return (uint32_t)ids->items.count - 1;
}

static void take_names(apl_identities *ids, const apl_subject *subject, const apl_identity_fields *fields,
                       uint32_t identity)
{
    const apl_field_id names[] = {fields->user_name, fields->mail, fields->app_id};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        apl_str name = apl_value_str(apl_subject_value(subject, names[i]));
        if (name.size)
            (void)apl_table_put(ids->by_name, name, identity);
    }
}

static void take_asset(apl_identities *ids, apl_asset_id asset, const apl_identity_fields *fields)
{
    apl_subject subject = apl_estate_subject(ids->estate, asset);
    apl_str id = subject.asset->id;
    bool is_directory = is_directory_id(id);
    apl_str object_id = is_directory ? object_id_in(id) : APL_STR_NONE;

    if (!is_directory && apl_str_equal_nocase(subject.asset->type,
                                              APL_STR("Microsoft.ManagedIdentity/userAssignedIdentities")))
        object_id = apl_value_str(apl_subject_value(&subject, fields->principal_id));
    if (object_id.size == 0)
        return;
    uint32_t identity = apl_identities_add(ids, object_id);
    ids->of_asset[asset] = identity;
    if (ids->items.items[identity].asset == APL_ASSET_NONE)
        ids->items.items[identity].asset = asset;
    if (is_directory && subject.asset->is_read)
        take_names(ids, &subject, fields, identity);
}

void apl_identities_init(apl_identities *ids, const apl_estate *estate, const apl_identity_fields *fields)
{
    *ids = (apl_identities){
        .arena = apl_arena_new(),
        .estate = estate,
        .by_id = apl_table_new(false),
        .by_name = apl_table_new(true),
        .of_asset = apl_memory_new((estate->assets.count + 1) * sizeof *ids->of_asset),
    };
    for (size_t i = 0; i < estate->assets.count; i++) {
        ids->of_asset[i] = APL_IDENTITY_NONE;
        take_asset(ids, (apl_asset_id)i, fields);
    }
}

void apl_identities_free(apl_identities *ids)
{
    apl_table_free(ids->by_id);
    apl_table_free(ids->by_name);
    apl_memory_free(ids->items.items);
    apl_memory_free(ids->of_asset);
    apl_memory_free(ids->group_from);
    apl_memory_free(ids->groups);
    apl_arena_free(ids->arena);
}

/* Both ends of a membership as identities; false when one of them is none. */
static bool membership(uint32_t *member, uint32_t *group, const apl_identities *ids, const apl_relation *relation)
{
    *member = ids->of_asset[relation->from];
    *group = ids->of_asset[relation->to];
    return *member != APL_IDENTITY_NONE && *group != APL_IDENTITY_NONE && *member != *group;
}

void apl_identities_link(apl_identities *ids)
{
    const apl_estate *estate = ids->estate;
    apl_relation_type member_of = apl_vocabulary_relation(estate->vocabulary, APL_STR("member-of"));
    uint32_t member;
    uint32_t group;
    size_t count = ids->items.count;
    uint32_t *from = apl_memory_new((count + 2) * sizeof *from);

    /* Counts go one place further than they belong, so that filling leaves the offsets right. */
    for (size_t i = 0; i < estate->relations.count; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        if (relation->type == member_of && membership(&member, &group, ids, relation))
            from[member + 2]++;
    }
    for (size_t i = 2; i < count + 2; i++)
        from[i] += from[i - 1];
    ids->groups = apl_memory_new((from[count + 1] + 1) * sizeof *ids->groups);
    for (size_t i = 0; i < estate->relations.count; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        if (relation->type == member_of && membership(&member, &group, ids, relation))
            ids->groups[from[member + 1]++] = group;
    }
    ids->group_from = from;
    ids->linked_count = count;
}

/* The identity that a resource signs in as. */
static uint32_t identity_of_asset(const apl_identities *ids, apl_asset_id asset)
{
    const apl_estate *estate = ids->estate;
    apl_relation_type signs_in = apl_vocabulary_relation(estate->vocabulary, APL_STR("authenticates-as"));

    if (ids->of_asset[asset] != APL_IDENTITY_NONE || estate->relations_out == NULL)
        return ids->of_asset[asset];
    for (uint32_t i = estate->relations_out[asset]; i < estate->relations_out[asset + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        if (relation->type == signs_in && ids->of_asset[relation->to] != APL_IDENTITY_NONE)
            return ids->of_asset[relation->to];
    }
    return APL_IDENTITY_NONE;
}

uint32_t apl_identities_find(const apl_identities *ids, apl_str principal)
{
    char lower[OBJECT_ID_BYTES_MAX];
    apl_str object_id = is_directory_id(principal) ? object_id_in(principal) : principal;
    uint32_t found = APL_TABLE_NONE;

    if (object_id.size && object_id.size <= sizeof lower) {
        for (uint32_t i = 0; i < object_id.size; i++)
            lower[i] = apl_char_lower(object_id.data[i]);
        found = apl_table_get(ids->by_id, apl_str_make(lower, object_id.size));
    }
    if (found == APL_TABLE_NONE)
        found = apl_table_get(ids->by_name, principal);
    if (found != APL_TABLE_NONE)
        return found;
    apl_asset_id asset = apl_estate_find(ids->estate, principal);
    return asset == APL_ASSET_NONE ? APL_IDENTITY_NONE : identity_of_asset(ids, asset);
}
