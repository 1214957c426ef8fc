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
    apl_memory_free(vocabulary->quiet.items);
    apl_memory_free(vocabulary->measures.items);
    *vocabulary = (apl_vocabulary){0};
}

static bool is_true(apl_value value, bool otherwise)
{
    return value.type == APL_VALUE_BOOL ? value.boolean : otherwise;
}

static apl_status only_members(apl_value object, const char *const *allowed, const char *where)
{
    char hint[APL_GUESS_HINT_BYTES];

    if (object.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: must be an object, is %s", where, apl_value_type_name(object));
    for (uint32_t i = 0; i < object.size; i++) {
        const char *const *name = allowed;
        while (*name && !apl_str_equal(object.members[i].key, apl_str_from(*name)))
            name++;
        if (*name == NULL) {
            return apl_fail(APL_E_CONTENT, "%s: unknown member \"%.*s\"%s", where, APL_STR_ARG(object.members[i].key),
                            apl_guess_of(object.members[i].key, allowed, hint));
        }
    }
    return APL_OK;
}

/* "vocabulary/kinds.yaml: kinds.bot" */
static const char *place_of(const apl_vocabulary *vocabulary, const char *file_name, const char *list, apl_str name)
{
    return apl_arena_format(vocabulary->arena, "%s: %s.%.*s", file_name, list, APL_STR_ARG(name)).data;
}

/* One of the names of a NULL-terminated list, as its number; 0 when the member is missing. */
static apl_status choice_of(uint8_t *out, apl_value object, const char *member, const char *const *names,
                            const char *where)
{
    apl_value value = apl_value_member(object, member);
    apl_str word = apl_value_str(value);
    char hint[APL_GUESS_HINT_BYTES];
    uint8_t number = 0;

    *out = 0;
    if (value.type == APL_VALUE_MISSING)
        return APL_OK;
    while (names[number] && !apl_str_equal(word, apl_str_from(names[number])))
        number++;
    if (names[number] == NULL)
        return apl_fail(APL_E_CONTENT, "%s: %s \"%.*s\" is not known%s", where, member, APL_STR_ARG(word),
                        apl_guess_of(word, names, hint));
    *out = number;
    return APL_OK;
}

static apl_status add_kind(apl_vocabulary *vocabulary, const apl_member *member, const char *file_name)
{
    static const char *const allowed[] = {"title", "ai", "network", "data", "bom", NULL};
    const char *where = place_of(vocabulary, file_name, "kinds", member->key);
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
        .holds_no_data = !is_true(apl_value_member(member->value, "data"), true),
    };
    if (info.title.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: the kind has no title", where);
    status = choice_of(&info.bom_place, member->value, "bom", apl_bom_place_names, where);
    if (status != APL_OK)
        return status;
    if (apl_table_put(vocabulary->kinds_by_name, info.name, (uint32_t)vocabulary->kinds.count) !=
        vocabulary->kinds.count)
        return apl_fail(APL_E_CONTENT, "%s: there is a kind of this name already", where);
    APL_PUSH(&vocabulary->kinds, info);
    return APL_OK;
}

/* `sensitivity: back`, or a list of back, forward and label. */
static apl_status carries_of(uint8_t *out, apl_value sensitivity, const char *where)
{
    static const char *const ways[] = {"back", "forward", "label", NULL};
    const apl_value *items = sensitivity.type == APL_VALUE_ARRAY ? sensitivity.items : &sensitivity;
    uint32_t count = sensitivity.type == APL_VALUE_ARRAY ? sensitivity.size : apl_value_is_there(sensitivity);
    char hint[APL_GUESS_HINT_BYTES];

    *out = 0;
    for (uint32_t i = 0; i < count; i++) {
        apl_str way = apl_value_str(items[i]);
        unsigned bit = 0;
        while (ways[bit] && !apl_str_equal(way, apl_str_from(ways[bit])))
            bit++;
        if (ways[bit] == NULL)
            return apl_fail(APL_E_CONTENT, "%s: sensitivity \"%.*s\" is none of back, forward and label%s", where,
                            APL_STR_ARG(way), apl_guess_of(way, ways, hint));
        *out |= (uint8_t)(1u << bit);
    }
    return APL_OK;
}

static apl_status add_relation(apl_vocabulary *vocabulary, const apl_member *member, const char *file_name)
{
    static const char *const allowed[] = {"title", "makes_ai", "used_for", "sensitivity", "needs", "flow", NULL};
    static const char *const uses[] = {"grounding", "training", NULL};
    static const char *const needs[] = {"nothing", "end", "start", NULL}; /* by apl_bom_way */
    const char *where = place_of(vocabulary, file_name, "relations", member->key);
    apl_status status = only_members(member->value, allowed, where);
    char hint[APL_GUESS_HINT_BYTES];

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
    if (info.title.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: the relation has no title", where);
    if (info.used_for.size && !apl_str_equal(info.used_for, APL_STR("grounding")) &&
        !apl_str_equal(info.used_for, APL_STR("training")))
        return apl_fail(APL_E_CONTENT, "%s: used_for \"%.*s\" is neither grounding nor training%s", where,
                        APL_STR_ARG(info.used_for), apl_guess_of(info.used_for, uses, hint));
    status = carries_of(&info.carries, apl_value_member(member->value, "sensitivity"), where);
    if (status == APL_OK)
        status = choice_of(&info.bom_way, member->value, "needs", needs, where);
    if (status == APL_OK)
        status = choice_of(&info.bom_flow, member->value, "flow", apl_bom_flow_names, where);
    if (status != APL_OK)
        return status;
    if (apl_table_put(vocabulary->relations_by_name, info.name, (uint32_t)vocabulary->relations.count) !=
        vocabulary->relations.count)
        return apl_fail(APL_E_CONTENT, "%s: there is a relation of this name already", where);
    APL_PUSH(&vocabulary->relations, info);
    return APL_OK;
}

static apl_status add_quiet(apl_vocabulary *vocabulary, apl_value one, size_t number, const char *file_name)
{
    static const char *const allowed[] = {"path", "type", "why", NULL};
    const char *where = apl_arena_format(vocabulary->arena, "%s: quiet path %zu", file_name, number).data;
    apl_status status = only_members(one, allowed, where);
    apl_quiet_path quiet = {
        .path = apl_arena_str(vocabulary->arena, apl_value_str(apl_value_member(one, "path"))),
        .type = apl_arena_str(vocabulary->arena, apl_value_str(apl_value_member(one, "type"))),
    };

    if (status != APL_OK)
        return status;
    if (quiet.path.size == 0 || apl_value_str(apl_value_member(one, "why")).size == 0)
        return apl_fail(APL_E_CONTENT, "%s: needs path and why", where);
    if (vocabulary->quiet.count == APL_QUIET_PATHS_MAX)
        return apl_fail(APL_E_LIMIT, "%s: more than %d quiet paths", where, APL_QUIET_PATHS_MAX);
    APL_PUSH(&vocabulary->quiet, quiet);
    return APL_OK;
}

static apl_status add_quiets(apl_vocabulary *vocabulary, apl_value list, const char *file_name)
{
    apl_status status = APL_OK;

    if (!apl_value_is_there(list))
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: quiet must be a list, is %s", file_name, apl_value_type_name(list));
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++)
        status = add_quiet(vocabulary, list.items[i], (size_t)i + 1, file_name);
    return status;
}

static apl_status add_measures(apl_vocabulary *vocabulary, apl_value measures, const char *file_name)
{
    apl_status status = APL_OK;

    if (!apl_value_is_there(measures))
        return APL_OK;
    if (measures.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: completeness must be an object, is %s", file_name,
                        apl_value_type_name(measures));
    for (uint32_t i = 0; status == APL_OK && i < measures.size; i++) {
        const char *where = place_of(vocabulary, file_name, "completeness", measures.members[i].key);
        apl_measure measure = {0};
        if (vocabulary->measures.count == APL_MEASURES_MAX)
            return apl_fail(APL_E_LIMIT, "%s: more than %d measures", where, APL_MEASURES_MAX);
        status = apl_measure_read(&measure, vocabulary->arena, &measures.members[i], where);
        APL_PUSH(&vocabulary->measures, measure);
    }
    return status;
}

apl_status apl_vocabulary_add(apl_vocabulary *vocabulary, apl_value file, const char *file_name)
{
    static const char *const allowed[] = {"kinds", "relations", "quiet", "completeness", NULL};
    apl_value kinds = apl_value_member(file, "kinds");
    apl_value relations = apl_value_member(file, "relations");
    apl_status status = only_members(file, allowed, file_name);

    if (status == APL_OK && apl_value_is_there(kinds) && kinds.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: kinds must be an object, is %s", file_name, apl_value_type_name(kinds));
    if (status == APL_OK && apl_value_is_there(relations) && relations.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: relations must be an object, is %s", file_name,
                        apl_value_type_name(relations));
    for (uint32_t i = 0; status == APL_OK && apl_value_is_there(kinds) && i < kinds.size; i++)
        status = add_kind(vocabulary, &kinds.members[i], file_name);
    for (uint32_t i = 0; status == APL_OK && apl_value_is_there(relations) && i < relations.size; i++)
        status = add_relation(vocabulary, &relations.members[i], file_name);
    if (status == APL_OK)
        status = add_quiets(vocabulary, apl_value_member(file, "quiet"), file_name);
    if (status == APL_OK)
        status = add_measures(vocabulary, apl_value_member(file, "completeness"), file_name);
    return status;
}

bool apl_vocabulary_is_quiet(const apl_vocabulary *vocabulary, apl_str type, apl_str path)
{
    for (size_t i = 0; i < vocabulary->quiet.count; i++) {
        const apl_quiet_path *quiet = &vocabulary->quiet.items[i];
        if (apl_str_like_nocase(path, quiet->path) && (quiet->type.size == 0 || apl_str_like_nocase(type, quiet->type)))
            return true;
    }
    return false;
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

apl_guess apl_vocabulary_nearest_kind(const apl_vocabulary *vocabulary, apl_str word)
{
    apl_guess nearest = apl_guess_start(word);

    for (size_t i = 1; i < vocabulary->kinds.count; i++)
        apl_guess_try(&nearest, vocabulary->kinds.items[i].name);
    return nearest;
}

apl_guess apl_vocabulary_nearest_relation(const apl_vocabulary *vocabulary, apl_str word)
{
    apl_guess nearest = apl_guess_start(word);

    for (size_t i = 1; i < vocabulary->relations.count; i++)
        apl_guess_try(&nearest, vocabulary->relations.items[i].name);
    return nearest;
}
