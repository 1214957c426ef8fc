/* json/split.c: a scanner that knows strings and nesting, and nothing else of JSON.
 *
 * It decides only where values end; whether they are valid is for the parser to say. Memory is bounded by one value
 * and one page. The first byte of a text that is no JSON is for the caller to judge: such a text becomes one chunk of
 * what was read so far. A read that fails ends the text: what was complete is given, what was cut off is not. */
#include "json/split.h"

#include "base/limits.h"

#define NONE SIZE_MAX

typedef struct scanner {
    const apl_split *split;
    apl_chunk *chunk;
    size_t page_bytes;
    size_t document_bytes;
    apl_text head;     /* of the page that is being cut */
    apl_status status; /* of the last read */
    bool is_at_end;
} scanner;

void apl_chunk_free(apl_chunk *chunk)
{
    apl_memory_free(chunk->bytes);
    apl_memory_free(chunk->items.items);
    apl_text_free(&chunk->head);
    *chunk = (apl_chunk){0};
}

static void reserve(apl_chunk *chunk, size_t size)
{
    if (size + APL_CHUNK_PADDING > chunk->capacity)
        chunk->bytes = apl_vector_grow(chunk->bytes, size + APL_CHUNK_PADDING, &chunk->capacity, 1);
}

static void empty(apl_chunk *chunk, uint64_t offset, apl_chunk_kind kind)
{
    chunk->size = 0;
    chunk->items.count = 0;
    chunk->head.size = 0;
    chunk->head.bytes_max = APL_PAGE_HEAD_BYTES_MAX;
    chunk->closing = "";
    chunk->offset = offset;
    chunk->kind = kind;
    chunk->is_whole = false;
}

void apl_chunk_take(apl_chunk *chunk, apl_str text)
{
    empty(chunk, 0, APL_CHUNK_LINES);
    reserve(chunk, text.size);
    memcpy(chunk->bytes, text.data, text.size);
    chunk->size = text.size;
}

static apl_chunk *fresh(const scanner *scan, uint64_t offset, apl_chunk_kind kind)
{
    apl_chunk *chunk = scan->split->take(scan->split->context);

    empty(chunk, offset, kind);
    return chunk;
}

static void give(scanner *scan, apl_chunk *chunk)
{
    scan->split->give(scan->split->context, chunk);
}

static void fault(const scanner *scan, size_t at, const char *why)
{
    scan->split->fault(scan->split->context, scan->chunk->offset + at, why);
}

/* Reads until the chunk has `wanted` bytes or the text ends. */
static void fill(scanner *scan, size_t wanted)
{
    apl_chunk *chunk = scan->chunk;

    reserve(chunk, wanted);
    while (chunk->size < wanted && !scan->is_at_end) {
        size_t got = 0;
        scan->status =
            scan->split->read(scan->split->read_context, &got, chunk->bytes + chunk->size, wanted - chunk->size);
        scan->is_at_end = scan->status != APL_OK || got == 0;
        if (scan->status == APL_OK)
            chunk->size += got;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t first_visible(const apl_chunk *chunk)
{
    size_t i = apl_str_starts(apl_str_make(chunk->bytes, chunk->size), APL_STR("\xEF\xBB\xBF")) ? 3 : 0;

    while (i < chunk->size && is_blank(chunk->bytes[i]))
        i++;
    return i;
}

static bool opens_value(char c)
{
    return c == '{' || c == '[';
}

/* True when a line that ends before `to` ends inside a page or a pretty-printed value. */
static bool goes_on(const char *bytes, size_t from, size_t to)
{
    while (to > from && is_blank(bytes[to - 1]))
        to--;
    return to > from && (opens_value(bytes[to - 1]) || bytes[to - 1] == ',' || bytes[to - 1] == ':');
}

/* One value a line: behind the first line end another value begins at once, and neither line is only the beginning
 * of a value that goes on in the next line. */
static bool has_lines(const apl_chunk *chunk)
{
    size_t from = first_visible(chunk);

    if (from >= chunk->size || chunk->bytes[from] != '{')
        return false;
    const char *line_end = memchr(chunk->bytes + from, '\n', chunk->size - from);
    if (line_end == NULL || line_end + 1 >= chunk->bytes + chunk->size || !opens_value(line_end[1]))
        return false;
    size_t next = (size_t)(line_end - chunk->bytes) + 1;
    if (goes_on(chunk->bytes, from, next))
        return false;
    const char *next_end = memchr(chunk->bytes + next, '\n', chunk->size - next);
    if (next_end == NULL || next_end - line_end > 3 || !goes_on(chunk->bytes, next, (size_t)(next_end - chunk->bytes)))
        return true; /* a longer line that goes on may have been cut off */
    return next_end + 1 < chunk->bytes + chunk->size && line_end[1] == '{' && next_end[1] == '{';
}

/* Passes over the rest of a line that is too long. */
static void skip_line(scanner *scan)
{
    apl_chunk *chunk = scan->chunk;
    const char *line_end = NULL;

    while (line_end == NULL && (chunk->size || !scan->is_at_end)) {
        chunk->offset += chunk->size;
        chunk->size = 0;
        fill(scan, scan->page_bytes);
        line_end = chunk->size ? memchr(chunk->bytes, '\n', chunk->size) : NULL;
    }
    if (line_end == NULL)
        return;
    size_t used = (size_t)(line_end - chunk->bytes) + 1;
    chunk->size -= used;
    chunk->offset += used;
    memmove(chunk->bytes, line_end + 1, chunk->size);
}

static void split_lines(scanner *scan)
{
    scan->chunk->kind = APL_CHUNK_LINES;
    for (;;) {
        apl_chunk *chunk = scan->chunk;
        const char *line_end = chunk->size ? memrchr(chunk->bytes, '\n', chunk->size) : NULL;
        size_t used = line_end ? (size_t)(line_end - chunk->bytes) + 1 : 0;
        if (scan->is_at_end) {
            chunk->size = scan->status == APL_OK ? chunk->size : used;
            give(scan, chunk);
            scan->chunk = NULL;
            return;
        }
        if (used == 0 && chunk->size >= scan->document_bytes) {
            fault(scan, 0, "a line longer than the limit of one document");
            skip_line(scan);
        } else if (used) {
            apl_chunk *next = fresh(scan, chunk->offset + used, APL_CHUNK_LINES);
            reserve(next, chunk->size - used);
            memcpy(next->bytes, chunk->bytes + used, chunk->size - used);
            next->size = chunk->size - used;
            chunk->size = used;
            scan->chunk = next;
            give(scan, chunk);
        }
        fill(scan, scan->chunk->size + scan->page_bytes);
    }
}

/* What is known of the bytes scanned so far. Positions are in the present chunk. The chunk's items are whole values,
 * and behind them members of the value that is still open, for the case that it must be cut. */
typedef struct structure {
    size_t depth;        /* containers that are open */
    size_t value_from;   /* the open value; NONE between values, and when its beginning is gone */
    size_t first_member; /* of the open value in the chunk's items */
    size_t array_depth;  /* depth inside the array whose members are items; 0 outside of it */
    size_t item_from;    /* the open member of that array, or NONE */
    size_t head_to;      /* where what stands before the array ends */
    size_t tail_from;    /* where what stands behind the array begins, or NONE */
    size_t name_from;    /* the last string at depth 1 */
    size_t name_to;
    size_t opened_at; /* an array just opened in which pages hold documents, or NONE */
    bool is_object;   /* the open value is one */
    bool is_in_string;
    bool is_escaped;
    bool has_array;    /* the array was found */
    bool has_more;     /* behind it came another one */
    bool is_cut;       /* members of the open value are given one by one */
    bool is_lost;      /* what stands around them was too long */
    bool is_too_long;  /* the open member is */
    bool is_page_over; /* a value that was cut has just ended */
} structure;

static const structure between_values = {
    .value_from = NONE,
    .item_from = NONE,
    .tail_from = NONE,
    .name_from = NONE,
    .name_to = NONE,
    .opened_at = NONE,
};

static void move_position(size_t *position, size_t used)
{
    *position = *position == NONE || *position < used ? NONE : *position - used;
}

static void move_positions(structure *state, size_t used)
{
    move_position(&state->value_from, used);
    move_position(&state->item_from, used);
    move_position(&state->head_to, used);
    move_position(&state->tail_from, used);
    move_position(&state->name_from, used);
    move_position(&state->name_to, used);
    move_position(&state->opened_at, used);
}

/* Gives the first `count` items of the chunk and keeps the bytes from `from` on. */
static void give_items(scanner *scan, structure *state, size_t count, size_t from)
{
    apl_chunk *chunk = scan->chunk;
    apl_chunk *next = fresh(scan, chunk->offset + from, APL_CHUNK_ITEMS);

    reserve(next, chunk->size - from);
    memcpy(next->bytes, chunk->bytes + from, chunk->size - from);
    next->size = chunk->size - from;
    for (size_t i = count; i < chunk->items.count; i++) {
        apl_chunk_item item = chunk->items.items[i];
        APL_PUSH(&next->items, ((apl_chunk_item){item.from - (uint32_t)from, item.to - (uint32_t)from}));
    }
    move_positions(state, from);
    state->first_member -= state->first_member < count ? state->first_member : count;
    chunk->items.count = count;
    chunk->size = from;
    chunk->kind = APL_CHUNK_ITEMS;
    if (state->is_cut)
        apl_text_add(&chunk->head, apl_text_str(&scan->head));
    scan->chunk = next;
    give(scan, chunk);
}

/* From here on the members of the open value are given one by one. */
static void start_cutting(scanner *scan, structure *state)
{
    state->is_cut = true;
    scan->head.size = 0;
    scan->head.is_cut = false;
    if (state->is_object)
        apl_text_add(&scan->head,
                     apl_str_make(scan->chunk->bytes + state->value_from, state->head_to - state->value_from));
    if (scan->head.is_cut)
        fault(scan, state->value_from,
              "too much stands before the array of this page; its members are read without it");
    state->value_from = NONE;
}

/* The first byte that is still needed when all items are given. */
static size_t first_needed(const scanner *scan, const structure *state)
{
    size_t from = state->value_from != NONE  ? state->value_from
                  : state->item_from != NONE ? state->item_from
                                             : state->tail_from;

    return from == NONE ? scan->chunk->size : from;
}

/* Hands on what is complete, and keeps the rest. False when nothing is. */
static bool hand_on(scanner *scan, structure *state)
{
    apl_chunk *chunk = scan->chunk;

    if (chunk->items.count == 0)
        return false;
    if (!state->is_cut && state->first_member > 0) {
        give_items(scan, state, state->first_member, first_needed(scan, state));
        return true;
    }
    if (!state->is_cut)
        start_cutting(scan, state);
    chunk->closing = "]}";
    give_items(scan, state, chunk->items.count, first_needed(scan, state));
    return true;
}

/* A value that was cut has ended at `end`: gives its last members, and what stands behind its array when there are more
 * documents in it. Returns how many bytes went with them. */
static size_t end_page(scanner *scan, structure *state, size_t end)
{
    uint64_t before = scan->chunk->offset;
    bool has_tail = state->has_more && state->tail_from != NONE && scan->head.size;

    state->item_from = has_tail ? NONE : end;
    (void)hand_on(scan, state);
    if (has_tail) {
        end -= (size_t)(scan->chunk->offset - before);
        APL_PUSH(&scan->chunk->items, ((apl_chunk_item){(uint32_t)state->tail_from, (uint32_t)end}));
        give_items(scan, state, 1, end);
    }
    *state = between_values;
    return (size_t)(scan->chunk->offset - before);
}

static void end_item(apl_chunk *chunk, structure *state, size_t end)
{
    if (state->item_from == NONE)
        return;
    if (!state->is_too_long)
        APL_PUSH(&chunk->items, ((apl_chunk_item){(uint32_t)state->item_from, (uint32_t)end}));
    state->item_from = NONE;
    state->is_too_long = false;
}

/* The outermost value ends. When it was not cut, it is one item, and its members are forgotten. */
static void end_value(apl_chunk *chunk, structure *state, size_t end)
{
    if (state->is_cut) {
        state->is_page_over = true;
        return;
    }
    chunk->items.count = state->first_member;
    if (!state->is_lost)
        APL_PUSH(&chunk->items, ((apl_chunk_item){(uint32_t)state->value_from, (uint32_t)end}));
    *state = between_values;
    state->first_member = chunk->items.count;
}

/* A visible byte that may be the first of a value or member. */
static void begin(const apl_chunk *chunk, structure *state, size_t at)
{
    if (state->depth == 0 && state->value_from == NONE && !state->is_lost) {
        state->value_from = at;
        state->first_member = chunk->items.count;
    } else if (state->array_depth && state->depth == state->array_depth && state->item_from == NONE) {
        state->item_from = at;
    }
    state->opened_at = NONE;
}

/* An object begins. When it is the first member of an array that pages hold documents in, that is the array to cut. */
static void begin_object(structure *state, size_t at)
{
    if (state->opened_at == NONE)
        return;
    if (state->has_array) {
        state->has_more = true;
        return;
    }
    state->has_array = true;
    state->array_depth = state->depth;
    state->head_to = state->opened_at + 1;
    state->item_from = at;
}

static void open_container(const scanner *scan, structure *state, size_t at)
{
    apl_chunk *chunk = scan->chunk;
    bool is_array = chunk->bytes[at] == '[';

    if (state->depth == 0 && (state->value_from != NONE || state->is_lost))
        end_value(chunk, state, at); /* something that is no container stands right before it */
    if (!is_array)
        begin_object(state, at);
    begin(chunk, state, at);
    if (state->depth == 0) {
        state->is_object = !is_array;
        state->has_array = is_array;
        state->array_depth = is_array ? 1 : 0;
    } else if (is_array && state->depth == 1 && state->is_object && state->name_to != NONE &&
               state->name_from != NONE) {
        apl_str name = apl_str_make(chunk->bytes + state->name_from, state->name_to - state->name_from);
        state->opened_at = scan->split->is_wrapper(scan->split->context, name) ? at : NONE;
    }
    state->depth++;
}

static void close_container(const scanner *scan, structure *state, size_t at)
{
    apl_chunk *chunk = scan->chunk;

    if (state->depth == 0) {
        begin(chunk, state, at); /* nothing is open: the parser will say so */
        return;
    }
    state->opened_at = NONE;
    if (state->array_depth && state->depth == state->array_depth) {
        end_item(chunk, state, at);
        state->array_depth = 0;
        state->tail_from = at;
    }
    if (--state->depth == 0)
        end_value(chunk, state, at + 1);
    else if (state->depth == state->array_depth)
        end_item(chunk, state, at + 1);
}

static void begin_string(const apl_chunk *chunk, structure *state, size_t at)
{
    begin(chunk, state, at);
    state->is_in_string = true;
    if (state->depth == 1) {
        state->name_from = at + 1;
        state->name_to = NONE;
    }
}

/* One character outside strings. */
static void scan_structure(const scanner *scan, structure *state, size_t at)
{
    switch (scan->chunk->bytes[at]) {
    case '"':
        begin_string(scan->chunk, state, at);
        break;
    case '{':
    case '[':
        open_container(scan, state, at);
        break;
    case '}':
    case ']':
        close_container(scan, state, at);
        break;
    case ' ':
    case '\t':
    case '\n':
    case '\r':
        if (state->depth == 0 && (state->value_from != NONE || state->is_lost))
            end_value(scan->chunk, state, at);
        break;
    case ',':
        if (state->depth && state->depth == state->array_depth) {
            end_item(scan->chunk, state, at);
            break;
        }
        begin(scan->chunk, state, at);
        break;
    default:
        begin(scan->chunk, state, at);
        break;
    }
}

/* Goes behind the end of the string, or to the end of the chunk. */
static size_t scan_string(const apl_chunk *chunk, structure *state, size_t at)
{
    const char *bytes = chunk->bytes;

    for (; at < chunk->size; at++) {
        if (state->is_escaped) {
            state->is_escaped = false;
        } else if (bytes[at] == '\\') {
            state->is_escaped = true;
        } else if (bytes[at] == '"') {
            state->is_in_string = false;
            if (state->depth == 1)
                state->name_to = at;
            return at + 1;
        }
    }
    return at;
}

static void scan_bytes(scanner *scan, structure *state, size_t at)
{
    while (at < scan->chunk->size) {
        if (state->is_in_string)
            at = scan_string(scan->chunk, state, at);
        else
            scan_structure(scan, state, at++);
        if (state->is_page_over)
            at -= end_page(scan, state, at);
    }
}

/* Forgets the bytes before `from`. */
static void forget(scanner *scan, structure *state, size_t from)
{
    apl_chunk *chunk = scan->chunk;

    if (from == 0)
        return;
    memmove(chunk->bytes, chunk->bytes + from, chunk->size - from);
    chunk->size -= from;
    chunk->offset += from;
    move_positions(state, from);
}

/* Drops the bytes of a value that is longer than a document may be; the structure is still followed. */
static void drop_long(scanner *scan, structure *state)
{
    static const char why[] = "a value longer than the limit of one document";
    bool is_item = state->item_from != NONE;

    forget(scan, state, first_needed(scan, state));
    if (scan->chunk->size <= scan->document_bytes)
        return;
    if (is_item && !state->is_cut) {
        start_cutting(scan, state);
        forget(scan, state, state->item_from);
        return;
    }
    if (is_item ? !state->is_too_long : !state->is_lost)
        fault(scan, is_item ? state->item_from : 0, why);
    forget(scan, state, scan->chunk->size);
    if (is_item) {
        state->is_too_long = true;
        state->item_from = 0;
    } else {
        state->is_lost = true;
        state->is_cut = state->depth > 0;
        scan->head.size = 0;
    }
}

static void split_structure(scanner *scan)
{
    structure state = between_values;
    size_t from = first_visible(scan->chunk);

    for (;;) {
        scan_bytes(scan, &state, from);
        if (scan->is_at_end)
            break;
        if (!hand_on(scan, &state))
            drop_long(scan, &state);
        from = scan->chunk->size;
        fill(scan, scan->chunk->size + scan->page_bytes);
    }
    bool is_open = state.depth > 0 || state.is_in_string;
    if (is_open && scan->status == APL_OK)
        fault(scan, scan->chunk->size, "the JSON ends in the middle of a value");
    else if (!is_open && state.value_from != NONE)
        end_value(scan->chunk, &state, scan->chunk->size);
    while (hand_on(scan, &state))
        continue;
}

static void give_values(scanner *scan, apl_chunk_kind kind)
{
    scan->chunk->kind = kind;
    give(scan, scan->chunk);
    scan->chunk = NULL;
}

static void split_text(scanner *scan)
{
    size_t from;

    scan->chunk = fresh(scan, 0, APL_CHUNK_VALUES);
    fill(scan, scan->page_bytes);
    while ((from = first_visible(scan->chunk)) == scan->chunk->size && !scan->is_at_end) {
        scan->chunk->offset += scan->chunk->size;
        scan->chunk->size = 0;
        fill(scan, scan->page_bytes);
    }
    scan->chunk->is_whole = scan->is_at_end && scan->status == APL_OK;
    if (has_lines(scan->chunk))
        split_lines(scan);
    else if (scan->chunk->is_whole)
        give_values(scan, APL_CHUNK_VALUES);
    else if (from < scan->chunk->size && opens_value(scan->chunk->bytes[from]))
        split_structure(scan);
    else if (scan->status == APL_OK)
        give_values(scan, APL_CHUNK_VALUES); /* no JSON: the caller says so after a look at its first bytes */
}

apl_status apl_split_text(const apl_split *split)
{
    scanner scan = {
        .split = split,
        .page_bytes = split->page_bytes ? split->page_bytes : APL_PAGE_BYTES_MAX,
        .document_bytes = split->document_bytes ? split->document_bytes : APL_DOCUMENT_BYTES_MAX,
    };

    apl_text_init(&scan.head, APL_PAGE_HEAD_BYTES_MAX);
    split_text(&scan);
    if (scan.chunk) {
        scan.chunk->size = 0;
        scan.chunk->is_whole = false;
        give(&scan, scan.chunk);
    }
    apl_text_free(&scan.head);
    return scan.status;
}
