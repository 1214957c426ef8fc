/* json/split.c: a scanner that knows strings and nesting, and nothing else of JSON.
 *
 * It decides only where values end; whether they are valid is for the parser to say. Memory is bounded by one value.
 * The first byte of a text that is no JSON is for the caller to judge: such a text becomes one chunk of what was
 * read so far. */
#include "json/split.h"

#include "base/limits.h"

typedef struct scanner {
    const apl_split *split;
    apl_chunk *chunk;
    uint64_t offset; /* of the next byte to be read from the text */
    bool is_at_end;
} scanner;

static void reserve(apl_chunk *chunk, size_t size)
{
    if (size + APL_CHUNK_PADDING > chunk->capacity)
        chunk->bytes = apl_vector_grow(chunk->bytes, size + APL_CHUNK_PADDING, &chunk->capacity, 1);
}

static apl_chunk *fresh(const scanner *scan, uint64_t offset, apl_chunk_kind kind)
{
    apl_chunk *chunk = scan->split->take(scan->split->context);

    chunk->size = 0;
    chunk->ends.count = 0;
    chunk->offset = offset;
    chunk->kind = kind;
    chunk->is_whole = false;
    return chunk;
}

/* Reads until the chunk has `wanted` bytes or the text ends. */
static apl_status fill(scanner *scan, size_t wanted)
{
    apl_chunk *chunk = scan->chunk;
    size_t got = 1;

    reserve(chunk, wanted);
    while (chunk->size < wanted && got) {
        apl_status status =
            scan->split->read(scan->split->read_context, &got, chunk->bytes + chunk->size, wanted - chunk->size);
        if (status != APL_OK)
            return status;
        chunk->size += got;
        scan->offset += got;
    }
    scan->is_at_end = got == 0;
    return APL_OK;
}

static size_t first_visible(const apl_chunk *chunk)
{
    size_t i = apl_str_starts(apl_str_make(chunk->bytes, chunk->size), APL_STR("\xEF\xBB\xBF")) ? 3 : 0;

    while (i < chunk->size &&
           (chunk->bytes[i] == ' ' || chunk->bytes[i] == '\t' || chunk->bytes[i] == '\n' || chunk->bytes[i] == '\r'))
        i++;
    return i;
}

static bool opens_value(char c)
{
    return c == '{' || c == '[';
}

/* One value a line: behind the first line end another value begins at once. */
static bool has_lines(const apl_chunk *chunk)
{
    size_t from = first_visible(chunk);

    if (from >= chunk->size || chunk->bytes[from] != '{')
        return false;
    const char *line_end = memchr(chunk->bytes + from, '\n', chunk->size - from);
    if (line_end == NULL || line_end + 1 >= chunk->bytes + chunk->size)
        return false;
    return opens_value(line_end[1]);
}

/* Passes over the rest of a line that is too long. */
static apl_status skip_line(scanner *scan)
{
    scan->chunk->size = 0;
    for (;;) {
        apl_status status = fill(scan, APL_READ_BYTES);
        if (status != APL_OK || scan->chunk->size == 0)
            return status;
        const char *line_end = memchr(scan->chunk->bytes, '\n', scan->chunk->size);
        if (line_end) {
            size_t used = (size_t)(line_end - scan->chunk->bytes) + 1;
            scan->chunk->size -= used;
            memmove(scan->chunk->bytes, line_end + 1, scan->chunk->size);
            scan->chunk->offset = scan->offset - scan->chunk->size;
            return APL_OK;
        }
        scan->chunk->size = 0;
    }
}

static void give(scanner *scan, apl_chunk *chunk)
{
    scan->split->give(scan->split->context, chunk);
}

static apl_status split_lines(scanner *scan)
{
    apl_status status = APL_OK;

    scan->chunk->kind = APL_CHUNK_LINES;
    for (;;) {
        apl_chunk *chunk = scan->chunk;
        const char *line_end = scan->is_at_end ? NULL : memrchr(chunk->bytes, '\n', chunk->size);
        if (scan->is_at_end) {
            give(scan, chunk);
            scan->chunk = NULL;
            return APL_OK;
        }
        if (line_end == NULL && chunk->size >= APL_DOCUMENT_BYTES_MAX) {
            scan->split->fault(scan->split->context, chunk->offset, "a line longer than the limit of one document");
            status = skip_line(scan);
        } else if (line_end) {
            size_t used = (size_t)(line_end - chunk->bytes) + 1;
            apl_chunk *next = fresh(scan, chunk->offset + used, APL_CHUNK_LINES);
            reserve(next, chunk->size - used);
            memcpy(next->bytes, line_end + 1, chunk->size - used);
            next->size = chunk->size - used;
            chunk->size = used;
            scan->chunk = next;
            give(scan, chunk);
        }
        if (status == APL_OK)
            status = fill(scan, scan->chunk->size + APL_PAGE_BYTES_MAX);
        if (status != APL_OK)
            return status;
    }
}

/* The state of the structure behind the bytes scanned so far. */
typedef struct structure {
    unsigned depth;      /* containers that are open */
    unsigned item_depth; /* depth of the array whose members are cut; 0: none yet */
    bool is_in_string;
    bool is_escaped;
    bool is_object;     /* the outermost container is an object */
    bool is_too_long;   /* the present value is being passed over */
    bool is_deep;       /* deeper than any real document: reported once */
    size_t string_from; /* of the last string begun at depth 1, in the chunk */
    size_t string_to;
    size_t value_from; /* of the present item, in the chunk; SIZE_MAX: between items */
} structure;

#define STRUCTURE_DEPTH_MAX 1000000u

static void end_item(apl_chunk *chunk, structure *state, size_t end)
{
    if (state->value_from == SIZE_MAX)
        return;
    if (state->is_too_long)
        memset(chunk->bytes, ' ', end);
    else
        APL_PUSH(&chunk->ends, (uint32_t)end);
    state->value_from = SIZE_MAX;
    state->is_too_long = false;
}

static void open_container(const scanner *scan, structure *state, size_t at)
{
    apl_chunk *chunk = scan->chunk;

    if (state->depth == 0)
        state->is_object = chunk->bytes[at] == '{';
    if (state->item_depth && state->depth == state->item_depth && state->value_from == SIZE_MAX)
        state->value_from = at;
    state->depth++;
    if (state->item_depth || chunk->bytes[at] != '[')
        return;
    apl_str name = apl_str_make(chunk->bytes + state->string_from, state->string_to - state->string_from);
    bool is_wrapped = state->depth == 2 && state->is_object && scan->split->is_wrapper(scan->split->context, name);
    if ((state->depth == 1 && !state->is_object) || is_wrapped) {
        memset(chunk->bytes, ' ', at + 1); /* what stands before the first item is not needed any more */
        state->item_depth = state->depth;
    }
}

static void close_container(scanner *scan, structure *state, size_t at)
{
    if (state->depth == 0)
        return;
    state->depth--;
    if (state->item_depth == 0)
        return;
    if (state->depth == state->item_depth)
        end_item(scan->chunk, state, at + 1);
    if (state->depth < state->item_depth) {
        end_item(scan->chunk, state, at); /* a scalar was the last item */
        scan->chunk->bytes[at] = ' ';
        if (state->depth == 0)
            state->item_depth = 0;
    }
}

/* One character outside strings. */
static void scan_structure(scanner *scan, structure *state, size_t at)
{
    apl_chunk *chunk = scan->chunk;

    switch (chunk->bytes[at]) {
    case '"':
        state->is_in_string = true;
        if (state->depth == 1)
            state->string_from = at + 1;
        break;
    case '{':
    case '[':
        open_container(scan, state, at);
        break;
    case '}':
    case ']':
        close_container(scan, state, at);
        break;
    case ',':
        if (state->item_depth && state->depth == state->item_depth) {
            end_item(chunk, state, at);
            chunk->bytes[at] = ' ';
        } else if (state->item_depth && state->depth < state->item_depth) {
            chunk->bytes[at] = ' ';
        }
        break;
    default:
        break;
    }
    /* Members of the page behind its array are no items. */
    if (state->item_depth && state->depth < state->item_depth)
        chunk->bytes[at] = ' ';
}

static size_t scan_string(const apl_chunk *chunk, structure *state, size_t at)
{
    const char *bytes = chunk->bytes;

    for (; at < chunk->size; at++) {
        if (state->is_escaped)
            state->is_escaped = false;
        else if (bytes[at] == '\\')
            state->is_escaped = true;
        else if (bytes[at] == '"') {
            state->is_in_string = false;
            if (state->depth == 1)
                state->string_to = at;
            return at + 1;
        }
    }
    return at;
}

static void scan_bytes(scanner *scan, structure *state, size_t from)
{
    apl_chunk *chunk = scan->chunk;
    size_t at = from;

    while (at < chunk->size) {
        if (state->is_in_string) {
            size_t before = at;
            at = scan_string(chunk, state, at);
            if (state->item_depth && state->depth < state->item_depth)
                memset(chunk->bytes + before, ' ', at - before);
        } else {
            scan_structure(scan, state, at);
            at++;
        }
    }
}

/* Hands on the items that are complete and keeps the rest. */
static void hand_on(scanner *scan, structure *state)
{
    apl_chunk *chunk = scan->chunk;

    if (chunk->ends.count == 0)
        return;
    size_t used = chunk->ends.items[chunk->ends.count - 1];
    apl_chunk *next = fresh(scan, chunk->offset + used, APL_CHUNK_ITEMS);
    reserve(next, chunk->size - used);
    memcpy(next->bytes, chunk->bytes + used, chunk->size - used);
    next->size = chunk->size - used;
    if (state->value_from != SIZE_MAX)
        state->value_from -= used;
    state->string_from = 0;
    state->string_to = 0;
    chunk->size = used;
    chunk->kind = APL_CHUNK_ITEMS;
    scan->chunk = next;
    give(scan, chunk);
}

/* Drops the bytes of a value that is longer than a document may be; the structure is still followed. */
static void drop_long(scanner *scan, structure *state)
{
    apl_chunk *chunk = scan->chunk;

    if (chunk->size <= APL_DOCUMENT_BYTES_MAX || chunk->ends.count)
        return;
    if (!state->is_too_long)
        scan->split->fault(scan->split->context, chunk->offset, "a value longer than the limit of one document");
    state->is_too_long = true;
    state->value_from = state->value_from == SIZE_MAX ? SIZE_MAX : 0;
    state->string_from = 0;
    state->string_to = 0;
    chunk->offset += chunk->size;
    chunk->size = 0;
}

static apl_status split_structure(scanner *scan)
{
    structure state = {.value_from = SIZE_MAX};
    size_t from = first_visible(scan->chunk);
    apl_status status = APL_OK;

    memset(scan->chunk->bytes, ' ', from);
    for (;;) {
        scan_bytes(scan, &state, from);
        if (state.depth > STRUCTURE_DEPTH_MAX && !state.is_deep) {
            state.is_deep = true;
            scan->split->fault(scan->split->context, scan->chunk->offset, "nested deeper than any document");
        }
        if (scan->is_at_end)
            break;
        hand_on(scan, &state);
        drop_long(scan, &state);
        from = scan->chunk->size;
        status = fill(scan, scan->chunk->size + APL_PAGE_BYTES_MAX);
        if (status != APL_OK)
            return status;
    }
    bool is_open = state.depth > 0 || state.is_in_string;
    if (is_open && (state.item_depth || state.is_too_long))
        scan->split->fault(scan->split->context, scan->offset, "the JSON ends in the middle of a value");
    hand_on(scan, &state);
    if (state.item_depth || state.is_too_long || state.is_deep || first_visible(scan->chunk) == scan->chunk->size)
        return APL_OK;
    scan->chunk->kind = APL_CHUNK_VALUES; /* a long value without an array to cut, or a broken one: as it is */
    give(scan, scan->chunk);
    scan->chunk = NULL;
    return APL_OK;
}

static apl_status split_text(scanner *scan)
{
    apl_status status = fill(scan, APL_PAGE_BYTES_MAX);

    if (status != APL_OK)
        return status;
    if (scan->is_at_end) {
        scan->chunk->kind = has_lines(scan->chunk) ? APL_CHUNK_LINES : APL_CHUNK_VALUES;
        scan->chunk->is_whole = true;
        give(scan, scan->chunk);
        scan->chunk = NULL;
        return APL_OK;
    }
    if (has_lines(scan->chunk))
        return split_lines(scan);
    size_t from = first_visible(scan->chunk);
    if (from < scan->chunk->size && opens_value(scan->chunk->bytes[from]))
        return split_structure(scan);
    scan->chunk->kind = APL_CHUNK_VALUES; /* no JSON: the caller says so after a look at its first bytes */
    give(scan, scan->chunk);
    scan->chunk = NULL;
    return APL_OK;
}

apl_status apl_split_text(const apl_split *split)
{
    scanner scan = {.split = split};

    scan.chunk = fresh(&scan, 0, APL_CHUNK_VALUES);
    apl_status status = split_text(&scan);
    if (scan.chunk) {
        scan.chunk->size = 0;
        give(&scan, scan.chunk);
    }
    return status;
}
