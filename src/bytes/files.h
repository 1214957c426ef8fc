/* bytes/files.h: which files a SOURCE names.
 *
 * A folder is walked in sorted order, so that file numbers and messages repeat; links to folders are not followed. */
#ifndef APL_BYTES_FILES_H
#define APL_BYTES_FILES_H

#include "base/memory.h"
#include "base/status.h"

typedef struct apl_file {
    apl_str path;  /* as the system opens it; "-" is stdin */
    apl_str shown; /* relative to the SOURCE named, with `/`; for a file that was named itself its own name */
    uint64_t size; /* bytes; 0 when it is not a regular file */
    bool is_named; /* the user named this file itself */
} apl_file;

typedef struct apl_files {
    apl_arena *arena;
    APL_VECTOR(apl_file) files;
    uint64_t bytes; /* of all together */
} apl_files;

void apl_files_init(apl_files *files);
void apl_files_free(apl_files *files);

/* Adds the file, or all regular files below the folder; hidden ones too. A path that does not exist is APL_E_USAGE; a
 * folder below it that cannot be listed is added like a file that cannot be read. */
apl_status apl_files_add(apl_files *files, const char *source);

/* Reads a whole file of at most `bytes_max` into the arena; for content, never for input to be judged. */
apl_status apl_file_read(apl_str *out, apl_arena *arena, const char *path, size_t bytes_max);

#endif
