/* bytes/files.c: walking folders with an explicit stack.
 *
 * Entries are sorted by name, byte order. A SOURCE that cannot be opened is a failure: the user named it. What
 * cannot be looked at below one is listed like a file, so that reading it says why and the scan goes on. */
#include "bytes/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

void apl_files_init(apl_files *files)
{
    *files = (apl_files){.arena = apl_arena_new()};
}

void apl_files_free(apl_files *files)
{
    apl_memory_free(files->files.items);
    apl_arena_free(files->arena);
    *files = (apl_files){0};
}

typedef struct folder {
    apl_str path;
    apl_str shown;
    unsigned depth;
} folder;

typedef APL_VECTOR(folder) folders;

static int by_name(const void *a, const void *b)
{
    return apl_str_compare(*(const apl_str *)a, *(const apl_str *)b);
}

static apl_status read_names(apl_str **out, size_t *count, apl_files *files, apl_str path)
{
    APL_VECTOR(apl_str) names = {0};
    DIR *directory = opendir(path.data);

    if (directory == NULL)
        return apl_fail(APL_E_IO, "%s: %s", path.data, strerror(errno));
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        apl_str name = apl_str_from(entry->d_name);
        if (!apl_str_equal(name, APL_STR(".")) && !apl_str_equal(name, APL_STR("..")))
            APL_PUSH(&names, apl_arena_str(files->arena, name));
    }
    (void)closedir(directory);
    if (names.count)
        qsort(names.items, names.count, sizeof *names.items, by_name);
    *out = names.items;
    *count = names.count;
    return APL_OK;
}

static apl_status add_file(apl_files *files, const apl_file *file)
{
    if (files->files.count == APL_FILES_MAX)
        return apl_fail(APL_E_LIMIT, "more than %d files", APL_FILES_MAX);
    files->bytes += file->size;
    APL_PUSH(&files->files, *file);
    return APL_OK;
}

static apl_status add_entry(apl_files *files, folders *pending, const folder *parent, apl_str name)
{
    struct stat info;
    apl_str path = apl_arena_format(files->arena, "%s/%s", parent->path.data, name.data);
    apl_str shown = parent->shown.size ? apl_arena_format(files->arena, "%s/%s", parent->shown.data, name.data) : name;

    if (lstat(path.data, &info) != 0)
        return add_file(files, &(apl_file){path, shown, 0, false});
    if (S_ISLNK(info.st_mode) && (stat(path.data, &info) != 0 || S_ISDIR(info.st_mode)))
        return APL_OK; /* a dangling link, or a link to a folder that might lead back here */
    if (S_ISDIR(info.st_mode)) {
        if (parent->depth == APL_FOLDER_DEPTH_MAX)
            return apl_fail(APL_E_LIMIT, "%s: more than %d folders deep", path.data, APL_FOLDER_DEPTH_MAX);
        APL_PUSH(pending, ((folder){path, shown, parent->depth + 1}));
        return APL_OK;
    }
    if (!S_ISREG(info.st_mode))
        return APL_OK;
    return add_file(files, &(apl_file){path, shown, (uint64_t)info.st_size, false});
}

static apl_status add_folder(apl_files *files, apl_str path)
{
    folders pending = {0};
    apl_status status = APL_OK;

    APL_PUSH(&pending, ((folder){path, APL_STR_NONE, 0}));
    while (status == APL_OK && pending.count) {
        folder at = pending.items[--pending.count];
        apl_str *names = NULL;
        size_t count = 0;
        status = read_names(&names, &count, files, at.path);
        if (status != APL_OK && at.depth > 0)
            status = add_file(files, &(apl_file){at.path, at.shown, 0, false});
        size_t first = pending.count;
        for (size_t i = 0; status == APL_OK && i < count; i++)
            status = add_entry(files, &pending, &at, names[i]);
        for (size_t i = first, j = pending.count; i + 1 < j; i++, j--) { /* the first folder comes off first */
            folder kept = pending.items[i];
            pending.items[i] = pending.items[j - 1];
            pending.items[j - 1] = kept;
        }
        apl_memory_free(names);
    }
    apl_memory_free(pending.items);
    return status;
}

apl_status apl_files_add(apl_files *files, const char *source)
{
    struct stat info;
    apl_str path = apl_arena_str(files->arena, apl_str_from(source));

    if (apl_str_equal(path, APL_STR("-")))
        return add_file(files, &(apl_file){path, APL_STR("-"), 0, true});
    if (stat(source, &info) != 0)
        return apl_fail(APL_E_USAGE, "%s: %s", source, strerror(errno));
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path = apl_arena_str(files->arena, apl_str_slice(path, 0, path.size - 1));
    if (S_ISDIR(info.st_mode))
        return add_folder(files, path);
    long slash = apl_str_find_last_char(path, '/');
    apl_str shown = apl_str_slice(path, (size_t)(slash + 1), path.size);
    uint64_t size = S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
    return add_file(files, &(apl_file){path, shown, size, true});
}

apl_status apl_file_read(apl_str *out, apl_arena *arena, const char *path, size_t bytes_max)
{
    struct stat info;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    apl_status status = APL_OK;

    if (descriptor < 0)
        return apl_fail(APL_E_IO, "%s: %s", path, strerror(errno));
    if (fstat(descriptor, &info) != 0 || S_ISDIR(info.st_mode)) {
        status = apl_fail(APL_E_IO, "%s: not a file", path);
    } else if ((uint64_t)info.st_size > bytes_max) {
        status = apl_fail(APL_E_LIMIT, "%s: larger than %zu bytes", path, bytes_max);
    } else {
        char *text = apl_arena_alloc(arena, (size_t)info.st_size + 1);
        size_t size = 0;
        ssize_t got = 1;
        while (size < (size_t)info.st_size && (got = read(descriptor, text + size, (size_t)info.st_size - size)) > 0)
            size += (size_t)got;
        if (got < 0)
            status = apl_fail(APL_E_IO, "%s: %s", path, strerror(errno));
        *out = apl_str_make(text, size);
    }
    (void)close(descriptor);
    return status;
}
