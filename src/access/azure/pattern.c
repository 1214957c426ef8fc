/* access/azure/pattern.c: the contested reading of a star between two slashes.
 *
 * The literal reading decides everywhere; this one only tells where the other reading would decide otherwise. */
#include "access/azure/pattern.h"

bool apl_pattern_is_contested(apl_str pattern, apl_str action)
{
    char squeezed[APL_PATTERN_BYTES_MAX];
    uint32_t size = 0;

    if (pattern.size > sizeof squeezed || apl_str_find(pattern, APL_STR("/*/")) < 0)
        return false;
    for (uint32_t i = 0; i < pattern.size; i++) {
        if (pattern.size - i > 2 && memcmp(pattern.data + i, "/*/", 3) == 0)
            i += 2; /* on to the second slash */
        squeezed[size++] = pattern.data[i];
    }
    return !apl_pattern_matches(pattern, action) && apl_pattern_matches(apl_str_make(squeezed, size), action);
}
