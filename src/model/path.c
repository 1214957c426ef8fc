/* model/path.c: names and levels of attack paths.
 *
 * The bounds are those of the contract of `scan --format json`; nothing else knows them. */
#include "model/path.h"

const char *const apl_path_level_names[] = {"low", "medium", "high", "critical", NULL};

apl_path_level apl_path_level_of(double risk)
{
    return risk >= 75 ? APL_PATH_CRITICAL : risk >= 50 ? APL_PATH_HIGH : risk >= 25 ? APL_PATH_MEDIUM : APL_PATH_LOW;
}
