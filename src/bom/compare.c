/* bom/compare.c: matches the parts of two bills by their references and compares the values of each pair.
 *
 * Nothing is assumed of who made them: types are looked at before values, nesting is walked with a list. */
#include "bom/compare.h"

#include <stdlib.h>

#include "base/table.h"

const char *const apl_bom_turn_names[] = {"added", "removed", "changed"};

typedef struct found {
    apl_str ref;
    apl_str type;
    apl_value value;
    apl_value needs; /* dependsOn */
} found;

typedef struct found_parts {
    APL_VECTOR(found) list;
    APL_VECTOR(apl_value) pending; /* arrays of parts that were not walked yet */
    apl_table *by_ref;
} found_parts;

static apl_str ref_of(apl_arena *arena, apl_value part, apl_str type)
{
    apl_str ref = apl_value_str(apl_value_member(part, "bom-ref"));
    apl_str name = apl_value_str(apl_value_member(part, "name"));

    return ref.size ? ref : apl_arena_format(arena, "%.*s %.*s", APL_STR_ARG(type), APL_STR_ARG(name));
}

static void wait_for(found_parts *it, apl_value parts)
{
    if (parts.type == APL_VALUE_ARRAY && parts.size)
        APL_PUSH(&it->pending, parts);
}

static apl_status add_part(found_parts *it, apl_arena *arena, apl_value part, const char *file)
{
    apl_str type = apl_value_str(apl_value_member(part, "type"));

    if (part.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_USAGE, "%s: a part of the bill is no object", file);
    if (type.size == 0)
        type = APL_STR("service");
    if (it->list.count == APL_BOM_COMPARED_PARTS_MAX)
        return apl_fail(APL_E_LIMIT, "%s: has more than %u parts", file, APL_BOM_COMPARED_PARTS_MAX);
    found one = {ref_of(arena, part, type), type, part, APL_MISSING};
    if (apl_table_put(it->by_ref, one.ref, (uint32_t)it->list.count) != it->list.count)
        return apl_fail(APL_E_USAGE, "%s: two parts are called \"%.*s\"", file, APL_STR_ARG(one.ref));
    APL_PUSH(&it->list, one);
    wait_for(it, apl_value_member(part, "components"));
    wait_for(it, apl_value_member(part, "services"));
    return APL_OK;
}

static void add_dependencies(found_parts *it, apl_value dependencies)
{
    for (uint32_t i = 0; dependencies.type == APL_VALUE_ARRAY && i < dependencies.size; i++) {
        apl_str ref = apl_value_str(apl_value_member(dependencies.items[i], "ref"));
        uint32_t part = apl_table_get(it->by_ref, ref);
        if (part != APL_TABLE_NONE)
            it->list.items[part].needs = apl_value_member(dependencies.items[i], "dependsOn");
    }
}

static apl_status find_parts(found_parts *it, apl_arena *arena, apl_value bill, const char *file)
{
    apl_status status = APL_OK;

    if (!apl_str_equal(apl_value_str(apl_value_member(bill, "bomFormat")), APL_STR("CycloneDX")))
        return apl_fail(APL_E_USAGE, "%s: is no CycloneDX document in JSON", file);
    wait_for(it, apl_value_member(bill, "components"));
    wait_for(it, apl_value_member(bill, "services"));
    while (status == APL_OK && it->pending.count) {
        apl_value parts = it->pending.items[--it->pending.count];
        for (uint32_t i = 0; status == APL_OK && i < parts.size; i++)
            status = add_part(it, arena, parts.items[i], file);
    }
    add_dependencies(it, apl_value_member(bill, "dependencies"));
    return status;
}

/* A part's own members with what it needs, without the parts inside it: these are parts themselves. */
static apl_value with_needs(apl_arena *arena, const found *part)
{
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, (size_t)part->value.size + 1);
    size_t count = 0;

    for (uint32_t i = 0; i < part->value.size; i++) {
        apl_str key = part->value.members[i].key;
        if (!apl_str_equal(key, APL_STR("components")) && !apl_str_equal(key, APL_STR("services")))
            members[count++] = part->value.members[i];
    }
    if (apl_value_is_there(part->needs))
        members[count++] = (apl_member){APL_STR("dependsOn"), part->needs};
    return apl_value_object(members, count);
}

/* False when nothing differs. */
static bool compare_pair(apl_bom_difference *out, apl_arena *arena, const found *before, const found *after)
{
    apl_drift_values values = {0};

    apl_drift_compare_values(&values, arena, with_needs(arena, before), with_needs(arena, after));
    *out = (apl_bom_difference){
        APL_BOM_CHANGED, after->ref, after->type, apl_value_str(apl_value_member(after->value, "name")), NULL,
        values.count};
    if (values.count) {
        apl_drift_value *kept = APL_ARENA_ARRAY(arena, apl_drift_value, values.count);
        memcpy(kept, values.items, values.count * sizeof *kept);
        out->values = kept;
    }
    apl_memory_free(values.items);
    return out->value_count > 0;
}

static apl_bom_difference alone(apl_bom_turn turn, const found *part)
{
    return (apl_bom_difference){turn, part->ref, part->type, apl_value_str(apl_value_member(part->value, "name")),
                                NULL, 0};
}

static int compare_refs(const void *a, const void *b)
{
    return apl_str_compare(((const apl_bom_difference *)a)->ref, ((const apl_bom_difference *)b)->ref);
}

static void match(apl_bom_differences *out, apl_arena *arena, const found_parts *before, const found_parts *after)
{
    apl_bom_difference *items = APL_ARENA_ARRAY(arena, apl_bom_difference, before->list.count + after->list.count);

    for (size_t i = 0; i < before->list.count; i++) {
        const found *part = &before->list.items[i];
        uint32_t other = apl_table_get(after->by_ref, part->ref);
        if (other == APL_TABLE_NONE)
            items[out->count++] = alone(APL_BOM_REMOVED, part);
        else
            out->count += compare_pair(&items[out->count], arena, part, &after->list.items[other]);
    }
    for (size_t i = 0; i < after->list.count; i++) {
        if (apl_table_get(before->by_ref, after->list.items[i].ref) == APL_TABLE_NONE)
            items[out->count++] = alone(APL_BOM_ADDED, &after->list.items[i]);
    }
    if (out->count)
        qsort(items, out->count, sizeof *items, compare_refs);
    for (size_t i = 0; i < out->count; i++)
        out->by_turn[items[i].turn]++;
    out->items = items;
}

apl_status apl_bom_compare(apl_bom_differences *out, apl_arena *arena, const apl_value bills[2],
                           const char *const names[2])
{
    found_parts parts[2] = {0};
    apl_status status = APL_OK;

    *out = (apl_bom_differences){0};
    for (size_t i = 0; i < 2; i++)
        parts[i].by_ref = apl_table_new(false);
    for (size_t i = 0; status == APL_OK && i < 2; i++)
        status = find_parts(&parts[i], arena, bills[i], names[i]);
    if (status == APL_OK)
        match(out, arena, &parts[0], &parts[1]);
    for (size_t i = 0; i < 2; i++) {
        apl_memory_free(parts[i].list.items);
        apl_memory_free(parts[i].pending.items);
        apl_table_free(parts[i].by_ref);
    }
    return status;
}
