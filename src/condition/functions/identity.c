/* condition/functions/identity.c: names made of texts, the same ones that Azure makes.
 *
 * guid() is a UUID of version 5 (RFC 4122) in the name space of Azure's templates; uniqueString() is a 64-bit variant
 * of MurmurHash3 in base 32. Neither is documented by Microsoft; both were checked against values that Azure made (see
 * docs/policy-language.md). Nothing here is for security. */
#include "condition/program.h"

/* All arguments with `-` between them. */
static apl_status joined(apl_str *out, const apl_call *call)
{
    apl_text text;
    apl_str part;
    apl_value kept = APL_NULL;
    apl_status status = APL_OK;

    apl_text_init(&text, APL_FUNCTION_BYTES_MAX);
    for (uint32_t i = 0; i < call->count && status == APL_OK; i++) {
        status = apl_call_need_text(&part, call, i);
        if (i)
            apl_text_add_char(&text, '-');
        apl_text_add(&text, part);
    }
    if (status == APL_OK && text.is_cut)
        status = apl_fail(APL_E_LIMIT, "%s(): the text is larger than %u bytes", call->function->name,
                          APL_FUNCTION_BYTES_MAX);
    if (status == APL_OK)
        status = apl_call_text(&kept, call, apl_text_str(&text));
    apl_text_free(&text);
    *out = apl_value_str(kept);
    return status;
}

static uint32_t rotate(uint32_t value, int bits)
{
    return value << bits | value >> (32 - bits);
}

/* Up to four bytes, the first one lowest. */
static uint32_t little_endian(const char *data, size_t size)
{
    uint32_t value = 0;

    for (size_t i = 0; i < size && i < 4; i++)
        value |= (uint32_t)(unsigned char)data[i] << (8 * i);
    return value;
}

static uint32_t mix_low(uint32_t k)
{
    return rotate(k * 597399067u, 15) * 2869860233u;
}

static uint32_t mix_high(uint32_t k)
{
    return rotate(k * 2869860233u, 17) * 597399067u;
}

static uint32_t avalanche(uint32_t h)
{
    h = (h ^ h >> 16) * 2246822507u;
    h = (h ^ h >> 13) * 3266489909u;
    return h ^ h >> 16;
}

static uint64_t murmur(apl_str text)
{
    uint32_t low = 0;
    uint32_t high = 0;
    uint32_t at = 0;

    for (; at + 8 <= text.size; at += 8) {
        low ^= mix_low(little_endian(text.data + at, 4));
        low = (rotate(low, 19) + high) * 5 + 1444728091u;
        high ^= mix_high(little_endian(text.data + at + 4, 4));
        high = (rotate(high, 13) + low) * 5 + 197830471u;
    }
    if (at < text.size)
        low ^= mix_low(little_endian(text.data + at, text.size - at));
    if (at + 4 < text.size)
        high ^= mix_high(little_endian(text.data + at + 4, text.size - at - 4));
    high ^= text.size;
    low = (low ^ text.size) + high;
    high += low;
    low = avalanche(low);
    high = avalanche(high);
    low += high;
    high += low;
    return (uint64_t)high << 32 | low;
}

apl_status apl_fn_unique_string(apl_value *out, const apl_call *call)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    char made[13];
    apl_str text;
    apl_status status = joined(&text, call);

    if (status != APL_OK)
        return status;
    uint64_t hash = murmur(text);
    for (size_t i = 0; i < sizeof made; i++) {
        made[i] = letters[hash >> 59];
        hash <<= 5;
    }
    return apl_call_text(out, call, apl_str_make(made, sizeof made));
}

/* ---- SHA-1 (FIPS 180-4), which UUIDs of version 5 are made with ---- */

#define SHA1_BLOCK 64

static uint32_t sha1_round(const uint32_t *h, int i, uint32_t *k)
{
    if (i < 20) {
        *k = 0x5A827999u;
        return (h[1] & h[2]) | (~h[1] & h[3]);
    }
    if (i < 40 || i >= 60) {
        *k = i < 40 ? 0x6ED9EBA1u : 0xCA62C1D6u;
        return h[1] ^ h[2] ^ h[3];
    }
    *k = 0x8F1BBCDCu;
    return (h[1] & h[2]) | (h[1] & h[3]) | (h[2] & h[3]);
}

static void sha1_block(uint32_t state[5], const unsigned char *block)
{
    uint32_t w[80];
    uint32_t h[5];
    uint32_t k = 0;

    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
               block[4 * i + 3];
    for (int i = 16; i < 80; i++)
        w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    memcpy(h, state, sizeof h);
    for (int i = 0; i < 80; i++) {
        uint32_t f = sha1_round(h, i, &k);
        uint32_t next = rotate(h[0], 5) + f + h[4] + k + w[i];
        h[4] = h[3];
        h[3] = h[2];
        h[2] = rotate(h[1], 30);
        h[1] = h[0];
        h[0] = next;
    }
    for (int i = 0; i < 5; i++)
        state[i] += h[i];
}

/* The digest of `start` (16 bytes) and then `text`. */
static void sha1(unsigned char out[20], const unsigned char start[16], apl_str text)
{
    uint32_t state[5] = {0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u};
    unsigned char block[SHA1_BLOCK] = {0};
    size_t filled = 16;

    memcpy(block, start, 16);
    for (uint32_t i = 0; i < text.size; i++) {
        block[filled++] = (unsigned char)text.data[i];
        if (filled == SHA1_BLOCK) {
            sha1_block(state, block);
            filled = 0;
        }
    }
    block[filled++] = 0x80;
    if (filled > SHA1_BLOCK - 8) {
        memset(block + filled, 0, SHA1_BLOCK - filled);
        sha1_block(state, block);
        filled = 0;
    }
    memset(block + filled, 0, SHA1_BLOCK - filled);
    uint64_t bits = ((uint64_t)text.size + 16) * 8;
    for (int i = 0; i < 8; i++)
        block[SHA1_BLOCK - 1 - i] = (unsigned char)(bits >> (8 * i));
    sha1_block(state, block);
    for (int i = 0; i < 20; i++)
        out[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}

apl_status apl_fn_guid(apl_value *out, const apl_call *call)
{
    static const unsigned char name_space[16] = {0x11, 0xfb, 0x06, 0xfb, 0x71, 0x2d, 0x4d, 0xdd,
                                                 0x98, 0xc7, 0xe7, 0x1b, 0xbd, 0x58, 0x88, 0x30};
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[20];
    char made[36];
    size_t size = 0;
    apl_str text;
    apl_status status = joined(&text, call);

    if (status != APL_OK)
        return status;
    sha1(digest, name_space, text);
    digest[6] = (unsigned char)((digest[6] & 0x0F) | 0x50);
    digest[8] = (unsigned char)((digest[8] & 0x3F) | 0x80);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            made[size++] = '-';
        made[size++] = digits[digest[i] >> 4];
        made[size++] = digits[digest[i] & 15];
    }
    return apl_call_text(out, call, apl_str_make(made, size));
}
