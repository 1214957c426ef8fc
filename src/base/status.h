/* base/status.h: how a function says that it failed.
 *
 * A function that can fail returns apl_status and nothing else. The message is written once, where the
 * cause is known, into the slot of the calling thread; callers only pass the status on. Three families
 * of trouble are never mixed: what is expected (no permission on one subscription) is recorded as
 * coverage, a failure travels up as a status, a bug stops the process through APL_ASSERT. */
#ifndef APL_BASE_STATUS_H
#define APL_BASE_STATUS_H

typedef enum apl_status {
    APL_OK = 0,
    APL_E_USAGE,       /* the user asked for something that does not exist */
    APL_E_INPUT,       /* foreign bytes are not what they claim to be */
    APL_E_LIMIT,       /* a named limit of base/limits.h was passed */
    APL_E_IO,          /* the operating system refused */
    APL_E_CONTENT,     /* a rule, service or policy file is wrong */
    APL_E_STORE,       /* the snapshot store refused */
    APL_E_UNSUPPORTED, /* understood, but there is no code for it */
} apl_status;

/* Writes the message of this thread and returns `status`, so that failing stays one line. */
__attribute__((format(printf, 2, 3))) apl_status apl_fail(apl_status status, const char *format, ...);

/* Puts "prefix: " before the message of this thread; for context that tells the operator something new. */
__attribute__((format(printf, 2, 3))) apl_status apl_fail_context(apl_status status, const char *format, ...);

/* The last message of this thread; valid until the next apl_fail of the thread. Never NULL. */
const char *apl_error_message(void);

/* Stops the process: a broken invariant. Kept in release builds. One condition each. */
#define APL_ASSERT(condition)                                                                                          \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            apl_bug(#condition, __FILE__, __LINE__);                                                                   \
    } while (0)

_Noreturn void apl_bug(const char *condition, const char *file, int line);

/* Stops the process with one line: memory for a small block, or another thing nobody can go on without. */
_Noreturn void apl_die(const char *message);

#endif
