/* bytes/stream.c: libarchive, stacked.
 *
 * The file is level 0. When the first bytes of the present text are those of an archive or a compression, a level is
 * put on top that reads from it; its members are the next texts. Ratio and count limits stop decompression bombs. */
#include "bytes/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"

#define HEAD_BYTES 512u
#define BLOCK_BYTES (64u << 10)

typedef struct level {
    struct archive *archive; /* NULL for level 0, the file */
    apl_text shown;          /* path of the present text of this level */
    char head[HEAD_BYTES];   /* first bytes of the present text, not yet given out */
    size_t head_size;
    size_t head_used;
    char *block;      /* what libarchive reads from the level below */
    const char *data; /* unpacked bytes of the present text that were not given out yet; libarchive's own */
    size_t data_size;
    uint64_t data_at;  /* where they stand in the text; the file may have holes */
    uint64_t position; /* in the text: bytes given out */
    uint64_t bytes_out;
    uint64_t bytes_in_before; /* of the file, when this level was put on top */
    unsigned members;
    bool is_raw; /* a compression only: one member, without a name of its own */
    bool is_done;
    bool has_failed; /* the present text did */
} level;

struct apl_stream {
    int descriptor;
    uint64_t bytes_in;
    level levels[APL_ARCHIVE_DEPTH_MAX + 1];
    size_t level_count;
    apl_status below_failed; /* what the level that libarchive read from failed with */
    bool is_started;
};

apl_status apl_stream_open(apl_stream **out, const apl_file *file)
{
    bool is_stdin = apl_str_equal(file->path, APL_STR("-"));
    int descriptor = is_stdin ? STDIN_FILENO : open(file->path.data, O_RDONLY | O_CLOEXEC);

    if (descriptor < 0)
        return apl_fail(APL_E_IO, "%s", strerror(errno));
    apl_stream *stream = apl_memory_new(sizeof *stream);
    stream->descriptor = descriptor;
    stream->level_count = 1;
    apl_text_init(&stream->levels[0].shown, APL_PATH_BYTES_MAX);
    apl_text_add(&stream->levels[0].shown, file->shown);
    *out = stream;
    return APL_OK;
}

static void level_close(level *at)
{
    if (at->archive)
        (void)archive_read_free(at->archive);
    apl_memory_free(at->block);
    apl_text_free(&at->shown);
    *at = (level){0};
}

void apl_stream_close(apl_stream *stream)
{
    if (stream == NULL)
        return;
    while (stream->level_count)
        level_close(&stream->levels[--stream->level_count]);
    if (stream->descriptor != STDIN_FILENO)
        (void)close(stream->descriptor);
    apl_memory_free(stream);
}

uint64_t apl_stream_bytes(const apl_stream *stream)
{
    return stream->bytes_in;
}

static apl_status read_file(size_t *got, apl_stream *stream, char *buffer, size_t size)
{
    ssize_t count = read(stream->descriptor, buffer, size);

    if (count < 0)
        return apl_fail(APL_E_IO, "%s", strerror(errno));
    stream->bytes_in += (uint64_t)count;
    *got = (size_t)count;
    return APL_OK;
}

/* What libarchive says of a failure. What a level below said already stands as it is. */
static apl_status damaged(const apl_stream *stream, const level *at)
{
    const char *said = archive_error_string(at->archive);
    apl_str why = apl_str_trim(apl_str_from(said ? said : "no reason given"));

    if (stream->below_failed != APL_OK)
        return apl_fail(stream->below_failed, "%.*s", APL_STR_ARG(why));
    return apl_fail(APL_E_INPUT, "damaged archive: %.*s", APL_STR_ARG(why));
}

/* Unpacks the next block of the present text; what was unpacked before a failure has been given out by then. */
static apl_status unpack(apl_stream *stream, level *at)
{
    const void *data = NULL;
    la_int64_t offset = 0;
    int result = ARCHIVE_OK;

    stream->below_failed = APL_OK;
    while (result == ARCHIVE_OK && at->data_size == 0) /* a block may be empty */
        result = archive_read_data_block(at->archive, &data, &at->data_size, &offset);
    at->data = data;
    at->data_at = offset < 0 ? at->position : (uint64_t)offset;
    if (result == ARCHIVE_OK)
        return APL_OK;
    at->data_size = 0;
    at->data_at = at->position;
    if (result == ARCHIVE_EOF)
        return APL_OK;
    at->is_done = at->is_done || at->is_raw;
    at->has_failed = true;
    return damaged(stream, at);
}

/* Bytes of the text of level `number`, behind those in its head. */
static apl_status read_raw(size_t *got, apl_stream *stream, size_t number, char *buffer, size_t size)
{
    level *at = &stream->levels[number];
    apl_status status = APL_OK;

    if (at->archive == NULL)
        return read_file(got, stream, buffer, size);
    if (at->data_size == 0)
        status = unpack(stream, at);
    if (status != APL_OK)
        return status;
    bool is_hole = at->position < at->data_at;
    size_t left = is_hole ? (size_t)(at->data_at - at->position) : at->data_size;
    *got = left < size ? left : size;
    if (is_hole) {
        memset(buffer, 0, *got);
    } else if (*got) {
        memcpy(buffer, at->data, *got);
        at->data += *got;
        at->data_size -= *got;
        at->data_at += *got;
    }
    at->position += *got;
    at->bytes_out += *got;
    uint64_t in = stream->bytes_in - at->bytes_in_before + BLOCK_BYTES;
    if (at->bytes_out > APL_ARCHIVE_RATIO_FLOOR_BYTES && at->bytes_out / in > APL_ARCHIVE_RATIO_MAX) {
        at->is_done = true;
        return apl_fail(APL_E_LIMIT, "unpacks to more than %d times its size", APL_ARCHIVE_RATIO_MAX);
    }
    return APL_OK;
}

static apl_status read_level(size_t *got, apl_stream *stream, size_t number, char *buffer, size_t size)
{
    level *at = &stream->levels[number];

    if (at->head_used < at->head_size) {
        size_t left = at->head_size - at->head_used;
        *got = left < size ? left : size;
        memcpy(buffer, at->head + at->head_used, *got);
        at->head_used += *got;
        return APL_OK;
    }
    return read_raw(got, stream, number, buffer, size);
}

apl_status apl_stream_read(size_t *got, apl_stream *stream, char *buffer, size_t size)
{
    *got = 0;
    if (stream->level_count == 0)
        return APL_OK;
    return read_level(got, stream, stream->level_count - 1, buffer, size);
}

/* libarchive reads the level below through this. */
static la_ssize_t read_below(struct archive *archive, void *context, const void **block)
{
    apl_stream *stream = context;
    size_t number = 0;
    size_t got = 0;

    while (number < stream->level_count && stream->levels[number].archive != archive)
        number++;
    if (number == 0 || number == stream->level_count)
        return 0;
    *block = stream->levels[number].block;
    apl_status status = read_level(&got, stream, number - 1, stream->levels[number].block, BLOCK_BYTES);
    if (status != APL_OK) {
        stream->below_failed = status;
        archive_set_error(archive, EIO, "%s", apl_error_message());
        return ARCHIVE_FATAL;
    }
    return (la_ssize_t)got;
}

typedef struct magic {
    const char *bytes;
    size_t size;
    size_t at;
    bool is_raw;
} magic;

static const magic magics[] = {
    {"\x1F\x8B", 2, 0, true},
    {"\x28\xB5\x2F\xFD", 4, 0, true},
    {"BZh", 3, 0, true},
    {"\xFD"
     "7zXZ",
     5, 0, true},
    {"PK\x03\x04", 4, 0, false},
    {"PK\x05\x06", 4, 0, false},
    {"ustar", 5, 257, false},
};

static const magic *magic_of(apl_str head)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        if (head.size >= magics[i].at + magics[i].size &&
            memcmp(head.data + magics[i].at, magics[i].bytes, magics[i].size) == 0)
            return &magics[i];
    }
    return NULL;
}

static apl_status fill_head(apl_stream *stream, size_t number)
{
    level *at = &stream->levels[number];
    size_t got = 1;

    at->head_size = 0;
    at->head_used = 0;
    while (at->head_size < HEAD_BYTES && got) {
        apl_status status = read_raw(&got, stream, number, at->head + at->head_size, HEAD_BYTES - at->head_size);
        if (status != APL_OK)
            return status;
        at->head_size += got;
    }
    return APL_OK;
}

static apl_status push_level(apl_stream *stream, bool is_raw)
{
    if (stream->level_count > APL_ARCHIVE_DEPTH_MAX) {
        stream->levels[stream->level_count - 1].head_used = stream->levels[stream->level_count - 1].head_size;
        return apl_fail(APL_E_LIMIT, "archives nested deeper than %d", APL_ARCHIVE_DEPTH_MAX);
    }
    level *at = &stream->levels[stream->level_count++];
    *at = (level){.archive = archive_read_new(), .block = apl_memory_new(BLOCK_BYTES), .is_raw = is_raw};
    if (at->archive == NULL)
        apl_die("out of memory");
    apl_text_init(&at->shown, APL_PATH_BYTES_MAX);
    at->bytes_in_before = stream->bytes_in;
    (void)archive_read_support_filter_gzip(at->archive);
    (void)archive_read_support_filter_zstd(at->archive);
    (void)archive_read_support_filter_bzip2(at->archive);
    (void)archive_read_support_filter_xz(at->archive);
    (void)archive_read_support_format_zip_streamable(at->archive);
    (void)archive_read_support_format_tar(at->archive);
    if (is_raw) {
        (void)archive_read_support_format_raw(at->archive);
        (void)archive_read_support_format_empty(at->archive);
    }
    stream->below_failed = APL_OK;
    if (archive_read_open(at->archive, stream, NULL, read_below, NULL) != ARCHIVE_OK) {
        apl_status status = damaged(stream, at);
        level_close(&stream->levels[--stream->level_count]);
        return status;
    }
    return APL_OK;
}

/* Goes to the next regular member of the top level; *found is false after the last one. */
static apl_status next_member(bool *found, apl_stream *stream)
{
    level *at = &stream->levels[stream->level_count - 1];
    level *below = &stream->levels[stream->level_count - 2];
    struct archive_entry *entry = NULL;

    *found = false;
    at->is_done = at->is_done || (at->is_raw && at->members); /* a compression alone has one; its rest is no text */
    at->shown.size = 0;
    apl_text_add(&at->shown, apl_text_str(&below->shown));
    while (!at->is_done) {
        stream->below_failed = APL_OK;
        at->data_size = 0;
        at->data_at = 0;
        at->position = 0;
        int result = archive_read_next_header(at->archive, &entry);
        if (result == ARCHIVE_EOF)
            break;
        if (result == ARCHIVE_FATAL || result == ARCHIVE_RETRY) {
            at->is_done = true;
            if (at->has_failed)
                break; /* the same fault again: there is no way on behind it */
            return damaged(stream, at);
        }
        at->has_failed = false;
        if (++at->members > APL_ARCHIVE_MEMBERS_MAX) {
            at->is_done = true;
            return apl_fail(APL_E_LIMIT, "more than %d members", APL_ARCHIVE_MEMBERS_MAX);
        }
        bool is_single = archive_format(at->archive) == ARCHIVE_FORMAT_RAW;
        if (is_single && archive_filter_count(at->archive) < 2) {
            at->is_done = true; /* its text would be the same bytes again */
            return apl_fail(APL_E_INPUT, "damaged archive: begins like a compressed file, but is none");
        }
        if (!is_single && archive_entry_filetype(entry) != AE_IFREG)
            continue;
        at->is_raw = is_single;
        if (!is_single) {
            const char *name = archive_entry_pathname(entry);
            apl_text_add_format(&at->shown, "!/%s", name ? name : "-");
        }
        *found = true;
        return fill_head(stream, stream->level_count - 1);
    }
    at->is_done = true;
    return APL_OK;
}

apl_status apl_stream_next(apl_str *shown, apl_stream *stream)
{
    apl_status status = APL_OK;
    bool found = false;

    *shown = APL_STR_NONE;
    while (stream->level_count) {
        level *top = &stream->levels[stream->level_count - 1];
        if (top->archive == NULL) {
            if (stream->is_started)
                return APL_OK;
            stream->is_started = true;
            status = fill_head(stream, 0);
            found = true;
        } else {
            status = next_member(&found, stream);
            if (status == APL_OK && !found) {
                level_close(&stream->levels[--stream->level_count]);
                continue;
            }
        }
        top = &stream->levels[stream->level_count - 1];
        const magic *is_packed = magic_of(apl_str_make(top->head, top->head_size));
        *shown = apl_text_str(&top->shown);
        if (status != APL_OK || is_packed == NULL)
            return status;
        status = push_level(stream, is_packed->is_raw);
        if (status != APL_OK)
            return status;
    }
    return APL_OK;
}

const char *apl_bytes_guess(apl_str head)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *name;
    } known[] = {
        {"\x89PNG", 4, "PNG image"},
        {"\xFF\xD8\xFF", 3, "JPEG image"},
        {"%PDF", 4, "PDF document"},
        {"GIF8", 4, "GIF image"},
        {"\x7F"
         "ELF",
         4, "program"},
        {"SQLite format 3", 15, "SQLite database"},
        {"GGUF", 4, "GGUF model"},
        {"\x80\x02", 2, "pickle"},
        {"\x80\x04", 2, "pickle"},
        {"<", 1, "XML or HTML"},
        {"#!", 2, "script"},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (head.size >= known[i].size && memcmp(head.data, known[i].bytes, known[i].size) == 0)
            return known[i].name;
    }
    for (uint32_t i = 0; i < head.size && i < HEAD_BYTES; i++) {
        unsigned char c = (unsigned char)head.data[i];
        if (c < 9 || (c > 13 && c < 32))
            return "binary file";
    }
    return "text that is no JSON";
}
