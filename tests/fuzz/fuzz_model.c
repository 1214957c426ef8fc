/* tests/fuzz/fuzz_model.c: files that may be any model: recognised by their bytes, containers opened.
 *
 * The bytes lie in a file in memory, as the command and the worker process hand them over. See fuzz_model.h. */
#include "fuzz/fuzz_model.h"

const char *__lsan_default_suppressions(void);

/* libfyaml 0.7 loses a buffer over some quoted texts that do not end. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    apl_globals *globals = fuzz_globals();
    apl_model_inspector *inspector = apl_model_inspector_new(globals);
    apl_model_report report;

    if (descriptor < 0 || write(descriptor, data, size) != (ssize_t)size)
        apl_die("no file in memory");
    apl_model_report_init(&report);
    apl_model_file file = {descriptor, size, APL_STR("x"), size % 2 == 0};
    apl_model_inspect(&report, inspector, &file);
    fuzz_check_report(&report);
    apl_model_report_free(&report);
    apl_model_inspector_free(inspector);
    apl_globals_free(globals);
    (void)close(descriptor);
    return 0;
}
