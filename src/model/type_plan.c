/* model/type_plan.c: from asked fields to the plan of one resource type.
 *
 * Each field name becomes a path (derived fact, well-known name, alias, or the name itself), each path a way through
 * a tree of names, and the part of it before its first `[*]` a slot. Runs once a type, before the first document of
 * the type is read. */
#include "model/type_plan.h"

#include "base/limits.h"

typedef struct build_node {
    apl_plan_node node;
    uint32_t first_child; /* number + 1 */
    uint32_t next_sibling;
    uint32_t child_count;
} build_node;

typedef struct plan_build {
    const apl_plan_options *options;
    APL_VECTOR(build_node) nodes;
    apl_str slot_paths[APL_SLOTS_MAX];
    uint16_t slot_count;
    APL_VECTOR(apl_str) arrays; /* path text of each `[*]`, so that one array has one number in the plan */
} plan_build;

static uint32_t node_new(plan_build *build, apl_str key)
{
    build_node made = {.node = {.key = key, .slot = APL_NO_SLOT}};

    APL_PUSH(&build->nodes, made);
    return (uint32_t)build->nodes.count - 1;
}

static uint32_t child_of(plan_build *build, uint32_t parent, apl_str key)
{
    for (uint32_t at = build->nodes.items[parent].first_child; at; at = build->nodes.items[at - 1].next_sibling) {
        if (apl_str_equal_nocase(build->nodes.items[at - 1].node.key, key))
            return at - 1;
    }
    uint32_t made = node_new(build, key);
    build_node *node = &build->nodes.items[parent];
    build->nodes.items[made].next_sibling = node->first_child;
    node->first_child = made + 1;
    node->child_count++;
    return made;
}

static uint32_t star_of(plan_build *build, uint32_t parent)
{
    if (build->nodes.items[parent].node.star == 0) {
        uint32_t made = node_new(build, APL_STR("[*]"));
        build->nodes.items[parent].node.star = made + 1;
    }
    return build->nodes.items[parent].node.star - 1;
}

static uint32_t keys_of(plan_build *build, uint32_t parent)
{
    if (build->nodes.items[parent].node.keys == 0) {
        uint32_t made = node_new(build, APL_STR("@keys"));
        build->nodes.items[parent].node.keys = made + 1;
    }
    return build->nodes.items[parent].node.keys - 1;
}

static uint32_t values_of(plan_build *build, uint32_t parent)
{
    if (build->nodes.items[parent].node.values == 0) {
        uint32_t made = node_new(build, APL_STR("@values"));
        build->nodes.items[parent].node.values = made + 1;
    }
    return build->nodes.items[parent].node.values - 1;
}

static uint32_t entries_of(plan_build *build, uint32_t parent)
{
    if (build->nodes.items[parent].node.entries == 0) {
        uint32_t made = node_new(build, APL_STR("@entries"));
        build->nodes.items[parent].node.entries = made + 1;
    }
    return build->nodes.items[parent].node.entries - 1;
}

static uint32_t step_into(plan_build *build, uint32_t parent, apl_str key)
{
    if (apl_str_equal(key, APL_STR("@keys")))
        return keys_of(build, parent);
    if (apl_str_equal(key, APL_STR("@values")))
        return values_of(build, parent);
    if (apl_str_equal(key, APL_STR("@entries")))
        return entries_of(build, parent);
    return child_of(build, parent, key);
}

static apl_str path_text(apl_arena *arena, const apl_step *steps, size_t count)
{
    apl_text text;

    apl_text_init(&text, APL_ERROR_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (steps[i].key.data == NULL) {
            apl_text_add(&text, APL_STR("[*]"));
            continue;
        }
        bool is_plain = apl_str_find(steps[i].key, APL_STR(".")) < 0 && apl_str_find(steps[i].key, APL_STR("[")) < 0;
        if (is_plain && i)
            apl_text_add_char(&text, '.');
        apl_text_add_format(&text, is_plain ? "%.*s" : "['%.*s']", APL_STR_ARG(steps[i].key));
    }
    apl_str copy = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return copy;
}

static uint32_t array_number(plan_build *build, const apl_step *steps, size_t count)
{
    apl_str path = path_text(build->options->arena, steps, count);

    for (size_t i = 0; i < build->arrays.count; i++) {
        if (apl_str_equal_nocase(build->arrays.items[i], path))
            return (uint32_t)i;
    }
    APL_PUSH(&build->arrays, path);
    return (uint32_t)build->arrays.count - 1;
}

static uint16_t slot_at(plan_build *build, uint32_t node, const apl_step *steps, size_t count)
{
    if (build->nodes.items[node].node.slot != APL_NO_SLOT)
        return build->nodes.items[node].node.slot;
    if (build->slot_count == APL_SLOTS_MAX)
        return APL_NO_SLOT;
    uint16_t slot = build->slot_count++;
    build->slot_paths[slot] = path_text(build->options->arena, steps, count);
    build->nodes.items[node].node.slot = slot;
    return slot;
}

static uint8_t group_of(const plan_build *build, const apl_step *steps, size_t count)
{
    uint32_t node = 0;
    uint8_t group = 0;

    for (size_t i = 0; i < count && steps[i].key.data; i++) {
        uint32_t at = build->nodes.items[node].first_child;
        while (at && !apl_str_equal_nocase(build->nodes.items[at - 1].node.key, steps[i].key))
            at = build->nodes.items[at - 1].next_sibling;
        if (at == 0)
            break;
        node = at - 1;
        if (build->nodes.items[node].node.group)
            group = build->nodes.items[node].node.group;
    }
    return group;
}

static void bind_path(plan_build *build, apl_binding *binding, apl_str path, bool wants_value)
{
    apl_step steps[APL_STEPS_MAX];
    size_t count = 0;
    size_t stars = 0;
    size_t before_star = 0;
    uint32_t node = 0;

    binding->slot = APL_NO_SLOT;
    if (!apl_path_parse(steps, &count, build->options->arena, path))
        return;
    for (size_t i = 0; i < count; i++)
        stars += steps[i].key.data == NULL;
    if (stars > APL_STARS_MAX)
        return;
    while (before_star < count && steps[before_star].key.data)
        node = step_into(build, node, steps[before_star++].key);
    binding->slot = slot_at(build, node, steps, before_star);
    binding->group = group_of(build, steps, count);
    for (size_t i = before_star; i < count; i++) {
        if (steps[i].key.data == NULL)
            steps[i].array = array_number(build, steps, i + 1);
        node = steps[i].key.data ? step_into(build, node, steps[i].key) : star_of(build, node);
    }
    bool is_array = steps[count - 1].key.data == NULL;
    build->nodes.items[node].node.is_whole |= wants_value || !is_array;
    binding->step_count = (uint16_t)(count - before_star);
    apl_step *kept = APL_ARENA_ARRAY(build->options->arena, apl_step, count - before_star);
    for (size_t i = before_star; i < count; i++)
        kept[i - before_star] = steps[i];
    binding->steps = kept;
}

typedef struct special_name {
    const char *name;
    apl_special special;
} special_name;

static const special_name special_names[] = {
    {"id", APL_FIELD_ID},
    {"name", APL_FIELD_NAME},
    {"fullName", APL_FIELD_FULL_NAME},
    {"type", APL_FIELD_TYPE},
    {"location", APL_FIELD_LOCATION},
    {"aplomb.kind", APL_FIELD_KIND_OF_ASSET},
    {"aplomb.cloud", APL_FIELD_CLOUD},
    {"aplomb.tenant", APL_FIELD_TENANT},
    {"aplomb.scope", APL_FIELD_SCOPE},
    {"aplomb.ai", APL_FIELD_AI},
    {"aplomb.exposure", APL_FIELD_EXPOSURE},
    {"aplomb.sensitivity", APL_FIELD_SENSITIVITY},
    {"aplomb.criticality", APL_FIELD_CRITICALITY},
    {"aplomb.read", APL_FIELD_READ},
};

/* The fact of that name, or APL_FIELD_PATH. */
static apl_special special_named(apl_str name)
{
    for (size_t i = 0; i < sizeof special_names / sizeof special_names[0]; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(special_names[i].name)))
            return special_names[i].special;
    }
    return APL_FIELD_PATH;
}

/* `aplomb.relations.owns[*].aplomb.read` is base `aplomb.relations.owns`, fact `aplomb.read`; without a fact `id`. */
static apl_str base_of(apl_str name, apl_str *fact)
{
    long star = apl_str_find(name, APL_STR("[*]"));
    apl_str behind = star < 0 ? APL_STR_NONE : apl_str_slice(name, (size_t)star + 3, name.size);

    *fact = apl_str_starts(behind, APL_STR(".")) ? apl_str_slice(behind, 1, behind.size) : APL_STR("id");
    return star < 0 ? name : apl_str_slice(name, 0, (size_t)star);
}

static bool relation_is_known(apl_str base, apl_str start, const apl_vocabulary *vocabulary, apl_guess *guess)
{
    apl_str relation = apl_str_slice(base, start.size, base.size);

    if (apl_vocabulary_relation(vocabulary, relation) != APL_RELATION_NONE)
        return true;
    *guess = apl_vocabulary_nearest_relation(vocabulary, relation);
    return false;
}

bool apl_derived_is_known(apl_str name, const apl_vocabulary *vocabulary, apl_guess *guess)
{
    apl_str fact;
    apl_str base = base_of(name, &fact);
    apl_str out = APL_STR("aplomb.relations.");
    apl_str in = APL_STR("aplomb.relationsIn.");
    bool is_out = apl_str_starts_nocase(base, out);

    *guess = apl_guess_start(base);
    if (!apl_field_is_derived(name))
        return true;
    if (is_out || apl_str_starts_nocase(base, in)) {
        if (!relation_is_known(base, is_out ? out : in, vocabulary, guess))
            return false;
        if (special_named(fact) != APL_FIELD_PATH)
            return true;
        *guess = apl_guess_start(fact);
        for (size_t i = 0; i < sizeof special_names / sizeof special_names[0]; i++)
            apl_guess_try(guess, apl_str_from(special_names[i].name));
        return false;
    }
    if (special_named(base) != APL_FIELD_PATH || apl_str_equal_nocase(base, APL_STR("aplomb.usedFor")) ||
        apl_str_equal_nocase(base, APL_STR("aplomb.openPorts")))
        return true;
    for (size_t i = 0; i < sizeof special_names / sizeof special_names[0]; i++) {
        if (apl_field_is_derived(apl_str_from(special_names[i].name)))
            apl_guess_try(guess, apl_str_from(special_names[i].name));
    }
    apl_guess_try(guess, APL_STR("aplomb.usedFor"));
    apl_guess_try(guess, APL_STR("aplomb.openPorts"));
    return false;
}

static void bind_virtual_array(plan_build *build, apl_binding *binding, apl_special special, apl_str name)
{
    apl_step *steps = APL_ARENA_ARRAY(build->options->arena, apl_step, 1);
    apl_step path[2] = {{.key = name}, {.array = 0}};

    steps[0].array = array_number(build, path, 2);
    binding->special = (uint8_t)special;
    binding->steps = steps;
    binding->step_count = 1;
}

/* aplomb.usedFor, aplomb.openPorts, aplomb.relations.<type> and aplomb.relationsIn.<type>, each with or without `[*]`
 * behind it, the latter also with a fact of the asset at the other end behind that. */
static bool bind_derived_array(plan_build *build, apl_binding *binding, apl_str name)
{
    apl_str fact;
    apl_str base = base_of(name, &fact);
    apl_str out = APL_STR("aplomb.relations.");
    apl_str in = APL_STR("aplomb.relationsIn.");

    if (apl_str_equal_nocase(base, APL_STR("aplomb.usedFor"))) {
        bind_virtual_array(build, binding, APL_FIELD_USED_FOR, base);
        return true;
    }
    if (apl_str_equal_nocase(base, APL_STR("aplomb.openPorts"))) {
        bind_virtual_array(build, binding, APL_FIELD_OPEN_PORTS, base);
        return true;
    }
    bool is_out = apl_str_starts_nocase(base, out);
    if (!is_out && !apl_str_starts_nocase(base, in))
        return false;
    apl_str relation = apl_str_slice(base, is_out ? out.size : in.size, base.size);
    if (build->options->vocabulary)
        binding->relation = apl_vocabulary_relation(build->options->vocabulary, relation);
    binding->fact = (uint8_t)special_named(fact);
    bind_virtual_array(build, binding, is_out ? APL_FIELD_RELATIONS : APL_FIELD_RELATIONS_IN, base);
    return true;
}

static void bind_field(plan_build *build, apl_binding *binding, apl_field_id field)
{
    const apl_plan_options *options = build->options;
    apl_str name = apl_fields_name(options->fields, field);
    apl_str path = name;

    binding->slot = APL_NO_SLOT;
    binding->special = (uint8_t)special_named(name);
    if (binding->special != APL_FIELD_PATH)
        return;
    if (apl_field_is_derived(name) && bind_derived_array(build, binding, name))
        return;
    if (options->find_alias)
        (void)options->find_alias(options->find_alias_context, &path, options->type, name);
    bind_path(build, binding, path, apl_fields_wants_value(options->fields, field));
}

static void mark_unread_groups(plan_build *build)
{
    for (size_t i = 0; i < build->options->unread_without_count && i < APL_UNREAD_GROUPS_MAX; i++) {
        apl_step steps[APL_STEPS_MAX];
        size_t count = 0;
        uint32_t node = 0;
        if (!apl_path_parse(steps, &count, build->options->arena, build->options->unread_without[i]))
            continue;
        for (size_t s = 0; s < count && steps[s].key.data; s++)
            node = child_of(build, node, steps[s].key);
        build->nodes.items[node].node.group = (uint8_t)(i + 1);
    }
}

/* Lays the children of each node out as hash buckets. */
static void lay_out(plan_build *build, apl_plan *plan)
{
    apl_arena *arena = build->options->arena;
    apl_plan_node *nodes = APL_ARENA_ARRAY(arena, apl_plan_node, build->nodes.count);
    APL_VECTOR(uint32_t) buckets = {0};

    for (size_t i = 0; i < build->nodes.count; i++) {
        nodes[i].next_in_bucket = 0;
        nodes[i] = build->nodes.items[i].node;
    }
    for (size_t i = 0; i < build->nodes.count; i++) {
        uint32_t size = 1;
        while (size < build->nodes.items[i].child_count * 2)
            size *= 2;
        nodes[i].first_bucket = (uint32_t)buckets.count;
        nodes[i].bucket_mask = (uint16_t)(size - 1);
        nodes[i].has_children = build->nodes.items[i].child_count > 0;
        for (uint32_t b = 0; b < size; b++)
            APL_PUSH(&buckets, 0);
        for (uint32_t at = build->nodes.items[i].first_child; at; at = build->nodes.items[at - 1].next_sibling) {
            uint32_t *bucket = &buckets.items[nodes[i].first_bucket + (apl_plan_hash(nodes[at - 1].key) & (size - 1))];
            nodes[at - 1].next_in_bucket = *bucket;
            *bucket = at;
        }
    }
    uint32_t *kept = APL_ARENA_ARRAY(arena, uint32_t, buckets.count);
    memcpy(kept, buckets.items, buckets.count * sizeof *kept);
    apl_memory_free(buckets.items);
    plan->nodes = nodes;
    plan->buckets = kept;
}

apl_plan *apl_plan_new(const apl_plan_options *options)
{
    plan_build *build = apl_memory_new(sizeof *build);
    apl_plan *plan = APL_ARENA_NEW(options->arena, apl_plan);
    size_t field_count = apl_fields_count(options->fields);
    apl_binding *bindings = APL_ARENA_ARRAY(options->arena, apl_binding, field_count);

    build->options = options;
    (void)node_new(build, APL_STR_NONE);
    mark_unread_groups(build);
    for (size_t i = 0; i < field_count; i++)
        bindings[i].slot = APL_NO_SLOT;
    for (size_t i = 0; i < options->asked_count; i++)
        bind_field(build, &bindings[options->asked[i]], options->asked[i]);
    plan->type = options->type;
    plan->slot_count = build->slot_count;
    plan->word_count = (uint16_t)((build->slot_count + 63) / 64);
    plan->group_mask = options->unread_without_count ? (uint32_t)((2u << options->unread_without_count) - 2) : 0;
    plan->field_count = (uint32_t)field_count;
    plan->bindings = bindings;
    apl_str *paths = APL_ARENA_ARRAY(options->arena, apl_str, build->slot_count);
    memcpy(paths, build->slot_paths, build->slot_count * sizeof *paths);
    plan->slot_paths = paths;
    lay_out(build, plan);
    apl_memory_free(build->nodes.items);
    apl_memory_free(build->arrays.items);
    apl_memory_free(build);
    return plan;
}
