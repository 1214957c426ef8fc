/* cli/commands/frameworks.c: lists the frameworks with their controls and the checks that support them.
 *
 * Content only; it reads no snapshot and says nothing about compliance. */
#include "cli/listing_command.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT, APL_OPTION_CONTENT, APL_OPTION_QUIET, APL_OPTION_NO_COLOR, APL_OPTION_HELP, {0},
};

static apl_status frameworks_run(apl_session *session)
{
    return apl_listing_command_run(session, APL_NEED_FRAMEWORKS, apl_listing_frameworks);
}

const apl_command apl_command_frameworks = {
    .name = "frameworks",
    .summary = "list the frameworks and their controls",
    .options = options,
    .run = frameworks_run,
    .arguments = "[TEXT]",
    .details = "A control is supported by checks, never satisfied by them. The controls are in json and csv.",
    .examples = "aplomb frameworks\n"
                "aplomb frameworks ISO42001 --format json\n"
                "aplomb checks --framework EUAIACT",
    .views = APL_VIEW_LISTING,
    .words_max = 1,
};
