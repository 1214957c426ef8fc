/* tests/unit/test_guess.c: the name that a mistyped word was perhaps meant to be.
 *
 * The nearest wins, the first of equals stays, and a word that is near nothing gets no advice at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/guess.h"

static const char *const names[] = {"kind", "keys", "name", "relations", "recognise", NULL};

static void names_the_nearest(void **state)
{
    char hint[APL_GUESS_HINT_BYTES];

    (void)state;
    assert_string_equal(apl_guess_of(APL_STR("kid"), names, hint), "; did you mean \"kind\"?");
    assert_string_equal(apl_guess_of(APL_STR("RELATION"), names, hint), "; did you mean \"relations\"?");
    assert_string_equal(apl_guess_of(APL_STR("rec"), names, hint), "; did you mean \"recognise\"?");
}

static void says_nothing_when_nothing_is_near(void **state)
{
    char hint[APL_GUESS_HINT_BYTES];

    (void)state;
    assert_string_equal(apl_guess_of(APL_STR("subscription"), names, hint), "");
    assert_string_equal(apl_guess_of(APL_STR(""), names, hint), "");
}

static void keeps_the_first_of_equals(void **state)
{
    apl_guess guess = apl_guess_start(APL_STR("ab"));

    (void)state;
    apl_guess_try(&guess, APL_STR("ac"));
    apl_guess_try(&guess, APL_STR("ad"));
    assert_true(apl_str_equal(guess.best, APL_STR("ac")));
    apl_guess_try(&guess, APL_STR("ab"));
    assert_true(apl_str_equal(guess.best, APL_STR("ab")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_nearest),
        cmocka_unit_test(says_nothing_when_nothing_is_near),
        cmocka_unit_test(keeps_the_first_of_equals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
