/* access/azure/abac.h: the condition of an Azure role assignment, permission block or deny assignment.
 *
 * Microsoft's page "Azure role assignment condition format and syntax". Compiled once to a flat program, evaluated in
 * three values: an attribute that nobody knows makes a comparison unread, never false. Read-only once compiled. */
#ifndef APL_ACCESS_AZURE_ABAC_H
#define APL_ACCESS_AZURE_ABAC_H

#include "condition/condition.h"

typedef struct apl_abac apl_abac;

/* What is known of the request. */
typedef struct apl_request {
    apl_str action;
    apl_str resource;     /* its id: gives the names of the resource and of those above it */
    apl_value attributes; /* {"Request": {name: value}, "Resource": ..., "Principal": ..., "Environment": ...,
                             "SubOperation": name}; an attribute that is null is known not to exist */
} apl_request;

/* APL_E_INPUT with the place of the fault. The program keeps pointing into `text`. */
apl_status apl_abac_compile(apl_abac **out, apl_arena *arena, apl_str text);

/* APL_TRUE, APL_FALSE, or APL_TRUTH_UNREAD. */
apl_truth apl_abac_eval(const apl_abac *abac, const apl_request *request);

/* True when the outcome may depend on the id of the resource. */
bool apl_abac_reads_resource(const apl_abac *abac);

/* The ids that it compares the attribute RoleDefinitionId of a request with; for listing what may be given away. */
size_t apl_abac_role_ids(apl_str *out, size_t max, const apl_abac *abac);

#endif
