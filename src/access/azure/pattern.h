/* access/azure/pattern.h: how a pattern of a role definition matches the name of an operation.
 *
 * Without regard to case; `*` stands for any run of characters, slashes and none included, anywhere in the pattern. A
 * star in the name of an operation is an ordinary character of it. */
#ifndef APL_ACCESS_AZURE_PATTERN_H
#define APL_ACCESS_AZURE_PATTERN_H

#include "base/str.h"

/* A longer pattern is matched as it stands, but never looked at for contested readings. */
#define APL_PATTERN_BYTES_MAX 1024

static inline bool apl_pattern_matches(apl_str pattern, apl_str action)
{
    return apl_str_like_nocase(action, pattern);
}

/* True when the pattern does not match by the letter, but would if a star between two slashes could also stand for
 * nothing at all: whether `a/STAR/write` takes `a/write` is not documented. */
bool apl_pattern_is_contested(apl_str pattern, apl_str action);

#endif
