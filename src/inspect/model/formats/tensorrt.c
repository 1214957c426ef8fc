/* inspect/model/formats/tensorrt.c: TensorRT engine.
 *
 * Recognised, and not read: compiled kernels and plugins, which are native code. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("ptrt")) || apl_str_starts(head, APL_STR("ftrt"));
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    (void)input;
    apl_model_found(scan->report, APL_ISSUE_NATIVE_CODE, 0, "kernels and plugins of a TensorRT engine");
    apl_model_found(scan->report, APL_ISSUE_SNIFFED_ONLY, 0, "TensorRT engine");
    return true;
}

const apl_model_format apl_model_format_tensorrt = {
    .name = "tensorrt",
    .summary = "TensorRT engine",
    .order = 20,
    .matches = matches,
    .inspect = inspect,
};
