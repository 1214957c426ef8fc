/* cli/sink.c: opens, writes and finishes the outputs of a command.
 *
 * Stands behind every report. A write that fails (a full disk, a reader that went away) is an ordinary failure with one
 * line; main ignores SIGPIPE for it. */
#include "cli/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static apl_status fail(const apl_sink *sink, const char *did)
{
    return apl_fail(APL_E_IO, "%s: %s: %s", sink->name, did, strerror(errno));
}

/* The mode that a new file would get, or that the old one has. */
static mode_t mode_for(const struct stat *old)
{
    mode_t mask = umask(0);

    (void)umask(mask);
    return old ? old->st_mode & 07777u : 0666u & ~mask;
}

/* Makes the temporary file beside the target; a symbolic link is followed, so that it stays one. */
static apl_status open_beside(apl_sink *sink, const char *path, const struct stat *old)
{
    char *real = old ? realpath(path, sink->target) : NULL;
    int size = 0;

    if (real == NULL)
        size = snprintf(sink->target, sizeof sink->target, "%s", path);
    if (size < 0 || (size_t)size >= sizeof sink->target)
        return apl_fail(APL_E_USAGE, "%s: the path is too long", path);
    (void)snprintf(sink->temporary, sizeof sink->temporary, "%s.XXXXXX", sink->target);
    sink->descriptor = mkostemp(sink->temporary, O_CLOEXEC);
    if (sink->descriptor < 0) {
        sink->target[0] = 0;
        return fail(sink, "cannot be written");
    }
    if (fchmod(sink->descriptor, mode_for(old)) != 0) {
        apl_status status = fail(sink, "cannot get its permissions");
        return apl_sink_close(sink, status);
    }
    return APL_OK;
}

apl_status apl_sink_open(apl_sink *sink, const char *path)
{
    struct stat old;

    *sink = (apl_sink){.descriptor = STDOUT_FILENO, .name = "standard output"};
    if (path == NULL || strcmp(path, "-") == 0)
        return APL_OK;
    sink->name = path;
    bool exists = stat(path, &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) {
        errno = EISDIR;
        return fail(sink, "cannot be written");
    }
    if (!exists || S_ISREG(old.st_mode))
        return open_beside(sink, path, exists ? &old : NULL);
    sink->descriptor = open(path, O_WRONLY | O_CLOEXEC);
    return sink->descriptor < 0 ? fail(sink, "cannot be opened") : APL_OK;
}

apl_status apl_sink_write(void *context, apl_str bytes)
{
    const apl_sink *sink = context;
    size_t written = 0;

    while (written < bytes.size) {
        ssize_t size = write(sink->descriptor, bytes.data + written, bytes.size - written);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return fail(sink, "cannot be written");
        written += (size_t)size;
    }
    return APL_OK;
}

apl_status apl_sink_close(apl_sink *sink, apl_status status)
{
    if (sink->descriptor == STDOUT_FILENO || sink->descriptor < 0)
        return status;
    if (status == APL_OK && sink->target[0] && fsync(sink->descriptor) != 0)
        status = fail(sink, "cannot be written");
    if (close(sink->descriptor) != 0 && status == APL_OK)
        status = fail(sink, "cannot be written");
    if (sink->target[0] && status == APL_OK && rename(sink->temporary, sink->target) != 0)
        status = fail(sink, "cannot be put in its place");
    if (sink->target[0] && status != APL_OK)
        (void)unlink(sink->temporary);
    sink->descriptor = -1;
    return status;
}
