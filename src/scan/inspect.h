/* scan/inspect.h: files that are no documents, through the inspectors, as documents.
 *
 * For the files of scan only. One thread offers the files; as many as read documents have them inspected. */
#ifndef APL_SCAN_INSPECT_H
#define APL_SCAN_INSPECT_H

#include "bytes/files.h"
#include "inspect/inspection.h"

typedef struct apl_scan_inspect apl_scan_inspect;

typedef struct apl_scan_inspect_options {
    apl_inspection *inspection; /* started */
    unsigned threads;
    /* Called from any thread with the documents of a file, one a line. `file` is what name_file gave. */
    void (*give)(void *context, uint32_t file, apl_str path, apl_str documents);
    /* Called by the offering thread: the number under which the file's documents are known. */
    uint32_t (*name_file)(void *context, apl_str shown, apl_str *kept);
    void *context;
} apl_scan_inspect_options;

apl_scan_inspect *apl_scan_inspect_new(const apl_scan_inspect_options *options);

/* True when nothing else in the file is to be read. */
bool apl_scan_inspect_file(apl_scan_inspect *inspect, const apl_file *file);

/* Waits until everything that was offered is inspected. */
void apl_scan_inspect_finish(apl_scan_inspect *inspect);

/* After the end: files of this inspector in which there was nothing to tell. */
uint64_t apl_scan_inspect_seen(const apl_scan_inspect *inspect, size_t inspector);
void apl_scan_inspect_free(apl_scan_inspect *inspect);

#endif
