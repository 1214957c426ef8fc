/* cli/commands/help.c: the help of the program, or of one command.
 *
 * `--help` is the same. */
#include "cli/help.h"

#include "cli/session.h"

#define HELP_BYTES_MAX (256u << 10)

static const apl_option options[] = {APL_OPTION_HELP, {0}};

static apl_status help_run(apl_session *session)
{
    const apl_settings *settings = session->settings;
    const apl_screen screen = apl_environment_screen(&settings->environment, false, settings->no_color);
    apl_arguments words = {(int)settings->words.count, settings->words.items};
    const apl_command *command = NULL;
    int used = 0;
    apl_text text;

    if (words.count) {
        command = apl_command_find(&used, words);
        if (command == NULL)
            return apl_command_unknown(words);
    }
    apl_text_init(&text, HELP_BYTES_MAX);
    if (command)
        apl_help_command(&text, &screen, command);
    else
        apl_help_program(&text, &screen);
    apl_status status = apl_help_print(&text);
    apl_text_free(&text);
    return status;
}

const apl_command apl_command_help = {
    .name = "help",
    .summary = "print this, or the help of a command",
    .options = options,
    .run = help_run,
    .arguments = "[COMMAND]",
    .examples = "aplomb help scan",
    .words_max = 2,
};
