/* base/guess.h: the valid name that a wrong one was perhaps meant to be.
 *
 * Candidates are tried one after the other; the first of the nearest ones stays. Nothing is copied: the names belong
 * to the caller. */
#ifndef APL_BASE_GUESS_H
#define APL_BASE_GUESS_H

#include "base/str.h"

typedef struct apl_guess {
    apl_str word;
    apl_str best; /* empty: nothing came near */
    unsigned distance;
} apl_guess;

apl_guess apl_guess_start(apl_str word);
void apl_guess_try(apl_guess *nearest, apl_str candidate);

/* The end of a message: `; did you mean "kind"?`, or nothing. Written into `buffer`, which is returned. */
#define APL_GUESS_HINT_BYTES 128
const char *apl_guess_hint(const apl_guess *nearest, char buffer[APL_GUESS_HINT_BYTES]);

/* The same for the names of a NULL-terminated list. */
const char *apl_guess_of(apl_str word, const char *const *names, char buffer[APL_GUESS_HINT_BYTES]);

#endif
