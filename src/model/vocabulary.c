/* model/vocabulary.c: kinds and relation types out of their content files.
 *
 * Loaded before everything else that is content, because services name kinds and relations. Unknown members are
 * errors, so that a typing mistake never passes silently. */
#include "model/vocabulary.h"

void apl_vocabulary_init(apl_vocabulary *vocabulary, apl_arena *arena)
{
    *vocabulary = (apl_vocabulary){.arena = arena};
    vocabulary->kinds_by_name = apl_table_new(false);
    vocabulary->relations_by_name = apl_table_new(false);
    APL_PUSH(&vocabulary->kinds, (apl_kind_info){0});
    APL_PUSH(&vocabulary->relations, (apl_relation_info){0});
}

void apl_vocabulary_free(apl_vocabulary *vocabulary)
{
    apl_table_free(vocabulary->kinds_by_name);
    apl_table_free(vocabulary->relations_by_name);
    apl_memory_free(vocabulary->kinds.items);
    apl_memory_free(vocabulary->relations.items);
    *vocabulary = (apl_vocabulary){0};
}

static bool is_true(apl_value value, bool otherwise)
{
    return value.type == APL_VALUE_BOOL ? value.boolean : otherwise;
}

static apl_status only_members(apl_value object, const char *const *allowed, const char *where)
{
    for (uint32_t i = 0; i < object.size; i++) {
        const char *const *name = allowed;
        while (*name && !apl_str_equal(object.members[i].key, apl_str_from(*name)))
            name++;
        if (*name == NULL) {
            return apl_fail(APL_E_CONTENT, "%s: unknown member \"%.*s\"", where,
                            APL_STR_ARG(object.members[i].key));
        }
    }
    return APL_OK;
}

static apl_status add_kind(apl_vocabulary *vocabulary, const apl_member *member, const char *where)
{
    static const char *const allowed[] = {"title", "ai", "network", NULL};
    apl_status status = only_members(member->value, allowed, where);

    if (status != APL_OK)
        return status;
    if (vocabulary->kinds.count == APL_KINDS_MAX)
        return apl_fail(APL_E_LIMIT, "%s: more than %d kinds", where, APL_KINDS_MAX);
    apl_kind_info info = {
        .name = apl_arena_str(vocabulary->arena, member->key),
        .title = apl_arena_str(vocabulary->arena, apl_value_str(apl_value_member(member->value, "title"))),
        .is_ai = is_true(apl_value_member(member->value, "ai"), false),
        .has_no_network = !is_true(apl_value_member(member->value, "network"), true),
    };
    if (info.title.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: kind \"%.*s\" has no title", where, APL_STR_ARG(info.name));
    if (apl_table_put(vocabulary->kinds_by_name, info.name, (uint32_t)vocabulary->kinds.count) !=
        vocabulary->kinds.count)
        return apl_fail(APL_E_CONTENT, "%s: kind \"%.*s\" stands twice", where, APL_STR_ARG(info.name));
    APL_PUSH(&vocabulary->kinds, info);
    return APL_OK;
}

static apl_status add_relation(apl_vocabulary *vocabulary, const apl_member *member, const char *where)
{
    static const char *const allowed[] = {"title", "makes_ai", "used_for", NULL};
    apl_status status = only_members(member->value, allowed, where);

    if (status != APL_OK)
        return status;
    if (vocabulary->relations.count == APL_RELATION_TYPES_MAX)
        return apl_fail(APL_E_LIMIT, "%s: more than %d relation types", where, APL_RELATION_TYPES_MAX);
    apl_relation_info info = {
        .name = apl_arena_str(vocabulary->arena, member->key),
        .title = apl_arena_str(vocabulary->arena, apl_value_str(apl_value_member(member->value, "title"))),
        .makes_ai = is_true(apl_value_member(member->value, "makes_ai"), false),
        .used_for = apl_arena_str(vocabulary->arena, apl_value_str(apl_value_member(member->value, "used_for"))),
    };
    if (apl_table_put(vocabulary->relations_by_name, info.name, (uint32_t)vocabulary->relations.count) !=
        vocabulary->relations.count)
        return apl_fail(APL_E_CONTENT, "%s: relation \"%.*s\" stands twice", where, APL_STR_ARG(info.name));
    APL_PUSH(&vocabulary->relations, info);
    return APL_OK;
}

apl_status apl_vocabulary_add(apl_vocabulary *vocabulary, apl_value file, const char *file_name)
{
    static const char *const allowed[] = {"kinds", "relations", NULL};
    apl_value kinds = apl_value_member(file, "kinds");
    apl_value relations = apl_value_member(file, "relations");
    apl_status status = only_members(file, allowed, file_name);

    for (uint32_t i = 0; status == APL_OK && kinds.type == APL_VALUE_OBJECT && i < kinds.size; i++)
        status = add_kind(vocabulary, &kinds.members[i], file_name);
    for (uint32_t i = 0; status == APL_OK && relations.type == APL_VALUE_OBJECT && i < relations.size; i++)
        status = add_relation(vocabulary, &relations.members[i], file_name);
    return status;
}

static uint16_t number_of(const apl_table *table, apl_str name)
{
    uint32_t number = apl_table_get(table, name);

    return number == APL_TABLE_NONE ? 0 : (uint16_t)number;
}

apl_kind apl_vocabulary_kind(const apl_vocabulary *vocabulary, apl_str name)
{
    return number_of(vocabulary->kinds_by_name, name);
}

apl_relation_type apl_vocabulary_relation(const apl_vocabulary *vocabulary, apl_str name)
{
    return number_of(vocabulary->relations_by_name, name);
}
