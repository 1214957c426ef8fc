/* normalize/keeper.c: a cache of what was kept lately, in front of an arena.
 *
 * Stands under the projector and the identity of assets. A place of the cache has two entries, the later used one
 * first: what comes once, as most ids do, drives out only what came once itself. Nothing is ever given back: an entry
 * that is driven out stays where it is in the arena. */
#include "normalize/keeper.h"

#include "base/str.h"

#define PLACES 8192u          /* a power of two; the resources of a subscription or two fit */
#define TEXT_BYTES_MAX 1024u  /* longer texts seldom repeat, and ids are shorter */
#define BLOCK_BYTES_MAX 4096u /* the same for lists of settings */

typedef struct kept_bytes {
    const char *data;
    uint32_t size;
    uint32_t life; /* of the keeper when it was kept; of another life: no entry */
} kept_bytes;

typedef struct place {
    kept_bytes first;
    kept_bytes second;
} place;

struct apl_keeper {
    apl_arena *arena;
    uint32_t life;
    place texts[PLACES];
    place blocks[PLACES];
};

apl_keeper *apl_keeper_new(apl_arena *arena)
{
    apl_keeper *keeper = apl_memory_new(sizeof *keeper);

    keeper->arena = arena;
    keeper->life = 1;
    return keeper;
}

void apl_keeper_free(apl_keeper *keeper)
{
    apl_memory_free(keeper);
}

void apl_keeper_move(apl_keeper *keeper, apl_arena *arena)
{
    keeper->arena = arena;
    if (++keeper->life != 0)
        return;
    memset(keeper->texts, 0, sizeof keeper->texts); /* entries of all lives before the number began anew */
    memset(keeper->blocks, 0, sizeof keeper->blocks);
    keeper->life = 1;
}

static bool holds(const kept_bytes *entry, uint32_t life, apl_str bytes)
{
    return entry->life == life && entry->size == bytes.size && memcmp(entry->data, bytes.data, bytes.size) == 0;
}

/* The entry of these bytes, or one with `data` NULL that the caller fills. It is the first of its place then. */
static kept_bytes *entry_of(place *places, uint32_t life, apl_str bytes)
{
    place *at = &places[apl_str_hash(bytes) & (PLACES - 1)];

    if (holds(&at->first, life, bytes))
        return &at->first;
    kept_bytes second = at->second;
    at->second = at->first;
    at->first = holds(&second, life, bytes) ? second : (kept_bytes){NULL, bytes.size, life};
    return &at->first;
}

apl_str apl_keeper_text(apl_keeper *keeper, apl_str text)
{
    if (text.size == 0)
        return APL_STR("");
    if (text.size > TEXT_BYTES_MAX)
        return apl_arena_str(keeper->arena, text);
    kept_bytes *entry = entry_of(keeper->texts, keeper->life, text);
    if (entry->data == NULL)
        entry->data = apl_arena_str(keeper->arena, text).data;
    return apl_str_make(entry->data, text.size);
}

static const char *copied(apl_arena *arena, const void *bytes, size_t size)
{
    return memcpy(apl_arena_alloc_raw(arena, size), bytes, size);
}

const void *apl_keeper_block(apl_keeper *keeper, const void *bytes, size_t size)
{
    static const uint64_t nothing = 0;

    if (size == 0)
        return &nothing;
    if (size > BLOCK_BYTES_MAX)
        return copied(keeper->arena, bytes, size);
    kept_bytes *entry = entry_of(keeper->blocks, keeper->life, apl_str_make(bytes, size));
    if (entry->data == NULL)
        entry->data = copied(keeper->arena, bytes, size);
    return entry->data;
}
