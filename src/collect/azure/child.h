/* collect/azure/child.h: runs another program and takes what it prints.
 *
 * No shell: the program is found in a search path (absolute folders only), and its arguments are passed as they are. It
 * gets nothing on standard input, only the environment that is handed in, and is killed with all its children when it
 * takes too long or prints too much. */
#ifndef APL_COLLECT_AZURE_CHILD_H
#define APL_COLLECT_AZURE_CHILD_H

#include "base/memory.h"
#include "base/status.h"

typedef struct apl_child {
    const char *search_path;        /* as in PATH */
    const char *const *arguments;   /* the first is the program's name; NULL ends */
    const char *const *environment; /* "NAME=value"; NULL ends */
    unsigned timeout_ms;
    size_t bytes_max; /* of either output */
} apl_child;

typedef struct apl_child_result {
    bool is_found; /* false: no such program in the search path */
    int exit_code;
    apl_text out; /* given back, overwritten, by apl_child_result_free */
    apl_text error;
} apl_child_result;

/* APL_E_IO when it could not be started or was killed; what it printed until then is in the result. */
apl_status apl_child_run(apl_child_result *result, const apl_child *child);

void apl_child_result_free(apl_child_result *result);

#endif
