/* tests/unit/test_source.c: words that name live sources, and those that only look so.
 *
 * What stands behind the colon ends up in addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/source.h"

static void tells_words_from_files(void **state)
{
    (void)state;
    assert_true(apl_source_is_word(APL_STR("azure:")));
    assert_true(apl_source_is_word(APL_STR("copilot-studio:https://contoso.crm.dynamics.com")));
    assert_true(apl_source_is_word(APL_STR("azrue:")));
    assert_false(apl_source_is_word(APL_STR("azure")));
    assert_false(apl_source_is_word(APL_STR(":")));
    assert_false(apl_source_is_word(APL_STR("./azure:")));
    assert_false(apl_source_is_word(APL_STR("C:\\export")));
    assert_false(apl_source_is_word(APL_STR("")));
}

static void takes_them_apart(void **state)
{
    static const struct {
        const char *word;
        apl_source_kind kind; /* APL_SOURCE_KINDS: refused */
        const char *what;     /* or a part of the message */
    } cases[] = {
        {"azure:", APL_SOURCE_AZURE, ""},
        {"azure:Contoso Production", APL_SOURCE_AZURE, "Contoso Production"},
        {"entra:", APL_SOURCE_ENTRA, ""},
        {"copilot-studio:https://contoso.crm.dynamics.com", APL_SOURCE_COPILOT_STUDIO,
         "https://contoso.crm.dynamics.com"},
        {"purview:contoso", APL_SOURCE_PURVIEW, "contoso"},
        {"entra:contoso", APL_SOURCE_KINDS, "nothing stands behind"},
        {"azrue:", APL_SOURCE_KINDS, "azure"},
        {"azure:a\"b", APL_SOURCE_KINDS, "is no subscription"},
        {"purview:a{b}", APL_SOURCE_KINDS, "is no account"},
        {"copilot-studio:https://x@y", APL_SOURCE_KINDS, "is no environment"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_source source;
        apl_status status = apl_source_parse(&source, apl_str_from(cases[i].word));
        if (cases[i].kind == APL_SOURCE_KINDS) {
            assert_int_equal(status, APL_E_USAGE);
            assert_non_null(strstr(apl_error_message(), cases[i].what));
            continue;
        }
        assert_int_equal(status, APL_OK);
        assert_int_equal(source.kind, cases[i].kind);
        assert_true(apl_str_equal(source.what, apl_str_from(cases[i].what)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_words_from_files),
        cmocka_unit_test(takes_them_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
