/* inspect/model/formats/zstd.c: a Zstandard stream.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("\x28\xB5\x2F\xFD"));
}

const apl_model_format apl_model_format_zstd = {
    .name = "zstd",
    .summary = "zstd around anything",
    .order = 20,
    .matches = matches,
    .container = APL_CONTAINER_STREAM,
};
