/* inspect/model/formats/gzip.c: a gzip stream.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("\x1F\x8B\x08"));
}

const apl_model_format apl_model_format_gzip = {
    .name = "gzip",
    .summary = "gzip around anything",
    .order = 20,
    .matches = matches,
    .container = APL_CONTAINER_STREAM,
};
