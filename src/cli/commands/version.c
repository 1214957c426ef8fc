/* cli/commands/version.c: prints the version of the program.
 *
 * One line, for people and scripts; `--version` is the same. */
#include "cli/help.h"
#include "cli/session.h"

static const apl_option options[] = {APL_OPTION_HELP, {0}};

static apl_status version_run(apl_session *session)
{
    apl_text text;

    (void)session;
    apl_text_init(&text, 256);
    apl_text_add(&text, APL_STR("aplomb " APL_VERSION "\n"));
    apl_status status = apl_help_print(&text);
    apl_text_free(&text);
    return status;
}

const apl_command apl_command_version = {
    .name = "version",
    .summary = "print the version",
    .options = options,
    .run = version_run,
    .examples = "aplomb version",
};
