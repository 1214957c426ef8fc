/* inspect/model/formats/lz4.c: an LZ4 frame, which joblib writes too.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("\x04\x22\x4D\x18"));
}

const apl_model_format apl_model_format_lz4 = {
    .name = "lz4",
    .summary = "lz4 around anything",
    .order = 20,
    .matches = matches,
    .container = APL_CONTAINER_STREAM,
};
