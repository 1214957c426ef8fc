/* condition/condition.h: the one condition language of the product, that of Azure Policy.
 *
 * Rules, services, techniques, exemptions and queries are all written in it. A condition is compiled once (fields
 * become numbers, constant expressions are folded, parameters are put in) and then evaluated on one subject at a time,
 * from any number of threads. The outcome has four values: a failing function is `error` with its reason and a part
 * that was not read is `unread`; neither is ever taken for false. Evaluation of operators on fields allocates nothing;
 * functions use the scratch arena of the caller.
 * Semantics: docs/policy-language.md, the register of decisions, each with its test and its source. */
#ifndef APL_CONDITION_CONDITION_H
#define APL_CONDITION_CONDITION_H

#include "base/clock.h"
#include "condition/aliases.h"
#include "model/subject.h"

typedef enum apl_truth { APL_FALSE = 0, APL_TRUE, APL_TRUTH_UNREAD, APL_TRUTH_ERROR } apl_truth;

typedef struct apl_condition apl_condition;
typedef struct apl_expression apl_expression;

/* One message about a rule text. `path` is the JSON path inside the file, `nearest` a valid name that was
 * perhaps meant (may be empty). */
typedef enum apl_message_level { APL_MESSAGE_ERROR, APL_MESSAGE_WARNING } apl_message_level;
typedef struct apl_message {
    apl_message_level level;
    apl_str path;
    apl_str text;
    apl_str nearest;
} apl_message;
typedef void (*apl_message_fn)(void *context, const apl_message *message);

/* What compiling needs. `parameters` is an object name -> value with the values in force (defaults already
 * filled in); its names compare without regard to case. A parameter that is declared but has no value is a member whose
 * value is missing: it compiles, and fails when an evaluation needs it. `policy` is what policy() returns. */
typedef struct apl_compile {
    apl_arena *arena; /* the compiled program lives here */
    apl_fields *fields;
    const apl_aliases *aliases; /* for messages about unknown names only; may be NULL */
    apl_value parameters;
    apl_value policy;
    const char *file;          /* for messages */
    apl_str path;              /* JSON path of what is compiled, for messages: "policyRule.if" */
    bool forbids_subject;      /* field(), resourceGroup(), subscription() are errors (modify conditions) */
    apl_message_fn on_message; /* called for each error and warning; may be NULL */
    void *on_message_context;
} apl_compile;

/* Compiles one condition object (allOf, anyOf, not, field, value, count). All mistakes are reported through
 * on_message; the status carries the first one, "file: path: cause; did you mean X". */
apl_status apl_condition_compile(apl_condition **out, const apl_compile *compile, apl_value json);

/* Compiles any JSON value in which texts may be `[expressions]` (effect details, id templates, parameters). */
apl_status apl_expression_compile(apl_expression **out, const apl_compile *compile, apl_value json);

/* What evaluating needs. */
typedef struct apl_eval {
    const apl_subject *subject; /* `field` conditions look here */
    const apl_subject *origin;  /* field(), resourceGroup(), subscription() in expressions look here; the resource of
                                   the `if` while an existenceCondition runs, else the same as subject */
    apl_arena *arena;           /* scratch for functions; the caller resets it */
    apl_instant now;
    apl_value resource_group; /* object for resourceGroup(), missing when unknown */
    apl_value subscription;   /* object for subscription() */
    apl_str api_version;      /* for requestContext().apiVersion */
    const apl_scope *scope;   /* members of arrays that are bound from outside, as by a count; or NULL */
    struct apl_trace *trace;  /* NULL: no explanation wanted */
    char *error;              /* APL_ERROR_BYTES_MAX bytes for the reason of an error, or NULL */
} apl_eval;

apl_truth apl_condition_eval(const apl_condition *condition, const apl_eval *eval);

/* APL_E_INPUT with the reason when a function fails. Unread input gives an unread value. */
apl_status apl_expression_eval(apl_value *out, const apl_expression *expression, const apl_eval *eval);

/* The same condition for the subjects of one plan at one time alone: what these decide is decided, and where fields lie
 * is looked up now instead of once a subject. The outcome is that of `condition` on each of them; it gives no
 * explanation. Lives in the arena, and needs the condition and the plan as long as it lives. */
typedef struct apl_narrow {
    apl_arena *arena;
    const apl_plan *plan;
    apl_instant now;
} apl_narrow;
const apl_condition *apl_condition_narrow(const apl_condition *condition, const apl_narrow *options);

/* With only the resource type known: false means that no resource of this type can ever meet the condition. Conditions
 * on `type` are decided, all others are open. */
apl_truth apl_condition_screen_type(const apl_condition *condition, apl_str type);

/* Whether the policy is applicable to the resource at all: conditions on type, name and kind hold, all others are
 * taken as true (below a negation as false). azure-policy.md, section 5, item 24. */
bool apl_condition_is_applicable(const apl_condition *condition, const apl_eval *eval);

/* The same for all resources of a type, where name and kind do not matter: true or false; else unread. */
apl_truth apl_condition_applies_to_type(const apl_condition *condition, apl_str type);

/* True when a field or function of it needs facts that exist only after linking. */
bool apl_condition_is_derived(const apl_condition *condition);

/* The explanation of one evaluation: each leaf that decided the outcome, in the order of the rule. A leaf below an
 * anyOf that was true is listed only when it was true itself, and so on; what was not decisive is left out. */
#define APL_TRACE_FIELDS_MAX 4 /* the ones that an expression reads first */

typedef struct apl_trace_field {
    apl_str path;
    apl_value value;
} apl_trace_field;

typedef struct apl_trace_leaf {
    apl_str path;          /* path in the document, or of an expression what was calculated: length(instructions) */
    apl_str operator_name; /* as in the language: "equals", "exists", "count greater" ... */
    apl_value value;       /* what was found: missing, unread or a copy in the trace's arena */
    apl_value operand;     /* what the rule compares with */
    apl_truth outcome;     /* of the leaf itself */
    bool is_negated;       /* below an odd number of `not` */
    bool is_calculated;    /* an expression ... */
    uint8_t field_count;   /* ... over these fields of the document */
    apl_trace_field fields[APL_TRACE_FIELDS_MAX];
} apl_trace_leaf;

typedef struct apl_trace {
    apl_arena *arena;
    APL_VECTOR(apl_trace_leaf) leaves; /* freed by apl_trace_free */
    size_t leaves_max;
} apl_trace;

void apl_trace_init(apl_trace *trace, apl_arena *arena);
void apl_trace_free(apl_trace *trace);

/* Names for messages and lint: operators, functions. Sorted, NULL-terminated. */
const char *const *apl_condition_operators(void);
const char *const *apl_expression_functions(void);

#endif
