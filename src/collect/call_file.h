/* collect/call_file.h: one call out of its YAML.
 *
 * For the files of collect's compiler only. */
#ifndef APL_COLLECT_CALL_FILE_H
#define APL_COLLECT_CALL_FILE_H

#include "collect/calls.h"

/* What the place of the call says of it. */
typedef struct apl_call_place {
    apl_arena *arena;
    apl_str provider;
    apl_str type;      /* of a `read`; empty in `calls` */
    const char *where; /* for messages */
} apl_call_place;

/* Takes one object apart. *out has no `of` when it follows from the path and the type. */
apl_status apl_call_read(apl_call *out, const apl_call_place *place, apl_value object);

/* Refuses members that no call has. */
apl_status apl_call_check_members(apl_value object, const char *where);

#endif
