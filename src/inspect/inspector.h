/* inspect/inspector.h: what inspects the files of a scan that are no documents and no model files.
 *
 * A family: each file of inspectors/ defines one `apl_inspector_<name>`, and the build writes the table. An inspector
 * looks at every file to say whether it is one of its own, and then, in a worker process, turns those into documents,
 * which the services of services/ know like any other. */
#ifndef APL_INSPECT_INSPECTOR_H
#define APL_INSPECT_INSPECTOR_H

#include "base/memory.h"
#include "base/status.h"
#include "json/value.h"

/* What an inspector is handed of one file. The largest lock file seen has 5 MB. */
#define APL_INSPECT_FILE_BYTES_MAX (8u << 20)
/* The files of one folder that are inspected together. */
#define APL_INSPECT_FOLDER_BYTES_MAX (32u << 20)
#define APL_INSPECT_FOLDER_FILES_MAX 4096u

typedef struct apl_inspect_file {
    apl_str path;  /* as shown: relative to the SOURCE named, with `/` */
    apl_str bytes; /* the whole file, or its first APL_INSPECT_FILE_BYTES_MAX */
    uint64_t size; /* bytes of the whole file */
} apl_inspect_file;

typedef enum apl_inspect_wish {
    APL_WISH_NONE = 0, /* not one of its own */
    APL_WISH_SEEN,     /* one of its own, with nothing in it to inspect: counted as read */
    APL_WISH_ALSO,     /* inspect it; it may hold documents besides */
    APL_WISH_WHOLE,    /* inspect it; nothing else in it is to be read */
} apl_inspect_wish;

typedef struct apl_inspector {
    const char *name;
    const char *type;    /* of the coverage row that counts its files: "Aplomb.Code/files" */
    const char *content; /* where its content files begin: "services/code/libraries/known/"; NULL: none */
    bool by_folder;      /* the files of one folder are inspected together */
    bool by_sample;      /* of a file that is too large its first bytes are inspected, and it says that itself */
    /* Compiles the content; *state is what the other calls get. NULL: there is nothing to compile. */
    apl_status (*open)(void **state, const apl_value *files, const apl_str *paths, size_t count);
    void (*close)(void *state);
    /* Asked for every file, in the program itself: it looks at name and bytes and parses nothing. One thread. */
    apl_inspect_wish (*wants)(void *state, const apl_inspect_file *file);
    /* In a worker process, which has the state as it was after `open`: appends documents, one JSON a line. */
    void (*inspect)(void *state, const apl_inspect_file *files, size_t count, apl_text *documents);
} apl_inspector;

extern const apl_inspector *const apl_inspector_table[];
extern const size_t apl_inspector_table_count;

/* Appends the document that says that a file, or what stands at a place in it, was not read. */
void apl_inspector_unread(apl_text *documents, const apl_inspector *inspector, apl_str path, const char *why);

#endif
