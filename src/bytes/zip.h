/* bytes/zip.h: what a zip file holds, read from both sides: the central directory and the local headers.
 *
 * Readers differ in which of the two they believe, and what only one of them sees is where things hide. So every entry
 * of the directory is compared with its local header, and the space between entries is searched for headers that the
 * directory does not name. CRCs and flag bits decide nothing here. The input must be able to seek. */
#ifndef APL_BYTES_ZIP_H
#define APL_BYTES_ZIP_H

#include "bytes/input.h"

/* Entries of one zip; the largest sharded checkpoint has some ten thousand tensors. */
#define APL_ZIP_ENTRIES_MAX 100000u
/* Names of all entries together, and of one. */
#define APL_ZIP_NAME_BYTES_MAX 4096u
#define APL_ZIP_NAMES_BYTES_MAX (8u << 20)
/* Space between entries that is searched for hidden headers, all together. */
#define APL_ZIP_SEARCH_BYTES_MAX (64u << 20)

enum {
    APL_ZIP_NAME_DIFFERS = 1,   /* the local header has another name */
    APL_ZIP_SIZE_DIFFERS = 2,   /* or other sizes */
    APL_ZIP_METHOD_DIFFERS = 4, /* or another method */
    APL_ZIP_NO_LOCAL = 8,       /* there is no local header where the directory says */
    APL_ZIP_HIDDEN = 16,        /* the directory does not name it */
    APL_ZIP_ENCRYPTED = 32,     /* a flag bit says so; many readers do not look at it */
    APL_ZIP_DUPLICATE = 64,     /* an earlier entry has the same name */
    APL_ZIP_UNSAFE_NAME = 128,  /* absolute, with a drive, or with a step upwards */
    APL_ZIP_SIZE_UNKNOWN = 256, /* hidden, and its sizes stand behind its data */
    APL_ZIP_OVERLAPS = 512,     /* its data reach into another entry */
};

enum { APL_ZIP_STORED = 0, APL_ZIP_DEFLATED = 8, APL_ZIP_BZIP2 = 12, APL_ZIP_ZSTD = 93, APL_ZIP_XZ = 95 };

typedef struct apl_zip_entry {
    apl_str name;       /* of the directory; of the local header when hidden */
    apl_str local_name; /* where it differs */
    uint64_t local_at;
    uint64_t data_at;
    uint64_t packed_size;
    uint64_t unpacked_size;
    uint16_t method;
    uint16_t flags;
    unsigned marks;
} apl_zip_entry;

typedef struct apl_zip {
    APL_VECTOR(apl_zip_entry) entries; /* in the order of the file, hidden ones among them */
    bool has_directory;
    bool is_cut;           /* a limit was met: there is more */
    uint64_t prefix_bytes; /* before the first entry */
    uint64_t tail_bytes;   /* behind the end record and its comment */
} apl_zip;

/* True when there is a zip at the input's start or a whole end record at its end. */
bool apl_zip_is(apl_input *input);

/* Reads what there is; a damaged zip gives the entries that were found. Names belong to `arena`. */
void apl_zip_open(apl_zip *zip, apl_arena *arena, apl_input *input);
void apl_zip_close(apl_zip *zip);

#endif
