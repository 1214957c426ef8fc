/* net/token.c: claims, and client assertions signed by OpenSSL.
 *
 * Key material stays in OpenSSL's own memory, which it overwrites when it is freed. PS256 is RSA-PSS over SHA-256 with
 * a salt as long as the digest (RFC 7518, section 3.5); other kinds of keys are refused by name. */
#include "net/token.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "net/limits.h"
#include "json/json.h"

#define ID_BYTES 16
#define SIGNATURE_BYTES_MAX 2048
#define RSA_BITS_MIN 2048

apl_str apl_base64url(apl_arena *arena, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *out = apl_arena_alloc_raw(arena, (size + 2) / 3 * 4 + 1);
    size_t used = 0;

    for (size_t i = 0; i < size; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16;
        if (i + 1 < size)
            group |= (uint32_t)bytes[i + 1] << 8;
        if (i + 2 < size)
            group |= bytes[i + 2];
        for (size_t part = 0; part < 4 && i + part <= size; part++)
            out[used++] = digits[group >> (18 - 6 * part) & 63];
    }
    out[used] = 0;
    return apl_str_make(out, used);
}

static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '-' || c == '+')
        return 62;
    return c == '_' || c == '/' ? 63 : -1;
}

bool apl_base64url_read(apl_str *out, apl_arena *arena, apl_str text)
{
    apl_str rest = text;
    uint32_t bits = 0;
    unsigned bit_count = 0;
    size_t used = 0;

    while (rest.size && rest.data[rest.size - 1] == '=' && text.size - rest.size < 2)
        rest.size--;
    *out = APL_STR_NONE;
    if (rest.size % 4 == 1)
        return false;
    char *bytes = apl_arena_alloc_raw(arena, (size_t)rest.size / 4 * 3 + 4);
    for (uint32_t i = 0; i < rest.size; i++) {
        int digit = digit_of(rest.data[i]);
        if (digit < 0)
            return false;
        bits = (bits << 6 | (uint32_t)digit) & 0xffffff;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            bytes[used++] = (char)(bits >> bit_count & 255);
        }
    }
    bytes[used] = 0;
    *out = apl_str_make(bytes, used);
    return true;
}

apl_status apl_token_claims(apl_value *out, apl_arena *arena, apl_str token)
{
    apl_str rest = token;
    apl_str header;
    apl_str payload;
    apl_str text;

    *out = APL_MISSING;
    if (token.size > APL_NET_TOKEN_BYTES_MAX || !apl_str_next(&header, &rest, '.') ||
        !apl_str_next(&payload, &rest, '.') || rest.size == 0 || !apl_base64url_read(&text, arena, payload))
        return apl_fail(APL_E_INPUT, "the token is no JWT");
    apl_status status = apl_json_parse(out, arena, text);
    if (status == APL_OK && out->type == APL_VALUE_OBJECT)
        return APL_OK;
    *out = APL_MISSING;
    return apl_fail(APL_E_INPUT, "the claims of the token are no JSON object");
}

/* -- Signing -------------------------------------------------------------------------------------------------- */

static int give_password(char *buffer, int size, int writing, void *context)
{
    const apl_str *password = context;

    (void)writing;
    if (size < 0 || password->size > (unsigned)size)
        return -1;
    if (password->size)
        memcpy(buffer, password->data, password->size);
    return (int)password->size;
}

static apl_status read_key(EVP_PKEY **out, const apl_assertion *assertion)
{
    BIO *bio = BIO_new_mem_buf(assertion->pem.data, (int)assertion->pem.size);
    apl_str password = assertion->password;

    *out = bio ? PEM_read_bio_PrivateKey(bio, NULL, give_password, &password) : NULL;
    BIO_free(bio);
    ERR_clear_error();
    if (*out == NULL)
        return apl_fail(APL_E_INPUT, "no private key that can be read%s",
                        password.size ? " (is the password right?)" : " (one with a password needs it)");
    if (EVP_PKEY_get_base_id(*out) != EVP_PKEY_RSA)
        return apl_fail(APL_E_UNSUPPORTED, "the private key is no RSA key, which PS256 needs");
    if (EVP_PKEY_get_bits(*out) < RSA_BITS_MIN)
        return apl_fail(APL_E_UNSUPPORTED, "the private key has %d bits; at least %d are needed",
                        EVP_PKEY_get_bits(*out), RSA_BITS_MIN);
    return APL_OK;
}

/* The certificate that belongs to the key: the first of the file that does. */
static apl_status read_thumbprint(apl_str *out, apl_arena *arena, const apl_assertion *assertion, EVP_PKEY *key)
{
    BIO *bio = BIO_new_mem_buf(assertion->pem.data, (int)assertion->pem.size);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    X509 *certificate = NULL;
    bool is_found = false;

    while (bio && !is_found && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        is_found =
            X509_check_private_key(certificate, key) == 1 && X509_digest(certificate, EVP_sha256(), digest, &size) == 1;
        X509_free(certificate);
    }
    BIO_free(bio);
    ERR_clear_error();
    if (!is_found)
        return apl_fail(APL_E_INPUT, "no certificate that belongs to the private key");
    *out = apl_base64url(arena, digest, size);
    return APL_OK;
}

static apl_status sign(apl_str *out, apl_arena *arena, apl_str text, EVP_PKEY *key)
{
    uint8_t signature[SIGNATURE_BYTES_MAX];
    size_t size = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options = NULL; /* the context's own */

    bool is_signed = context && EVP_DigestSignInit(context, &options, EVP_sha256(), NULL, key) == 1 &&
                     EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                     EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1 &&
                     EVP_DigestSign(context, signature, &size, (const uint8_t *)text.data, text.size) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    if (!is_signed)
        return apl_fail(APL_E_INPUT, "the private key cannot sign");
    *out = apl_base64url(arena, signature, size);
    return APL_OK;
}

static apl_str encode(apl_arena *arena, const apl_text *text)
{
    return apl_base64url(arena, (const uint8_t *)text->data, text->size);
}

static void write_claims(apl_text *out, const apl_assertion *assertion)
{
    uint8_t id[ID_BYTES];

    if (RAND_bytes(id, sizeof id) != 1)
        apl_die("no random numbers");
    apl_text_add(out, APL_STR("{\"aud\":"));
    apl_json_write_string(out, assertion->audience);
    apl_text_add(out, APL_STR(",\"iss\":"));
    apl_json_write_string(out, assertion->client_id);
    apl_text_add(out, APL_STR(",\"sub\":"));
    apl_json_write_string(out, assertion->client_id);
    apl_text_add_format(out,
                        ",\"jti\":\"%02x%02x%02x%02x-%02x%02x-4%x%02x-8%x%02x-%02x%02x%02x%02x%02x%02x\",\"nbf\":%lld,"
                        "\"iat\":%lld,\"exp\":%lld}",
                        id[0], id[1], id[2], id[3], id[4], id[5], id[6] & 15u, id[7], id[8] & 15u, id[9], id[10],
                        id[11], id[12], id[13], id[14], id[15], (long long)assertion->now, (long long)assertion->now,
                        (long long)assertion->now + assertion->lifetime_s);
}

apl_status apl_token_sign(apl_str *out, apl_arena *arena, const apl_assertion *assertion)
{
    EVP_PKEY *key = NULL;
    apl_str thumbprint = APL_STR_NONE;
    apl_str signature = APL_STR_NONE;
    apl_text text;
    apl_status status = read_key(&key, assertion);

    *out = APL_STR_NONE;
    if (status == APL_OK)
        status = read_thumbprint(&thumbprint, arena, assertion, key);
    if (status == APL_OK) {
        apl_text_init(&text, APL_NET_TOKEN_BYTES_MAX);
        apl_text_add_format(&text, "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"%.*s\"}",
                            APL_STR_ARG(thumbprint));
        apl_str header = encode(arena, &text);
        text.size = 0;
        write_claims(&text, assertion);
        apl_str claims = encode(arena, &text);
        apl_text_free(&text);
        apl_str unsigned_text = apl_arena_format(arena, "%.*s.%.*s", APL_STR_ARG(header), APL_STR_ARG(claims));
        status = sign(&signature, arena, unsigned_text, key);
        if (status == APL_OK)
            *out = apl_arena_format(arena, "%.*s.%.*s", APL_STR_ARG(unsigned_text), APL_STR_ARG(signature));
    }
    EVP_PKEY_free(key);
    return status;
}
