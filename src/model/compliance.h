/* model/compliance.h: how many controls of a framework the checks decide, as it is kept with each snapshot.
 *
 * Only what checks say: no statement of a person and no date enters, so that the counts of an old snapshot stay true.
 * Everything else of compliance is worked out when it is asked for (evaluate/compliance.h). */
#ifndef APL_MODEL_COMPLIANCE_H
#define APL_MODEL_COMPLIANCE_H

#include "base/str.h"

typedef struct apl_framework_count {
    apl_str framework;
    uint32_t controls;
    uint32_t passing; /* each check that decides passed everywhere */
    uint32_t failing; /* a check failed somewhere */
    uint32_t unread;  /* nothing failed, and something was not read */
} apl_framework_count;

#endif
