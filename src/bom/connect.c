/* bom/connect.c: what each part needs, and who needs it.
 *
 * A part needs the ends (or starts) of its relations. What lies in a root is needed by the root; another part needs
 * what it lies in, because it would not run without. So containment never closes a circle. */
#include <stdlib.h>

#include "bom/gathering.h"

/* A need before it stands with its part. */
typedef struct pair {
    uint32_t part;
    apl_bom_need need;
} pair;

typedef APL_VECTOR(pair) pairs;

static int compare_pairs(const void *a, const void *b)
{
    const pair *left = a;
    const pair *right = b;

    if (left->part != right->part)
        return left->part < right->part ? -1 : 1;
    if (left->need.part != right->need.part)
        return left->need.part < right->need.part ? -1 : 1;
    return (int)left->need.relation - (int)right->need.relation;
}

static void push(pairs *list, const apl_bom_gathering *it, apl_asset_id from, apl_asset_id to, apl_relation_type type)
{
    uint32_t part = it->part_of[from];
    uint32_t needed = it->part_of[to];

    if (part && needed && part != needed)
        APL_PUSH(list, ((pair){part - 1, {needed - 1, type}}));
}

static void push_relation(pairs *list, const apl_bom_gathering *it, const apl_relation *relation,
                          apl_relation_type contains)
{
    uint8_t way = it->estate->vocabulary->relations.items[relation->type].bom_way;
    bool is_below = (it->marks[relation->to] & APL_BOM_IS_BELOW) && !(it->marks[relation->to] & APL_BOM_IS_ROOT);

    if (relation->type == contains && is_below)
        push(list, it, relation->from, relation->to, contains);
    else if (relation->type == contains)
        push(list, it, relation->to, relation->from, contains);
    else if (way == APL_BOM_NEEDS_END)
        push(list, it, relation->from, relation->to, relation->type);
    else if (way == APL_BOM_NEEDS_START)
        push(list, it, relation->to, relation->from, relation->type);
}

static size_t unique(pair *list, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || compare_pairs(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    }
    return kept;
}

/* Hands the sorted pairs out to their parts: as needs, or turned round as users. */
static void hand_out(apl_bom_gathering *it, const pairs *list, bool as_users)
{
    apl_bom_need *needs = APL_ARENA_ARRAY(it->options->arena, apl_bom_need, list->count);

    for (size_t i = 0; i < list->count; i++)
        needs[i] = list->items[i].need;
    for (size_t start = 0; start < list->count;) {
        apl_bom_part *part = &it->parts[list->items[start].part];
        size_t end = start;
        while (end < list->count && list->items[end].part == list->items[start].part)
            end++;
        *(as_users ? &part->users : &part->needs) = needs + start;
        *(as_users ? &part->user_count : &part->need_count) = end - start;
        start = end;
    }
}

static void sort(pairs *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_pairs);
    list->count = unique(list->items, list->count);
}

void apl_bom_connect(apl_bom_gathering *it)
{
    apl_relation_type contains = apl_vocabulary_relation(it->estate->vocabulary, APL_STR("contains"));
    pairs list = {0};

    for (size_t r = 0; r < it->estate->relations.count; r++)
        push_relation(&list, it, &it->estate->relations.items[r], contains);
    sort(&list);
    hand_out(it, &list, false);
    for (size_t i = 0; i < list.count; i++) {
        pair *one = &list.items[i];
        *one = (pair){one->need.part, {one->part, one->need.relation}};
    }
    sort(&list);
    hand_out(it, &list, true);
    apl_memory_free(list.items);
}
