/* inspect/model/formats/bzip2.c: a bzip2 stream.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("BZh")) && head.size > 4 && head.data[3] >= '1' && head.data[3] <= '9' &&
           (head.data[4] == 0x31 || head.data[4] == 0x17);
}

const apl_model_format apl_model_format_bzip2 = {
    .name = "bzip2",
    .summary = "bzip2 around anything",
    .order = 20,
    .matches = matches,
    .container = APL_CONTAINER_STREAM,
};
