/* base/digest.c: SHA-256 by OpenSSL, XXH3 by xxHash.
 *
 * No algorithm of our own: both libraries are faster and better tested. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <xxhash.h>

#include "base/memory.h"
#include "base/status.h"

static pthread_once_t is_fetched = PTHREAD_ONCE_INIT;
static EVP_MD *sha256; /* fetched once: looking an algorithm up costs more than hashing an id */

static void fetch_sha256(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256 == NULL)
        apl_die("OpenSSL gives no SHA-256");
}

void apl_sha256(uint8_t out[APL_SHA256_BYTES], const apl_str *parts, size_t part_count)
{
    unsigned size = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    (void)pthread_once(&is_fetched, fetch_sha256);
    if (context == NULL || EVP_DigestInit_ex2(context, sha256, NULL) != 1)
        apl_die("OpenSSL gives no SHA-256");
    for (size_t i = 0; i < part_count; i++)
        (void)EVP_DigestUpdate(context, parts[i].data, parts[i].size);
    (void)EVP_DigestFinal_ex(context, out, &size);
    EVP_MD_CTX_free(context);
    APL_ASSERT(size == APL_SHA256_BYTES);
}

void apl_hex(char *out, const uint8_t *bytes, size_t byte_count)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < byte_count; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * byte_count] = 0;
}

apl_digest apl_digest_of(apl_str bytes)
{
    XXH128_hash_t hash = XXH3_128bits(bytes.data ? bytes.data : "", bytes.size);

    return (apl_digest){hash.low64, hash.high64};
}

struct apl_hasher {
    EVP_MD_CTX *sha;
    XXH3_state_t *xxh;
};

apl_hasher *apl_hasher_new(void)
{
    apl_hasher *hasher = apl_memory_new(sizeof *hasher);

    (void)pthread_once(&is_fetched, fetch_sha256);
    hasher->sha = EVP_MD_CTX_new();
    hasher->xxh = XXH3_createState();
    if (hasher->sha == NULL || hasher->xxh == NULL || EVP_DigestInit_ex2(hasher->sha, sha256, NULL) != 1)
        apl_die("OpenSSL gives no SHA-256");
    (void)XXH3_128bits_reset(hasher->xxh);
    return hasher;
}

void apl_hasher_add(apl_hasher *hasher, apl_str bytes)
{
    (void)EVP_DigestUpdate(hasher->sha, bytes.data, bytes.size);
    (void)XXH3_128bits_update(hasher->xxh, bytes.data, bytes.size);
}

void apl_hasher_end(char sha[2 * APL_SHA256_BYTES + 1], char xxh3[33], apl_hasher *hasher)
{
    uint8_t digest[APL_SHA256_BYTES];
    XXH128_canonical_t canonical;
    unsigned size = 0;

    (void)EVP_DigestFinal_ex(hasher->sha, digest, &size);
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(hasher->xxh));
    apl_hex(sha, digest, sizeof digest);
    apl_hex(xxh3, canonical.digest, sizeof canonical.digest);
    EVP_MD_CTX_free(hasher->sha);
    (void)XXH3_freeState(hasher->xxh);
    apl_memory_free(hasher);
}

void apl_base64(char *out, const uint8_t *bytes, size_t byte_count)
{
    (void)EVP_EncodeBlock((unsigned char *)out, bytes, (int)byte_count);
}
