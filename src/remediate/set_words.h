/* remediate/set_words.h: the changes that an `az resource update --ids {id} --set path=value` asks for.
 *
 * Many rules say their fix as this one command and need no patch beside it: the words after --set are the patch. */
#ifndef APL_REMEDIATE_SET_WORDS_H
#define APL_REMEDIATE_SET_WORDS_H

#include "model/estate.h"

/* Words of one command that are looked at. */
#define APL_SET_WORDS_MAX 64

/* The patches of a rule's commands; none when they are anything but one such command on the asset itself, or when a
 * value waits for somebody to fill it in. *version is what --api-version says, or empty. */
size_t apl_set_words_patches(const apl_patch **out, apl_str *version, apl_arena *arena, apl_str commands);

#endif
