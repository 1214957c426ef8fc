/* tests/unit/test_report_remedy.c: a fix gets the asset's names, and they can never become a command of their own.
 *
 * Each filled command is also given to a shell, which must see the name as one word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "report/remedy.h"
#include "unit/test_report_sample.h"

static void fills_and_joins(void **state)
{
    apl_remedy remedy;
    sample it;

    (void)state;
    sample_make(&it);
    remedy = apl_remedy_make(it.arena, &it.estate, 0, &it.rules[0]);
    assert_string_equal(remedy.summary.data, "Turn local authentication off for contoso-chat.");
    assert_int_equal(remedy.command_count, 2);
    assert_string_equal(remedy.commands[0].data,
                        "az resource update --ids " SAMPLE_CHAT " --set properties.disableLocalAuth=true");
    assert_string_equal(remedy.commands[1].data, "az tag list --name \"contoso-chat\" --query '{n:contoso-chat}'");
    sample_free(&it);
}

static void keeps_placeholders_without_an_asset(void **state)
{
    apl_remedy remedy;
    sample it;

    (void)state;
    sample_make(&it);
    remedy = apl_remedy_make(it.arena, NULL, APL_ASSET_NONE, &it.rules[0]);
    assert_string_equal(remedy.summary.data, "Turn local authentication off for {name}.");
    sample_free(&it);
}

static void finds_resource_group(void **state)
{
    apl_str group = apl_resource_group_of(APL_STR(SAMPLE_CHAT));

    (void)state;
    assert_true(apl_str_equal(group, APL_STR("rg-ai")));
    assert_int_equal(apl_resource_group_of(APL_STR("arn:aws:s3:::b")).size, 0);
}

/* What a shell prints for `printf %s <the filled word>`. */
static void shell_sees(apl_arena *arena, const char *command, const char *expected)
{
    char output[512] = "";
    FILE *pipe = popen(command, "r");

    (void)arena;
    assert_non_null(pipe);
    size_t size = fread(output, 1, sizeof output - 1, pipe);
    output[size] = 0;
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(output, expected);
}

static void quotes_for_a_shell(void **state)
{
    static const char *const names[] = {"a b", "x;id", "$(id)", "`id`", "it's", "say \"no\"", "back\\slash", "a\nb",
                                        "!x",  "*",    "~",     "#c",   "&",    "|",          "<x>"};
    sample it;

    (void)state;
    sample_make(&it);
    it.rules[0].fix_cli = APL_STR("printf %s {name}\nprintf %s \"{name}\"\nprintf %s '{name}'");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        it.estate.assets.items[0].name = apl_str_from(names[i]);
        apl_remedy remedy = apl_remedy_make(it.arena, &it.estate, 0, &it.rules[0]);
        assert_int_equal(remedy.command_count, 3);
        for (size_t j = 0; j < 3; j++)
            shell_sees(it.arena, remedy.commands[j].data, names[i]);
    }
    sample_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_and_joins),
        cmocka_unit_test(keeps_placeholders_without_an_asset),
        cmocka_unit_test(finds_resource_group),
        cmocka_unit_test(quotes_for_a_shell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
