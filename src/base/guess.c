/* base/guess.c: keeps the candidate with the fewest edits to a mistyped word.
 *
 * Stands behind every "is not known" message. A candidate that starts with the whole word counts as near too, so that a
 * name that was cut short finds its way. */
#include "base/guess.h"

#include <stdio.h>

/* More edits than this and the guess would only confuse. */
#define DISTANCE_MAX 6u

apl_guess apl_guess_start(apl_str word)
{
    unsigned limit = word.size / 2 + 1;

    return (apl_guess){.word = word, .distance = limit < DISTANCE_MAX ? limit + 1 : DISTANCE_MAX + 1};
}

void apl_guess_try(apl_guess *nearest, apl_str candidate)
{
    unsigned distance = apl_str_distance_nocase(nearest->word, candidate, nearest->distance);

    if (nearest->word.size >= 3 && apl_str_starts_nocase(candidate, nearest->word) && distance > 1)
        distance = 1;
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->best = candidate;
    }
}

const char *apl_guess_hint(const apl_guess *nearest, char buffer[APL_GUESS_HINT_BYTES])
{
    buffer[0] = 0;
    if (nearest->best.size)
        (void)snprintf(buffer, APL_GUESS_HINT_BYTES, "; did you mean \"%.*s\"?", APL_STR_ARG(nearest->best));
    return buffer;
}

const char *apl_guess_of(apl_str word, const char *const *names, char buffer[APL_GUESS_HINT_BYTES])
{
    apl_guess nearest = apl_guess_start(word);

    for (size_t i = 0; names[i]; i++)
        apl_guess_try(&nearest, apl_str_from(names[i]));
    return apl_guess_hint(&nearest, buffer);
}
