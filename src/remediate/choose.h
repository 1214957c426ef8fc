/* remediate/choose.h: the fewest causes that break every path that can be broken.
 *
 * A minimum hitting set. Found exactly by trying, with what cannot be better left out; that is hard in general, so that
 * after APL_CHOOSE_LOOKS_MAX looks the best set so far is taken, which is at worst that of apl_cover. */
#ifndef APL_REMEDIATE_CHOOSE_H
#define APL_REMEDIATE_CHOOSE_H

#include <stdbool.h>

#include "graph/cover.h"

/* A million looks take some ten milliseconds; estates with a hundred distinct paths need some thousands. */
#define APL_CHOOSE_LOOKS_MAX 1000000u

/* Writes the set into picks[cause_count], what breaks most weight first, of equal ones the smaller number, each with
 * what it breaks then; returns how many. *is_exact: no smaller set exists. Prices are not asked. */
size_t apl_choose_fewest(apl_cover_pick *picks, bool *is_exact, const apl_cover_paths *paths);

#endif
