/* tests/fuzz/fuzz_model_text.c: texts that may be configurations or templates.
 *
 * See fuzz_model.h. */
#include "fuzz/fuzz_model.h"

extern const apl_model_format apl_model_format_hydra;
extern const apl_model_format apl_model_format_mlmodel;
extern const apl_model_format apl_model_format_chat_template;
extern const apl_model_format apl_model_format_torchscript_code;
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7 loses a buffer over some quoted texts that do not end. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)fuzz_format(&apl_model_format_hydra, data, size);
    (void)fuzz_format(&apl_model_format_mlmodel, data, size);
    (void)fuzz_format(&apl_model_format_chat_template, data, size);
    return fuzz_format(&apl_model_format_torchscript_code, data, size);
}
