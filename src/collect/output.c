/* collect/output.c: blocks of lines into a file, packed or not.
 *
 * A failing write is kept with its cause and told at the end: by then the collector has stopped asking. */
#include "collect/output.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define LEVEL 6 /* four times as fast as the network gives, and within a few percent of the densest */

struct apl_collect_output {
    int descriptor;
    bool is_packed;
    int failure; /* errno of the first write that failed */
    apl_str path;
    apl_text block;
    char *packed;
    size_t packed_size;
    ZSTD_CCtx *packer;
};

apl_status apl_collect_output_over(apl_collect_output **out, int descriptor)
{
    apl_collect_output *output = apl_memory_new(sizeof *output);

    output->descriptor = descriptor;
    apl_text_init(&output->block, SIZE_MAX);
    *out = output;
    return APL_OK;
}

apl_status apl_collect_output_open(apl_collect_output **out, const char *path, uint64_t keep)
{
    bool is_stdout = strcmp(path, "-") == 0;
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (keep ? 0 : O_TRUNC);
    int descriptor = is_stdout ? dup(STDOUT_FILENO) : open(path, flags, S_IRUSR | S_IWUSR);

    *out = NULL;
    if (descriptor < 0)
        return apl_fail(APL_E_IO, "%s: %s", path, strerror(errno));
    if (keep && (ftruncate(descriptor, (off_t)keep) != 0 || lseek(descriptor, 0, SEEK_END) < 0)) {
        int cause = errno;
        (void)close(descriptor);
        return apl_fail(APL_E_IO, "%s: %s", path, strerror(cause));
    }
    apl_status status = apl_collect_output_over(out, descriptor);
    (*out)->path = apl_str_from(path);
    (*out)->is_packed = apl_str_ends((*out)->path, APL_STR(".zst"));
    if ((*out)->is_packed)
        (*out)->packer = ZSTD_createCCtx();
    return status;
}

static void write_all(apl_collect_output *output, const char *bytes, size_t size)
{
    while (size && output->failure == 0) {
        ssize_t wrote = write(output->descriptor, bytes, size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            output->failure = wrote < 0 ? errno : EIO;
            return;
        }
        bytes += wrote;
        size -= (size_t)wrote;
    }
}

void apl_collect_output_cut(apl_collect_output *output)
{
    size_t bound = ZSTD_compressBound(output->block.size);

    if (output->block.size == 0)
        return;
    if (!output->is_packed) {
        write_all(output, output->block.data, output->block.size);
        output->block.size = 0;
        return;
    }
    if (bound > output->packed_size) {
        output->packed = apl_memory_grow(output->packed, bound);
        output->packed_size = bound;
    }
    size_t size = ZSTD_compressCCtx(output->packer, output->packed, output->packed_size, output->block.data,
                                    output->block.size, LEVEL);
    if (ZSTD_isError(size) && output->failure == 0)
        output->failure = ENOMEM;
    write_all(output, output->packed, ZSTD_isError(size) ? 0 : size);
    output->block.size = 0;
}

void apl_collect_output_add(apl_collect_output *output, apl_str group)
{
    apl_text_add(&output->block, group);
    if (output->block.size >= APL_COLLECT_BLOCK_BYTES)
        apl_collect_output_cut(output);
}

apl_status apl_collect_output_close(apl_collect_output *output)
{
    apl_status status = APL_OK;

    if (output == NULL)
        return APL_OK;
    apl_collect_output_cut(output);
    if (close(output->descriptor) != 0 && output->failure == 0)
        output->failure = errno;
    if (output->failure)
        status = apl_fail(APL_E_IO, "%.*s: %s", APL_STR_ARG(output->path.size ? output->path : APL_STR("documents")),
                          strerror(output->failure));
    (void)ZSTD_freeCCtx(output->packer);
    apl_text_free(&output->block);
    apl_memory_free(output->packed);
    apl_memory_free(output);
    return status;
}
