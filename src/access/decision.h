/* access/decision.h: the words of an access question.
 *
 * Stands below everything else of the layer. */
#ifndef APL_ACCESS_DECISION_H
#define APL_ACCESS_DECISION_H

#include "base/str.h"

/* What may be done to a resource (control) and what with the data in it (data); a right to one is none to the other. In
 * the directory an "action" is a role that is held, by its name or template id, or an application permission, by
 * its value or id. */
typedef enum apl_plane { APL_PLANE_CONTROL = 0, APL_PLANE_DATA, APL_PLANE_DIRECTORY, APL_PLANE_APPLICATION } apl_plane;

typedef enum apl_decision {
    APL_DENY = 0,
    APL_ALLOW,
    APL_CONDITIONAL, /* only under a condition that nobody can tell, or after activating an eligible assignment */
    APL_UNKNOWN,     /* something that may decide was not read */
} apl_decision;

extern const char *const apl_decision_names[]; /* by apl_decision */

#endif
