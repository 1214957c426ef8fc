/* tests/fuzz/fuzz_model_hdf5.c: bytes that the format hdf5 may take for its own.
 *
 * See fuzz_model.h. */
#include "fuzz/fuzz_model.h"

extern const apl_model_format apl_model_format_hdf5;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_format(&apl_model_format_hdf5, data, size);
}
