/* bytes/unpack.h: one compression or archive as a sequence of members, each read through an input.
 *
 * Beside bytes/stream, which gives the texts of a whole file: here the caller decides what is opened, keeps the order,
 * and may put one on top of another. A compression has one member without a name. Ratio limits stop bombs. */
#ifndef APL_BYTES_UNPACK_H
#define APL_BYTES_UNPACK_H

#include "bytes/input.h"

typedef enum apl_packing {
    APL_PACKING_DEFLATE, /* without a header, as in a zip */
    APL_PACKING_ZLIB,
    APL_PACKING_STREAM,  /* gzip, bzip2, xz, lzma, zstd, lz4 */
    APL_PACKING_ARCHIVE, /* tar, 7z */
} apl_packing;

typedef struct apl_unpacked_member {
    apl_str name;   /* empty for a compression; valid until the next member */
    apl_str target; /* of a link, else empty */
    bool is_file;
} apl_unpacked_member;

typedef struct apl_unpacker apl_unpacker;

/* `below` stays the caller's and must outlive the unpacker; it is read from its position on. */
apl_status apl_unpacker_open(apl_unpacker **out, apl_packing packing, apl_input *below);
void apl_unpacker_close(apl_unpacker *unpacker);

/* The next member; *found is false after the last one. What is damaged is APL_E_INPUT, and ends it. */
apl_status apl_unpacker_next(bool *found, apl_unpacked_member *member, apl_unpacker *unpacker);

/* For apl_input_of_pull: the bytes of the present member. */
apl_status apl_unpacker_pull(size_t *got, void *unpacker, char *buffer, size_t size);

#endif
