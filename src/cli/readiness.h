/* cli/readiness.h: the steps by which a command comes to compliance.
 *
 * Shared by `compliance` and `report`: statements are read, controls are judged for the chosen assets, and the
 * snapshots before this one are looked up for the trend. */
#ifndef APL_CLI_READINESS_H
#define APL_CLI_READINESS_H

#include "cli/session.h"
#include "evaluate/compliance.h"

/* Statements are looked for in this file when --attestations names none; it need not exist. */
#define APL_ATTESTATIONS_DEFAULT "attestations.yaml"

/* Snapshots that a trend shows: a month of daily scans. */
#define APL_TREND_POINTS_MAX 31

typedef struct apl_readiness {
    apl_attestations *attestations;
    apl_compliance_result compliance;
    apl_store_point *points; /* none without a store */
    size_t point_count;
} apl_readiness;

/* After apl_session_prepare. Everything but the statements lives in the session's arena. */
apl_status apl_readiness_make(apl_readiness *out, apl_session *session);
void apl_readiness_free(apl_readiness *readiness);

/* Reads statements; a default file that is not there is no failure. */
apl_status apl_readiness_read(apl_attestations *out, apl_arena *arena, const char *path, bool must_exist);

/* Puts what was made into a report. */
void apl_readiness_show(apl_report *report, const apl_readiness *readiness);

#define APL_OPTION_ATTESTATIONS                                                                                        \
    {                                                                                                                  \
        "attestations", 0, APL_OPT_FILE, APL_OFFSET(attestations), "FILE",                                             \
            "statements of people about controls (default: attestations.yaml here, when it is there)", NULL            \
    }

#define APL_OPTIONS_ROLE                                                                                               \
    {"role",                                                                                                           \
     0,                                                                                                                \
     APL_OPT_LIST,                                                                                                     \
     APL_OFFSET(roles),                                                                                                \
     "LIST",                                                                                                           \
     "only duties of these roles; others are not applicable",                                                          \
     "provider deployer importer distributor authorised-representative gpai-provider"},                                \
    {                                                                                                                  \
        "risk-class", 0, APL_OPT_LIST, APL_OFFSET(risk_classes), "LIST",                                               \
            "only duties for AI systems of these classes; others are not applicable",                                  \
            "high-risk transparency general-purpose general-purpose-systemic"                                          \
    }

#endif
