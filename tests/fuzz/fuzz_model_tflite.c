/* tests/fuzz/fuzz_model_tflite.c: bytes that the format tflite may take for its own.
 *
 * See fuzz_model.h. */
#include "fuzz/fuzz_model.h"

extern const apl_model_format apl_model_format_tflite;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_format(&apl_model_format_tflite, data, size);
}
