/* inspect/model/formats/executorch.c: ExecuTorch program.
 *
 * Recognised, and not read: a program for delegates that are native code. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return head.size >= 16 && memcmp(head.data + 4, "ET12", 4) == 0;
}

const apl_model_format apl_model_format_executorch = {
    .name = "executorch",
    .summary = "ExecuTorch program",
    .order = 20,
    .matches = matches,
};
