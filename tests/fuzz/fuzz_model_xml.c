/* tests/fuzz/fuzz_model_xml.c: tags of XML, through the two formats that read them.
 *
 * See fuzz_model.h. */
#include "fuzz/fuzz_model.h"

extern const apl_model_format apl_model_format_openvino;
extern const apl_model_format apl_model_format_pmml;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)fuzz_format(&apl_model_format_openvino, data, size);
    return fuzz_format(&apl_model_format_pmml, data, size);
}
