/* cli/commands/services.c: lists the services that Aplomb knows, with their resource types.
 *
 * Content only; it reads no snapshot. */
#include "cli/listing_command.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    {"cloud", 0, APL_OPT_LIST, APL_OFFSET(clouds), "LIST", "services of these clouds",
     "azure aws gcp kubernetes saas code host"},
    APL_OPTION_CONTENT,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

static apl_status services_run(apl_session *session)
{
    return apl_listing_command_run(session, APL_NEED_SERVICES, apl_listing_services);
}

const apl_command apl_command_services = {
    .name = "services",
    .summary = "list the services and their resource types",
    .options = options,
    .run = services_run,
    .arguments = "[TEXT]",
    .details = "With TEXT only those that contain it in their name, title or types. The types, and the permission that "
               "reading each takes, are in json and csv.",
    .examples = "aplomb services\n"
                "aplomb services --cloud azure --format json\n"
                "aplomb services Microsoft.Search",
    .views = APL_VIEW_LISTING,
    .words_max = 1,
};
