/* inspect/model/formats/joblib_old.c: joblib of old: "ZF", the unpacked size as 19 digits, a zlib stream.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("ZF0x"));
}

const apl_model_format apl_model_format_joblib_old = {
    .name = "joblib-old",
    .summary = "zlib with the header of joblib before 0.10",
    .order = 20,
    .matches = matches,
    .container = APL_CONTAINER_ZLIB,
    .skipped = 21,
};
