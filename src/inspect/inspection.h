/* inspect/inspection.h: inspectors at work, each on worker processes of its own.
 *
 * What a hostile file does to its reader ends in the worker: the file is then unread, and the next one finds a fresh
 * worker. */
#ifndef APL_INSPECT_INSPECTION_H
#define APL_INSPECT_INSPECTION_H

#include "inspect/inspector.h"

#define APL_INSPECTORS_MAX 16u

typedef struct apl_inspection apl_inspection;

/* Content files: what they hold and their paths from the root. */
typedef struct apl_inspect_content {
    const apl_value *files;
    const apl_str *paths;
    size_t count;
} apl_inspect_content;

/* Opens `inspectors`, each with those of the content files that begin as it says. Content must outlive it.
 * APL_E_CONTENT names the file and the mistake. */
apl_status apl_inspection_open(apl_inspection **out, const apl_inspector *const *inspectors, size_t count,
                               const apl_inspect_content *content);

/* Starts a worker for each of `threads` threads. Must be called while the program has one thread (bytes/worker.h). */
apl_status apl_inspection_start(apl_inspection *inspection, unsigned threads);
void apl_inspection_close(apl_inspection *inspection); /* NULL is allowed */

size_t apl_inspection_count(const apl_inspection *inspection);
const apl_inspector *apl_inspection_inspector(const apl_inspection *inspection, size_t inspector);

/* Whether the inspector wants the file. One thread. */
apl_inspect_wish apl_inspection_wish(apl_inspection *inspection, size_t inspector, const apl_inspect_file *file);

/* Files that one inspector wanted. */
typedef struct apl_inspect_job {
    size_t inspector;
    const apl_inspect_file *files;
    size_t count;
} apl_inspect_job;

/* Appends the documents of the files. `thread` is below the number of threads; each is used by one thread at a time. */
void apl_inspection_run(apl_text *documents, apl_inspection *inspection, unsigned thread, const apl_inspect_job *job);

/* True for content files that some inspector of the program asks for. */
bool apl_inspection_is_content(apl_str path);

#endif
