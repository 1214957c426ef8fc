/* collect/recorded.c: reads a documents file back, frame by frame or line by line.
 *
 * A .zst file is read one frame at a time, since a frame is written whole or torn and holds whole groups. Plain text is
 * its own frame of unknown length. Where a group ends is told by its last line alone. */
#include "collect/recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#define READ_BYTES (256u << 10)

struct apl_recorded {
    int descriptor;
    bool is_packed;
    bool is_at_end; /* of the file */
    bool is_whole;  /* the last line was seen */
    ZSTD_DCtx *unpacker;
    char *raw;
    size_t raw_from; /* of `raw`, what was not unpacked yet */
    size_t raw_to;
    uint64_t taken;     /* bytes of the file that were unpacked */
    uint64_t whole;     /* bytes of the file up to the end of the last whole group, or of the last whole frame */
    uint64_t frame_end; /* bytes of the file up to the end of the last frame that was unpacked whole */
    apl_text text;      /* unpacked, of whole frames only */
    size_t from;        /* of `text`, what was not given yet */
    apl_json_reader *reader;
    apl_json_reader *begin_reader;
};

apl_status apl_recorded_open(apl_recorded **out, const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);

    *out = NULL;
    if (descriptor < 0)
        return errno == ENOENT ? APL_OK : apl_fail(APL_E_IO, "%s: %s", path, strerror(errno));
    apl_recorded *recorded = apl_memory_new(sizeof *recorded);
    recorded->descriptor = descriptor;
    recorded->is_packed = apl_str_ends(apl_str_from(path), APL_STR(".zst"));
    recorded->unpacker = ZSTD_createDCtx();
    recorded->raw = apl_memory_new(READ_BYTES);
    recorded->reader = apl_json_reader_new();
    recorded->begin_reader = apl_json_reader_new();
    apl_text_init(&recorded->text, APL_COLLECT_GROUP_BYTES_MAX);
    *out = recorded;
    return APL_OK;
}

void apl_recorded_close(apl_recorded *recorded)
{
    if (recorded == NULL)
        return;
    (void)close(recorded->descriptor);
    (void)ZSTD_freeDCtx(recorded->unpacker);
    apl_json_reader_free(recorded->reader);
    apl_json_reader_free(recorded->begin_reader);
    apl_text_free(&recorded->text);
    apl_memory_free(recorded->raw);
    apl_memory_free(recorded);
}

static apl_status fill_raw(apl_recorded *recorded)
{
    ssize_t got;

    do {
        got = read(recorded->descriptor, recorded->raw, READ_BYTES);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return apl_fail(APL_E_IO, "what was collected before cannot be read: %s", strerror(errno));
    recorded->is_at_end = got == 0;
    recorded->raw_from = 0;
    recorded->raw_to = (size_t)got;
    return APL_OK;
}

/* Forgets what was given, so that the text stays as short as a group. */
static void shift(apl_recorded *recorded)
{
    if (recorded->from == 0)
        return;
    memmove(recorded->text.data, recorded->text.data + recorded->from, recorded->text.size - recorded->from);
    recorded->text.size -= recorded->from;
    recorded->from = 0;
}

/* One more frame behind the text, or nothing when it is torn. */
static apl_status add_frame(apl_recorded *recorded)
{
    size_t before = recorded->text.size;
    char piece[16384];
    size_t left = 1;

    while (left != 0) {
        if (recorded->raw_from == recorded->raw_to) {
            apl_status status = fill_raw(recorded);
            if (status != APL_OK)
                return status;
        }
        ZSTD_inBuffer in = {recorded->raw, recorded->raw_to, recorded->raw_from};
        ZSTD_outBuffer out = {piece, sizeof piece, 0};
        if (!recorded->is_at_end)
            left = ZSTD_decompressStream(recorded->unpacker, &out, &in);
        if (recorded->is_at_end || ZSTD_isError(left)) {
            recorded->is_at_end = true;
            recorded->text.size = before;
            return APL_OK;
        }
        recorded->taken += in.pos - recorded->raw_from;
        recorded->raw_from = in.pos;
        apl_text_add(&recorded->text, apl_str_make(piece, out.pos));
    }
    recorded->frame_end = recorded->taken;
    return recorded->text.is_cut
               ? apl_fail(APL_E_LIMIT, "one frame has more than %u bytes", APL_COLLECT_GROUP_BYTES_MAX)
               : APL_OK;
}

static apl_status add_text(apl_recorded *recorded)
{
    apl_status status = APL_OK;

    shift(recorded);
    if (recorded->is_packed)
        return add_frame(recorded);
    status = fill_raw(recorded);
    apl_text_add(&recorded->text, apl_str_make(recorded->raw, recorded->raw_to));
    if (status == APL_OK && recorded->text.is_cut)
        status = apl_fail(APL_E_LIMIT, "one call has more than %u bytes", APL_COLLECT_GROUP_BYTES_MAX);
    return status;
}

/* The line that starts `at` bytes behind what was given, without its end; empty when the file has no whole one. */
static apl_status line_at(apl_str *out, apl_recorded *recorded, size_t at)
{
    *out = APL_STR_NONE;
    for (;;) {
        const char *start = recorded->text.data + recorded->from + at;
        size_t have = recorded->text.size - recorded->from;
        const char *end = have > at ? memchr(start, '\n', have - at) : NULL;
        if (end) {
            *out = apl_str_make(start, (size_t)(end - start));
            return APL_OK;
        }
        if (recorded->is_at_end)
            return APL_OK;
        apl_status status = add_text(recorded);
        if (status != APL_OK)
            return status;
    }
}

static void give(apl_recorded *recorded, size_t size)
{
    recorded->from += size;
    recorded->whole = recorded->is_packed ? recorded->frame_end : recorded->whole + size;
}

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));

    return member ? apl_json_str(member) : APL_STR_NONE;
}

apl_status apl_recorded_begin(const apl_json **out, apl_recorded *recorded)
{
    const apl_json *line = NULL;
    apl_str text;
    size_t used;

    *out = NULL;
    apl_status status = line_at(&text, recorded, 0);
    if (status != APL_OK || text.size == 0)
        return status;
    if (apl_json_read(&line, &used, recorded->begin_reader, text) != APL_OK || !apl_json_is_object(line) ||
        (*out = apl_json_get(line, APL_STR("collect"))) == NULL || !apl_json_is_object(*out))
        return apl_fail(APL_E_INPUT, "the file was not begun by a collect, so that it cannot be resumed");
    give(recorded, text.size + 1);
    return APL_OK;
}

apl_status apl_recorded_next(apl_str *group, apl_str *name, apl_str *of, apl_recorded *recorded)
{
    apl_status status;
    size_t size = 0;
    apl_str text;

    *group = *name = *of = APL_STR_NONE;
    while ((status = line_at(&text, recorded, size)) == APL_OK && text.size) {
        const apl_json *line = NULL;
        size_t used;
        if (apl_json_read(&line, &used, recorded->reader, text) != APL_OK || !apl_json_is_object(line))
            break;
        size += text.size + 1;
        if (apl_json_get(line, APL_STR("collected"))) {
            recorded->is_whole = true;
            break;
        }
        *name = text_of(line, "listed");
        if (name->size == 0)
            *name = text_of(line, "unread");
        if (name->size == 0)
            continue;
        *of = text_of(line, "of");
        if (of->size == 0) /* an interrupted collect said so */
            break;
        *group = apl_str_make(recorded->text.data + recorded->from, size);
        give(recorded, size);
        return APL_OK;
    }
    *name = APL_STR_NONE;
    return status;
}

apl_status apl_recorded_is_whole(bool *out, apl_recorded *recorded)
{
    apl_str group;
    apl_str name;
    apl_str of;
    apl_status status = recorded->is_whole ? APL_OK : apl_recorded_next(&group, &name, &of, recorded);

    *out = recorded->is_whole;
    return status;
}

uint64_t apl_recorded_bytes(const apl_recorded *recorded)
{
    return recorded->whole;
}
