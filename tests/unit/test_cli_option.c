/* tests/unit/test_cli_option.c: words of a command line become settings by a table.
 *
 * What is wrong is told in one line that names the option and the nearest valid one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/command.h"
#include "cli/settings.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    APL_OPTION_CHECK,
    APL_OPTION_STORE,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_HELP,
    {"fail-on", 0, APL_OPT_CHOICE, APL_OFFSET(fail_on), "SEVERITY", "gate", "critical high"},
    {0},
};

static apl_status parse(apl_settings *settings, int count, const char *const *words)
{
    *settings = (apl_settings){0};
    return apl_options_parse(settings, &settings->words, options, (apl_arguments){count, words});
}

static void reads_every_form(void **state)
{
    static const char *const words[] = {"a",       "--format", "json", "-fcsv", "--format=sarif=x=y", "-q",
                                        "--store", "s.db",     "-j",   "3",     "--fail-on=HIGH",     "-",
                                        "--",      "--check"};
    apl_settings settings;

    (void)state;
    assert_int_equal(parse(&settings, (int)(sizeof words / sizeof words[0]), words), APL_OK);
    assert_int_equal(settings.formats.count, 3);
    assert_string_equal(settings.formats.items[1], "csv");
    assert_string_equal(settings.formats.items[2], "sarif=x=y");
    assert_true(settings.quiet);
    assert_string_equal(settings.store, "s.db");
    assert_int_equal(settings.jobs, 3);
    assert_string_equal(settings.fail_on, "HIGH");
    assert_int_equal(settings.words.count, 3);
    assert_string_equal(settings.words.items[1], "-");
    assert_string_equal(settings.words.items[2], "--check");
    apl_settings_free(&settings);
}

static void refuses_in_one_line(void **state)
{
    static const struct {
        const char *words[2];
        int count;
        const char *says;
    } cases[] = {
        {{"--fromat", "json"}, 2, "--format"},
        {{"--format", NULL}, 1, "needs a value"},
        {{"--jobs", "zero"}, 2, "--jobs"},
        {{"--jobs", "0"}, 2, "--jobs"},
        {{"--jobs", "99999999999"}, 2, "--jobs"},
        {{"--quiet=yes", NULL}, 1, "takes no value"},
        {{"--fail-on", "severe"}, 2, "critical high"},
        {{"-z", NULL}, 1, "-z"},
        {{"--store=", NULL}, 1, "is empty"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_settings settings;
        assert_int_equal(parse(&settings, cases[i].count, cases[i].words), APL_E_USAGE);
        assert_non_null(strstr(apl_error_message(), cases[i].says));
        assert_null(strchr(apl_error_message(), '\n'));
        apl_settings_free(&settings);
    }
}

static void commands_are_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < apl_command_table_count; i++) {
        const apl_command *command = apl_command_table[i];
        assert_non_null(command->examples);
        assert_non_null(command->run);
        assert_true(strlen(command->summary) > 0);
        assert_non_null(apl_option_find(command->options, APL_STR("help")));
        for (size_t j = 0; command->options[j].name; j++)
            assert_true((command->options[j].kind == APL_OPT_FLAG) == (command->options[j].value == NULL));
    }
}

static void finds_commands(void **state)
{
    static const char *const eval[] = {"policy", "eval", "x"};
    static const char *const policy[] = {"policy"};
    static const char *const wrong[] = {"scna"};
    int used = 0;

    (void)state;
    assert_string_equal(apl_command_find(&used, (apl_arguments){3, eval})->name, "policy eval");
    assert_int_equal(used, 2);
    assert_null(apl_command_find(&used, (apl_arguments){1, policy}));
    assert_int_equal(apl_command_unknown((apl_arguments){1, policy}), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "policy lint"));
    assert_int_equal(apl_command_unknown((apl_arguments){1, wrong}), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "\"scan\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(refuses_in_one_line),
        cmocka_unit_test(commands_are_complete),
        cmocka_unit_test(finds_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
