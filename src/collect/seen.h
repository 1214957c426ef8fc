/* collect/seen.h: which texts were met before, kept as hashes.
 *
 * Sixteen bytes a text, whatever its length. Two texts with equal 128-bit hashes are taken for the same. */
#ifndef APL_COLLECT_SEEN_H
#define APL_COLLECT_SEEN_H

#include "base/digest.h"
#include "base/memory.h"

typedef struct apl_seen apl_seen;

apl_seen *apl_seen_new(void);
void apl_seen_free(apl_seen *seen); /* NULL is allowed */

/* True when the text was not met before; it is now. O(1). */
bool apl_seen_first(apl_seen *seen, apl_str text);

#endif
