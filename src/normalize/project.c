/* normalize/project.c: filling the slots of a record from a parsed document.
 *
 * The cost of a scan after parsing lies here: a document of 100 members costs about a microsecond. An object is walked
 * member by member, each name looked up in the plan's node (one small hash), with an explicit stack whose depth the
 * plan bounds. */
#include "normalize/project.h"

#include "base/limits.h"

#define TEXTS_KEPT 4096         /* a power of two */
#define TEXT_KEPT_BYTES_MAX 64u /* longer texts seldom repeat */
#define KEYS_SHOWN_MAX APL_FUNCTION_ITEMS_MAX

typedef struct level {
    const apl_json *object;
    const apl_plan_node *node;
} level;

struct apl_projector {
    apl_arena *keep;
    apl_value slots[APL_SLOTS_MAX];
    uint64_t present[(APL_SLOTS_MAX + 63) / 64];
    APL_VECTOR(level) pending;
    apl_str texts[TEXTS_KEPT];
};

apl_projector *apl_projector_new(apl_arena *keep)
{
    apl_projector *projector = apl_memory_new(sizeof *projector);

    projector->keep = keep;
    return projector;
}

void apl_projector_free(apl_projector *projector)
{
    if (projector == NULL)
        return;
    apl_memory_free(projector->pending.items);
    apl_memory_free(projector);
}

void apl_projector_keep_in(apl_projector *projector, apl_arena *keep)
{
    projector->keep = keep;
    memset(projector->texts, 0, sizeof projector->texts);
}

apl_str apl_projector_text(apl_projector *projector, apl_str text)
{
    if (text.size == 0)
        return APL_STR("");
    if (text.size > TEXT_KEPT_BYTES_MAX)
        return apl_arena_str(projector->keep, text);
    apl_str *place = &projector->texts[apl_str_hash(text) & (TEXTS_KEPT - 1)];
    if (!apl_str_equal(*place, text))
        *place = apl_arena_str(projector->keep, text);
    return *place;
}

static apl_value kept_scalar(apl_projector *projector, const apl_json *node)
{
    apl_value value = apl_json_scalar(node);

    if (value.type == APL_VALUE_STRING)
        value = apl_value_string(apl_projector_text(projector, apl_value_str(value)));
    return value;
}

typedef struct copy_job {
    const apl_json *node;
    const apl_plan_node *plan_node; /* NULL: everything */
    apl_value *target;
} copy_job;

typedef APL_VECTOR(copy_job) copy_jobs;

static const apl_plan_node *node_or_null(const apl_plan *plan, uint32_t number_plus_one)
{
    return number_plus_one ? &plan->nodes[number_plus_one - 1] : NULL;
}

/* The members of `object` that anything below asks for. */
static void copy_object(apl_projector *projector, const apl_plan *plan, copy_jobs *jobs, copy_job job)
{
    size_t count = 0;
    bool is_whole = job.plan_node == NULL || job.plan_node->is_whole;

    if (is_whole) {
        count = apl_json_size(job.node);
    } else {
        for (apl_json_members m = apl_json_each_member(job.node); apl_json_next_member(&m);)
            count += apl_plan_child(plan, job.plan_node, m.key) != NULL;
    }
    apl_member *members = APL_ARENA_ARRAY(projector->keep, apl_member, count);
    size_t i = 0;
    for (apl_json_members m = apl_json_each_member(job.node); apl_json_next_member(&m);) {
        const apl_plan_node *child = is_whole ? NULL : apl_plan_child(plan, job.plan_node, m.key);
        if (!is_whole && child == NULL)
            continue;
        members[i].key = child ? child->key : apl_projector_text(projector, m.key);
        APL_PUSH(jobs, ((copy_job){m.value, child, &members[i].value}));
        i++;
    }
    *job.target = apl_value_object(members, count);
}

static void copy_array(apl_projector *projector, const apl_plan *plan, copy_jobs *jobs, copy_job job)
{
    size_t count = apl_json_size(job.node);
    apl_value *items = APL_ARENA_ARRAY(projector->keep, apl_value, count);
    bool is_whole = job.plan_node == NULL || job.plan_node->is_whole;
    const apl_plan_node *star = is_whole ? NULL : node_or_null(plan, job.plan_node->star);
    size_t i = 0;

    *job.target = apl_value_array(items, count);
    if (!is_whole && star == NULL)
        return; /* only how many there are was asked for */
    for (apl_json_items item = apl_json_each_item(job.node); apl_json_next_item(&item); i++)
        APL_PUSH(jobs, ((copy_job){item.value, star, &items[i]}));
}

static apl_value kept_tree(apl_projector *projector, const apl_plan *plan, const apl_plan_node *plan_node,
                           const apl_json *node)
{
    apl_value value = APL_MISSING;
    copy_jobs jobs = {0};

    if (!apl_json_is_object(node) && !apl_json_is_array(node))
        return kept_scalar(projector, node);
    APL_PUSH(&jobs, ((copy_job){node, plan_node, &value}));
    while (jobs.count) {
        copy_job job = jobs.items[--jobs.count];
        if (apl_json_is_object(job.node))
            copy_object(projector, plan, &jobs, job);
        else if (apl_json_is_array(job.node))
            copy_array(projector, plan, &jobs, job);
        else
            *job.target = kept_scalar(projector, job.node);
    }
    apl_memory_free(jobs.items);
    return value;
}

static void put(apl_projector *projector, uint16_t slot, apl_value value)
{
    projector->slots[slot] = value;
    projector->present[slot / 64] |= UINT64_C(1) << (slot % 64);
}

static void put_keys(apl_projector *projector, const apl_plan_node *keys, const apl_json *object)
{
    size_t count = apl_json_size(object);

    if (keys->slot == APL_NO_SLOT || count > KEYS_SHOWN_MAX)
        return;
    apl_value *names = APL_ARENA_ARRAY(projector->keep, apl_value, count);
    size_t i = 0;
    for (apl_json_members m = apl_json_each_member(object); apl_json_next_member(&m);)
        names[i++] = apl_value_string(apl_projector_text(projector, m.key));
    put(projector, keys->slot, apl_value_array(names, count));
}

static void put_values(apl_projector *projector, const apl_plan *plan, const apl_plan_node *values,
                       const apl_json *object)
{
    const apl_plan_node *star = values->is_whole ? NULL : node_or_null(plan, values->star);
    size_t count = apl_json_size(object);

    if (values->slot == APL_NO_SLOT || count > KEYS_SHOWN_MAX)
        return;
    apl_value *items = APL_ARENA_ARRAY(projector->keep, apl_value, count);
    size_t i = 0;
    for (apl_json_members m = apl_json_each_member(object); apl_json_next_member(&m);)
        items[i++] = kept_tree(projector, plan, star, m.value);
    put(projector, values->slot, apl_value_array(items, count));
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
    apl_value *items = APL_ARENA_ARRAY(projector->keep, apl_value, count);
    size_t i = 0;
    for (apl_json_members m = apl_json_each_member(object); apl_json_next_member(&m); i++) {
        bool has_value = is_whole || value_node;
        apl_member *pair = APL_ARENA_ARRAY(projector->keep, apl_member, 2);
        pair[0] = (apl_member){APL_STR("name"), apl_value_string(apl_projector_text(projector, m.key))};
        if (has_value)
            pair[1] = (apl_member){APL_STR("value"), kept_tree(projector, plan, value_node, m.value)};
        items[i] = apl_value_object(pair, has_value ? 2 : 1);
    }
    put(projector, entries->slot, apl_value_array(items, count));
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
        if (child->slot != APL_NO_SLOT)
            put(projector, child->slot, kept_tree(projector, plan, child, m.value));
        if (child->has_children || child->keys || child->values || child->entries)
            put_aside(projector, child, m.value, first);
    }
    return groups;
}

static void pack(apl_record *out, const apl_projector *projector, const apl_plan *plan)
{
    size_t count = 0;

    for (uint16_t w = 0; w < plan->word_count; w++)
        count += (size_t)__builtin_popcountll(projector->present[w]);
    size_t words = (size_t)plan->word_count + (plan->word_count & 1u); /* values are 16 bytes wide */
    uint64_t *memory = apl_arena_alloc_raw(projector->keep, words * sizeof(uint64_t) + count * sizeof(apl_value));
    apl_value *values = (apl_value *)(void *)(memory + words);
    memcpy(memory, projector->present, plan->word_count * sizeof(uint64_t));
    size_t i = 0;
    for (uint16_t w = 0; w < plan->word_count; w++) {
        for (uint64_t bits = projector->present[w]; bits; bits &= bits - 1)
            values[i++] = projector->slots[w * 64u + (unsigned)__builtin_ctzll(bits)];
    }
    out->present = memory;
    out->values = values;
}

void apl_project(apl_record *out, uint32_t *unread_groups, apl_projector *projector, const apl_plan *plan,
                 const apl_json *node)
{
    memset(projector->present, 0, plan->word_count * sizeof(uint64_t));
    *unread_groups = plan->group_mask;
    projector->pending.count = 0;
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
