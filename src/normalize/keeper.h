/* normalize/keeper.h: bytes that outlive their page, kept once as long as they were seen lately.
 *
 * Documents of one estate repeat each other: states, regions, ids of what they all refer to, whole lists of settings.
 * One keeper a thread; it forgets what it has not seen for long, so that its own memory never grows. */
#ifndef APL_NORMALIZE_KEEPER_H
#define APL_NORMALIZE_KEEPER_H

#include "base/memory.h"

typedef struct apl_keeper apl_keeper;

/* What is kept lives in the arena. */
apl_keeper *apl_keeper_new(apl_arena *arena);
void apl_keeper_free(apl_keeper *keeper); /* NULL is allowed */

/* Changes where kept bytes live; forgets those that were kept elsewhere. O(1). */
void apl_keeper_move(apl_keeper *keeper, apl_arena *arena);

/* A kept copy of the text, followed by a zero; the same bytes give the same pointer when they were seen lately. */
apl_str apl_keeper_text(apl_keeper *keeper, apl_str text);

/* The same for a block of memory, which is aligned to 8. Padding in it must have been zeroed, or equal blocks are
 * taken for different ones. */
const void *apl_keeper_block(apl_keeper *keeper, const void *bytes, size_t size);

#endif
