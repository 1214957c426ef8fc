/* normalize/subject_json.h: a subject for one resource given as JSON text, without services or an estate.
 *
 * For tests, linting and fuzzing of conditions: every field asked so far is bound. Slow by design; a scan goes through
 * the normalizer. */
#ifndef APL_NORMALIZE_SUBJECT_JSON_H
#define APL_NORMALIZE_SUBJECT_JSON_H

#include "condition/aliases.h"
#include "model/subject.h"

/* Everything lives in `arena`. The resource's own id, name, type and location are taken from its members; `properties`
 * that is missing is missing, not unread. */
apl_status apl_subject_from_json(apl_subject *out, apl_arena *arena, apl_fields *fields, const apl_aliases *aliases,
                                 apl_str json);

#endif
