/* bytes/zip.c: directory, local headers, and the space between them.
 *
 * The format is PKWARE's APPNOTE; offsets are corrected by what stands before the archive, as Python's zipfile does.
 * Nothing is unpacked here. */
#include "bytes/zip.h"

#include <stdlib.h>

#include "base/table.h"

#define END_BYTES 22u
#define END64_LOCATOR_BYTES 20u
#define END64_BYTES 56u
#define CENTRAL_BYTES 46u
#define LOCAL_BYTES 30u
#define COMMENT_BYTES_MAX 65535u

typedef struct directory {
    uint64_t at; /* in the input */
    uint64_t size;
    uint64_t shift; /* added to each offset: bytes before the archive */
    uint64_t end_at;
    uint64_t end; /* of the end record with its comment */
} directory;

typedef struct reading {
    apl_zip *zip;
    apl_arena *arena;
    apl_input *input;
    size_t names_bytes;
    uint64_t searched;
} reading;

static bool has_magic(const unsigned char *at, char a, char b)
{
    return at[0] == 'P' && at[1] == 'K' && at[2] == a && at[3] == b;
}

/* The last end record. The window holds the longest comment, so that one look serves. */
static bool find_end(directory *found, apl_input *input)
{
    uint64_t reach = END_BYTES + COMMENT_BYTES_MAX;
    uint64_t from = input->size > reach ? input->size - reach : 0;

    apl_input_seek(input, from);
    size_t size = apl_input_look(input, (size_t)(input->size - from));
    const unsigned char *bytes = apl_input_at(input);
    for (size_t i = size >= END_BYTES ? size - END_BYTES + 1 : 0; i-- > 0;) {
        if (bytes[i] != 'P' || !has_magic(bytes + i, 5, 6))
            continue;
        found->end_at = from + i;
        found->end = found->end_at + END_BYTES + apl_le16(bytes + i + 20);
        found->size = apl_le32(bytes + i + 12);
        found->at = apl_le32(bytes + i + 16);
        return true;
    }
    return false;
}

/* Takes the numbers of the zip64 record when there is one before the end record. */
static void widen(directory *found, apl_input *input, uint64_t *end_at)
{
    if (found->end_at < END64_LOCATOR_BYTES)
        return;
    apl_input_seek(input, found->end_at - END64_LOCATOR_BYTES);
    const unsigned char *bytes = apl_input_view(input, END64_LOCATOR_BYTES);
    if (bytes == NULL || !has_magic(bytes, 6, 7) || found->end_at < END64_LOCATOR_BYTES + END64_BYTES)
        return;
    /* The record stands just before its locator, whatever prefix shifted the offset that the locator tells. */
    uint64_t at = found->end_at - END64_LOCATOR_BYTES - END64_BYTES;
    apl_input_seek(input, at);
    bytes = apl_input_view(input, END64_BYTES);
    if (bytes == NULL || !has_magic(bytes, 6, 6))
        return;
    found->size = apl_le64(bytes + 40);
    found->at = apl_le64(bytes + 48);
    *end_at = at;
}

static bool find_directory(directory *found, apl_input *input)
{
    *found = (directory){0};
    if (!find_end(found, input))
        return false;
    uint64_t directory_end = found->end_at;
    widen(found, input, &directory_end);
    if (found->size > directory_end)
        return false;
    uint64_t at = directory_end - found->size;
    if (found->at > at)
        return false;
    found->shift = at - found->at;
    found->at = at;
    return true;
}

bool apl_zip_is(apl_input *input)
{
    directory found;
    uint64_t position = input->position;
    const unsigned char *head = apl_input_view(input, 4);
    bool is_zip = head && has_magic(head, 3, 4);

    if (!is_zip && input->can_seek && find_directory(&found, input)) {
        apl_input_seek(input, found.at);
        head = apl_input_view(input, 4);
        is_zip = head && (has_magic(head, 1, 2) || has_magic(head, 5, 6));
    }
    if (input->can_seek)
        apl_input_seek(input, position);
    return is_zip;
}

static apl_str take_name(reading *read, size_t size)
{
    size_t kept = size < APL_ZIP_NAME_BYTES_MAX ? size : APL_ZIP_NAME_BYTES_MAX;
    const unsigned char *bytes = apl_input_view(read->input, kept);

    if (bytes == NULL || read->names_bytes + kept > APL_ZIP_NAMES_BYTES_MAX)
        return APL_STR_NONE;
    read->names_bytes += kept;
    return apl_arena_str(read->arena, apl_str_make((const char *)bytes, kept));
}

static bool is_unsafe_name(apl_str name)
{
    apl_str rest = name;
    apl_str part;

    if (name.size && (name.data[0] == '/' || name.data[0] == '\\'))
        return true;
    if (name.size > 1 && name.data[1] == ':')
        return true;
    for (uint32_t i = 0; i < name.size; i++) {
        if (name.data[i] == 0)
            return true;
    }
    while (apl_str_next(&part, &rest, '/')) {
        if (apl_str_equal(part, APL_STR("..")) || apl_str_starts(part, APL_STR("..\\")) ||
            apl_str_find(part, APL_STR("\\..")) >= 0)
            return true;
    }
    return false;
}

/* Sizes and offset from the zip64 field of a directory entry, which has only those that did not fit. */
static void widen_entry(apl_zip_entry *entry, const unsigned char *extra, size_t size)
{
    while (size >= 4) {
        size_t length = apl_le16(extra + 2);
        if (length > size - 4)
            return;
        if (apl_le16(extra) == 1) {
            const unsigned char *at = extra + 4;
            uint64_t *const fields[] = {&entry->unpacked_size, &entry->packed_size, &entry->local_at};
            for (size_t i = 0; i < 3 && length >= 8; i++) {
                if (*fields[i] != UINT32_MAX)
                    continue;
                *fields[i] = apl_le64(at);
                at += 8;
                length -= 8;
            }
            return;
        }
        extra += 4 + length;
        size -= 4 + length;
    }
}

static void read_directory(reading *read, const directory *found)
{
    apl_zip *zip = read->zip;
    uint64_t end = found->at + found->size;

    apl_input_seek(read->input, found->at);
    while (read->input->position + CENTRAL_BYTES <= end) {
        const unsigned char *bytes = apl_input_view(read->input, CENTRAL_BYTES);
        if (bytes == NULL || !has_magic(bytes, 1, 2))
            break;
        if (zip->entries.count == APL_ZIP_ENTRIES_MAX) {
            zip->is_cut = true;
            break;
        }
        size_t name_size = apl_le16(bytes + 28);
        size_t extra_size = apl_le16(bytes + 30);
        size_t comment_size = apl_le16(bytes + 32);
        apl_zip_entry entry = {
            .flags = apl_le16(bytes + 8),
            .method = apl_le16(bytes + 10),
            .packed_size = apl_le32(bytes + 20),
            .unpacked_size = apl_le32(bytes + 24),
            .local_at = apl_le32(bytes + 42),
        };
        (void)apl_input_skip(read->input, CENTRAL_BYTES);
        entry.name = take_name(read, name_size);
        zip->is_cut = zip->is_cut || (entry.name.size == 0 && name_size);
        (void)apl_input_skip(read->input, name_size);
        const unsigned char *extra = apl_input_view(read->input, extra_size);
        if (extra)
            widen_entry(&entry, extra, extra_size);
        (void)apl_input_skip(read->input, (uint64_t)extra_size + comment_size);
        entry.local_at += found->shift;
        APL_PUSH(&zip->entries, entry);
    }
}

/* The local header at `at`. A header whose sizes stand behind the data has none. */
static bool read_local(reading *read, apl_zip_entry *out, uint64_t at)
{
    apl_input *input = read->input;

    if (at >= input->size)
        return false;
    apl_input_seek(input, at);
    const unsigned char *bytes = apl_input_view(input, LOCAL_BYTES);
    if (bytes == NULL || !has_magic(bytes, 3, 4))
        return false;
    size_t name_size = apl_le16(bytes + 26);
    size_t extra_size = apl_le16(bytes + 28);
    *out = (apl_zip_entry){
        .flags = apl_le16(bytes + 6),
        .method = apl_le16(bytes + 8),
        .packed_size = apl_le32(bytes + 18),
        .unpacked_size = apl_le32(bytes + 22),
        .local_at = at,
        .data_at = at + LOCAL_BYTES + name_size + extra_size,
    };
    (void)apl_input_skip(input, LOCAL_BYTES);
    out->name = take_name(read, name_size);
    (void)apl_input_skip(input, name_size);
    const unsigned char *extra = apl_input_view(input, extra_size);
    if (extra)
        widen_entry(out, extra, extra_size);
    if ((out->flags & 8) && out->packed_size == 0)
        out->marks |= APL_ZIP_SIZE_UNKNOWN;
    return out->data_at <= input->size;
}

static void compare_with_local(reading *read, apl_zip_entry *entry)
{
    apl_zip_entry local;

    if (entry->flags & 0x41)
        entry->marks |= APL_ZIP_ENCRYPTED;
    if (is_unsafe_name(entry->name))
        entry->marks |= APL_ZIP_UNSAFE_NAME;
    if (!read_local(read, &local, entry->local_at)) {
        entry->marks |= APL_ZIP_NO_LOCAL;
        return;
    }
    entry->data_at = local.data_at;
    if (!apl_str_equal(local.name, entry->name)) {
        entry->marks |= APL_ZIP_NAME_DIFFERS;
        entry->local_name = local.name;
    }
    if (local.method != entry->method)
        entry->marks |= APL_ZIP_METHOD_DIFFERS;
    if (local.flags & 0x41)
        entry->marks |= APL_ZIP_ENCRYPTED;
    if (!(local.marks & APL_ZIP_SIZE_UNKNOWN) &&
        (local.packed_size != entry->packed_size || local.unpacked_size != entry->unpacked_size))
        entry->marks |= APL_ZIP_SIZE_DIFFERS;
}

static int by_place(const void *a, const void *b)
{
    const apl_zip_entry *x = a;
    const apl_zip_entry *y = b;

    if (x->local_at != y->local_at)
        return x->local_at < y->local_at ? -1 : 1;
    return apl_str_compare(x->name, y->name);
}

/* The next local header in [from, to), or `to`. */
static uint64_t find_local(reading *read, uint64_t from, uint64_t to)
{
    apl_input *input = read->input;

    apl_input_seek(input, from);
    while (input->position + LOCAL_BYTES <= to) {
        size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);
        const char *bytes = (const char *)apl_input_at(input);
        if (there > to - input->position)
            there = (size_t)(to - input->position);
        if (there < LOCAL_BYTES)
            break;
        if (read->searched > APL_ZIP_SEARCH_BYTES_MAX) {
            read->zip->is_cut = true;
            break;
        }
        const char *hit = memmem(bytes, there, "PK\x03\x04", 4);
        if (hit)
            return input->position + (uint64_t)(hit - bytes);
        read->searched += there;
        apl_input_seek(input, input->position + there - 3);
    }
    return to;
}

/* Adds what local headers in [from, to) name. Returns where the last of them ends. */
static uint64_t search_gap(reading *read, uint64_t from, uint64_t to)
{
    apl_zip *zip = read->zip;
    apl_zip_entry local;

    while ((from = find_local(read, from, to)) < to) {
        if (zip->entries.count == APL_ZIP_ENTRIES_MAX) {
            zip->is_cut = true;
            return to;
        }
        if (!read_local(read, &local, from)) {
            from += 4;
            continue;
        }
        local.marks |= APL_ZIP_HIDDEN;
        if (local.marks & APL_ZIP_SIZE_UNKNOWN || local.packed_size > to - local.data_at)
            local.packed_size = to > local.data_at ? to - local.data_at : 0;
        if (is_unsafe_name(local.name))
            local.marks |= APL_ZIP_UNSAFE_NAME;
        APL_PUSH(&zip->entries, local);
        /* Without sizes the data may go on to the next header; with them, what follows is searched too. */
        from = local.marks & APL_ZIP_SIZE_UNKNOWN ? local.data_at : local.data_at + local.packed_size;
    }
    return to;
}

/* What the directory does not name: before, between and behind its entries. */
static void search_gaps(reading *read, uint64_t end)
{
    apl_zip *zip = read->zip;
    size_t named = zip->entries.count;
    uint64_t covered = 0;

    for (size_t i = 0; i < named; i++) {
        apl_zip_entry *entry = &zip->entries.items[i];
        if (entry->marks & APL_ZIP_NO_LOCAL)
            continue;
        if (entry->local_at > covered)
            (void)search_gap(read, covered, entry->local_at);
        entry = &zip->entries.items[i]; /* the search may have moved them */
        uint64_t data_end = entry->data_at + entry->packed_size;
        if (entry->local_at < covered || data_end > end || data_end < entry->data_at)
            entry->marks |= APL_ZIP_OVERLAPS;
        if (data_end > covered && data_end >= entry->data_at)
            covered = data_end;
    }
    if (covered < end)
        (void)search_gap(read, covered, end);
}

static void mark_duplicates(apl_zip *zip)
{
    apl_table *names = apl_table_new(false);

    apl_table_reserve(names, zip->entries.count);
    for (size_t i = 0; i < zip->entries.count; i++) {
        if (apl_table_put(names, zip->entries.items[i].name, (uint32_t)i) != i)
            zip->entries.items[i].marks |= APL_ZIP_DUPLICATE;
    }
    apl_table_free(names);
}

void apl_zip_open(apl_zip *zip, apl_arena *arena, apl_input *input)
{
    reading read = {.zip = zip, .arena = arena, .input = input};
    directory found;
    uint64_t end = input->size;

    *zip = (apl_zip){0};
    APL_ASSERT(input->can_seek);
    zip->has_directory = find_directory(&found, input);
    if (zip->has_directory) {
        read_directory(&read, &found);
        end = found.at;
        zip->tail_bytes = input->size > found.end ? input->size - found.end : 0;
    }
    for (size_t i = 0; i < zip->entries.count; i++)
        compare_with_local(&read, &zip->entries.items[i]);
    if (zip->entries.count)
        qsort(zip->entries.items, zip->entries.count, sizeof *zip->entries.items, by_place);
    search_gaps(&read, end);
    if (zip->entries.count)
        qsort(zip->entries.items, zip->entries.count, sizeof *zip->entries.items, by_place);
    zip->prefix_bytes = zip->entries.count ? zip->entries.items[0].local_at : 0;
    mark_duplicates(zip);
}

void apl_zip_close(apl_zip *zip)
{
    apl_memory_free(zip->entries.items);
    *zip = (apl_zip){0};
}
