/* cli/listing_command.h: what the commands that list content share.
 *
 * They differ only in which listing they make of the same content and filter. */
#ifndef APL_CLI_LISTING_COMMAND_H
#define APL_CLI_LISTING_COMMAND_H

#include "cli/session.h"

/* `need` is what the listing shows. */
apl_status apl_listing_command_run(apl_session *session, apl_content_need need,
                                   apl_listing (*make)(apl_arena *, const apl_content *, const apl_filter *));

#endif
