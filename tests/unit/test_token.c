/* tests/unit/test_token.c: claims, Base64 for URLs, and what cannot be signed with.
 *
 * That a signature is right is shown by tests/run/test_sign_in.py, which lets the openssl program check it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/retry.h"
#include "net/token.h"

#define assert_text(text, expected) assert_true(apl_str_equal((text), apl_str_from(expected)))

static void encodes_and_decodes(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
    apl_arena *arena = apl_arena_new();
    uint64_t random = 3;

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        apl_str back;
        assert_text(apl_base64url(arena, (const uint8_t *)pairs[i][0], strlen(pairs[i][0])), pairs[i][1]);
        assert_true(apl_base64url_read(&back, arena, apl_str_from(pairs[i][1])));
        assert_text(back, pairs[i][0]);
    }
    for (size_t size = 0; size < 200; size++) {
        uint8_t bytes[200];
        apl_str back;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)apl_net_random(&random);
        assert_true(apl_base64url_read(&back, arena, apl_base64url(arena, bytes, size)));
        assert_true(apl_str_equal(back, apl_str_make((const char *)bytes, size)));
    }
    apl_arena_free(arena);
}

static void refuses_what_is_no_base64(void **state)
{
    static const char *const bad[] = {"A", "AAAAA", "A A", "A.B", "\xc3\xb6", "Zg===", "Zm9v!"};
    apl_arena *arena = apl_arena_new();
    apl_str out;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(apl_base64url_read(&out, arena, apl_str_from(bad[i])));
    assert_true(apl_base64url_read(&out, arena, APL_STR("Zg==")));
    apl_arena_free(arena);
}

static void reads_claims(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_value claims;

    (void)state;
    /* {"tid":"t","exp":5} */
    assert_int_equal(apl_token_claims(&claims, arena, APL_STR("e30.eyJ0aWQiOiJ0IiwiZXhwIjo1fQ.c2ln")), APL_OK);
    assert_text(apl_value_str(apl_value_member(claims, "tid")), "t");
    assert_int_equal(apl_value_member(claims, "exp").integer, 5);
    apl_arena_free(arena);
}

static void refuses_what_is_no_token(void **state)
{
    static const char *const bad[] = {"",
                                      ".",
                                      "..",
                                      "a.b",
                                      "opaque-token",
                                      "e30..x",
                                      "e30.!.x",
                                      "e30.W10.c2ln" /* [] */,
                                      "e30.eyJh.c2ln" /* cut off */};
    apl_arena *arena = apl_arena_new();
    apl_value claims;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(apl_token_claims(&claims, arena, apl_str_from(bad[i])), APL_E_INPUT);
        assert_int_equal(claims.type, APL_VALUE_MISSING);
    }
    apl_arena_free(arena);
}

static void does_not_sign_without_a_key(void **state)
{
    static const char *const files[] = {
        "",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        /* a key of an elliptic curve, made for this test */
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiVKX47pwhGZuV09w\n"
        "1BIHUguqqU7CcUdQwtTFYiYsboqhRANCAAQEPOzUokylYlT2nqUbeIk5a5OY6ObJ\n"
        "IDIKY58QQZ4OLx9DuHqErKQywcnJ8H4vhCYtYsJRHpDcVdRHdbm5ubBZ\n"
        "-----END PRIVATE KEY-----\n",
    };
    apl_arena *arena = apl_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        apl_assertion assertion = {.pem = apl_str_from(files[i]), .client_id = APL_STR("c"), .audience = APL_STR("a")};
        apl_str out;
        assert_int_not_equal(apl_token_sign(&out, arena, &assertion), APL_OK);
        assert_int_equal(out.size, 0);
    }
    assert_true(apl_str_find(apl_str_from(apl_error_message()), APL_STR("no RSA key")) > 0);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_and_decodes),
        cmocka_unit_test(refuses_what_is_no_base64),
        cmocka_unit_test(reads_claims),
        cmocka_unit_test(refuses_what_is_no_token),
        cmocka_unit_test(does_not_sign_without_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
