/* policy/parameters.h: the values of a definition's or an initiative's parameters.
 *
 * A value comes from whoever uses the definition, else from its default. Names compare without regard to case. A
 * parameter without either has the value `missing` and is named in `missing`: many published definitions have one, and
 * what does not depend on it can still be judged. A given value that is `unread` says that there is none, whatever the
 * default. */
#ifndef APL_POLICY_PARAMETERS_H
#define APL_POLICY_PARAMETERS_H

#include "policy/messages.h"

typedef struct apl_parameters {
    apl_value values; /* object: name as declared -> value in force */
    const apl_str *missing;
    size_t missing_count;
} apl_parameters;

typedef struct apl_parameters_request {
    apl_arena *arena;
    apl_reporter *reporter;
    apl_value declared;   /* the `parameters` member: name -> {type, defaultValue, allowedValues} */
    apl_value given;      /* {p: {"value": v}} or {p: v}, or missing */
    apl_str path;         /* of `declared`, for messages */
    bool ignores_unknown; /* values of names that are not declared are no matter */
} apl_parameters_request;

/* APL_E_CONTENT when a value has the wrong type or is not among the allowed ones. */
apl_status apl_parameters_resolve(apl_parameters *out, const apl_parameters_request *request);

/* The value in {"value": v}, else the value itself. */
apl_value apl_parameter_unwrap(apl_value given);

/* "the parameter 'a' has no value and no default", or of several. */
apl_str apl_parameters_missing_text(apl_arena *arena, const apl_parameters *parameters);

extern const char *const apl_parameter_types[]; /* "String", "Array", ... NULL */

#endif
