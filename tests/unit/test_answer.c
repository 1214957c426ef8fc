/* tests/unit/test_answer.c: header lines of answers: dates, Retry-After, quotas, challenges.
 *
 * The examples are those of RFC 9110 and of the providers' own documentation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/answer.h"

#define assert_text(text, expected) assert_true(apl_str_equal((text), apl_str_from(expected)))

static void reads_dates(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } dates[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Thu, 29 Feb 2024 23:59:60 GMT", 1709251200},
        {"Wed, 25 Nov 2026 01:02:03 GMT", 1795568523},
        {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},
        {"Monday, 01-Jan-35 00:00:00 GMT", 2051222400},
        {"Sun, 06 Nov 1994 08:49:37 CET", -1},
        {"Sun, 06 Nov 1994", -1},
        {"Sun, 32 Nov 1994 08:49:37 GMT", -1},
        {"Sun, 06 Foo 1994 08:49:37 GMT", -1},
        {"Sun, 06 Nov 1994 24:49:37 GMT", -1},
        {"Sun, 06 Nov 1969 08:49:37 GMT", -1},
        {"2026-11-25T00:00:00Z", -1},
        {"", -1},
        {", ", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        int64_t seconds = -1;
        if (!apl_answer_date(&seconds, apl_str_from(dates[i].text)))
            seconds = -1;
        assert_int_equal(seconds, dates[i].seconds);
    }
}

static void reads_retry_after(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: none */
    } values[] = {
        {"0", 0},
        {"17", 17000},
        {" 17 ", 17000},
        {"2.128", 3000},
        {"3.0", 3000},
        {"-1", -1},
        {"soon", -1},
        {"1.", -1},
        {"1e9", -1},
        {"", -1},
        {"9999999999999999", -1},
        {"Sun, 06 Nov 1994 08:49:47 GMT", 10000},
        {"Sun, 06 Nov 1994 08:49:27 GMT", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        uint64_t ms = 0;
        bool is_read = apl_answer_retry_after(&ms, apl_str_from(values[i].text), 784111777);
        assert_int_equal(is_read ? (int64_t)ms : -1, values[i].ms);
    }
}

static apl_net_quota quota_of(const char *lines, unsigned status)
{
    return apl_answer_quota(apl_str_from(lines), status, 784111777);
}

static void reads_quotas(void **state)
{
    apl_net_quota quota = quota_of("x-ms-ratelimit-remaining-subscription-reads: 11998\r\n", 200);

    (void)state;
    assert_int_equal(quota.remaining, 11998);
    assert_false(quota.is_refused);
    quota = quota_of("X-MS-RateLimit-Remaining-Subscription-Global-Reads: 3749\r\n"
                     "x-ms-ratelimit-remaining-subscription-reads: 249\r\n",
                     200);
    assert_int_equal(quota.remaining, 249);
    quota = quota_of("x-ms-ratelimit-remaining-resource: Microsoft.Compute/HighCostGet3Min;135,"
                     "Microsoft.Compute/HighCostGet30Min;685\r\n",
                     200);
    assert_int_equal(quota.remaining, 135);
    quota = quota_of("x-ms-user-quota-remaining: 0\r\nx-ms-user-quota-resets-after: 00:00:05\r\n", 200);
    assert_int_equal(quota.remaining, 0);
    assert_int_equal(quota.resets_ms, 5000);
    quota = quota_of("ratelimit-remaining: 7\r\nratelimit-reset: 12\r\n", 200);
    assert_int_equal(quota.remaining, 7);
    assert_int_equal(quota.resets_ms, 12000);
    assert_true(quota_of("x-ms-throttle-limit-percentage: 0.83\r\n", 200).is_strained);
    assert_true(quota_of("x-ms-throttle-limit-percentage: 1.2\r\n", 200).is_strained);
    assert_false(quota_of("x-ms-throttle-limit-percentage: 0.3\r\n", 200).is_strained);
    quota = quota_of("content-type: text/html\r\n", 200);
    assert_int_equal(quota.remaining, -1);
    assert_int_equal(quota_of("x-ms-ratelimit-remaining-subscription-reads: many\r\n", 200).remaining, -1);
}

static void knows_a_refusal(void **state)
{
    apl_net_quota quota = quota_of("retry-after: 30\r\n", 429);

    (void)state;
    assert_true(quota.is_refused && quota.has_retry_after);
    assert_int_equal(quota.retry_after_ms, 30000);
    assert_true(quota_of("", 429).is_refused);
    assert_true(quota_of("retry-after: 30\r\n", 503).is_refused);
    assert_false(quota_of("", 503).is_refused);
    assert_false(quota_of("retry-after: 30\r\n", 202).is_refused);
    assert_int_equal(quota_of("retry-after: 2\r\nretry-after-ms: 1500\r\n", 429).retry_after_ms, 1500);
    /* By the answer's own clock, which may differ from ours. */
    quota = quota_of("date: Wed, 25 Nov 2026 01:00:00 GMT\r\nretry-after: Wed, 25 Nov 2026 01:00:09 GMT\r\n", 429);
    assert_int_equal(quota.retry_after_ms, 9000);
}

static void reads_header_lines(void **state)
{
    apl_str lines = APL_STR("a: 1\r\nno colon\r\n: nameless\r\nA:2 \r\nb:\r\n");

    (void)state;
    assert_text(apl_answer_header(lines, APL_STR("a")), "2");
    assert_text(apl_answer_header(lines, APL_STR("B")), "");
    assert_text(apl_answer_header(lines, APL_STR("c")), "");
}

static void reads_challenges(void **state)
{
    apl_str arc = APL_STR("Basic realm=/var/opt/azcmagent/tokens/4c1.key");
    apl_str bearer = APL_STR("Bearer authorization_uri=\"https://login.example/t\", error=\"invalid_token\", "
                             "error_description=\"it, has \\\"expired\\\"\", Basic realm=\"second\"");

    (void)state;
    assert_text(apl_answer_challenge(arc, APL_STR("basic"), APL_STR("Realm")), "/var/opt/azcmagent/tokens/4c1.key");
    assert_text(apl_answer_challenge(arc, APL_STR("Bearer"), APL_STR("realm")), "");
    assert_text(apl_answer_challenge(bearer, APL_STR("Bearer"), APL_STR("error")), "invalid_token");
    assert_text(apl_answer_challenge(bearer, APL_STR("Bearer"), APL_STR("realm")), "");
    assert_text(apl_answer_challenge(bearer, APL_STR("Basic"), APL_STR("realm")), "second");
    assert_text(apl_answer_challenge(APL_STR("Bearer x=\"open"), APL_STR("Bearer"), APL_STR("x")), "open");
    assert_text(apl_answer_challenge(APL_STR("Bearer"), APL_STR("Bearer"), APL_STR("x")), "");
}

static void knows_json(void **state)
{
    (void)state;
    assert_true(apl_answer_is_json(APL_STR("application/json")));
    assert_true(apl_answer_is_json(APL_STR("Application/JSON; charset=utf-8")));
    assert_true(apl_answer_is_json(APL_STR("application/problem+json")));
    assert_false(apl_answer_is_json(APL_STR("text/html")));
    assert_false(apl_answer_is_json(APL_STR("application/jsonp")));
    assert_false(apl_answer_is_json(APL_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_dates),     cmocka_unit_test(reads_retry_after),  cmocka_unit_test(reads_quotas),
        cmocka_unit_test(knows_a_refusal), cmocka_unit_test(reads_header_lines), cmocka_unit_test(reads_challenges),
        cmocka_unit_test(knows_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
