/* tests/unit/test_report_screen.c: text for a terminal is measured, cut and made harmless.
 *
 * Nothing that an input holds may act on the terminal, and no line may be wider than asked for. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/screen.h"

static const apl_screen drawn = {.width = 80, .clips = true, .is_utf8 = true, .has_drawing = true};
static const apl_screen ascii = {.width = 80};

static void expect(const apl_text *text, const char *expected)
{
    assert_string_equal(apl_text_str(text).size ? text->data : "", expected);
}

static apl_text text_new(void)
{
    apl_text text;

    apl_text_init(&text, 1 << 20);
    return text;
}

static void finish(apl_text *text)
{
    apl_text_add_char(text, 0);
}

static void escapes_what_acts(void **state)
{
    static const struct {
        const char *input;
        const char *expected;
    } cases[] = {
        {"\x1b[31mred\x07", "\\x1b[31mred\\x07"},
        {"a\nb\tc\r", "a\\nb\\tc\\r"},
        {"\xE2\x80\xAEtxt", "\\u{202e}txt"}, /* right-to-left override */
        {"\xC2\x9B"
         "2J",
         "\\u{9b}2J"},                       /* CSI of eight-bit terminals */
        {"\xFF\xC0\xAF", "\\xff\\xc0\\xaf"}, /* no UTF-8, overlong */
        {"\xED\xA0\x80", "\\xed\\xa0\\x80"}, /* surrogate */
        {"\xF3\xA0\x81\x81", "\\u{e0041}"},  /* tag character */
        {"Z\xC3\xBCrich", "Z\xC3\xBCrich"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_text text = text_new();
        apl_screen_add(&text, &drawn, apl_str_from(cases[i].input));
        finish(&text);
        expect(&text, cases[i].expected);
        apl_text_free(&text);
    }
}

static void writes_ascii_where_it_must(void **state)
{
    apl_text text = text_new();

    (void)state;
    apl_screen_add(&text, &ascii, apl_str_from("Z\xC3\xBCrich \xE6\x97\xA5"));
    finish(&text);
    expect(&text, "Z\\u{fc}rich \\u{65e5}");
    apl_text_free(&text);
}

static void measures_columns(void **state)
{
    (void)state;
    assert_int_equal(apl_screen_width_of(&drawn, apl_str_from("abc")), 3);
    assert_int_equal(apl_screen_width_of(&drawn, apl_str_from("\xE6\x97\xA5\xE6\x9C\xAC")), 4); /* two wide ones */
    assert_int_equal(apl_screen_width_of(&drawn, apl_str_from("e\xCC\x81")), 1);                /* combining */
    assert_int_equal(apl_screen_width_of(&drawn, apl_str_from("\x1b")), 4);                     /* \x1b */
}

static void cuts_to_the_width(void **state)
{
    static const struct {
        const char *input;
        unsigned width;
        apl_cut cut;
        const char *expected;
    } cases[] = {
        {"contoso-chat", 12, APL_CUT_END, "contoso-chat"},
        {"contoso-chat", 8, APL_CUT_END, "contoso\xE2\x80\xA6"},
        {"contoso-chat", 8, APL_CUT_START, "\xE2\x80\xA6so-chat"},
        {"contoso-chat", 8, APL_CUT_SHORT, "contoso-"},
        {"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 4, APL_CUT_END, "\xE6\x97\xA5\xE2\x80\xA6"},
        {"", 4, APL_CUT_END, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_text text = text_new();
        unsigned taken = apl_screen_fit(&text, &drawn, apl_str_from(cases[i].input), cases[i].width, cases[i].cut);
        assert_true(taken <= cases[i].width);
        assert_int_equal(taken, apl_screen_width_of(&drawn, apl_text_str(&text)));
        finish(&text);
        expect(&text, cases[i].expected);
        apl_text_free(&text);
    }
}

static void wraps_at_spaces(void **state)
{
    apl_screen narrow = drawn;
    apl_text text = text_new();

    (void)state;
    narrow.width = 30;
    apl_screen_wrap(&text, &narrow, apl_str_from("one two three four five six seven eight"), 4);
    finish(&text);
    expect(&text, "one two three four five\n    six seven eight\n");
    apl_text_free(&text);
}

static void keeps_long_words_in_a_pipe(void **state)
{
    apl_screen pipe = ascii;
    apl_text text = text_new();

    (void)state;
    pipe.width = 30;
    apl_screen_wrap(&text, &pipe, apl_str_from("/subscriptions/0001/resourceGroups/rg/providers/x"), 2);
    finish(&text);
    expect(&text, "/subscriptions/0001/resourceGroups/rg/providers/x\n");
    apl_text_free(&text);
}

static void groups_thousands(void **state)
{
    apl_text text = text_new();

    (void)state;
    assert_int_equal(apl_screen_number(&text, 1234567), 9);
    finish(&text);
    expect(&text, "1,234,567");
    apl_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_acts), cmocka_unit_test(writes_ascii_where_it_must),
        cmocka_unit_test(measures_columns),  cmocka_unit_test(cuts_to_the_width),
        cmocka_unit_test(wraps_at_spaces),   cmocka_unit_test(keeps_long_words_in_a_pipe),
        cmocka_unit_test(groups_thousands),
    };

    (void)setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
