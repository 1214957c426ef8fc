/* collect/collect.h: live sources into one documents file.
 *
 * Signs in once a tenant, finds out what there is, makes every call of the content for it, and writes what came in an
 * order of its own, whoever answered first. What is refused becomes a line that says why; the collect goes on. Memory
 * is bounded by what is in flight and by one id and a few facts for each asset that has calls below it. One thread.
 * Nothing here reads the environment or prints. */
#ifndef APL_COLLECT_COLLECT_H
#define APL_COLLECT_COLLECT_H

#include <signal.h>

#include "collect/azure/sign_in.h"
#include "collect/calls.h"
#include "collect/source.h"

/* How far a collect is. `total` is what is known so far: what lies deeper comes to light on the way. */
typedef struct apl_collect_progress {
    unsigned level;
    uint64_t done;  /* calls of this level */
    uint64_t total; /* of it, at most */
    uint64_t documents;
    uint64_t unread;   /* calls that were refused */
    uint64_t requests; /* sent */
    uint64_t throttled;
    uint64_t left_ms; /* of this level, as fast as it went so far; 0: not known yet */
} apl_collect_progress;

typedef struct apl_collect_options {
    const apl_calls *calls;
    const apl_source *sources;
    size_t source_count;
    const apl_azure_credentials *credentials;
    const char *const *tenants; /* none: that of the credentials */
    size_t tenant_count;
    const apl_net_settings *net; /* `cancel` is looked at here too */
    apl_str version;             /* of the program */
    apl_str content;             /* digest of the content */
    void (*on_progress)(void *context, const apl_collect_progress *progress);
    apl_azure_say on_message; /* what people must see at once */
    void *context;
} apl_collect_options;

typedef struct apl_collect_result {
    apl_collect_progress totals; /* done and total over all levels */
    bool is_interrupted;
    bool is_resumed;
    uint64_t resumed_calls; /* taken from the file */
} apl_collect_result;

/* Collects into the file; with `resumes`, goes on with what is there. Interrupted is no failure: what was read stands
 * in the file, and what was not as unread. */
apl_status apl_collect_file(apl_collect_result *out, const apl_collect_options *options, const char *path,
                            bool resumes);

/* The same into an open file, whose offset is at its end then; the descriptor stays open. */
apl_status apl_collect_into(apl_collect_result *out, const apl_collect_options *options, int descriptor);

#endif
