/* inspect/model/formats/pickle.c: Python pickles as they are, and what is made of them: joblib, legacy PyTorch, dill.
 *
 * Text pickles have no magic, so this format is asked late and the machine decides. */
#include "inspect/model/pickles.h"

static bool matches(apl_str head)
{
    return apl_pickle_may_start(head);
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    if (!apl_pickles_begin(scan, input))
        return false;
    apl_pickles_run(scan, input);
    return true;
}

const apl_model_format apl_model_format_pickle = {
    .name = "pickle",
    .summary = "Python pickle, joblib, legacy PyTorch",
    .order = 80,
    .matches = matches,
    .inspect = inspect,
};
