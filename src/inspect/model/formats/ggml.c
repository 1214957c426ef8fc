/* inspect/model/formats/ggml.c: GGML, GGMF, GGJT, GGLA: llama.cpp before GGUF.
 *
 * Recognised, and not read: nothing has a size that could be checked, and its readers are mended no longer. */
#include "inspect/model/model_format.h"

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("lmgg")) || apl_str_starts(head, APL_STR("fmgg")) ||
           apl_str_starts(head, APL_STR("tjgg")) || apl_str_starts(head, APL_STR("algg"));
}

const apl_model_format apl_model_format_ggml = {
    .name = "ggml",
    .summary = "GGML, GGMF, GGJT, GGLA: llama.cpp before GGUF",
    .order = 20,
    .matches = matches,
};
