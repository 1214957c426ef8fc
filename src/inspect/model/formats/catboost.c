/* inspect/model/formats/catboost.c: CatBoost model.
 *
 * Recognised, and not read: trees in a flatbuffer of CatBoost's own. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("CBM1"));
}

const apl_model_format apl_model_format_catboost = {
    .name = "catboost",
    .summary = "CatBoost model",
    .order = 20,
    .matches = matches,
};
