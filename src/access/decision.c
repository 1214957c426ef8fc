/* access/decision.c: the names of decisions as files and answers carry them.
 *
 * Stands below everything else of the layer; it decides nothing. */
#include "access/decision.h"

const char *const apl_decision_names[] = {
    [APL_DENY] = "deny",
    [APL_ALLOW] = "allow",
    [APL_CONDITIONAL] = "conditional",
    [APL_UNKNOWN] = "unknown",
};
