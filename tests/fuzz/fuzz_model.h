/* tests/fuzz/fuzz_model.h: one format of model files on foreign bytes, as a file and as a compression's output.
 *
 * Nothing may crash or hang, and what was found must be a report that can be written and read back to the same text.
 * Each fuzz_model_*.c names one parser; fuzz_model.c lets the bytes say what they are. */
#ifndef APL_TESTS_FUZZ_FUZZ_MODEL_H
#define APL_TESTS_FUZZ_FUZZ_MODEL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inspect/model/inspect.h"
#include "inspect/model/model_format.h"
#include "inspect/model/pickle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline apl_globals *fuzz_globals(void)
{
    static const char *const text =
        "{\"summary\":\"x\",\"allowed\":{\"collections\":[\"OrderedDict\"],\"torch\":[\"FloatStorage\"],"
        "\"torch._utils\":[\"_rebuild_tensor_v2\"],\"numpy\":[\"ndarray\",\"dtype\"],"
        "\"joblib.numpy_pickle\":[\"NumpyArrayWrapper\"]},\"dangerous\":{\"os\":{\"*\":\"runs programs\"}}}";
    apl_arena *arena = apl_arena_new();
    apl_str path = APL_STR("fuzz.yaml");
    apl_globals *globals = NULL;
    apl_value file;

    if (apl_json_parse(&file, arena, apl_str_from(text)) != APL_OK ||
        apl_globals_new(&globals, &file, &path, 1) != APL_OK)
        apl_die(apl_error_message());
    apl_arena_free(arena);
    return globals;
}

static inline void fuzz_check_report(const apl_model_report *report)
{
    apl_model_report back;
    apl_text text;
    apl_text again;

    apl_text_init(&text, APL_MODEL_REPORT_BYTES_MAX);
    apl_text_init(&again, APL_MODEL_REPORT_BYTES_MAX);
    apl_model_report_init(&back);
    apl_text_add_char(&text, '{');
    apl_model_report_write(&text, report);
    apl_text_add_char(&text, '}');
    if (apl_model_report_read(&back, apl_text_str(&text)) != APL_OK)
        apl_die(apl_error_message());
    apl_text_add_char(&again, '{');
    apl_model_report_write(&again, &back);
    apl_text_add_char(&again, '}');
    APL_ASSERT(apl_str_equal(apl_text_str(&text), apl_text_str(&again)));
    apl_model_report_free(&back);
    apl_text_free(&text);
    apl_text_free(&again);
}

typedef struct fuzz_source {
    apl_str rest;
} fuzz_source;

static inline apl_status fuzz_pull(size_t *got, void *context, char *buffer, size_t size)
{
    fuzz_source *source = context;

    *got = source->rest.size < size ? source->rest.size : size;
    if (*got)
        memcpy(buffer, source->rest.data, *got);
    source->rest = apl_str_slice(source->rest, *got, source->rest.size);
    return APL_OK;
}

static inline void fuzz_one(const apl_model_format *format, apl_input *input, const apl_globals *globals)
{
    apl_model_report report;
    apl_pickle *pickle = apl_pickle_new();

    apl_model_report_init(&report);
    apl_model_scan scan = {&report, globals, pickle, APL_STR("archive/code/x.yaml"), true};
    size_t there = apl_input_look(input, APL_MODEL_HEAD_BYTES);
    if (format->matches(apl_str_make((const char *)apl_input_at(input), there)))
        (void)format->inspect(&scan, input);
    fuzz_check_report(&report);
    apl_pickle_free(pickle);
    apl_model_report_free(&report);
}

static inline int fuzz_format(const apl_model_format *format, const uint8_t *data, size_t size)
{
    apl_globals *globals = fuzz_globals();
    apl_str bytes = apl_str_make((const char *)data, size);
    fuzz_source source = {bytes};
    apl_input input;

    apl_input_of_memory(&input, bytes);
    fuzz_one(format, &input, globals);
    apl_input_close(&input);
    apl_input_of_pull(&input, fuzz_pull, &source);
    fuzz_one(format, &input, globals);
    apl_input_close(&input);
    apl_globals_free(globals);
    return 0;
}

#endif
