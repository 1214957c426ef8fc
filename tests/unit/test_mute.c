/* tests/unit/test_mute.c: mute files: what they must say, and what they match until when.
 *
 * A mute that nobody owns is refused; an expired one says so and mutes nothing. */
#include "test_random.h"

#include "evaluate/mute.h"

static apl_instant at(const char *text)
{
    apl_instant instant = 0;

    assert_true(apl_instant_parse(&instant, apl_str_from(text)));
    return instant;
}

#define MUTE(check, asset, expiry)                                                                                     \
    "{`check`: `" check "`, `asset`: `" asset "`, `reason`: `known`, `owner`: `Ann`, `expiry`: `" expiry "`}"

typedef struct refused {
    const char *file;
    const char *message;
} refused;

static const refused refusals[] = {
    {"7", "must be a list"},
    {"{}", "must be a list"},
    {"{`mutes`: {}}", "must be a list"},
    {"[7]", "mute 1"},
    {"[" MUTE("a", "b", "2026-12-31") ", {}]", "mute 2"},
    {"[{`check`: `a`, `asset`: `b`, `reason`: `r`, `owner`: `o`}]", "expiry"},
    {"[{`check`: `a`, `asset`: `b`, `reason`: ``, `owner`: `o`, `expiry`: `2026-12-31`}]", "reason"},
    {"[{`check`: `a`, `asset`: `b`, `reason`: `r`, `expiry`: `2026-12-31`}]", "owner"},
    {"[{`chek`: `a`}]", "unknown member \"chek\""},
    {"[" MUTE("a", "b", "tomorrow") "]", "is no date"},
};

static void refuses_mutes_that_nobody_owns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        apl_arena *arena = apl_arena_new();
        apl_mutes *mutes = apl_mutes_new();
        if (apl_mutes_add(mutes, test_value(arena, refusals[i].file), "mute.yaml") != APL_E_USAGE)
            fail_msg("%s is taken", refusals[i].file);
        if (strstr(apl_error_message(), refusals[i].message) == NULL ||
            strncmp(apl_error_message(), "mute.yaml: ", 11) != 0)
            fail_msg("%s: %s", refusals[i].file, apl_error_message());
        apl_mutes_free(mutes);
        apl_arena_free(arena);
    }
    apl_mutes_free(NULL);
}

typedef struct matched {
    const char *mute;
    const char *now;
    bool is_muted;
    const char *reason; /* a part of it; NULL: none */
} matched;

static const matched matched_cases[] = {
    {MUTE("key-rotation", "/sub/x", "2026-12-31"), "2026-12-01", true, "muted until 2026-12-31 by Ann: known"},
    {MUTE("azure/a/key-rotation", "/sub/x", "2026-12-31"), "2026-12-01", true, "known"},
    {MUTE("KEY-*", "/SUB/*", "2026-12-31"), "2026-12-01", true, "known"},
    {MUTE("*", "*", "2026-12-31"), "2026-12-01", true, "known"},
    {MUTE("key", "*", "2026-12-31"), "2026-12-01", false, NULL},
    {MUTE("*", "/sub", "2026-12-31"), "2026-12-01", false, NULL},
    {MUTE("*", "*", "2026-12-31"), "2026-12-31T23:59:59Z", true, "known"},
    {MUTE("*", "*", "2026-12-31"), "2027-01-01T00:00:00Z", false, "the mute of Ann expired on 2026-12-31"},
    {MUTE("*", "*", "2026-12-31T12:00:00Z"), "2026-12-31T11:59:59Z", true, "known"},
    {MUTE("*", "*", "2026-12-31T12:00:00Z"), "2026-12-31T12:00:00Z", false, "expired"},
    {MUTE("*", "*", "2020-01-01") ", " MUTE("*", "*", "2030-01-01"), "2026-12-01", true, "2030-01-01"},
    {MUTE("*", "*", "2030-01-01") ", " MUTE("*", "*", "2020-01-01"), "2026-12-01", true, "2030-01-01"},
};

static void matches_until_the_end(void **state)
{
    static const apl_rule_info rule = {.id = {"azure/a/key-rotation", 20}, .check = {"key-rotation", 12}};
    static const apl_asset asset = {.id = {"/sub/x", 6}};
    (void)state;

    for (size_t i = 0; i < sizeof matched_cases / sizeof *matched_cases; i++) {
        const matched *one = &matched_cases[i];
        apl_arena *arena = apl_arena_new();
        apl_mutes *mutes = apl_mutes_new();
        apl_str reason;
        apl_value file = test_value(arena, apl_arena_format(arena, i % 2 ? "{`mutes`: [%s]}" : "[%s]", one->mute).data);
        assert_int_equal(apl_mutes_add(mutes, file, "x"), APL_OK);
        bool is_muted = apl_mutes_match(mutes, &reason, &rule, &asset, at(one->now));
        bool has_reason = one->reason ? apl_str_find(reason, apl_str_from(one->reason)) >= 0 : reason.size == 0;
        if (is_muted != one->is_muted || !has_reason)
            fail_msg("%s at %s: %d, %.*s", one->mute, one->now, is_muted, APL_STR_ARG(reason));
        apl_mutes_free(mutes);
        apl_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_mutes_that_nobody_owns),
        cmocka_unit_test(matches_until_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
