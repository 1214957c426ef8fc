/* tests/fuzz/fuzz_archive.c: files that claim to be archives or compressed.
 *
 * The bytes lie in a file in memory. All texts in it are read to their end or to a failure, in reads of changing size;
 * nothing may crash, hang or give more than the limits allow. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "bytes/stream.h"

#define TEXTS_MAX 64 /* libarchive may find members in almost anything; the rest tells nothing new */
#define TEXT_BYTES_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static apl_status read_text(apl_stream *stream, size_t block)
{
    char buffer[4096];
    size_t got = 1;
    size_t total = 0;
    apl_status status = APL_OK;

    while (status == APL_OK && got && total < TEXT_BYTES_MAX) {
        status = apl_stream_read(&got, stream, buffer, block);
        if (status == APL_OK && got)
            (void)apl_bytes_guess(apl_str_make(buffer, got));
        APL_ASSERT(got <= block);
        total += got;
    }
    return status;
}

static void read_all(const apl_file *file, size_t block)
{
    apl_stream *stream = NULL;
    apl_str shown = APL_STR_NONE;

    if (apl_stream_open(&stream, file) != APL_OK)
        apl_die(apl_error_message());
    for (unsigned i = 0; i < TEXTS_MAX; i++) {
        apl_status status = apl_stream_next(&shown, stream);
        if (status == APL_OK && shown.size == 0)
            break;
        APL_ASSERT(shown.size <= APL_PATH_BYTES_MAX);
        if (status == APL_OK)
            (void)read_text(stream, block);
    }
    apl_stream_close(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);

    if (descriptor < 0 || write(descriptor, data, size) != (ssize_t)size)
        apl_die("no file in memory");
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    apl_file file = {apl_str_from(path), APL_STR("x"), size, true};
    read_all(&file, size % 4096 + 1);
    (void)close(descriptor);
    return 0;
}
