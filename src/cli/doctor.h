/* cli/doctor.h: what reading takes, and whether an identity has it.
 *
 * The needs are those that services/ name for each type and each further call. Judging is the access engine's: the
 * caller's own permissions, as Azure tells them, against each need. Nothing here goes over the network. */
#ifndef APL_CLI_DOCTOR_H
#define APL_CLI_DOCTOR_H

#include "report/doctor.h"
#include "scan/scan.h"

/* The needs of Azure, Microsoft Entra, Power Platform and Purview, each once, sorted. They live in `arena`. */
void apl_doctor_needs(apl_doctor *out, apl_arena *arena, const apl_content *content);

/* Fills in the answers of a tenant whose rights were read. */
void apl_doctor_judge(apl_doctor_tenant *tenant, apl_arena *arena, const apl_doctor *doctor);

/* True when a scan would not read everything: a host, a sign-in or a permission that is missing. What no API tells does
 * not count. */
bool apl_doctor_lacks_something(const apl_doctor *doctor);

#endif
