/* access/azure/role.c: reads role definitions and answers what they allow.
 *
 * The forms differ in names only: `properties` around or not, notActions or not_actions, blocks in `permissions` or one
 * block written out. Names compare without regard to case. */
#include "access/azure/role.h"

#include "access/azure/pattern.h"

static const char *const list_names[APL_ROLE_LISTS][2] = {
    [APL_ROLE_ACTIONS] = {"actions", "actions"},
    [APL_ROLE_NOT_ACTIONS] = {"notActions", "not_actions"},
    [APL_ROLE_DATA_ACTIONS] = {"dataActions", "data_actions"},
    [APL_ROLE_NOT_DATA_ACTIONS] = {"notDataActions", "not_data_actions"},
};

static apl_value either_member(apl_value value, const char *const names[2])
{
    apl_value first = apl_value_member(value, names[0]);

    return apl_value_is_there(first) ? first : apl_value_member(value, names[1]);
}

static apl_role_patterns read_patterns(apl_arena *arena, apl_value list)
{
    apl_str *items = NULL;
    uint32_t count = 0;

    if (list.type != APL_VALUE_ARRAY)
        return (apl_role_patterns){0};
    items = APL_ARENA_ARRAY(arena, apl_str, list.size);
    for (uint32_t i = 0; i < list.size; i++) {
        if (list.items[i].type == APL_VALUE_STRING)
            items[count++] = apl_value_str(list.items[i]);
    }
    return (apl_role_patterns){items, count};
}

static void read_block(apl_role_block *block, apl_role *role, apl_arena *arena, apl_value value)
{
    apl_abac *condition = NULL;

    for (unsigned i = 0; i < APL_ROLE_LISTS; i++)
        block->lists[i] = read_patterns(arena, either_member(value, list_names[i]));
    block->condition_text = apl_str_trim(apl_value_str(apl_value_member(value, "condition")));
    if (block->condition_text.size == 0)
        return;
    /* One that cannot be read stays NULL: the block then holds only perhaps. */
    if (apl_abac_compile(&condition, arena, block->condition_text) == APL_OK) {
        block->condition = condition;
        role->reads_resource = role->reads_resource || apl_abac_reads_resource(condition);
    }
    role->has_condition = true;
}

void apl_role_read_blocks(apl_role *out, apl_arena *arena, apl_value permissions)
{
    uint32_t count = permissions.type == APL_VALUE_ARRAY ? permissions.size : 1;
    const apl_value *items = permissions.type == APL_VALUE_ARRAY ? permissions.items : &permissions;
    apl_role_block *blocks = APL_ARENA_ARRAY(arena, apl_role_block, count);

    for (uint32_t i = 0; i < count; i++)
        read_block(&blocks[i], out, arena, items[i]);
    out->blocks = blocks;
    out->block_count = count;
}

static bool has_lists(apl_value definition)
{
    for (unsigned i = 0; i < APL_ROLE_LISTS; i++) {
        if (either_member(definition, list_names[i]).type == APL_VALUE_ARRAY)
            return true;
    }
    return false;
}

static apl_str first_text(apl_value value, const char *const *names)
{
    apl_str text = APL_STR_NONE;

    for (; *names && text.size == 0; names++)
        text = apl_value_str(apl_value_member(value, *names));
    return text;
}

bool apl_role_read(apl_role *out, apl_arena *arena, apl_value definition)
{
    static const char *const id_names[] = {"id", "name", "roleName", NULL};
    static const char *const name_names[] = {"roleName", "role_name", "displayName", "name", NULL};
    apl_value properties = apl_value_member(definition, "properties");
    apl_value inner = properties.type == APL_VALUE_OBJECT ? properties : definition;
    apl_value permissions = apl_value_member(inner, "permissions");

    *out = (apl_role){.id = first_text(definition, id_names), .name = first_text(inner, name_names)};
    if (out->id.size == 0)
        out->id = out->name;
    if (permissions.type == APL_VALUE_ARRAY || permissions.type == APL_VALUE_OBJECT)
        apl_role_read_blocks(out, arena, permissions);
    else if (has_lists(inner))
        apl_role_read_blocks(out, arena, inner);
    else
        return false;
    return true;
}

apl_truth apl_truth_both(apl_truth a, apl_truth b)
{
    if (a == APL_FALSE || b == APL_FALSE)
        return APL_FALSE;
    return a == APL_TRUE && b == APL_TRUE ? APL_TRUE : APL_TRUTH_UNREAD;
}

apl_truth apl_role_condition(const apl_abac *condition, apl_str text, const apl_request *request)
{
    if (text.size == 0)
        return APL_TRUE;
    return condition ? apl_abac_eval(condition, request) : APL_TRUTH_UNREAD;
}

typedef struct list_match {
    bool matches;
    bool is_contested; /* no pattern matches by the letter, but one might */
} list_match;

static list_match match_list(const apl_role_patterns *list, apl_str action)
{
    list_match match = {0};

    for (uint32_t i = 0; i < list->count; i++) {
        if (apl_pattern_matches(list->items[i], action))
            return (list_match){.matches = true};
        match.is_contested = match.is_contested || apl_pattern_is_contested(list->items[i], action);
    }
    return match;
}

apl_truth apl_role_allows(bool *is_contested, const apl_role *role, apl_plane plane, const apl_request *request)
{
    unsigned list = plane == APL_PLANE_DATA ? APL_ROLE_DATA_ACTIONS : APL_ROLE_ACTIONS;
    apl_truth outcome = APL_FALSE;
    bool is_sure = false;  /* a block allows it in either reading */
    bool is_other = false; /* a block would decide otherwise in the other reading */

    for (size_t i = 0; i < role->block_count; i++) {
        const apl_role_block *block = &role->blocks[i];
        list_match allows = match_list(&block->lists[list], request->action);
        list_match takes = match_list(&block->lists[list + 1], request->action);
        is_other = is_other || ((allows.matches || allows.is_contested) && !takes.matches &&
                                (allows.is_contested || takes.is_contested));
        if (!allows.matches || takes.matches)
            continue;
        apl_truth one = apl_role_condition(block->condition, block->condition_text, request);
        is_sure = is_sure || (one == APL_TRUE && !takes.is_contested);
        if (one == APL_TRUE || outcome == APL_FALSE)
            outcome = one;
    }
    if (is_contested)
        *is_contested = is_other && !is_sure;
    return outcome;
}

apl_str apl_role_guid(apl_str id)
{
    long slash = apl_str_find_last_char(id, '/');

    return apl_str_slice(id, (size_t)(slash + 1), id.size);
}
