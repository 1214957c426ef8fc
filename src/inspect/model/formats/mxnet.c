/* inspect/model/formats/mxnet.c: MXNet parameters.
 *
 * Recognised, and not read: a list of arrays whose framework is retired. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return head.size >= 16 && memcmp(head.data, "\x12\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16) == 0;
}

const apl_model_format apl_model_format_mxnet = {
    .name = "mxnet-params",
    .summary = "MXNet parameters",
    .order = 20,
    .matches = matches,
};
