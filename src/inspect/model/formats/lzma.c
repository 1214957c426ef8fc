/* inspect/model/formats/lzma.c: an old LZMA stream, which joblib writes too.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return head.size > 13 && memcmp(head.data, "\x5D\0\0", 3) == 0 &&
           (head.data[12] == 0 || head.data[12] == (char)0xFF);
}

const apl_model_format apl_model_format_lzma = {
    .name = "lzma",
    .summary = "lzma around anything",
    .order = 60,
    .matches = matches,
    .container = APL_CONTAINER_STREAM,
};
