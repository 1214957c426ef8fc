/* json/split.h: cutting a long text into chunks that can be parsed apart, without holding it whole.
 *
 * A text of up to APL_PAGE_BYTES_MAX is one chunk. A longer one is cut at line ends when each line is a value of its
 * own, else between its values. A value that is longer than a page is cut itself: an array at its members, an object
 * at the members of the first array that pages hold their documents in (`value`, `data`, ...); what stands around
 * that array goes along, so that a member reads the same as in a short page. A single value may have
 * APL_DOCUMENT_BYTES_MAX; a longer one is passed over with a message, and the rest goes on. */
#ifndef APL_JSON_SPLIT_H
#define APL_JSON_SPLIT_H

#include "base/memory.h"
#include "base/status.h"

typedef enum apl_chunk_kind {
    APL_CHUNK_VALUES, /* one value or several, one after another */
    APL_CHUNK_LINES,  /* one value a line */
    APL_CHUNK_ITEMS,  /* the values of `items` */
} apl_chunk_kind;

/* One value: the bytes [from, to) of its chunk. */
typedef struct apl_chunk_item {
    uint32_t from;
    uint32_t to;
} apl_chunk_item;

/* Behind `size` bytes there is room for APL_CHUNK_PADDING more, which a parser may write to. */
#define APL_CHUNK_PADDING 8
typedef struct apl_chunk {
    char *bytes;
    size_t size;
    size_t capacity;
    uint64_t offset; /* of the first byte in the text */
    apl_chunk_kind kind;
    APL_VECTOR(apl_chunk_item) items;
    apl_text head; /* not empty: head, the items joined by commas, and `closing` are one value */
    const char *closing;
    uint32_t file; /* for the caller */
    apl_str path;  /* for the caller */
    bool is_named; /* for the caller */
    bool is_whole; /* the only chunk of its text */
} apl_chunk;

/* Makes a chunk of a text of lines that is there already. */
void apl_chunk_take(apl_chunk *chunk, apl_str text);

/* Gives the memory of a chunk back, not the chunk itself. */
void apl_chunk_free(apl_chunk *chunk);

typedef struct apl_split {
    /* Up to `size` bytes of the text; *got is 0 at its end. */
    apl_status (*read)(void *context, size_t *got, char *buffer, size_t size);
    void *read_context;
    /* An empty chunk to fill, and what to do with a full one (which then belongs to the callee). */
    apl_chunk *(*take)(void *context);
    void (*give)(void *context, apl_chunk *chunk);
    /* A value that was passed over. */
    void (*fault)(void *context, uint64_t offset, const char *why);
    bool (*is_wrapper)(void *context, apl_str name);
    void *context;
    /* 0: the limits of base/limits.h; tests make them small. */
    size_t page_bytes;
    size_t document_bytes;
} apl_split;

/* Cuts one text. A failing read is returned; the whole values before it have been given. */
apl_status apl_split_text(const apl_split *split);

#endif
