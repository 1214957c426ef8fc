/* query/nearest.h: refusing a word of the command line that is not known.
 *
 * Names the nearest word that is, so that a typing mistake never looks like an empty answer. */
#ifndef APL_QUERY_NEAREST_H
#define APL_QUERY_NEAREST_H

#include "base/guess.h"
#include "base/status.h"

/* APL_E_USAGE: what `place` (an option, or a word like "check") was given is not known; names the nearest one, and
 * where `list` is not NULL the command that lists them. */
apl_status apl_query_nearest_refuse(const apl_guess *nearest, const char *place, const char *list);

#endif
