/* collect/walk.c: two levels of parents, and the calls below them.
 *
 * Each level has an arena; going down swaps them. A type without calls below it is forgotten at once. */
#include "collect/walk.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/table.h"
#include "collect/seen.h"

typedef APL_VECTOR(apl_parent) parent_list;

typedef struct walk_level {
    apl_arena *arena;
    parent_list parents;
} walk_level;

struct apl_walker {
    const apl_calls *calls;
    const apl_walk_roots *roots;
    walk_level levels[2]; /* the present one, and what is found for the next */
    unsigned level;
    size_t parent; /* of the present level */
    size_t call;   /* below it */
    uint64_t done;
    uint64_t total;
    apl_table *ordinals; /* of subscriptions */
    APL_VECTOR(uint32_t) ranks;
    apl_seen *addresses; /* of calls that do not name their parent */
    apl_seen *documents; /* of calls whose lists overlap */
    apl_text key;
};

static walk_level *present(apl_walker *walker)
{
    return &walker->levels[walker->level & 1];
}

static walk_level *next(apl_walker *walker)
{
    return &walker->levels[(walker->level + 1) & 1];
}

static uint32_t ordinal_of(apl_walker *walker, apl_str subscription)
{
    uint32_t at = apl_table_get(walker->ordinals, subscription);

    return at == APL_TABLE_NONE ? (uint32_t)walker->roots->subscription_count : at;
}

static void push(apl_walker *walker, walk_level *level, apl_parent *parent)
{
    parent->ordinal = ordinal_of(walker, parent->subscription);
    parent->rank = walker->ranks.items[parent->ordinal]++;
    parent->sequence = (uint32_t)level->parents.count;
    APL_PUSH(&level->parents, *parent);
}

/* Of an array how many it has. */
static apl_str fact_of(apl_arena *arena, const apl_json *body, apl_str path)
{
    apl_str rest = path;
    apl_str name;
    const apl_json *at = body;

    while (at && apl_str_next(&name, &rest, '.'))
        at = apl_json_is_object(at) ? apl_json_get(at, name) : NULL;
    if (at && apl_json_is_array(at))
        return apl_arena_format(arena, "%zu", apl_json_size(at));
    return at ? apl_arena_str(arena, apl_json_str(at)) : APL_STR_NONE;
}

static const apl_str *facts_of(apl_arena *arena, const apl_below *below, const apl_json *body)
{
    apl_str *facts = APL_ARENA_ARRAY(arena, apl_str, below->kept_count);

    for (size_t i = 0; i < below->kept_count; i++)
        facts[i] = body ? fact_of(arena, body, below->kept[i]) : APL_STR_NONE;
    return facts;
}

/* What is above nothing is not kept. */
static void add(apl_walker *walker, walk_level *level, apl_str type, apl_str id, const apl_json *body)
{
    const apl_below *below = apl_calls_below(walker->calls, type);

    if (below == NULL || id.size > APL_ID_BYTES_MAX)
        return;
    apl_parent parent = {.below = below, .id = apl_arena_str(level->arena, id)};
    parent.subscription = apl_parent_segment(parent.id, APL_STR("subscriptions"));
    parent.facts = facts_of(level->arena, below, body);
    push(walker, level, &parent);
}

static void add_roots(apl_walker *walker)
{
    const apl_walk_roots *roots = walker->roots;
    walk_level *level = present(walker);
    const apl_below *several = apl_calls_below(walker->calls, APL_STR(APL_ABOVE_SUBSCRIPTIONS));
    const apl_below *one = apl_calls_below(walker->calls, APL_STR(APL_ABOVE_SUBSCRIPTION));
    const apl_below *tenant = apl_calls_below(walker->calls, APL_STR(APL_ABOVE_TENANT));

    if (tenant)
        push(walker, level, &(apl_parent){.below = tenant});
    for (size_t i = 0; several && i < roots->subscription_count; i += APL_WALK_BATCH) {
        size_t left = roots->subscription_count - i;
        apl_parent parent = {
            .below = several, .id = roots->subscriptions[i], .subscriptions = roots->subscriptions + i};
        parent.subscription_count = (uint32_t)(left < APL_WALK_BATCH ? left : APL_WALK_BATCH);
        push(walker, level, &parent);
    }
    for (size_t i = 0; one && i < roots->subscription_count; i++)
        push(walker, level,
             &(apl_parent){.below = one, .id = roots->subscriptions[i], .subscription = roots->subscriptions[i]});
}

static int by_rank(const void *a, const void *b)
{
    const apl_parent *x = a;
    const apl_parent *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->ordinal != y->ordinal)
        return x->ordinal < y->ordinal ? -1 : 1;
    return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

/* Puts the present level in order and counts its calls. */
static void start_level(apl_walker *walker)
{
    parent_list *parents = &present(walker)->parents;

    if (walker->level && parents->count)
        qsort(parents->items, parents->count, sizeof *parents->items, by_rank);
    memset(walker->ranks.items, 0, walker->ranks.count * sizeof *walker->ranks.items);
    walker->parent = walker->call = 0;
    walker->done = walker->total = 0;
    for (size_t i = 0; i < parents->count; i++)
        walker->total += parents->items[i].below->calls.count;
}

apl_walker *apl_walker_new(const apl_calls *calls, const apl_walk_roots *roots)
{
    apl_walker *walker = apl_memory_new(sizeof *walker);

    walker->calls = calls;
    walker->roots = roots;
    walker->levels[0].arena = apl_arena_new();
    walker->levels[1].arena = apl_arena_new();
    walker->ordinals = apl_table_new(true);
    walker->addresses = apl_seen_new();
    walker->documents = apl_seen_new();
    apl_text_init(&walker->key, SIZE_MAX);
    for (size_t i = 0; i <= roots->subscription_count; i++)
        APL_PUSH(&walker->ranks, 0);
    for (size_t i = 0; i < roots->subscription_count; i++)
        (void)apl_table_put(walker->ordinals, roots->subscriptions[i], (uint32_t)i);
    add_roots(walker);
    start_level(walker);
    return walker;
}

void apl_walker_free(apl_walker *walker)
{
    if (walker == NULL)
        return;
    for (size_t i = 0; i < 2; i++) {
        apl_arena_free(walker->levels[i].arena);
        apl_memory_free(walker->levels[i].parents.items);
    }
    apl_table_free(walker->ordinals);
    apl_memory_free(walker->ranks.items);
    apl_seen_free(walker->addresses);
    apl_seen_free(walker->documents);
    apl_text_free(&walker->key);
    apl_memory_free(walker);
}

void apl_walker_add_root(apl_walker *walker, apl_str type, apl_str id, const apl_json *facts)
{
    add(walker, present(walker), type, id, facts);
    start_level(walker);
}

static bool is_of_source(const apl_walker *walker, const apl_call *call)
{
    for (size_t i = 0; i < walker->roots->source_count; i++) {
        if (apl_str_equal(walker->roots->sources[i], call->source))
            return true;
    }
    return false;
}

/* Equal addresses are asked once; what is never asked is said once a subscription. */
static bool is_new(apl_walker *walker, const apl_call *call, const apl_parent *parent)
{
    walker->key.size = 0;
    if (call->never.size) {
        apl_text_add_format(&walker->key, "%u never %.*s", call->number, APL_STR_ARG(parent->subscription));
    } else if (call->names_parent || parent->subscription_count || call->body.type != APL_VALUE_MISSING) {
        return true;
    } else {
        apl_text_add_format(&walker->key, "%d ", (int)call->api);
        if (!apl_parent_path(&walker->key, call, parent))
            return false;
        for (size_t i = 0; i < call->versions.count && i < 1; i++)
            apl_text_add(&walker->key, call->versions.items[i]);
    }
    return apl_seen_first(walker->addresses, apl_text_str(&walker->key));
}

/* A parent that lacks a part of the path has nothing to be asked. */
static bool can_ask(apl_walker *walker, const apl_call *call, const apl_parent *parent)
{
    walker->key.size = 0;
    return call->never.size || apl_parent_path(&walker->key, call, parent);
}

bool apl_walker_next(const apl_call **call, const apl_parent **parent, apl_walker *walker)
{
    const parent_list *parents = &present(walker)->parents;

    while (walker->parent < parents->count) {
        const apl_parent *at = &parents->items[walker->parent];
        if (walker->call == at->below->calls.count) {
            walker->parent++;
            walker->call = 0;
            continue;
        }
        const apl_call *found = apl_calls_at(walker->calls, at->below->calls.items[walker->call++]);
        walker->done++;
        if (!is_of_source(walker, found) || !apl_parent_is_meant(at, found) || !can_ask(walker, found, at) ||
            !is_new(walker, found, at))
            continue;
        *call = found;
        *parent = at;
        return true;
    }
    return false;
}

bool apl_walker_descend(apl_walker *walker)
{
    if (next(walker)->parents.count == 0 || walker->level + 1 >= APL_WALK_LEVELS_MAX)
        return false;
    apl_arena_reset(present(walker)->arena);
    present(walker)->parents.count = 0;
    walker->level++;
    start_level(walker);
    return true;
}

unsigned apl_walker_level(const apl_walker *walker)
{
    return walker->level;
}

uint64_t apl_walker_done(const apl_walker *walker)
{
    return walker->done;
}

uint64_t apl_walker_total(const apl_walker *walker)
{
    return walker->total;
}

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));

    return member ? apl_json_str(member) : APL_STR_NONE;
}

/* The lists of several subscriptions have what lies above them in common. */
static bool is_repeated(apl_walker *walker, const apl_call *call, apl_str id)
{
    const apl_str *above = call->of.count ? &call->of.items[0] : NULL;
    bool overlaps = above ? apl_str_equal(*above, APL_STR(APL_ABOVE_SUBSCRIPTIONS))
                          : apl_str_starts(call->path, APL_STR("/subscriptions/{subscription}/"));

    if (!overlaps || id.size == 0)
        return false;
    walker->key.size = 0;
    apl_text_add_format(&walker->key, "%u ", call->number);
    for (uint32_t i = 0; i < id.size; i++)
        apl_text_add_char(&walker->key, apl_char_lower(id.data[i]));
    return !apl_seen_first(walker->documents, apl_text_str(&walker->key));
}

bool apl_walker_take(apl_walker *walker, const apl_call *call, const apl_json *line)
{
    const apl_json *body = apl_json_get(line, APL_STR("body"));
    apl_str type = text_of(line, "type");
    apl_str id = text_of(line, "id");

    if (body == NULL) {
        body = apl_json_get(line, APL_STR("facts"));
        type = text_of(line, "step");
    }
    if (body == NULL || !apl_json_is_object(body) || type.size == 0)
        return true;
    if (is_repeated(walker, call, id))
        return false;
    if (call->into.size == 0)
        add(walker, next(walker), type, id.size ? id : text_of(body, "id"), body);
    return true;
}
