/* cli/listing_command.c: opens the content, lists a part of it, writes the list.
 *
 * Behind `checks`, `services` and `frameworks`. A word that is no option is text to look for. */
#include "cli/listing_command.h"

apl_status apl_listing_command_run(apl_session *session, apl_content_need need,
                                   apl_listing (*make)(apl_arena *, const apl_content *, const apl_filter *))
{
    apl_status status = apl_session_formats(session);

    session->options.need = need;
    if (status == APL_OK)
        status = apl_session_content(session);
    if (status != APL_OK)
        return status;
    if (session->settings->words.count)
        session->filter.text = apl_str_from(session->settings->words.items[0]);
    apl_listing listing = make(session->arena, session->content, &session->filter);
    apl_report report = apl_session_report(session, APL_VIEW_LISTING);
    report.listing = &listing;
    return apl_session_write(session, &report);
}
