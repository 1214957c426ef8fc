/* condition/compiler.h: the state of one compilation; private to this folder.
 *
 * compile.c walks the JSON of a condition and lays nodes out, leaf.c makes the leaves, expression.c turns texts in
 * brackets into instructions, report.c collects what is wrong. A mistake is reported and compiling goes on, so that
 * one run shows them all; the status of the whole is that of the first one. */
#ifndef APL_CONDITION_COMPILER_H
#define APL_CONDITION_COMPILER_H

#include "condition/program.h"

/* Names and positions from the root of the file to what is being compiled. */
#define APL_REPORT_STEPS_MAX 512

/* Fields that one computed name may turn out to be. */
#define APL_NAMED_FIELDS_MAX 1000

typedef struct apl_report_step {
    apl_str key; /* data NULL: an index */
    uint32_t index;
} apl_report_step;

/* A count around what is being compiled. */
typedef struct apl_count_around {
    bool is_field;
    apl_str name;    /* its index name, or the field that it counts */
    apl_value items; /* of a value count over a constant array, else missing */
} apl_count_around;

/* A field that is a plain path: worth a warning when the rule turns out to be about Azure types. */
typedef struct apl_plain_path {
    apl_str path;
    apl_str name;
} apl_plain_path;

typedef struct apl_compiler {
    const apl_compile *options;
    apl_arena *arena;
    apl_status status;
    apl_str message; /* of the first error */
    size_t step_count;
    uint32_t count_depth;
    uint32_t conditions;
    uint32_t value_counts;
    uint32_t kept_count; /* values that are kept inside counts */
    bool is_derived;
    bool is_about_azure;
    APL_VECTOR(apl_node) nodes;
    APL_VECTOR(apl_plain_path) plain_paths;
    /* Not cleared: thousands of conditions are compiled at each start. */
    apl_count_around counts[APL_COUNTS_NESTED_MAX];
    apl_report_step steps[APL_REPORT_STEPS_MAX];
} apl_compiler;

/* ---- report.c ---- */

void apl_compiler_start(apl_compiler *compiler, const apl_compile *options);

/* Frees what the compiler holds and gives the status with the message of the first error. */
apl_status apl_compiler_finish(apl_compiler *compiler);

/* One step further into the file; leave by setting step_count back. */
void apl_report_into(apl_compiler *compiler, apl_str key);
void apl_report_into_index(apl_compiler *compiler, uint32_t index);
apl_str apl_report_path(const apl_compiler *compiler);

typedef struct apl_report {
    apl_message_level level;
    apl_status status; /* of an error */
    apl_str nearest;   /* a valid name that was perhaps meant */
} apl_report;

__attribute__((format(printf, 3, 4))) void apl_report_message(apl_compiler *compiler, const apl_report *report,
                                                              const char *format, ...);
__attribute__((format(printf, 2, 3))) void apl_report_error(apl_compiler *compiler, const char *format, ...);
__attribute__((format(printf, 2, 3))) void apl_report_warning(apl_compiler *compiler, const char *format, ...);

/* Keeps the nearest name found so far: call it for each candidate with the same `nearest` and `distance`, which starts
 * as apl_nearest_limit(name). */
unsigned apl_nearest_limit(apl_str name);
void apl_nearest_try(apl_str *nearest, unsigned *distance, apl_str name, apl_str candidate);

/* ---- expression.c ---- */

/* Compiles any JSON value; texts in brackets are expressions. False after a reported mistake. */
bool apl_code_compile(apl_code *out, apl_compiler *compiler, apl_value json);

/* Whether a text is an expression; else *out is the text that it stands for ("[[x]" is "[x]"). */
bool apl_text_is_expression(apl_str *out, apl_arena *arena, apl_str text);

/* ---- fields.c ---- */

/* Asks for a field, checks its name and notes what it says about the rule. */
apl_field_id apl_field_compile(apl_compiler *compiler, apl_str name);

/* The same for the field of a count: how many members there are is asked for, not what they are. */
apl_field_id apl_field_compile_counted(apl_compiler *compiler, apl_str name);

/* The fields that the computed name `code` may turn out to be. */
const apl_named_fields *apl_named_fields_compile(apl_compiler *compiler, const apl_code *code);

/* The step for current() or current('name'). False after a reported mistake. */
bool apl_current_compile(apl_code_step *out, apl_compiler *compiler, bool has_name, apl_str name);

/* ---- leaf.c ---- */

/* The parts of a condition object. */
typedef struct apl_condition_parts {
    apl_str group_key; /* allOf, anyOf, not as written; data NULL for a leaf */
    apl_node_kind group;
    apl_value members; /* of a group */
    apl_str left_key;  /* field, value or count as written */
    apl_value left;
    apl_str operator_key;
    const apl_operator_name *operator;
    apl_value right;
} apl_condition_parts;

/* Takes a condition object apart. False after a reported mistake. */
bool apl_condition_take_apart(apl_condition_parts *out, apl_compiler *compiler, apl_value json);

/* Compiles the leaf in `parts` into *node (all but `end`). For a count with a `where`, that is given in *where and the
 * count is entered (compiler->counts): the caller leaves it. False after a reported mistake. */
bool apl_leaf_compile(apl_node *node, apl_value *where, apl_compiler *compiler, const apl_condition_parts *parts);

#endif
