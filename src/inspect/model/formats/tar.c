/* inspect/model/formats/tar.c: a tar archive.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return head.size >= 262 && memcmp(head.data + 257, "ustar", 5) == 0;
}

const apl_model_format apl_model_format_tar = {
    .name = "tar",
    .summary = "tar archive: NeMo, legacy PyTorch, Keras weights",
    .order = 20,
    .matches = matches,
    .container = APL_CONTAINER_ARCHIVE,
};
