/* bytes/stream.h: the texts inside a file: itself, or the members of the archives and compressions around them.
 *
 * What a file is is told by its first bytes, never by its name. gzip, zstd, bzip2, xz, zip and tar are opened, also
 * inside each other up to APL_ARCHIVE_DEPTH_MAX. Bytes come in blocks; nothing is held whole. */
#ifndef APL_BYTES_STREAM_H
#define APL_BYTES_STREAM_H

#include "bytes/files.h"

typedef struct apl_stream apl_stream;

apl_status apl_stream_open(apl_stream **out, const apl_file *file);
void apl_stream_close(apl_stream *stream);

/* Goes to the next text of the file; *shown is its path (members of archives behind `!/`), valid until the next call.
 * *shown is empty after the last one. A damaged member or archive is APL_E_INPUT; calling again goes on behind it
 * where that is possible, else ends. */
apl_status apl_stream_next(apl_str *shown, apl_stream *stream);

/* Reads up to `size` bytes of the present text; *got is 0 at its end. */
apl_status apl_stream_read(size_t *got, apl_stream *stream, char *buffer, size_t size);

/* Bytes taken from the file itself so far; for progress. */
uint64_t apl_stream_bytes(const apl_stream *stream);

/* What the first bytes of a text say that it is, for text that is no JSON: "PNG image", "YAML or other text". */
const char *apl_bytes_guess(apl_str head);

#endif
