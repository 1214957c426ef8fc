/* cli/main.c: finds the command, reads its options, runs it, turns the outcome into an exit code.
 *
 * The only place where a failure becomes a line on standard error: "aplomb: cause". It knows no command; the build
 * gives the table. SIGPIPE is ignored, so that a reader that went away is an ordinary failure of a write. */
#include <signal.h>
#include <stdio.h>

#include "cli/help.h"
#include "cli/session.h"
#include "cli/sink.h"

#define HELP_BYTES_MAX (256u << 10)

static int report_failure(const apl_settings *settings, const apl_command *command, apl_status status)
{
    const apl_screen screen = apl_environment_messages(&settings->environment);
    apl_text line;

    apl_text_init(&line, APL_SINK_PATH_MAX);
    apl_text_add(&line, apl_str_from(apl_error_message()));
    if (status == APL_E_USAGE && command && apl_str_find(apl_text_str(&line), APL_STR("; see ")) < 0)
        apl_text_add_format(&line, "; see aplomb %s --help", command->name);
    apl_say(&screen, apl_text_str(&line));
    apl_text_free(&line);
    return APL_EXIT_FAILURE;
}

static apl_status check_words(const apl_command *command, const apl_settings *settings)
{
    size_t count = settings->words.count;

    if (count < (size_t)command->words_min)
        return apl_fail(APL_E_USAGE, "\"%s\" needs %s", command->name, command->arguments);
    if (command->words_max >= 0 && count > (size_t)command->words_max)
        return apl_fail(APL_E_USAGE, "\"%s\" takes no \"%s\"", command->name,
                        settings->words.items[command->words_max]);
    return APL_OK;
}

static apl_status print_help(const apl_settings *settings, const apl_command *command)
{
    const apl_screen screen = apl_environment_screen(&settings->environment, false, settings->no_color);
    apl_text text;

    apl_text_init(&text, HELP_BYTES_MAX);
    if (command)
        apl_help_command(&text, &screen, command);
    else
        apl_help_program(&text, &screen);
    apl_status status = apl_help_print(&text);
    apl_text_free(&text);
    return status;
}

static apl_status run_command(int *exit_code, const apl_command *command, const apl_settings *settings)
{
    apl_session session;
    apl_status status;

    apl_session_start(&session, command, settings);
    status = command->run(&session);
    *exit_code = session.exit_code;
    apl_session_end(&session);
    return status;
}

/* The command of the first words; `--help` and `--version` before a command are commands too. */
static const apl_command *find_command(int *used, apl_arguments arguments)
{
    static const char *const aliases[][2] = {
        {"--help", "help"}, {"-h", "help"}, {"--version", "version"}, {"-V", "version"}};

    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (strcmp(arguments.words[0], aliases[i][0]) == 0)
            return apl_command_find(used, (apl_arguments){1, &aliases[i][1]});
    }
    return apl_command_find(used, arguments);
}

int main(int count, char **words)
{
    apl_settings settings = {.environment = apl_environment_read()};
    apl_arguments arguments = {count - 1, (const char *const *)words + 1};
    const apl_command *command = NULL;
    apl_status status;
    int exit_code = APL_EXIT_DONE;
    int used = 0;

    apl_memory_start();
    (void)signal(SIGPIPE, SIG_IGN);
    if (arguments.count <= 0) {
        status = print_help(&settings, NULL);
        goto done;
    }
    command = find_command(&used, arguments);
    if (command == NULL) {
        status = apl_command_unknown(arguments);
        goto done;
    }
    arguments.count -= used;
    arguments.words += used;
    status = apl_options_parse(&settings, &settings.words, command->options, arguments);
    if (status == APL_OK && settings.help)
        status = print_help(&settings, command);
    else if (status == APL_OK && (status = check_words(command, &settings)) == APL_OK)
        status = run_command(&exit_code, command, &settings);

done:
    if (status != APL_OK)
        exit_code = report_failure(&settings, command, status);
    apl_settings_free(&settings);
    return exit_code;
}
