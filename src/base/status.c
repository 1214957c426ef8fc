/* base/status.c: the error slot of each thread, and the two ways to stop.
 *
 * First in the flow: everything else reports through it. It must never allocate, because it reports
 * running out of memory too. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

static _Thread_local char error_slot[APL_ERROR_BYTES_MAX];

static void write_stderr(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

apl_status apl_fail(apl_status status, const char *format, ...)
{
    va_list arguments;

    APL_ASSERT(status != APL_OK);
    va_start(arguments, format);
    (void)vsnprintf(error_slot, sizeof error_slot, format, arguments);
    va_end(arguments);
    return status;
}

apl_status apl_fail_context(apl_status status, const char *format, ...)
{
    char before[APL_ERROR_BYTES_MAX];
    char prefix[APL_ERROR_BYTES_MAX];
    va_list arguments;

    APL_ASSERT(status != APL_OK);
    memcpy(before, error_slot, sizeof before);
    va_start(arguments, format);
    (void)vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    if (snprintf(error_slot, sizeof error_slot, "%s: ", prefix) >= (int)sizeof error_slot)
        return status;
    size_t used = strlen(error_slot);
    (void)snprintf(error_slot + used, sizeof error_slot - used, "%s", before);
    return status;
}

const char *apl_error_message(void)
{
    return error_slot;
}

void apl_bug(const char *condition, const char *file, int line)
{
    char text[APL_ERROR_BYTES_MAX];

    (void)snprintf(text, sizeof text, "aplomb: bug: %s does not hold (%s:%d)\n", condition, file, line);
    write_stderr(text);
    abort();
}

void apl_die(const char *message)
{
    write_stderr("aplomb: ");
    write_stderr(message);
    write_stderr("\n");
    _exit(2);
}
