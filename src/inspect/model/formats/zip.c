/* inspect/model/formats/zip.c: a zip archive; what it is for is told by its members (archive.c).
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("PK\x03\x04"));
}

const apl_model_format apl_model_format_zip = {
    .name = "zip",
    .summary = "zip archive: PyTorch, Keras, npz, skops and others",
    .order = 20,
    .matches = matches,
    .container = APL_CONTAINER_ZIP,
};
