/* cli/live_sources.h: words such as azure: among those of a command, and the collect of what they name.
 *
 * What they give is files like any other: a scan goes on as if the documents had been on disk. */
#ifndef APL_CLI_LIVE_SOURCES_H
#define APL_CLI_LIVE_SOURCES_H

#include "cli/live.h"
#include "collect/collect.h"

/* True for a word that names a live source and no file. */
bool apl_live_is_source(const char *word);

/* Collects the live ones among `words` into an unlinked file, whose descriptor is returned, to be closed by the caller;
 * -1 when there is none. */
apl_status apl_live_collect(int *descriptor, apl_session *session, const apl_word_list *words);

/* The options of a collect of the live ones among `words`; every other word is APL_E_USAGE when `wants_all`. */
apl_status apl_live_options(apl_collect_options *out, apl_session *session, const apl_live *live,
                            const apl_word_list *words, bool wants_all);

/* Says on standard error how a collect ended. */
void apl_live_tell(apl_session *session, const apl_collect_result *result, const char *path);

#endif
