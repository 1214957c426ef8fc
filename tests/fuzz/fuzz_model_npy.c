/* tests/fuzz/fuzz_model_npy.c: bytes that the format npy may take for its own.
 *
 * See fuzz_model.h. */
#include "fuzz/fuzz_model.h"

extern const apl_model_format apl_model_format_npy;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_format(&apl_model_format_npy, data, size);
}
