/* tests/fuzz/fuzz_token.c: any bytes as a token, as the answer of a token endpoint, and as the file of a certificate.
 *
 * The first byte says which. Nothing that is not a token with claims has an identity; a grant has a token of a size
 * that a request takes; nothing is signed without a whole key and its certificate. */
#include <stddef.h>
#include <stdint.h>

#include "collect/azure/ways.h"
#include "net/limits.h"
#include "net/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_token(apl_arena *arena, apl_str text)
{
    apl_azure_identity identity;
    apl_value claims;
    apl_str bytes;
    apl_status status = apl_token_claims(&claims, arena, text);

    APL_ASSERT((status == APL_OK) == (claims.type == APL_VALUE_OBJECT));
    APL_ASSERT((apl_azure_identity_of(&identity, arena, text) == APL_OK) == (status == APL_OK));
    if (apl_base64url_read(&bytes, arena, text)) {
        apl_str again;
        apl_str encoded = apl_base64url(arena, (const uint8_t *)bytes.data, bytes.size);
        APL_ASSERT(apl_base64url_read(&again, arena, encoded) && apl_str_equal(again, bytes));
    }
}

static void check_answer(apl_arena *arena, apl_str text, unsigned status)
{
    apl_azure_grant grant = {0};
    apl_azure_fetch fetch = {.scratch = arena, .audience = APL_STR("https://management.azure.com")};
    apl_net_response response = {.outcome = APL_NET_ANSWERED, .status = status, .body = text, .why = text};
    apl_azure_result result = apl_azure_read_grant(&grant, &fetch, &response);

    APL_ASSERT(result == APL_AZURE_GIVEN || result == APL_AZURE_REFUSED);
    APL_ASSERT((result == APL_AZURE_GIVEN) == (grant.size > 0));
    APL_ASSERT(status == 200 || result == APL_AZURE_REFUSED);
    if (result == APL_AZURE_GIVEN)
        APL_ASSERT(grant.size <= APL_NET_TOKEN_BYTES_MAX);
}

static void check_certificate(apl_arena *arena, apl_str text)
{
    apl_assertion assertion = {.pem = text, .client_id = APL_STR("c"), .audience = APL_STR("a"), .lifetime_s = 600};
    apl_str signed_text;
    apl_status status = apl_token_sign(&signed_text, arena, &assertion);

    APL_ASSERT((status == APL_OK) == (signed_text.size > 0));
    if (status == APL_OK) {
        apl_value claims;
        APL_ASSERT(apl_token_claims(&claims, arena, signed_text) == APL_OK);
        APL_ASSERT(apl_str_equal(apl_value_str(apl_value_member(claims, "iss")), APL_STR("c")));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_arena *arena = apl_arena_new();

    if (size > 0) {
        apl_str text = apl_arena_str(arena, apl_str_make((const char *)data + 1, size - 1));
        switch (data[0] % 4) {
        case 0:
            check_token(arena, text);
            break;
        case 1:
            check_answer(arena, text, 200);
            break;
        case 2:
            check_answer(arena, text, 400);
            break;
        default:
            check_certificate(arena, text);
            break;
        }
    }
    apl_arena_free(arena);
    return 0;
}
