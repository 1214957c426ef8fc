/* tests/unit/test_digest.c: hashes that other machines must agree with.
 *
 * SHA-256 by the examples of FIPS 180-4; the id of a finding, which stands in people's tickets and must never change.
 */
#include "test_random.h"

#include "base/digest.h"
#include "model/estate.h"

static const char *sha256(const apl_str *parts, size_t count)
{
    static char hex[2 * APL_SHA256_BYTES + 1];
    uint8_t hash[APL_SHA256_BYTES];

    apl_sha256(hash, parts, count);
    apl_hex(hex, hash, sizeof hash);
    return hex;
}

/* The examples of FIPS 180-4. */
static void sha256_is_the_standard_one(void **state)
{
    (void)state;
    assert_string_equal(sha256(NULL, 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(sha256(&APL_STR("abc"), 1), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    apl_str parts[] = {APL_STR("a"), APL_STR_NONE, APL_STR("bc")};
    assert_string_equal(sha256(parts, 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void the_id_of_a_finding_never_changes(void **state)
{
    char id[33];
    apl_str parts[] = {APL_STR("azure/x/y\n/subscriptions/s")};
    (void)state;

    apl_finding_id(id, APL_STR("azure/x/y"), APL_STR("/subscriptions/s"));
    assert_int_equal(strlen(id), 32);
    assert_memory_equal(id, sha256(parts, 1), 32);
}

static void hexadecimal_is_lower_case(void **state)
{
    static const uint8_t bytes[] = {0x00, 0x0f, 0xf0, 0xab};
    char hex[9];
    (void)state;

    apl_hex(hex, bytes, sizeof bytes);
    assert_string_equal(hex, "000ff0ab");
}

static void equal_bytes_have_equal_digests(void **state)
{
    apl_digest a = apl_digest_of(APL_STR("x"));
    apl_digest b = apl_digest_of(APL_STR("x"));
    apl_digest c = apl_digest_of(APL_STR("y"));
    apl_digest none = apl_digest_of(APL_STR_NONE);
    (void)state;

    assert_memory_equal(&a, &b, sizeof a);
    assert_memory_not_equal(&a, &c, sizeof a);
    assert_true(none.low || none.high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_is_the_standard_one),
        cmocka_unit_test(the_id_of_a_finding_never_changes),
        cmocka_unit_test(hexadecimal_is_lower_case),
        cmocka_unit_test(equal_bytes_have_equal_digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
