/* inspect/model/pickles.h: the pickles of one run of bytes: one behind the other, inside each other, and hidden ones.
 *
 * Formats that hold pickles call this where theirs begin. */
#ifndef APL_INSPECT_MODEL_PICKLES_H
#define APL_INSPECT_MODEL_PICKLES_H

#include "inspect/model/pickle.h"

/* True when what is visible of the input is a pickle as far as one can tell before running it. */
bool apl_pickles_begin(apl_model_scan *scan, apl_input *input);

/* Runs all pickles from the position on and judges what is left behind the last one. */
void apl_pickles_run(apl_model_scan *scan, apl_input *input);

/* Looks for pickles anywhere behind the position, where nothing says that there is one. True when one was found. */
bool apl_pickles_search(apl_model_scan *scan, apl_input *input);

#endif
