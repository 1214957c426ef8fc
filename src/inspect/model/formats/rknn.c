/* inspect/model/formats/rknn.c: Rockchip RKNN model.
 *
 * Recognised, and not read: compiled for one family of chips. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("RKNN")) && head.size > 16;
}

const apl_model_format apl_model_format_rknn = {
    .name = "rknn",
    .summary = "Rockchip RKNN model",
    .order = 20,
    .matches = matches,
};
