/* bytes/unpack.c: zlib for deflate and zlib streams, libarchive for everything else.
 *
 * libarchive asks for bytes in blocks and may seek where the input below can (7z needs it). */
#include "bytes/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <zlib.h>

#include "base/limits.h"

#define BLOCK_BYTES (64u << 10)

struct apl_unpacker {
    apl_packing packing;
    apl_input *below;
    struct archive *archive;
    z_stream inflating;
    bool is_inflating;
    bool is_done; /* of the present member */
    unsigned members;
    uint64_t bytes_in;
    uint64_t bytes_out;
    char block[BLOCK_BYTES];
};

static la_ssize_t read_below(struct archive *archive, void *context, const void **block)
{
    apl_unpacker *unpacker = context;
    size_t there = apl_input_look(unpacker->below, BLOCK_BYTES);

    if (there > BLOCK_BYTES)
        there = BLOCK_BYTES;
    if (there == 0 && unpacker->below->fault != APL_OK) {
        archive_set_error(archive, EIO, "%s", "the bytes below ended early");
        return ARCHIVE_FATAL;
    }
    memcpy(unpacker->block, apl_input_at(unpacker->below), there);
    *block = unpacker->block;
    (void)apl_input_skip(unpacker->below, there);
    unpacker->bytes_in += there;
    return (la_ssize_t)there;
}

static la_int64_t seek_below(struct archive *archive, void *context, la_int64_t offset, int whence)
{
    apl_unpacker *unpacker = context;
    la_int64_t from = whence == SEEK_CUR   ? (la_int64_t)unpacker->below->position
                      : whence == SEEK_END ? (la_int64_t)unpacker->below->size
                                           : 0;

    (void)archive;
    if (offset < -from)
        return ARCHIVE_FATAL;
    apl_input_seek(unpacker->below, (uint64_t)(from + offset));
    return (la_int64_t)unpacker->below->position;
}

static apl_status damaged(const apl_unpacker *unpacker)
{
    const char *said = archive_error_string(unpacker->archive);

    return apl_fail(APL_E_INPUT, "damaged: %s", said ? said : "no reason given");
}

static apl_status open_archive(apl_unpacker *unpacker)
{
    struct archive *archive = archive_read_new();

    if (archive == NULL)
        apl_die("out of memory");
    unpacker->archive = archive;
    if (unpacker->packing == APL_PACKING_STREAM) {
        (void)archive_read_support_filter_gzip(archive);
        (void)archive_read_support_filter_bzip2(archive);
        (void)archive_read_support_filter_xz(archive);
        (void)archive_read_support_filter_lzma(archive);
        (void)archive_read_support_filter_zstd(archive);
        (void)archive_read_support_filter_lz4(archive);
        (void)archive_read_support_format_raw(archive);
        (void)archive_read_support_format_empty(archive);
    } else {
        (void)archive_read_support_format_tar(archive);
        (void)archive_read_support_format_7zip(archive);
    }
    (void)archive_read_set_read_callback(archive, read_below);
    if (unpacker->below->can_seek)
        (void)archive_read_set_seek_callback(archive, seek_below);
    (void)archive_read_set_callback_data(archive, unpacker);
    return archive_read_open1(archive) == ARCHIVE_OK ? APL_OK : damaged(unpacker);
}

apl_status apl_unpacker_open(apl_unpacker **out, apl_packing packing, apl_input *below)
{
    apl_unpacker *unpacker = apl_memory_new(sizeof *unpacker);
    apl_status status = APL_OK;

    unpacker->packing = packing;
    unpacker->below = below;
    if (packing == APL_PACKING_DEFLATE || packing == APL_PACKING_ZLIB) {
        if (inflateInit2(&unpacker->inflating, packing == APL_PACKING_DEFLATE ? -15 : 15) != Z_OK)
            apl_die("out of memory");
        unpacker->is_inflating = true;
    } else {
        status = open_archive(unpacker);
    }
    if (status != APL_OK) {
        apl_unpacker_close(unpacker);
        unpacker = NULL;
    }
    *out = unpacker;
    return status;
}

void apl_unpacker_close(apl_unpacker *unpacker)
{
    if (unpacker == NULL)
        return;
    if (unpacker->archive)
        (void)archive_read_free(unpacker->archive);
    if (unpacker->is_inflating)
        (void)inflateEnd(&unpacker->inflating);
    apl_memory_free(unpacker);
}

apl_status apl_unpacker_next(bool *found, apl_unpacked_member *member, apl_unpacker *unpacker)
{
    struct archive_entry *entry = NULL;

    *found = false;
    *member = (apl_unpacked_member){.is_file = true};
    unpacker->is_done = false;
    if (unpacker->members++ >= APL_ARCHIVE_MEMBERS_MAX)
        return apl_fail(APL_E_LIMIT, "more than %d members", APL_ARCHIVE_MEMBERS_MAX);
    if (unpacker->packing != APL_PACKING_ARCHIVE && unpacker->members > 1)
        return APL_OK;
    if (unpacker->is_inflating) {
        *found = true;
        return APL_OK;
    }
    int result = archive_read_next_header(unpacker->archive, &entry);
    if (result == ARCHIVE_EOF)
        return APL_OK;
    if (result == ARCHIVE_FATAL || result == ARCHIVE_RETRY)
        return damaged(unpacker);
    *found = true;
    if (unpacker->packing == APL_PACKING_STREAM)
        return APL_OK;
    const char *hard = archive_entry_hardlink(entry);
    const char *target = hard ? hard : archive_entry_symlink(entry);
    member->name = apl_str_from(archive_entry_pathname(entry));
    member->target = apl_str_from(target);
    member->is_file = archive_entry_filetype(entry) == AE_IFREG && target == NULL;
    return APL_OK;
}

static apl_status inflate_some(size_t *got, apl_unpacker *unpacker, char *buffer, size_t size)
{
    z_stream *stream = &unpacker->inflating;

    stream->next_out = (Bytef *)buffer;
    stream->avail_out = (uInt)size;
    while (stream->avail_out == size && !unpacker->is_done) {
        size_t there = apl_input_look(unpacker->below, BLOCK_BYTES);
        if (there == 0)
            return apl_fail(APL_E_INPUT, "damaged: the compressed bytes end early");
        stream->next_in = (Bytef *)(uintptr_t)apl_input_at(unpacker->below);
        stream->avail_in = (uInt)there;
        int result = inflate(stream, Z_NO_FLUSH);
        size_t used = there - stream->avail_in;
        (void)apl_input_skip(unpacker->below, used);
        unpacker->bytes_in += used;
        if (result == Z_STREAM_END)
            unpacker->is_done = true;
        else if (result != Z_OK && (result != Z_BUF_ERROR || used == 0))
            return apl_fail(APL_E_INPUT, "damaged: %s", stream->msg ? stream->msg : "no deflate stream");
    }
    *got = size - stream->avail_out;
    return APL_OK;
}

apl_status apl_unpacker_pull(size_t *got, void *context, char *buffer, size_t size)
{
    apl_unpacker *unpacker = context;
    apl_status status = APL_OK;

    *got = 0;
    if (unpacker->is_done)
        return APL_OK;
    if (unpacker->is_inflating) {
        status = inflate_some(got, unpacker, buffer, size);
    } else {
        la_ssize_t count = archive_read_data(unpacker->archive, buffer, size);
        if (count < 0)
            return damaged(unpacker);
        *got = (size_t)count;
        unpacker->is_done = count == 0;
    }
    unpacker->bytes_out += *got;
    if (status == APL_OK && unpacker->bytes_out > APL_ARCHIVE_RATIO_FLOOR_BYTES &&
        unpacker->bytes_out / (unpacker->bytes_in + 1) > APL_ARCHIVE_RATIO_MAX) {
        unpacker->is_done = true;
        return apl_fail(APL_E_LIMIT, "unpacks to more than %d times its size", APL_ARCHIVE_RATIO_MAX);
    }
    return status;
}
