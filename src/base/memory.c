/* base/memory.c: arenas, growing arrays and growing texts over malloc.
 *
 * The only file that calls malloc. An arena is a chain of blocks; each new block is larger than the last one up to
 * a maximum, so that a page of any usual size is one block after the first reset. It never gives single
 * allocations back. Touching a page of memory for the first time costs more than what is done with it, so that large
 * blocks ask the system for huge pages. */
#include "base/memory.h"

#include <limits.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/limits.h"
#include "base/status.h"

#define BLOCK_BYTES_FIRST (16u << 10)
#define BLOCK_BYTES_MAX (4u << 20)
#define BLOCK_GROWTH 4u

/* Of x86-64 and, with pages of 4 KB, of arm64. Where they are larger, or there are none, nothing is lost. */
#define HUGE_PAGE_BYTES (2u << 20)
#define ALIGNMENT 16u
#define MAPPED_BYTES_MIN (1 << 20) /* a piece of this size gets pages of its own, which go back when it is freed */

typedef struct arena_block {
    struct arena_block *next;
    size_t capacity;
    size_t used;
} arena_block;

struct apl_arena {
    arena_block *first;
    arena_block *current;
    size_t size;
    size_t next_capacity;
};

#define BLOCK_HEADER ((sizeof(arena_block) + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1))

void apl_memory_start(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES_MIN);
}

void *apl_memory_new(size_t size)
{
    void *memory = calloc(1, size ? size : 1);

    if (memory == NULL)
        apl_die("out of memory");
    return memory;
}

void *apl_memory_grow(void *memory, size_t size)
{
    void *grown = realloc(memory, size ? size : 1);

    if (grown == NULL)
        apl_die("out of memory");
    return grown;
}

void apl_memory_free(void *memory)
{
    free(memory);
}

apl_arena *apl_arena_new(void)
{
    apl_arena *arena = apl_memory_new(sizeof *arena);

    arena->next_capacity = BLOCK_BYTES_FIRST;
    return arena;
}

static void free_blocks(arena_block *block)
{
    while (block) {
        arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void apl_arena_free(apl_arena *arena)
{
    if (arena == NULL)
        return;
    free_blocks(arena->first);
    free(arena);
}

#ifdef APL_ARENA_DEBUG
#define DEBUG_SINGLE_BLOCKS true
#else
#define DEBUG_SINGLE_BLOCKS false
#endif

void apl_arena_reset(apl_arena *arena)
{
    if (DEBUG_SINGLE_BLOCKS) {
        free_blocks(arena->first);
        arena->first = NULL;
        arena->size = 0;
    }
    for (arena_block *block = arena->first; block; block = block->next)
        block->used = 0;
    arena->current = arena->first;
}

static arena_block *block_new(apl_arena *arena, size_t capacity)
{
    size_t size = BLOCK_HEADER + capacity;
    arena_block *block;

    if (size <= HUGE_PAGE_BYTES / 2) {
        block = malloc(size);
    } else {
        size = (size + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
        block = aligned_alloc(HUGE_PAGE_BYTES, size);
    }
    if (block == NULL)
        apl_die("out of memory");
    if (size >= HUGE_PAGE_BYTES)
        (void)madvise(block, size, MADV_HUGEPAGE); /* a wish; without it there are ordinary pages */
    block->next = NULL;
    block->capacity = size - BLOCK_HEADER;
    block->used = 0;
    arena->size += size;
    return block;
}

/* The next block that has room: one kept from before the last reset, or a new one put after the current. */
static arena_block *next_block(apl_arena *arena, size_t size)
{
    if (!DEBUG_SINGLE_BLOCKS) {
        for (arena_block *kept = arena->current ? arena->current->next : NULL; kept; kept = kept->next) {
            if (kept->used == 0 && size <= kept->capacity) {
                arena->current = kept;
                return kept;
            }
        }
    }
    size_t capacity = arena->next_capacity;
    if (DEBUG_SINGLE_BLOCKS || size > capacity)
        capacity = size;
    else if (arena->next_capacity < BLOCK_BYTES_MAX)
        arena->next_capacity *= BLOCK_GROWTH;
    arena_block *block = block_new(arena, capacity);
    if (arena->current) {
        block->next = arena->current->next;
        arena->current->next = block;
    } else {
        block->next = arena->first;
        arena->first = block;
    }
    arena->current = block;
    return block;
}

static void *take(apl_arena *arena, size_t size, size_t alignment)
{
    arena_block *block = arena->current;
    size_t start = block ? (block->used + alignment - 1) & ~(alignment - 1) : 0;

    APL_ASSERT(size < SIZE_MAX / 2);
    if (DEBUG_SINGLE_BLOCKS || block == NULL || start + size > block->capacity) {
        block = next_block(arena, size);
        start = 0;
    }
    block->used = start + size;
    return (char *)block + BLOCK_HEADER + start;
}

void *apl_arena_alloc_raw(apl_arena *arena, size_t size)
{
    return take(arena, size, 8);
}

void *apl_arena_alloc(apl_arena *arena, size_t size)
{
    return memset(take(arena, size, ALIGNMENT), 0, size);
}

apl_str apl_arena_str(apl_arena *arena, apl_str text)
{
    char *copy = take(arena, (size_t)text.size + 1, 1);

    if (text.size)
        memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    return apl_str_make(copy, text.size);
}

/* One conversion of `join`: the text, and what follows it in the format; false when it is neither %s nor %.*s. A text
 * ends at its first zero, as it does for printf. */
static bool next_text(apl_str *text, const char **format, va_list *arguments)
{
    bool has_size = (*format)[1] == '.' && (*format)[2] == '*' && (*format)[3] == 's';

    if (!has_size && (*format)[1] != 's')
        return false;
    int size = has_size ? va_arg(*arguments, int) : INT_MAX;
    const char *data = va_arg(*arguments, const char *);
    if (size < 0 || (data == NULL && size > 0))
        return false;
    *text = apl_str_make(data, size ? strnlen(data, (size_t)size) : 0);
    *format += has_size ? 4 : 2;
    return true;
}

/* vsnprintf for formats that only join texts, which are nearly all and run often; it takes a thousand instructions for
 * what is a copy. Returns the size, or -1 when the format has anything else. */
static int join(char *out, size_t room, const char *format, va_list *arguments)
{
    size_t size = 0;

    while (*format) {
        apl_str part = apl_str_make(format, strcspn(format, "%"));
        if (part.size)
            format += part.size;
        else if (!next_text(&part, &format, arguments))
            return -1;
        if (part.size && size + part.size < room)
            memcpy(out + size, part.data, part.size);
        size += part.size;
    }
    if (size < room)
        out[size] = 0;
    return size < INT_MAX ? (int)size : -1;
}

/* vsnprintf, and faster where the format allows it. */
__attribute__((format(printf, 3, 0))) static int format_into(char *out, size_t room, const char *format,
                                                             va_list arguments)
{
    va_list again;
    va_list texts;

    va_copy(again, arguments);
    va_copy(texts, arguments);
    int size = join(out, room, format, &texts);
    if (size < 0)
        size = vsnprintf(out, room, format, again);
    va_end(texts);
    va_end(again);
    APL_ASSERT(size >= 0);
    return size;
}

#define FORMAT_BYTES 512u /* what is longer is formatted twice */

apl_str apl_arena_format(apl_arena *arena, const char *format, ...)
{
    char small[FORMAT_BYTES];
    va_list arguments;
    va_list again;

    va_start(arguments, format);
    va_copy(again, arguments);
    size_t size = (size_t)format_into(small, sizeof small, format, arguments);
    va_end(arguments);
    char *text = take(arena, size + 1, 1);
    if (size < sizeof small)
        memcpy(text, small, size + 1);
    else
        (void)format_into(text, size + 1, format, again);
    va_end(again);
    return apl_str_make(text, size);
}

size_t apl_arena_size(const apl_arena *arena)
{
    return arena->size;
}

void *apl_vector_grow(void *items, size_t needed, size_t *capacity, size_t item_size)
{
    size_t next = *capacity ? *capacity + *capacity / 2 : 8;

    if (next < needed)
        next = needed;
    APL_ASSERT(next < SIZE_MAX / item_size);
    *capacity = next;
    return apl_memory_grow(items, next * item_size);
}

#define TEXT_BYTES_FIRST 256u

void apl_text_init(apl_text *text, size_t bytes_max)
{
    *text = (apl_text){.bytes_max = bytes_max};
}

void apl_text_free(apl_text *text)
{
    free(text->data);
    *text = (apl_text){0};
}

char *apl_text_grow(apl_text *text, size_t size)
{
    size_t end = text->size + size;

    if (end > text->bytes_max) {
        text->is_cut = true;
        return NULL;
    }
    if (end > text->capacity) {
        /* Most texts are ids and sentences: one block that holds them costs less than five that grow. */
        size_t needed = end < TEXT_BYTES_FIRST ? TEXT_BYTES_FIRST : end;
        text->data = apl_vector_grow(text->data, needed, &text->capacity, 1);
    }
    text->size = end;
    return text->data + end - size;
}

void apl_text_add_format(apl_text *text, const char *format, ...)
{
    char small[FORMAT_BYTES];
    va_list arguments;
    va_list again;

    va_start(arguments, format);
    va_copy(again, arguments);
    size_t size = (size_t)format_into(small, sizeof small, format, arguments);
    va_end(arguments);
    if (size < sizeof small) {
        apl_text_add(text, apl_str_make(small, size));
    } else {
        char *large = apl_memory_new(size + 1);
        (void)format_into(large, size + 1, format, again);
        apl_text_add(text, apl_str_make(large, size));
        free(large);
    }
    va_end(again);
}
