/* policy/definition.h: a compiled policy, as the files of this folder know it.
 *
 * definition.c makes one and owns the order of the steps; effects.c and existence.c fill their parts; evaluate.c reads
 * it. Immutable once made. Outside the folder it is opaque. */
#ifndef APL_POLICY_DEFINITION_H
#define APL_POLICY_DEFINITION_H

#include "base/limits.h"
#include "policy/messages.h"
#include "policy/parameters.h"

/* In a scan a request has the newest API version there is; operations compare it with dates. */
#define APL_LATEST_API_VERSION "9999-12-31"

typedef enum apl_policy_mode {
    APL_MODE_ALL = 0,
    APL_MODE_INDEXED,
    APL_MODE_COMPONENT, /* a data-plane mode: only types that begin with the mode's name */
    APL_MODE_FOREIGN,   /* its rules are of another language: Kubernetes constraint templates */
} apl_policy_mode;

typedef enum apl_existence_scope {
    APL_EXISTENCE_DEFAULT = 0,
    APL_EXISTENCE_GROUP,
    APL_EXISTENCE_SUBSCRIPTION,
} apl_existence_scope;

/* What -IfNotExists asks of related resources. */
typedef struct apl_existence {
    apl_str type;
    bool is_extension; /* its resources lie on others: diagnostic settings, locks */
    apl_existence_scope scope;
    const apl_expression *name;           /* NULL: any */
    const apl_expression *resource_group; /* NULL: that of the resource */
    apl_condition *condition;             /* NULL: being there is enough */
} apl_existence;

typedef enum apl_operation_kind {
    APL_OPERATION_ADD_OR_REPLACE,
    APL_OPERATION_ADD,
    APL_OPERATION_REMOVE
} apl_operation_kind;

/* One change that modify or append asks for. */
typedef struct apl_operation {
    apl_operation_kind kind;
    apl_str field; /* as written */
    apl_str path;  /* in a document of the type that the alias belongs to */
    apl_field_id field_id;
    apl_field_id parent_id;          /* the alias of the object around it, or APL_TABLE_NONE */
    const apl_expression *condition; /* NULL: always */
    const apl_expression *value;     /* NULL for remove */
    apl_value constant;              /* the value when it needs no resource, else missing */
    bool is_conditional;             /* the condition is no constant `true` */
} apl_operation;

struct apl_policy {
    apl_str id;
    apl_str name; /* of the definition; for people, and the check when it is a user's */
    apl_str title;
    apl_str description;
    apl_str mode_name;
    apl_str refusal; /* why it judges nothing at all: disabled, another language ...; empty: it judges */
    apl_str missing; /* the parameters without a value, in words; empty when there are none */
    apl_str message; /* the assignment's words for what is not compliant */
    apl_value metadata;
    apl_value details; /* of `then`, as written */
    apl_condition *condition;
    apl_existence existence;
    const apl_operation *operations;
    size_t operation_count;
    apl_field_id tags_field;
    apl_field_id display_name_field;
    apl_effect effect;
    apl_policy_mode mode;
    apl_compliance manual_state;
    bool effect_is_missing;       /* its parameter has no value */
    bool condition_needs_missing; /* the `if` uses a parameter without a value */
    apl_str only_type;            /* applicable means exactly this type; empty: ask the condition */
    bool needs_group;             /* resourceGroup() is called somewhere */
    bool needs_subscription;
};

typedef struct apl_policy_options {
    apl_value definition; /* with or without the ARM envelope, or a policy rule alone */
    apl_value parameters; /* values, or missing */
    apl_str effect;       /* an override of the effect; empty: none */
    apl_str message;
    apl_str assignment_id; /* what policy() returns */
    apl_str initiative_id;
    apl_str reference_id;
    const char *file;
    bool takes_missing;          /* a parameter without a value is no matter: nobody assigns it yet */
    bool ignores_unknown_values; /* `parameters` may have values for other definitions */
} apl_policy_options;

apl_status apl_policy_compile_with(apl_policy **out, const apl_policy_context *context,
                                   const apl_policy_options *options);

/* `properties` of an ARM object, or the object itself; *path is "properties." or "". */
apl_value apl_policy_body(apl_value object, apl_str *path);

/* What compiling one policy passes from step to step. */
typedef struct apl_policy_build {
    const apl_policy_context *context;
    apl_reporter *reporter;
    apl_policy *policy;
    apl_parameters parameters;
    apl_value policy_value; /* what policy() returns */
    apl_value then;
    apl_value rule; /* the policyRule */
    apl_str path;   /* of the policyRule */
    apl_first_failure failure;
} apl_policy_build;

/* The settings of the condition compiler for the part at `path` below the policyRule. */
apl_compile apl_policy_compile_settings(const apl_policy_build *build, const char *path);

/* The value of an expression that needs no resource, or of a literal. Unread when a parameter has no value. */
apl_status apl_policy_constant(apl_value *out, const apl_policy_build *build, apl_value json, const char *path);

/* Whether mode Indexed takes the asset. */
bool apl_policy_is_indexed(const apl_policy *policy, const apl_subject *subject);

/* What evaluating the parts of a policy on one subject needs; `error` has APL_ERROR_BYTES_MAX bytes. */
void apl_policy_eval_settings(apl_eval *out, const apl_policy *policy, const apl_subject *subject,
                              const apl_policy_eval *eval, char *error);

#endif
