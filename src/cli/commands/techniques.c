/* cli/commands/techniques.c: lists the attack techniques that edges come from.
 *
 * Content only; it reads no snapshot. */
#include "cli/listing_command.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT, APL_OPTION_CONTENT, APL_OPTION_QUIET, APL_OPTION_NO_COLOR, APL_OPTION_HELP, {0},
};

static apl_status techniques_run(apl_session *session)
{
    return apl_listing_command_run(session, APL_NEED_TECHNIQUES, apl_listing_techniques);
}

const apl_command apl_command_techniques = {
    .name = "techniques",
    .summary = "list the attack techniques",
    .options = options,
    .run = techniques_run,
    .arguments = "[TEXT]",
    .details = "With TEXT only those that contain it in their id, name, title, or ATT&CK and ATLAS ids.",
    .examples = "aplomb techniques\n"
                "aplomb techniques AML.T0055\n"
                "aplomb techniques --format json",
    .views = APL_VIEW_LISTING,
    .words_max = 1,
};
