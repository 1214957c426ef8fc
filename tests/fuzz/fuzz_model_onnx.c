/* tests/fuzz/fuzz_model_onnx.c: bytes that the format onnx may take for its own.
 *
 * See fuzz_model.h. */
#include "fuzz/fuzz_model.h"

extern const apl_model_format apl_model_format_onnx;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_format(&apl_model_format_onnx, data, size);
}
