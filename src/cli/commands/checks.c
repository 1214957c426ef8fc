/* cli/commands/checks.c: lists the checks, one row a rule.
 *
 * Content only; it reads no snapshot. */
#include "cli/listing_command.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,   APL_OPTION_CHECK, APL_OPTION_FRAMEWORK, APL_OPTION_SEVERITY, APL_OPTION_CONTENT,
    APL_OPTION_POLICIES, APL_OPTION_QUIET, APL_OPTION_NO_COLOR,  APL_OPTION_HELP,     {0},
};

static apl_status checks_run(apl_session *session)
{
    return apl_listing_command_run(session, APL_NEED_CHECKS, apl_listing_checks);
}

const apl_command apl_command_checks = {
    .name = "checks",
    .summary = "list the checks",
    .options = options,
    .run = checks_run,
    .arguments = "[TEXT]",
    .details = "With TEXT only those that contain it in their id, title or reason.",
    .examples = "aplomb checks\n"
                "aplomb checks --framework ISO42001 --severity high+\n"
                "aplomb checks bedrock --format json",
    .views = APL_VIEW_LISTING,
    .words_max = 1,
};
