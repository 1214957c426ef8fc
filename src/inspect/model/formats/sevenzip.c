/* inspect/model/formats/sevenzip.c: a 7z archive.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("7z\xBC\xAF\x27\x1C"));
}

const apl_model_format apl_model_format_sevenzip = {
    .name = "7z",
    .summary = "7z archive",
    .order = 20,
    .matches = matches,
    .container = APL_CONTAINER_ARCHIVE,
};
