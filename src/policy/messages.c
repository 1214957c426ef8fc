/* policy/messages.c: messages about policy files, and the names that were perhaps meant.
 *
 * Used by everything that reads a definition, a rule, an initiative or an assignment. It writes nothing itself: the
 * caller of the library decides where messages go. */
#include "policy/messages.h"

#include <stdarg.h>
#include <stdio.h>

static void tell(const apl_reporter *reporter, apl_message_level level, apl_str path, const char *text,
                 const char *nearest)
{
    apl_message message = {level, path, apl_str_from(text), apl_str_from(nearest)};

    if (reporter->on_message)
        reporter->on_message(reporter->context, &message);
}

apl_status apl_reporter_error(apl_reporter *reporter, apl_str path, const char *nearest, const char *format, ...)
{
    char text[APL_ERROR_BYTES_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tell(reporter, APL_MESSAGE_ERROR, path, text, nearest);
    if (reporter->error_count++)
        return APL_E_CONTENT;
    return apl_fail(APL_E_CONTENT, "%s: %.*s%s%s%s%s%s", reporter->file ? reporter->file : "-", APL_STR_ARG(path),
                    path.size ? ": " : "", text, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                    nearest ? "'?" : "");
}

void apl_reporter_warning(apl_reporter *reporter, apl_str path, const char *nearest, const char *format, ...)
{
    char text[APL_ERROR_BYTES_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tell(reporter, APL_MESSAGE_WARNING, path, text, nearest);
}

void apl_first_failure_note(apl_first_failure *first, apl_status status)
{
    if (status == APL_OK || first->status != APL_OK)
        return;
    first->status = status;
    memcpy(first->message, apl_error_message(), strlen(apl_error_message()) + 1);
}

apl_status apl_first_failure_end(const apl_first_failure *first)
{
    return first->status == APL_OK ? APL_OK : apl_fail(first->status, "%s", first->message);
}

const char *apl_nearest_name(apl_str name, const char *const *names)
{
    unsigned best = name.size / 3 + 2; /* a third of the letters wrong is no typing mistake any more */
    const char *nearest = NULL;

    for (size_t i = 0; names[i]; i++) {
        unsigned distance = apl_str_distance_nocase(name, apl_str_from(names[i]), best);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

bool apl_is_one_of(apl_str name, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(names[i])))
            return true;
    }
    return false;
}

apl_status apl_check_members(apl_reporter *reporter, apl_value object, apl_str path, const char *const *names,
                             apl_message_level level)
{
    apl_status status = APL_OK;

    if (object.type != APL_VALUE_OBJECT)
        return APL_OK;
    for (uint32_t i = 0; i < object.size; i++) {
        apl_str key = object.members[i].key;
        if (apl_is_one_of(key, names))
            continue;
        const char *nearest = apl_nearest_name(key, names);
        if (level == APL_MESSAGE_WARNING) {
            apl_reporter_warning(reporter, path, nearest, "unknown member \"%.*s\"", APL_STR_ARG(key));
            continue;
        }
        apl_status failed = apl_reporter_error(reporter, path, nearest, "unknown member \"%.*s\"", APL_STR_ARG(key));
        if (status == APL_OK)
            status = failed;
    }
    return status;
}
