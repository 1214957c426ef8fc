/* query/nearest.c: the line that says what is not known, what comes nearest and where the list is.
 *
 * Stands behind every option that takes a name. It never guesses on its own: the caller tried the candidates. */
#include "query/nearest.h"

#include <stdio.h>

apl_status apl_query_nearest_refuse(const apl_guess *nearest, const char *place, const char *list)
{
    char advice[64] = "";

    if (list)
        (void)snprintf(advice, sizeof advice, "; see %s", list);
    if (nearest->best.size)
        return apl_fail(APL_E_USAGE, "%s: \"%.*s\" is not known; the nearest is \"%.*s\"%s", place,
                        APL_STR_ARG(nearest->word), APL_STR_ARG(nearest->best), advice);
    return apl_fail(APL_E_USAGE, "%s: \"%.*s\" is not known%s", place, APL_STR_ARG(nearest->word), advice);
}
