/* cli/sink.h: the files and pipes that reports are written to.
 *
 * A file appears whole or not at all: it is written beside its place under another name and renamed when it is
 * complete. What is no regular file (a device, a pipe) is written to directly. */
#ifndef APL_CLI_SINK_H
#define APL_CLI_SINK_H

#include "report/output.h"

#define APL_SINK_PATH_MAX 4096

typedef struct apl_sink {
    int descriptor;
    const char *name;                       /* for messages: the path or "standard output" */
    char target[APL_SINK_PATH_MAX];         /* where the file goes; empty: written directly */
    char temporary[APL_SINK_PATH_MAX + 16]; /* where it is being written */
} apl_sink;

/* Opens a sink for `path`; NULL or "-" is standard output. */
apl_status apl_sink_open(apl_sink *sink, const char *path);

/* For apl_output_init: `context` is the sink. */
apl_status apl_sink_write(void *context, apl_str bytes);

/* Puts the file in its place. On a status that is not APL_OK what was written is removed, and the status stays. */
apl_status apl_sink_close(apl_sink *sink, apl_status status);

#endif
