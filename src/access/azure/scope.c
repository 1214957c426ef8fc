/* access/azure/scope.c: scopes by segment, and the tree of management groups.
 *
 * The tree comes from the `contains` relations of the estate, from the children that a management group lists, and from
 * the chain of ancestors that Resource Graph gives with a subscription. A tree that was read in part gives unread, not
 * false: its missing part may cover. */
#include "access/azure/scope.h"

#include "base/limits.h"
#include "base/table.h"

/* Azure allows six levels below the root. */
#define LEVELS_MAX 64
/* Groups whose children wait to be looked at, in a document that lists a whole tree. */
#define CHILDREN_MAX 65536

#define GROUP_PREFIX APL_STR("/providers/microsoft.management/managementgroups/")
#define SUBSCRIPTION_PREFIX APL_STR("/subscriptions/")
#define NO_GROUP UINT32_MAX

/* A management group or a subscription; both have one parent. */
typedef struct node {
    uint32_t parent; /* NO_GROUP: not known, or the root */
    bool is_root;
    apl_str tenant; /* its root group has this name */
} node;

struct apl_management_groups {
    apl_arena *arena;
    apl_table *by_key; /* "/subscriptions/<id>" or the key of a group */
    APL_VECTOR(node) nodes;
};

apl_str apl_scope_key_in(char *buffer, apl_str scope)
{
    uint32_t size = scope.size < APL_ID_BYTES_MAX ? scope.size : APL_ID_BYTES_MAX;

    for (uint32_t i = 0; i < size; i++)
        buffer[i] = apl_char_lower(scope.data[i]);
    while (size > 1 && buffer[size - 1] == '/')
        size--;
    return apl_str_make(buffer, size);
}

apl_str apl_scope_key(apl_arena *arena, apl_str scope)
{
    char buffer[APL_ID_BYTES_MAX];

    buffer[0] = 0; /* an empty scope leaves it as it is */
    return apl_arena_str(arena, apl_scope_key_in(buffer, apl_str_trim(scope)));
}

/* The subscription or management group that the key is or lies in, empty when it is neither. */
static apl_str container_of(apl_str key)
{
    apl_str prefix = SUBSCRIPTION_PREFIX;

    if (apl_str_starts(key, GROUP_PREFIX))
        prefix = GROUP_PREFIX;
    else if (!apl_str_starts(key, prefix))
        return APL_STR_NONE;
    uint32_t end = prefix.size;
    while (end < key.size && key.data[end] != '/')
        end++;
    return apl_str_slice(key, 0, end);
}

static uint32_t node_of(apl_management_groups *groups, apl_str id)
{
    char buffer[APL_ID_BYTES_MAX];
    apl_str key = apl_scope_key_in(buffer, id);
    uint32_t found = apl_table_get(groups->by_key, key);

    if (found != APL_TABLE_NONE)
        return found;
    (void)apl_table_put(groups->by_key, apl_arena_str(groups->arena, key), (uint32_t)groups->nodes.count);
    APL_PUSH(&groups->nodes, ((node){.parent = NO_GROUP}));
    return (uint32_t)groups->nodes.count - 1;
}

static void set_parent(apl_management_groups *groups, apl_str child, apl_str parent)
{
    uint32_t above = node_of(groups, parent);
    uint32_t below = node_of(groups, child);

    if (groups->nodes.items[below].parent == NO_GROUP && above != below)
        groups->nodes.items[below].parent = above;
}

static bool is_container(apl_str id)
{
    return apl_str_starts_nocase(id, GROUP_PREFIX) ||
           (apl_str_starts_nocase(id, SUBSCRIPTION_PREFIX) &&
            apl_str_find(apl_str_slice(id, SUBSCRIPTION_PREFIX.size, id.size), APL_STR("/")) < 0);
}

/* What a management group contains. */
static void take_relations(apl_management_groups *groups, const apl_estate *estate, apl_asset_id group)
{
    apl_relation_type contains = apl_vocabulary_relation(estate->vocabulary, APL_STR("contains"));

    if (estate->relations_out == NULL)
        return;
    for (uint32_t i = estate->relations_out[group]; i < estate->relations_out[group + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        apl_str to = estate->assets.items[relation->to].id;
        if (relation->type == contains && is_container(to))
            set_parent(groups, to, estate->assets.items[group].id);
    }
}

typedef struct pending {
    apl_str parent;
    apl_value children;
} pending;

/* Children list their own children when the document was read with $recurse. */
static void take_children(apl_management_groups *groups, apl_str id, apl_value children)
{
    APL_VECTOR(pending) stack = {0};

    APL_PUSH(&stack, ((pending){id, children}));
    while (stack.count) {
        pending at = stack.items[--stack.count];
        for (uint32_t i = 0; at.children.type == APL_VALUE_ARRAY && i < at.children.size; i++) {
            apl_str child = apl_value_str(apl_value_member(at.children.items[i], "id"));
            apl_value below = apl_value_member(at.children.items[i], "children");
            if (!is_container(child))
                continue;
            set_parent(groups, child, at.parent);
            if (below.type == APL_VALUE_ARRAY && stack.count < CHILDREN_MAX)
                APL_PUSH(&stack, ((pending){child, below}));
        }
    }
    apl_memory_free(stack.items);
}

/* [{name}, ...], nearest first. */
static void take_chain(apl_management_groups *groups, apl_str id, apl_value chain)
{
    apl_str below = id;

    for (uint32_t i = 0; chain.type == APL_VALUE_ARRAY && i < chain.size && i < LEVELS_MAX; i++) {
        apl_str name = apl_value_str(apl_value_member(chain.items[i], "name"));
        if (name.size == 0)
            return;
        apl_str above = apl_arena_format(groups->arena, "/providers/Microsoft.Management/managementGroups/%.*s",
                                         APL_STR_ARG(name));
        set_parent(groups, below, above);
        below = above;
    }
    if (chain.type == APL_VALUE_ARRAY && chain.size)
        groups->nodes.items[node_of(groups, below)].is_root = true;
}

static void take_asset(apl_management_groups *groups, const apl_subject *subject, const apl_scope_fields *fields)
{
    apl_str id = subject->asset->id;
    uint32_t number;

    if (!is_container(id))
        return;
    number = node_of(groups, id);
    groups->nodes.items[number].tenant = subject->asset->tenant;
    if (subject->asset->record.present == NULL)
        return;
    take_children(groups, id, apl_subject_value(subject, fields->children));
    take_chain(groups, id, apl_subject_value(subject, fields->chain));
    /* Read with its details and without a parent: the root. */
    apl_value details = apl_subject_value(subject, fields->details);
    apl_value parent = apl_value_member(details, "parent");
    if (details.type == APL_VALUE_OBJECT && !apl_value_is_there(apl_value_member(parent, "id")))
        groups->nodes.items[number].is_root = true;
}

apl_management_groups *apl_management_groups_new(const apl_estate *estate, const apl_asset_ids *assets,
                                                 const apl_scope_fields *fields)
{
    apl_management_groups *groups = apl_memory_new(sizeof *groups);

    *groups = (apl_management_groups){.arena = apl_arena_new(), .by_key = apl_table_new(true)};
    /* Relations first: they are what the whole product shows. */
    for (size_t i = 0; i < assets->count; i++) {
        if (apl_str_starts_nocase(estate->assets.items[assets->items[i]].id, GROUP_PREFIX))
            take_relations(groups, estate, assets->items[i]);
    }
    for (size_t i = 0; i < assets->count; i++) {
        apl_subject subject = apl_estate_subject(estate, assets->items[i]);
        take_asset(groups, &subject, fields);
    }
    return groups;
}

void apl_management_groups_free(apl_management_groups *groups)
{
    if (groups == NULL)
        return;
    apl_memory_free(groups->nodes.items);
    apl_table_free(groups->by_key);
    apl_arena_free(groups->arena);
    apl_memory_free(groups);
}

/* Whether the management group `scope` is above the container `below`. */
static apl_truth group_covers(const apl_management_groups *groups, apl_str scope, apl_str below)
{
    uint32_t at = apl_table_get(groups->by_key, below);
    uint32_t wanted = apl_table_get(groups->by_key, scope);
    apl_str name = apl_str_slice(scope, GROUP_PREFIX.size, scope.size);

    if (at == APL_TABLE_NONE)
        return APL_TRUTH_UNREAD;
    /* The root group has the id of the tenant as its name. */
    if (groups->nodes.items[at].tenant.size && apl_str_equal_nocase(groups->nodes.items[at].tenant, name))
        return APL_TRUE;
    for (unsigned level = 0; level < LEVELS_MAX; level++) {
        const node *here = &groups->nodes.items[at];
        if (at == wanted)
            return APL_TRUE;
        if (here->parent == NO_GROUP)
            return here->is_root ? APL_FALSE : APL_TRUTH_UNREAD;
        at = here->parent;
    }
    return APL_TRUTH_UNREAD;
}

apl_truth apl_scope_covers(const apl_management_groups *groups, apl_str scope, apl_str resource)
{
    if (scope.size == 0 || resource.size == 0 || resource.data[0] != '/')
        return APL_FALSE;
    if (scope.size == 1 && scope.data[0] == '/')
        return APL_TRUE;
    if (apl_str_starts(resource, scope))
        return resource.size == scope.size || resource.data[scope.size] == '/' ? APL_TRUE : APL_FALSE;
    if (!apl_str_starts(scope, GROUP_PREFIX) || container_of(scope).size != scope.size)
        return APL_FALSE;
    apl_str below = container_of(resource);
    return below.size && groups ? group_covers(groups, scope, below) : APL_FALSE;
}

apl_str apl_scope_tenant(const apl_management_groups *groups, apl_str resource_key)
{
    apl_str container = container_of(resource_key);
    uint32_t found = container.size ? apl_table_get(groups->by_key, container) : APL_TABLE_NONE;

    return found == APL_TABLE_NONE ? APL_STR_NONE : groups->nodes.items[found].tenant;
}
