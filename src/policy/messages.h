/* policy/messages.h: how the readers of policy files say what is wrong.
 *
 * Each message goes to the callback of the context; the first error is also the message of the status, as
 * "file: path: cause; did you mean X". */
#ifndef APL_POLICY_MESSAGES_H
#define APL_POLICY_MESSAGES_H

#include "base/limits.h"
#include "policy/policy.h"

typedef struct apl_reporter {
    const char *file;
    apl_message_fn on_message; /* may be NULL */
    void *context;
    size_t error_count;
} apl_reporter;

/* Reports an error at the JSON path; returns APL_E_CONTENT. `nearest` may be NULL. */
__attribute__((format(printf, 4, 5))) apl_status apl_reporter_error(apl_reporter *reporter, apl_str path,
                                                                    const char *nearest, const char *format, ...);
__attribute__((format(printf, 4, 5))) void apl_reporter_warning(apl_reporter *reporter, apl_str path,
                                                                const char *nearest, const char *format, ...);

/* The first of several failures, whose steps all run so that every mistake is reported. */
typedef struct apl_first_failure {
    apl_status status;
    char message[APL_ERROR_BYTES_MAX];
} apl_first_failure;

/* Keeps the failure and its message, unless it is none or not the first. */
void apl_first_failure_note(apl_first_failure *first, apl_status status);

/* The status, with its message in the slot of the thread again. */
apl_status apl_first_failure_end(const apl_first_failure *first);

/* The name of a NULL-terminated list that is nearest to `name`, or NULL when none is near. */
const char *apl_nearest_name(apl_str name, const char *const *names);

/* True when the list has the name, without regard to case. */
bool apl_is_one_of(apl_str name, const char *const *names);

/* Reports each member of `object` that is not in the list. An error or a warning each; the status of the first error.
 */
apl_status apl_check_members(apl_reporter *reporter, apl_value object, apl_str path, const char *const *names,
                             apl_message_level level);

#endif
