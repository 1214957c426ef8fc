/* normalize/project.c: filling the slots of a record from a parsed document.
 *
 * The cost of a scan after parsing lies here: a document of 100 members costs about a microsecond. An object is walked
 * member by member, each name looked up in the plan's node (one small hash), with an explicit stack whose depth the
 * plan bounds. */
#include "normalize/project.h"

#include "base/limits.h"
#include "normalize/keeper.h"

#define KEYS_SHOWN_MAX APL_FUNCTION_ITEMS_MAX

typedef struct level {
    const apl_json *object;
    const apl_plan_node *node;
} level;

/* An array or object whose items are not filled in yet. */
typedef struct open_container {
    const apl_json *node;
    const apl_plan_node *plan_node; /* NULL: everything */
    apl_value *target;
} open_container;

struct apl_projector {
    apl_arena *keep;
    apl_keeper *keeper; /* of what is kept in `keep` and may repeat */
    apl_arena *scratch; /* values of the present document on their way to the keeper */
    apl_value slots[APL_SLOTS_MAX];
    uint64_t present[(APL_SLOTS_MAX + 63) / 64];
    APL_VECTOR(level) pending;
    APL_VECTOR(open_container) containers; /* of the present tree */
};

apl_projector *apl_projector_new(apl_arena *keep)
{
    apl_projector *projector = apl_memory_new(sizeof *projector);

    projector->keep = keep;
    projector->keeper = apl_keeper_new(keep);
    projector->scratch = apl_arena_new();
    return projector;
}

void apl_projector_free(apl_projector *projector)
{
    if (projector == NULL)
        return;
    apl_memory_free(projector->pending.items);
    apl_memory_free(projector->containers.items);
    apl_keeper_free(projector->keeper);
    apl_arena_free(projector->scratch);
    apl_memory_free(projector);
}

void apl_projector_keep_in(apl_projector *projector, apl_arena *keep)
{
    projector->keep = keep;
    apl_keeper_move(projector->keeper, keep);
}

apl_str apl_projector_text(apl_projector *projector, apl_str text)
{
    return apl_keeper_text(projector->keeper, text);
}

/* Into zeroed memory, member by member: padding stays zero, so that equal blocks have equal bytes. */
static void set(apl_value *target, apl_value value)
{
    target->type = value.type;
    target->size = value.size;
    if (value.type == APL_VALUE_BOOL)
        target->boolean = value.boolean;
    else if (value.type > APL_VALUE_BOOL)
        target->integer = value.integer; /* or the pointer or number that shares its place */
}

static void set_key(apl_member *member, apl_str key)
{
    member->key.data = key.data;
    member->key.size = key.size;
}

static apl_value kept_scalar(apl_projector *projector, const apl_json *node)
{
    apl_value value = apl_json_scalar(node);

    if (value.type == APL_VALUE_STRING)
        value = apl_value_string(apl_projector_text(projector, apl_value_str(value)));
    return value;
}

static const apl_plan_node *node_or_null(const apl_plan *plan, uint32_t number_plus_one)
{
    return number_plus_one ? &plan->nodes[number_plus_one - 1] : NULL;
}

/* A scalar is kept at once; an array or object has its turn later. */
static void fill(apl_projector *projector, apl_value *target, const apl_plan_node *plan_node, const apl_json *node)
{
    if (apl_json_is_object(node) || apl_json_is_array(node))
        APL_PUSH(&projector->containers, ((open_container){node, plan_node, target}));
    else
        set(target, kept_scalar(projector, node));
}

/* The members of `object` that anything below asks for. */
static void open_object(apl_projector *projector, const apl_plan *plan, open_container open)
{
    bool is_whole = open.plan_node == NULL || open.plan_node->is_whole;
    apl_member *members = APL_ARENA_ARRAY(projector->scratch, apl_member, apl_json_size(open.node));
    size_t count = 0;

    for (apl_json_members m = apl_json_each_member(open.node); apl_json_next_member(&m);) {
        const apl_plan_node *child = is_whole ? NULL : apl_plan_child(plan, open.plan_node, m.key);
        if (!is_whole && child == NULL)
            continue;
        set_key(&members[count], child ? child->key : apl_projector_text(projector, m.key));
        fill(projector, &members[count].value, child, m.value);
        count++;
    }
    set(open.target, apl_value_object(members, count));
}

static void open_array(apl_projector *projector, const apl_plan *plan, open_container open)
{
    size_t count = apl_json_size(open.node);
    apl_value *items = APL_ARENA_ARRAY(projector->scratch, apl_value, count);
    bool is_whole = open.plan_node == NULL || open.plan_node->is_whole;
    const apl_plan_node *star = is_whole ? NULL : node_or_null(plan, open.plan_node->star);
    size_t i = 0;

    set(open.target, apl_value_array(items, count));
    if (!is_whole && star == NULL)
        return; /* only how many there are was asked for */
    for (apl_json_items item = apl_json_each_item(open.node); apl_json_next_item(&item); i++)
        fill(projector, &items[i], star, item.value);
}

static void keep_array(apl_projector *projector, apl_value *array)
{
    array->items = apl_keeper_block(projector->keeper, array->items, array->size * sizeof(apl_value));
}

static void keep_object(apl_projector *projector, apl_value *object)
{
    object->members = apl_keeper_block(projector->keeper, object->members, object->size * sizeof(apl_member));
}

/* Opened from the top down and kept from the bottom up: when the turn of a container comes, all that it holds has its
 * final place, so equal containers are equal bytes and are kept once. Rules of a firewall, lists of log categories and
 * tags are the same on thousands of assets. */
static apl_value kept_tree(apl_projector *projector, const apl_plan *plan, const apl_plan_node *plan_node,
                           const apl_json *node)
{
    apl_value *tree = APL_ARENA_NEW(projector->scratch, apl_value);

    projector->containers.count = 0;
    fill(projector, tree, plan_node, node);
    for (size_t i = 0; i < projector->containers.count; i++) {
        open_container open = projector->containers.items[i];
        if (apl_json_is_object(open.node))
            open_object(projector, plan, open);
        else
            open_array(projector, plan, open);
    }
    for (size_t i = projector->containers.count; i > 0; i--) {
        apl_value *container = projector->containers.items[i - 1].target;
        if (container->type == APL_VALUE_OBJECT)
            keep_object(projector, container);
        else
            keep_array(projector, container);
    }
    return *tree;
}

static void put(apl_projector *projector, uint16_t slot, apl_value value)
{
    projector->slots[slot] = value;
    projector->present[slot / 64] |= UINT64_C(1) << (slot % 64);
}

/* A null where only a value counts as read leaves the slot as empty as no member at all. */
static void take_away(apl_projector *projector, uint16_t slot)
{
    if (slot != APL_NO_SLOT)
        projector->present[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
}

static void put_keys(apl_projector *projector, const apl_plan_node *keys, const apl_json *object)
{
    size_t count = apl_json_size(object);

    if (keys->slot == APL_NO_SLOT || count > KEYS_SHOWN_MAX)
        return;
    apl_value *names = APL_ARENA_ARRAY(projector->scratch, apl_value, count);
    size_t i = 0;
    for (apl_json_members m = apl_json_each_member(object); apl_json_next_member(&m);)
        set(&names[i++], apl_value_string(apl_projector_text(projector, m.key)));
    apl_value list = apl_value_array(names, count);
    keep_array(projector, &list);
    put(projector, keys->slot, list);
}

static void put_values(apl_projector *projector, const apl_plan *plan, const apl_plan_node *values,
                       const apl_json *object)
{
    const apl_plan_node *star = values->is_whole ? NULL : node_or_null(plan, values->star);
    size_t count = apl_json_size(object);

    if (values->slot == APL_NO_SLOT || count > KEYS_SHOWN_MAX)
        return;
    apl_value *items = APL_ARENA_ARRAY(projector->scratch, apl_value, count);
    size_t i = 0;
    for (apl_json_members m = apl_json_each_member(object); apl_json_next_member(&m);)
        set(&items[i++], kept_tree(projector, plan, star, m.value));
    apl_value list = apl_value_array(items, count);
    keep_array(projector, &list);
    put(projector, values->slot, list);
}

/* Of each member its name and its value, together, so that a condition can ask for both of one member. */
static void put_entries(apl_projector *projector, const apl_plan *plan, const apl_plan_node *entries,
                        const apl_json *object)
{
    const apl_plan_node *star = entries->is_whole ? NULL : node_or_null(plan, entries->star);
    bool is_whole = star == NULL || star->is_whole;
    const apl_plan_node *value_node = is_whole ? NULL : apl_plan_child(plan, star, APL_STR("value"));
    size_t count = apl_json_size(object);

    if (entries->slot == APL_NO_SLOT || count > KEYS_SHOWN_MAX)
        return;
    apl_value *items = APL_ARENA_ARRAY(projector->scratch, apl_value, count);
    size_t i = 0;
    for (apl_json_members m = apl_json_each_member(object); apl_json_next_member(&m); i++) {
        bool has_value = is_whole || value_node;
        apl_member *pair = APL_ARENA_ARRAY(projector->scratch, apl_member, 2);
        set_key(&pair[0], APL_STR("name"));
        set(&pair[0].value, apl_value_string(apl_projector_text(projector, m.key)));
        if (has_value) {
            set_key(&pair[1], APL_STR("value"));
            set(&pair[1].value, kept_tree(projector, plan, value_node, m.value));
        }
        set(&items[i], apl_value_object(pair, has_value ? 2 : 1));
        keep_object(projector, &items[i]);
    }
    apl_value list = apl_value_array(items, count);
    keep_array(projector, &list);
    put(projector, entries->slot, list);
}

/* Puts a member aside for its own members. Where its name stands twice in one object, whose members are those from
 * `first` on, the last one counts. */
static void put_aside(apl_projector *projector, const apl_plan_node *node, const apl_json *value, size_t first)
{
    const apl_json *object = apl_json_is_object(value) ? value : NULL;

    for (size_t i = first; i < projector->pending.count; i++) {
        if (projector->pending.items[i].node == node) {
            projector->pending.items[i].object = object;
            return;
        }
    }
    if (object)
        APL_PUSH(&projector->pending, ((level){object, node}));
}

static uint32_t groups_behind(uint32_t groups, const apl_plan_node *node, const apl_json *value)
{
    uint32_t bit = node->group ? 1u << node->group : 0;

    return apl_json_is_null(value) ? groups | bit : groups & ~bit;
}

/* Fills the slots of one object out of its members, and puts those aside that have more to look at. */
static uint32_t visit_members(apl_projector *projector, const apl_plan *plan, level at, uint32_t groups)
{
    size_t first = projector->pending.count;

    for (apl_json_members m = apl_json_each_member(at.object); apl_json_next_member(&m);) {
        const apl_plan_node *child = apl_plan_child(plan, at.node, m.key);
        if (child == NULL)
            continue;
        groups = groups_behind(groups, child, m.value);
        if (child->group && apl_json_is_null(m.value))
            take_away(projector, child->slot);
        else if (child->slot != APL_NO_SLOT)
            put(projector, child->slot, kept_tree(projector, plan, child, m.value));
        if (child->has_children || child->keys || child->values || child->entries)
            put_aside(projector, child, m.value, first);
    }
    return groups;
}

static uint64_t packed(apl_projector *projector, apl_value value)
{
    apl_value far = {0};
    uint64_t word;

    if (apl_record_pack(&word, value))
        return word;
    set(&far, value);
    return apl_record_pack_far(apl_keeper_block(projector->keeper, &far, sizeof far));
}

static void pack(apl_record *out, apl_projector *projector, const apl_plan *plan)
{
    size_t count = plan->word_count;

    for (uint16_t w = 0; w < plan->word_count; w++)
        count += (size_t)__builtin_popcountll(projector->present[w]);
    uint64_t *words = apl_arena_alloc_raw(projector->keep, count * sizeof *words);
    size_t next = plan->word_count;
    memcpy(words, projector->present, plan->word_count * sizeof *words);
    for (uint16_t w = 0; w < plan->word_count; w++) {
        for (uint64_t bits = projector->present[w]; bits; bits &= bits - 1)
            words[next++] = packed(projector, projector->slots[w * 64u + (unsigned)__builtin_ctzll(bits)]);
    }
    out->present = words;
}

uint32_t apl_project_asked(uint32_t unread_groups, const apl_plan *plan, apl_str asked)
{
    apl_str name;

    while (asked.size && plan->nodes[0].has_children && apl_str_next(&name, &asked, ',')) {
        const apl_plan_node *node = apl_plan_child(plan, &plan->nodes[0], name);
        if (node && node->group)
            unread_groups &= ~(1u << node->group);
    }
    return unread_groups;
}

void apl_project(apl_record *out, uint32_t *unread_groups, apl_projector *projector, const apl_plan *plan,
                 const apl_json *node)
{
    memset(projector->present, 0, plan->word_count * sizeof(uint64_t));
    *unread_groups = plan->group_mask;
    projector->pending.count = 0;
    apl_arena_reset(projector->scratch);
    APL_PUSH(&projector->pending, ((level){node, &plan->nodes[0]}));
    while (projector->pending.count) {
        level at = projector->pending.items[--projector->pending.count];
        if (at.object == NULL)
            continue;
        if (at.node->keys)
            put_keys(projector, &plan->nodes[at.node->keys - 1], at.object);
        if (at.node->values)
            put_values(projector, plan, &plan->nodes[at.node->values - 1], at.object);
        if (at.node->entries)
            put_entries(projector, plan, &plan->nodes[at.node->entries - 1], at.object);
        bool is_listed = at.node->keys || at.node->values || at.node->entries;
        if (is_listed && apl_json_size(at.object) > KEYS_SHOWN_MAX)
            *unread_groups |= 1u; /* they were not listed, so nobody may take them for missing */
        if (at.node->has_children)
            *unread_groups = visit_members(projector, plan, at, *unread_groups);
    }
    pack(out, projector, plan);
}
