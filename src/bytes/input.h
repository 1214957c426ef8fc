/* bytes/input.h: bytes behind a window: a range of an open file, a text in memory, or what a decompressor gives.
 *
 * Formats read through this and never learn which of the three it is. Looking ahead is bounded by the window, going
 * back is possible only where `can_seek` says so, and skipping in a file reads nothing. A read error or a damaged
 * compression ends the input early and is kept in `fault`: whoever must know that everything was there looks at it.
 * One thread; the bytes of a view are gone with the next call. */
#ifndef APL_BYTES_INPUT_H
#define APL_BYTES_INPUT_H

#include "base/memory.h"
#include "base/status.h"

/* Bytes that can be seen at once. A wider look-ahead would let one file take the memory of all. */
#define APL_INPUT_WINDOW_BYTES (256u << 10)

#define APL_INPUT_SIZE_UNKNOWN UINT64_MAX

/* Gives the next bytes of a sequence; *got is 0 at its end. */
typedef apl_status (*apl_input_pull)(size_t *got, void *context, char *buffer, size_t size);

typedef struct apl_input {
    uint64_t size;     /* APL_INPUT_SIZE_UNKNOWN for a sequence whose end was not met yet */
    uint64_t position; /* of the next byte */
    bool can_seek;
    apl_status fault;      /* why it ended before its end; APL_OK when it did not */
    uint64_t fault_offset; /* where */
    uint64_t bytes_read;   /* taken from below, for budgets */
    /* The window: `view_size` bytes at `view`, the first of which stands at `view_from`. */
    const char *view;
    uint64_t view_from;
    size_t view_size;
    char *buffer; /* NULL for a text in memory */
    int descriptor;
    uint64_t base; /* of the range in the descriptor */
    apl_input_pull pull;
    void *pull_context;
} apl_input;

/* Bytes [base, base + size) of an open file, which stays the caller's. */
void apl_input_of_file(apl_input *input, int descriptor, uint64_t base, uint64_t size);
void apl_input_of_memory(apl_input *input, apl_str bytes);
void apl_input_of_pull(apl_input *input, apl_input_pull pull, void *context);

/* A range of `parent`, which must be able to seek; it must outlive the range when it is a text in memory. */
void apl_input_of_range(apl_input *input, const apl_input *parent, uint64_t from, uint64_t size);

/* What is visible of `input` now, as an input of its own with the same positions; valid until `input` moves on. */
void apl_input_of_window(apl_input *window, const apl_input *input);
void apl_input_close(apl_input *input);

/* Makes up to `wanted` bytes at the position visible, at most APL_INPUT_WINDOW_BYTES; gives what there is. */
size_t apl_input_look(apl_input *input, size_t wanted);

/* The bytes that the last look made visible. */
static inline const unsigned char *apl_input_at(const apl_input *input)
{
    return (const unsigned char *)input->view + (input->position - input->view_from);
}
static inline size_t apl_input_visible(const apl_input *input)
{
    uint64_t used = input->position - input->view_from;
    return used < input->view_size ? input->view_size - (size_t)used : 0;
}

/* A view of `size` bytes at the position, or NULL when there are not so many. */
const unsigned char *apl_input_view(apl_input *input, size_t size);

/* Goes on by `count`; false when the end comes first (the position is then the end). */
bool apl_input_skip(apl_input *input, uint64_t count);

/* Only when can_seek: goes to `position`, at most the size. */
void apl_input_seek(apl_input *input, uint64_t position);

/* True when there is nothing behind the position. */
bool apl_input_is_at_end(apl_input *input);

/* Copies exactly `size` bytes and goes on; false when the end comes first. */
bool apl_input_take(apl_input *input, void *out, size_t size);

/* Little-endian numbers. */
static inline uint16_t apl_le16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}
static inline uint32_t apl_le32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}
static inline uint64_t apl_le64(const unsigned char *at)
{
    return (uint64_t)apl_le32(at) | (uint64_t)apl_le32(at + 4) << 32;
}

#endif
