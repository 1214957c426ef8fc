/* tests/unit/test_clock.c: times as texts and back.
 *
 * Random instants must come back, and the calendar must be that of the C library; then the forms that providers write,
 * and what must not pass for a time. */
#include "test_random.h"

#include <time.h>

#include "base/clock.h"

#define SEEDS 20000u
#define TICKS_TO_1970 (INT64_C(719162) * APL_TICKS_PER_DAY)

static apl_instant parsed(const char *text)
{
    apl_instant instant = -1;

    if (!apl_instant_parse(&instant, apl_str_from(text)))
        fail_msg("\"%s\" is no time", text);
    return instant;
}

static const char *formatted(apl_instant instant, int digits)
{
    static char text[APL_INSTANT_TEXT_MAX];
    size_t size = apl_instant_format(text, instant, digits);

    assert_int_equal(size, strlen(text));
    return text;
}

static void round_trips(void **state)
{
    random_source random = {1};
    int64_t last = INT64_C(3652059) * APL_TICKS_PER_DAY; /* 10000-01-01 */
    (void)state;

    for (unsigned i = 0; i < SEEDS; i++) {
        apl_instant instant = (apl_instant)(random_next(&random) % (uint64_t)last);
        assert_true(parsed(formatted(instant, 7)) == instant);
        assert_true(parsed(formatted(instant, -1)) == instant);
        apl_instant whole = instant - instant % APL_TICKS_PER_SECOND;
        assert_true(parsed(formatted(instant, 0)) == whole);
    }
}

static void agrees_with_the_calendar_of_the_c_library(void **state)
{
    random_source random = {2};
    char text[128];
    (void)state;

    for (unsigned i = 0; i < SEEDS; i++) {
        time_t seconds = (time_t)(random_next(&random) % UINT64_C(200000000000)) - INT64_C(50000000000);
        struct tm parts;
        assert_non_null(gmtime_r(&seconds, &parts));
        (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
        apl_instant expected = TICKS_TO_1970 + (int64_t)seconds * APL_TICKS_PER_SECOND;
        assert_true(parsed(text) == expected);
        assert_string_equal(formatted(expected, 0), text);
    }
}

static void takes_the_forms_that_providers_write(void **state)
{
    apl_instant eight = parsed("2026-11-23T08:00:00Z");
    (void)state;

    assert_true(parsed("2026-11-23") == eight - 8 * 3600 * APL_TICKS_PER_SECOND);
    assert_true(parsed("2026-11-23 08:00:00") == eight);
    assert_true(parsed("2026-11-23t08:00z") == eight);
    assert_true(parsed("2026-11-23T10:00:00+02:00") == eight);
    assert_true(parsed("2026-11-23T10:00:00+0200") == eight);
    assert_true(parsed("2026-11-23T10:00:00+02") == eight);
    assert_true(parsed("2026-11-22T23:30:00-08:30") == eight);
    assert_true(parsed("2026-11-23T08:00:00.5Z") == eight + APL_TICKS_PER_SECOND / 2);
    assert_true(parsed("2026-11-23T08:00:00.1234567Z") == eight + 1234567);
    assert_true(parsed("2026-11-23T08:00:00.123456789Z") == eight + 1234567);
    assert_true(parsed("2016-12-31T23:59:60Z") == parsed("2017-01-01"));
    assert_string_equal(formatted(eight + 1234500, -1), "2026-11-23T08:00:00.12345Z");
    assert_string_equal(formatted(eight, 3), "2026-11-23T08:00:00.000Z");
    assert_string_equal(formatted(0, 0), "0001-01-01T00:00:00Z");
    assert_string_equal(formatted(-5, 0), "0001-01-01T00:00:00Z");
}

static void refuses_everything_else(void **state)
{
    static const char *const texts[] = {
        "",
        "x",
        "2026",
        "2026-11",
        "2026-1-1",
        "2026-13-01",
        "2026-00-10",
        "2026-02-29",
        "2100-02-29",
        "2026-04-31",
        "0000-01-01",
        "2026-11-23T",
        "2026-11-23T24:00:00Z",
        "2026-11-23T08:60:00Z",
        "2026-11-23T08:00:61Z",
        "2026-11-23T08",
        "2026-11-23T08:00:00+15:00",
        "2026-11-23T08:00:00+02:60",
        "2026-11-23T08:00:00Zx",
        "2026-11-23T08:00:00+2",
        "2026-11-23X08:00:00",
        "2026/11/23",
        " 2026-11-23",
        "2026-11-23 ",
        "+2026-11-23",
        "-026-11-23",
        "2026-11-23T08:0a:00Z",
        "1732348800",
    };
    apl_instant instant;
    (void)state;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (apl_instant_parse(&instant, apl_str_from(texts[i])))
            fail_msg("\"%s\" is taken for a time", texts[i]);
    }
}

static void clocks_go_forward(void **state)
{
    uint64_t before = apl_clock_monotonic_ns();
    (void)state;

    assert_true(apl_clock_monotonic_ns() >= before);
    assert_true(apl_clock_now() > parsed("2020-01-01"));
    assert_true(apl_clock_now() < parsed("2200-01-01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(agrees_with_the_calendar_of_the_c_library),
        cmocka_unit_test(takes_the_forms_that_providers_write),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(clocks_go_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
