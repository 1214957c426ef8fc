/* base/digest.h: content hashes.
 *
 * SHA-256 (FIPS 180-4, through OpenSSL) where the value is public and must be the same on every machine:
 * finding ids, content digests. XXH3 (128 bits) where it only tells whether bytes changed. */
#ifndef APL_BASE_DIGEST_H
#define APL_BASE_DIGEST_H

#include "base/str.h"

#define APL_SHA256_BYTES 32

typedef struct apl_digest {
    uint64_t low;
    uint64_t high;
} apl_digest;

/* SHA-256 of the parts joined without anything between them. */
void apl_sha256(uint8_t out[APL_SHA256_BYTES], const apl_str *parts, size_t part_count);

/* Lower-case hexadecimal of the first `byte_count` bytes; writes 2 * byte_count characters and a zero. */
void apl_hex(char *out, const uint8_t *bytes, size_t byte_count);

/* Base64 with padding; writes 4 characters for each 3 bytes begun, and a zero. */
void apl_base64(char *out, const uint8_t *bytes, size_t byte_count);

apl_digest apl_digest_of(apl_str bytes);

/* SHA-256 and XXH3 (128 bits) of bytes that come in pieces, in one pass. */
typedef struct apl_hasher apl_hasher;
apl_hasher *apl_hasher_new(void);
void apl_hasher_add(apl_hasher *hasher, apl_str bytes);

/* Writes both as lower-case hexadecimal digits and a zero, and gives the hasher back. */
void apl_hasher_end(char sha256[2 * APL_SHA256_BYTES + 1], char xxh3[33], apl_hasher *hasher);

#endif
