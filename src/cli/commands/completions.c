/* cli/commands/completions.c: prints a completion script for a shell.
 *
 * For packages and for those who install by hand; not in the list of commands. */
#include "cli/completion.h"

#include "cli/help.h"
#include "cli/session.h"
#include "query/nearest.h"

#define SCRIPT_BYTES_MAX (1u << 20)

static const apl_option options[] = {APL_OPTION_HELP, {0}};

static const struct {
    const char *name;
    void (*write)(apl_text *out);
} shells[] = {{"bash", apl_completion_bash}, {"zsh", apl_completion_zsh}, {"fish", apl_completion_fish}};

static apl_status completions_run(apl_session *session)
{
    apl_str name = apl_str_from(session->settings->words.items[0]);
    apl_guess nearest = apl_guess_start(name);

    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        apl_guess_try(&nearest, apl_str_from(shells[i].name));
        if (!apl_str_equal(name, apl_str_from(shells[i].name)))
            continue;
        apl_text text;
        apl_text_init(&text, SCRIPT_BYTES_MAX);
        shells[i].write(&text);
        apl_status status = apl_help_print(&text);
        apl_text_free(&text);
        return status;
    }
    return apl_query_nearest_refuse(&nearest, "completions (bash, zsh, fish)", NULL);
}

const apl_command apl_command_completions = {
    .name = "completions",
    .summary = "print a completion script for bash, zsh or fish",
    .options = options,
    .run = completions_run,
    .arguments = "SHELL",
    .examples = "aplomb completions bash > /etc/bash_completion.d/aplomb",
    .words_min = 1,
    .words_max = 1,
    .is_hidden = true,
};
