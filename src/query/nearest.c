/* query/nearest.c: keeps the candidate with the fewest edits to a mistyped word.
 *
 * Stands behind every "is not known" message. A candidate that starts with the whole word counts as near too, so that a
 * name that was cut short finds its way. */
#include "query/nearest.h"

#include <stdio.h>

/* More edits than this and the guess would only confuse. */
#define DISTANCE_MAX 6u

apl_query_nearest apl_query_nearest_start(apl_str word)
{
    unsigned limit = word.size / 2 + 1;

    return (apl_query_nearest){.word = word, .distance = limit < DISTANCE_MAX ? limit + 1 : DISTANCE_MAX + 1};
}

void apl_query_nearest_try(apl_query_nearest *nearest, apl_str candidate)
{
    unsigned distance = apl_str_distance_nocase(nearest->word, candidate, nearest->distance);

    if (nearest->word.size >= 3 && apl_str_starts_nocase(candidate, nearest->word) && distance > 1)
        distance = 1;
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->best = candidate;
    }
}

apl_status apl_query_nearest_refuse(const apl_query_nearest *nearest, const char *place, const char *list)
{
    char advice[64] = "";

    if (list)
        (void)snprintf(advice, sizeof advice, "; see %s", list);
    if (nearest->best.size)
        return apl_fail(APL_E_USAGE, "%s: \"%.*s\" is not known; the nearest is \"%.*s\"%s", place,
                        APL_STR_ARG(nearest->word), APL_STR_ARG(nearest->best), advice);
    return apl_fail(APL_E_USAGE, "%s: \"%.*s\" is not known%s", place, APL_STR_ARG(nearest->word), advice);
}
