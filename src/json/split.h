/* json/split.h: cutting a long text into chunks that can be parsed apart, without holding it whole.
 *
 * A text of up to APL_PAGE_BYTES_MAX is one chunk. A longer one is cut at line ends when each line is a value of
 * its own, else at the members of its outermost array, or of the array member of its outermost object that pages hold
 * their documents in (`value`, `data`, ...). A single value may have APL_DOCUMENT_BYTES_MAX; a longer one is passed
 * over with a message, and the rest goes on. */
#ifndef APL_JSON_SPLIT_H
#define APL_JSON_SPLIT_H

#include "base/memory.h"
#include "base/status.h"

typedef enum apl_chunk_kind {
    APL_CHUNK_VALUES, /* one value or several, one after another */
    APL_CHUNK_LINES,  /* one value a line */
    APL_CHUNK_ITEMS,  /* values that end at `ends`; what stands between them is blank */
} apl_chunk_kind;

/* Behind `size` bytes there is room for APL_CHUNK_PADDING more, which a parser may write to. */
#define APL_CHUNK_PADDING 8
typedef struct apl_chunk {
    char *bytes;
    size_t size;
    size_t capacity;
    uint64_t offset; /* of the first byte in the text */
    apl_chunk_kind kind;
    APL_VECTOR(uint32_t) ends;
    uint32_t file; /* for the caller */
    apl_str path;  /* for the caller */
    bool is_named; /* for the caller */
    bool is_whole; /* the only chunk of its text */
} apl_chunk;

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
} apl_split;

/* Cuts one text. A failing read is returned; what was read before it has been given. */
apl_status apl_split_text(const apl_split *split);

#endif
