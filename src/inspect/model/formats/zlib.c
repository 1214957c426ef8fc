/* inspect/model/formats/zlib.c: a zlib stream, the usual compression of joblib.
 *
 * Only how it is recognised and unpacked stands here; inspect.c walks what is inside. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    static const unsigned char levels[] = {0x01, 0x5E, 0x9C, 0xDA};

    return head.size > 2 && head.data[0] == 0x78 && memchr(levels, (unsigned char)head.data[1], sizeof levels);
}

const apl_model_format apl_model_format_zlib = {
    .name = "zlib",
    .summary = "zlib around anything, as joblib writes it",
    .order = 60,
    .matches = matches,
    .container = APL_CONTAINER_ZLIB,
};
