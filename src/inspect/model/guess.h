/* inspect/model/guess.h: could these first bytes be those of a model?
 *
 * For scans, where most files are something else: a quick no matters more than a sure yes. */
#ifndef APL_INSPECT_MODEL_GUESS_H
#define APL_INSPECT_MODEL_GUESS_H

#include "inspect/model/model_format.h"

/* Bytes of a head: keys of configurations stand among the first. */
#define APL_GUESS_HEAD_BYTES 8192u

/* `formats` ends with NULL. The name helps only with texts that nothing else tells apart. */
bool apl_guess_head(const apl_model_format *const *formats, apl_str head, apl_str name);

#endif
