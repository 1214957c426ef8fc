/* base/memory.h: the only place where memory comes from.
 *
 * Arenas by lifetime: page (one page of documents), scan (estate and findings), request (one answer). Code in
 * a stage allocates from the arena that it is handed and frees nothing. An arena belongs to one thread at
 * a time. Running out of memory on a small block stops the process with a message; a size that comes from
 * input must be checked against a limit of base/limits.h before it gets here.
 * With APL_ARENA_DEBUG each allocation is its own malloc, so that a use after reset is caught. */
#ifndef APL_BASE_MEMORY_H
#define APL_BASE_MEMORY_H

#include <stddef.h>

#include "base/str.h"

typedef struct apl_arena apl_arena;

apl_arena *apl_arena_new(void);
void apl_arena_free(apl_arena *arena); /* NULL is allowed */

/* Everything allocated so far becomes invalid; the blocks are kept for the next page. */
void apl_arena_reset(apl_arena *arena);

/* Zeroed memory, aligned for any type; valid until reset or free. Never NULL, size 0 included. O(1). */
void *apl_arena_alloc(apl_arena *arena, size_t size);

/* The same, not zeroed and aligned to 8: for bytes that the caller overwrites at once. */
void *apl_arena_alloc_raw(apl_arena *arena, size_t size);

#define APL_ARENA_NEW(arena, type) ((type *)apl_arena_alloc((arena), sizeof(type)))
#define APL_ARENA_ARRAY(arena, type, count) ((type *)apl_arena_alloc((arena), (size_t)(count) * sizeof(type)))

/* A copy of the bytes, followed by a zero so that `data` can also be used as a C string. */
apl_str apl_arena_str(apl_arena *arena, apl_str text);
__attribute__((format(printf, 2, 3))) apl_str apl_arena_format(apl_arena *arena, const char *format, ...);

/* Bytes obtained from the operating system by this arena. */
size_t apl_arena_size(const apl_arena *arena);

/* Once, before the first thread: the big tables of one stage are given back before the next. By itself the C library
 * raises its limit for what it keeps with each big table that is freed, and a scan then holds a fifth more. */
void apl_memory_start(void);

/* Memory that outlives arenas: growing arrays and the big tables. Never NULL; stops the process when there is
 * none. apl_memory_grow keeps the old bytes and does not zero the new ones. */
void *apl_memory_new(size_t size);
void *apl_memory_grow(void *memory, size_t size);
void apl_memory_free(void *memory);

/* A growing array. `items` is freed with apl_memory_free by the owner.
 *     struct { apl_asset *items; size_t count, capacity; } assets = {0};
 *     APL_PUSH(&assets, asset); */
#define APL_VECTOR(type)                                                                                               \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count;                                                                                                  \
        size_t capacity;                                                                                               \
    }
#define APL_RESERVE(vector, more)                                                                                      \
    ((vector)->count + (more) <= (vector)->capacity                                                                    \
         ? (void)0                                                                                                     \
         : (void)((vector)->items = apl_vector_grow((vector)->items, (vector)->count + (more), &(vector)->capacity,    \
                                                    sizeof *(vector)->items)))
#define APL_PUSH(vector, value) (APL_RESERVE((vector), 1), (vector)->items[(vector)->count++] = (value))

void *apl_vector_grow(void *items, size_t needed, size_t *capacity, size_t item_size);

/* A growing text. Grows past `bytes_max` never: further bytes are dropped and `is_cut` is set. */
typedef struct apl_text {
    char *data;
    size_t size;
    size_t capacity;
    size_t bytes_max;
    bool is_cut;
} apl_text;

void apl_text_init(apl_text *text, size_t bytes_max);
void apl_text_free(apl_text *text);

/* Makes the text `size` bytes longer and gives the place of the new ones, which the caller writes at once; NULL when
 * that would pass `bytes_max`. `size` is at least 1. Here, because most of a report is short pieces. */
char *apl_text_grow(apl_text *text, size_t size);
static inline char *apl_text_extend(apl_text *text, size_t size)
{
    if (size > text->capacity - text->size || text->size + size > text->bytes_max)
        return apl_text_grow(text, size);
    char *at = text->data + text->size;
    text->size += size;
    return at;
}

static inline void apl_text_add(apl_text *text, apl_str part)
{
    char *at = part.size ? apl_text_extend(text, part.size) : NULL;

    if (at)
        memcpy(at, part.data, part.size);
}
static inline void apl_text_add_char(apl_text *text, char c)
{
    char *at = apl_text_extend(text, 1);

    if (at)
        *at = c;
}
__attribute__((format(printf, 2, 3))) void apl_text_add_format(apl_text *text, const char *format, ...);
static inline apl_str apl_text_str(const apl_text *text)
{
    return apl_str_make(text->data, text->size);
}

#endif
