/* condition/report.c: what is wrong with a rule, said where it stands and with the name that was perhaps meant.
 *
 * Every mistake goes to the caller's on_message; the first error also becomes the message of the thread when compiling
 * ends: "file: path: cause; did you mean X". */
#include <stdarg.h>
#include <stdio.h>

#include "condition/compiler.h"

void apl_compiler_start(apl_compiler *compiler, const apl_compile *options)
{
    memset(compiler, 0, offsetof(apl_compiler, counts));
    compiler->options = options;
    compiler->arena = options->arena;
}

apl_status apl_compiler_finish(apl_compiler *compiler)
{
    apl_memory_free(compiler->nodes.items);
    apl_memory_free(compiler->plain_paths.items);
    if (compiler->status == APL_OK)
        return APL_OK;
    return apl_fail(compiler->status, "%.*s", APL_STR_ARG(compiler->message));
}

void apl_report_into(apl_compiler *compiler, apl_str key)
{
    if (compiler->step_count < APL_REPORT_STEPS_MAX)
        compiler->steps[compiler->step_count] = (apl_report_step){.key = key};
    compiler->step_count++;
}

void apl_report_into_index(apl_compiler *compiler, uint32_t index)
{
    if (compiler->step_count < APL_REPORT_STEPS_MAX)
        compiler->steps[compiler->step_count] = (apl_report_step){.index = index};
    compiler->step_count++;
}

apl_str apl_report_path(const apl_compiler *compiler)
{
    apl_text text;

    apl_text_init(&text, APL_ERROR_BYTES_MAX);
    apl_text_add(&text, compiler->options->path);
    for (size_t i = 0; i < compiler->step_count && i < APL_REPORT_STEPS_MAX; i++) {
        const apl_report_step *step = &compiler->steps[i];
        if (step->key.data == NULL)
            apl_text_add_format(&text, "[%u]", step->index);
        else
            apl_text_add_format(&text, "%s%.*s", text.size ? "." : "", APL_STR_ARG(step->key));
    }
    apl_str path = apl_arena_str(compiler->arena, apl_text_str(&text));
    apl_text_free(&text);
    return path;
}

static void keep_first(apl_compiler *compiler, const apl_message *message, apl_status status)
{
    const char *file = compiler->options->file;

    if (compiler->status != APL_OK)
        return;
    compiler->status = status;
    compiler->message = apl_arena_format(compiler->arena, "%s%s%.*s%s%.*s%s%.*s%s", file ? file : "", file ? ": " : "",
                                         APL_STR_ARG(message->path), message->path.size ? ": " : "",
                                         APL_STR_ARG(message->text), message->nearest.size ? "; did you mean '" : "",
                                         APL_STR_ARG(message->nearest), message->nearest.size ? "'?" : "");
}

static void report(apl_compiler *compiler, const apl_report *about, apl_str text)
{
    apl_message message = {about->level, apl_report_path(compiler), text, about->nearest};

    if (about->level == APL_MESSAGE_ERROR)
        keep_first(compiler, &message, about->status);
    if (compiler->options->on_message)
        compiler->options->on_message(compiler->options->on_message_context, &message);
}

void apl_report_message(apl_compiler *compiler, const apl_report *about, const char *format, ...)
{
    char text[APL_ERROR_BYTES_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    report(compiler, about, apl_arena_str(compiler->arena, apl_str_from(text)));
}

void apl_report_error(apl_compiler *compiler, const char *format, ...)
{
    char text[APL_ERROR_BYTES_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    report(compiler, &(apl_report){APL_MESSAGE_ERROR, APL_E_CONTENT, APL_STR_NONE},
           apl_arena_str(compiler->arena, apl_str_from(text)));
}

void apl_report_warning(apl_compiler *compiler, const char *format, ...)
{
    char text[APL_ERROR_BYTES_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    report(compiler, &(apl_report){APL_MESSAGE_WARNING, APL_OK, APL_STR_NONE},
           apl_arena_str(compiler->arena, apl_str_from(text)));
}

/* A third of the name may be wrong, and always one character. */
unsigned apl_nearest_limit(apl_str name)
{
    return name.size < 3 ? 2 : name.size / 3 + 1;
}

void apl_nearest_try(apl_str *nearest, unsigned *distance, apl_str name, apl_str candidate)
{
    unsigned found = apl_str_distance_nocase(name, candidate, *distance);

    if (found < *distance) {
        *distance = found;
        *nearest = candidate;
    }
}
