/* cli/commands/inventory.c: the assets of the stored snapshot, or of sources that are scanned in memory.
 *
 * Shows what is there; it judges nothing and stores nothing. */
#include "cli/session.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    APL_OPTIONS_ASSETS,
    APL_OPTION_STORE,
    APL_OPTION_SNAPSHOT,
    APL_OPTION_CONTENT,
    APL_OPTION_OFFLINE,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

static apl_status inventory_run(apl_session *session)
{
    apl_status status = apl_session_prepare(session, &session->settings->words);

    return status == APL_OK ? apl_session_show(session, APL_VIEW_INVENTORY) : status;
}

const apl_command apl_command_inventory = {
    .name = "inventory",
    .summary = "list the assets",
    .options = options,
    .run = inventory_run,
    .arguments = "[SOURCE...]",
    .details = "Reads the stored snapshot, or scans the sources in memory without storing. Words of one option are "
               "alternatives, different options must all hold; * in a word matches any characters.",
    .examples = "aplomb inventory --ai\n"
                "aplomb inventory --kind ai-deployment,ai-agent --exposure internet\n"
                "aplomb inventory export/ --cloud azure --format csv=assets.csv",
    .views = APL_VIEW_INVENTORY,
    .words_max = -1,
};
