/* query/nearest.h: the valid name that a wrong one was perhaps meant to be.
 *
 * Candidates are tried one after the other; the first of the nearest ones stays. Nothing is copied: the names belong
 * to the caller. */
#ifndef APL_QUERY_NEAREST_H
#define APL_QUERY_NEAREST_H

#include "base/status.h"
#include "base/str.h"

typedef struct apl_query_nearest {
    apl_str word;
    apl_str best; /* empty: nothing came near */
    unsigned distance;
} apl_query_nearest;

apl_query_nearest apl_query_nearest_start(apl_str word);
void apl_query_nearest_try(apl_query_nearest *nearest, apl_str candidate);

/* APL_E_USAGE: what `place` (an option, or a word like "check") was given is not known; names the nearest one, and
 * where `list` is not NULL the command that lists them. */
apl_status apl_query_nearest_refuse(const apl_query_nearest *nearest, const char *place, const char *list);

#endif
