/* inspect/model/globals.h: which (module, name) a pickle may import.
 *
 * Exact pairs, given as content (models/globals/): harmless ones, and dangerous ones with what they do. Everything else
 * is unknown, which is never harmless. A dangerous module may be named whole, with everything below it. Read-only once
 * made; any number of threads. */
#ifndef APL_INSPECT_MODEL_GLOBALS_H
#define APL_INSPECT_MODEL_GLOBALS_H

#include "json/value.h"

typedef struct apl_globals apl_globals;

typedef enum apl_global_kind {
    APL_GLOBAL_UNKNOWN = 0,
    APL_GLOBAL_HARMLESS,
    APL_GLOBAL_DANGEROUS,
} apl_global_kind;

/* Compiles the values of the content files. APL_E_CONTENT names the file (`paths`) and the mistake. */
apl_status apl_globals_new(apl_globals **out, const apl_value *files, const apl_str *paths, size_t count);
void apl_globals_free(apl_globals *globals);

/* What it is, and for a dangerous one why (else empty). A dotted name is followed: each part of it may be what is
 * dangerous. */
apl_global_kind apl_globals_judge(apl_str *why, const apl_globals *globals, apl_str module, apl_str name);

size_t apl_globals_count(const apl_globals *globals);

#endif
