/* tests/fuzz/fuzz_model_safetensors.c: bytes that the format safetensors may take for its own.
 *
 * See fuzz_model.h. */
#include "fuzz/fuzz_model.h"

extern const apl_model_format apl_model_format_safetensors;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_format(&apl_model_format_safetensors, data, size);
}
