/* model/type_plan.h: the plan of one resource type, in full: slots, bindings, and the tree that finds them.
 *
 * Built once all content is compiled; read-only then. normalize walks the tree beside the document and fills the
 * slots; subjects read them back. */
#ifndef APL_MODEL_TYPE_PLAN_H
#define APL_MODEL_TYPE_PLAN_H

#include "model/plan.h"
#include "model/vocabulary.h"

#define APL_NO_SLOT UINT16_MAX
#define APL_UNREAD_GROUPS_MAX 31

/* One name on the way to a slot. Children are chained from a small hash table; see apl_plan_child. */
typedef struct apl_plan_node {
    apl_str key;
    uint32_t next_in_bucket; /* node number + 1 */
    uint32_t first_bucket;   /* index into plan->buckets */
    uint16_t bucket_mask;    /* number of buckets - 1; has_children tells whether there are any */
    uint16_t slot;           /* kept here, or APL_NO_SLOT */
    uint32_t star;           /* node number + 1 of the members of the array here, or 0 */
    uint32_t keys;           /* node number + 1 of `@keys` (the names of the members), or 0 */
    uint32_t values;         /* node number + 1 of `@values` (the members as a list), or 0 */
    uint32_t entries;        /* node number + 1 of `@entries` (the members as a list of {name, value}), or 0 */
    uint8_t group;           /* being here (not null) means that unread group was read; 0: none */
    bool is_whole;           /* the slot keeps everything below */
    bool has_children;
} apl_plan_node;

struct apl_plan {
    apl_str type;
    uint32_t number; /* of the type; set by whoever keeps the plans */
    uint16_t slot_count;
    uint16_t word_count; /* of the bit set of a record */
    uint32_t group_mask; /* the groups that exist: unread until seen */
    uint32_t field_count;
    const apl_binding *bindings; /* by apl_field_id */
    const apl_plan_node *nodes;  /* nodes[0] is the body */
    const uint32_t *buckets;     /* node number + 1 */
    const apl_str *slot_paths;   /* by slot */
};

typedef struct apl_plan_options {
    apl_arena *arena;
    const apl_fields *fields;
    const apl_field_id *asked; /* the fields that anybody asks of this type; all others are bound as missing */
    size_t asked_count;
    apl_str type;
    const apl_str *unread_without; /* paths */
    size_t unread_without_count;
    const apl_vocabulary *vocabulary; /* for aplomb.relations.<type> */
    bool (*find_alias)(void *context, apl_str *path, apl_str type, apl_str name);
    void *find_alias_context;
} apl_plan_options;

/* False when `name` begins like a derived fact ("aplomb.") and is none; then *guess holds the nearest. */
bool apl_derived_is_known(apl_str name, const apl_vocabulary *vocabulary, apl_guess *guess);

/* Builds the plan; it lives in the arena. A field whose path passes a limit is bound as missing. */
apl_plan *apl_plan_new(const apl_plan_options *options);

/* A cheap spread of short names; case is ignored. */
static inline uint32_t apl_plan_hash(apl_str key)
{
    if (key.size == 0)
        return 0;
    uint32_t first = (uint32_t)(key.data[0] | 32);
    uint32_t middle = (uint32_t)(key.data[key.size / 2] | 32);
    uint32_t last = (uint32_t)(key.data[key.size - 1] | 32);
    return key.size * 7 + first * 31 + middle * 131 + last * 17;
}

/* The child of that name, or NULL. O(1). */
static inline const apl_plan_node *apl_plan_child(const apl_plan *plan, const apl_plan_node *node, apl_str key)
{
    uint32_t at = plan->buckets[node->first_bucket + (apl_plan_hash(key) & node->bucket_mask)];
    while (at) {
        const apl_plan_node *child = &plan->nodes[at - 1];
        if (apl_str_equal_nocase(child->key, key))
            return child;
        at = child->next_in_bucket;
    }
    return NULL;
}

#endif
