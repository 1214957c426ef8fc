/* inspect/model/formats/xgboost_binary.c: XGBoost in its old binary form.
 *
 * Recognised, and not read: the form that XGBoost gave up with version 3. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("binf"));
}

const apl_model_format apl_model_format_xgboost_binary = {
    .name = "xgboost-binary",
    .summary = "XGBoost in its old binary form",
    .order = 20,
    .matches = matches,
};
