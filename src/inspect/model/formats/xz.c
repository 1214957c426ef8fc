/* inspect/model/formats/xz.c: an xz stream.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("\xFD"
                                        "7zXZ"));
}

const apl_model_format apl_model_format_xz = {
    .name = "xz",
    .summary = "xz around anything",
    .order = 20,
    .matches = matches,
    .container = APL_CONTAINER_STREAM,
};
