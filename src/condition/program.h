/* condition/program.h: the compiled form of conditions and expressions; private to this folder.
 *
 * A condition is a flat array of nodes in the order of the rule: a group stands before its members and knows where they
 * end, so evaluating walks forward with a small stack and leaves a group at its first decisive member. An
 * expression is a flat array of instructions that work on a stack of values; if(), and(), or() and coalesce() are
 * jumps, which is what makes them lazy. Nothing recurses. Depths and sizes are checked at compile time. Read-only after
 * compiling: any number of threads. */
#ifndef APL_CONDITION_PROGRAM_H
#define APL_CONDITION_PROGRAM_H

#include "base/limits.h"
#include "condition/functions/functions.h"
#include "condition/operators.h"

/* Counts within counts; the deepest of Microsoft's definitions has 3. */
#define APL_COUNTS_NESTED_MAX 8

/* Expressions inside counts whose values are kept while members of inner counts come and go. */
#define APL_KEPT_MAX 8

/* Members visited by all counts of one evaluation, with the items that their conditions look at, so that counts of
 * counts over a hostile document end. */
#define APL_COUNT_STEPS_MAX 4000000u

typedef enum apl_step_kind {
    APL_STEP_CONSTANT = 0,
    APL_STEP_CALL,          /* function over the `count` topmost values */
    APL_STEP_MEMBER,        /* the member `text` of the topmost value */
    APL_STEP_INDEX,         /* the topmost value is the index into the one below it */
    APL_STEP_FIELD,         /* field('name') */
    APL_STEP_FIELD_NAMED,   /* field() of the topmost value */
    APL_STEP_CURRENT,       /* the member of the enclosing count number `level` */
    APL_STEP_CURRENT_FIELD, /* current('alias[*].below'): a field below the member */
    APL_STEP_PARAMETER,     /* the parameter named by the topmost value */
    APL_STEP_NO_PARAMETER,  /* a parameter without a value: fails when it is needed */
    APL_STEP_ARRAY,         /* JSON with expressions in it: the `count` topmost values */
    APL_STEP_OBJECT,
    APL_STEP_IF, /* takes a boolean: false jumps to `jump`, unread gives unread and jumps to `end` */
    APL_STEP_JUMP,
    APL_STEP_AND, /* false stays and jumps to `jump`; with `count` 2 first takes the value below into it */
    APL_STEP_OR,
    APL_STEP_COALESCE, /* null is taken away; anything else stays and jumps to `jump` */
} apl_step_kind;

/* The fields that a computed name may turn out to be. `tags` serves every name of a tag. */
typedef struct apl_named_fields {
    apl_field_id tags;
    uint32_t count;
    const apl_str *names;
    const apl_field_id *fields;
} apl_named_fields;

typedef struct apl_code_step {
    uint8_t kind;     /* apl_step_kind */
    uint8_t level;    /* APL_STEP_CURRENT */
    bool is_array;    /* APL_STEP_CURRENT_FIELD: has more `[*]` than the counts around it bind */
    bool is_location; /* APL_STEP_FIELD: blanks do not count */
    uint32_t count;
    union {
        apl_field_id field;
        uint32_t jump; /* relative to this step */
    };
    uint32_t end; /* relative to this step */
    union {
        apl_value constant; /* APL_STEP_PARAMETER: the object of all parameters; _NO_PARAMETER: its name */
        const apl_function *function;
        const apl_str *names; /* APL_STEP_MEMBER: one; APL_STEP_OBJECT: `count` */
        const apl_named_fields *named;
    };
} apl_code_step;

typedef struct apl_code {
    const apl_code_step *steps;
    uint32_t count;
    uint32_t stack_max; /* values on the stack at once */
} apl_code;

typedef enum apl_node_kind {
    APL_NODE_ALL = 0,
    APL_NODE_ANY,
    APL_NODE_NOT,
    APL_NODE_COUNT, /* the nodes up to `end` are its `where`; without one there are none */
    APL_NODE_FIELD,
    APL_NODE_FIELD_NAMED, /* the name is computed */
    APL_NODE_VALUE,
    APL_NODE_TRUTH,  /* decided at compile time */
    APL_NODE_SLOT,   /* narrowed: a field that lies in a slot, with no [*] behind it */
    APL_NODE_MEMBER, /* narrowed: a field at or below the present member of the count number `level` */
} apl_node_kind;

enum {
    APL_NODE_IS_TYPE = 1 << 0, /* the field is `type` ... */
    APL_NODE_IS_NAME = 1 << 1,
    APL_NODE_IS_KIND = 1 << 2,
    APL_NODE_IS_LOCATION = 1 << 3,
    APL_NODE_NEGATIVE = 1 << 4, /* notEquals and the like */
    APL_NODE_NEGATED = 1 << 5,  /* stands below an odd number of `not` */
    APL_NODE_IS_KEPT = 1 << 6,  /* of a value: its left side needs no member of the innermost count */
};

/* What only messages and explanations need. */
typedef struct apl_node_info {
    apl_str text; /* the field's name, or the expression as written */
    apl_str operator_name;
} apl_node_info;

typedef struct apl_node {
    uint8_t kind; /* apl_node_kind */
    uint8_t base; /* apl_operator */
    uint8_t flags;
    uint8_t level; /* of a count: how many counts are around it; of a kept value: the first so many counts decide it */
    uint32_t end;  /* the node behind this one and all below it */
    apl_field_id field;
    union {
        uint32_t stop_at;    /* of a count: the number from which on more members change nothing; 0: count all */
        apl_truth truth;     /* APL_NODE_TRUTH */
        uint32_t first_step; /* APL_NODE_MEMBER: of the binding, behind the [*] of the member */
        uint32_t kept;       /* of a kept value: its number */
    };
    const apl_operand *operand; /* known at compile time, or NULL: */
    const apl_code *right;      /* computed */
    const apl_code *left;       /* `value`, count.value (NULL: count.field), a computed name */
    const apl_node_info *info;
    union {
        const apl_named_fields *named;
        const apl_binding *binding; /* APL_NODE_SLOT, APL_NODE_MEMBER */
    };
    uint32_t next[2]; /* narrowed, of leaves and counts: the leaf or count to go on with when it is false, and true */
} apl_node;

/* Instead of a node: the whole condition, or the `where` around, is false or true. */
#define APL_NODE_EXIT_FALSE (UINT32_MAX - 1)
#define APL_NODE_EXIT_TRUE UINT32_MAX

/* The first leaf or count from node `at` on. */
static inline uint32_t apl_node_first(const apl_node *nodes, uint32_t at)
{
    while (nodes[at].kind <= APL_NODE_NOT)
        at++;
    return at;
}

struct apl_condition {
    const apl_node *nodes;
    uint32_t count;
    const apl_condition *whole; /* narrowed: from which */
    const apl_plan *only_plan;  /* narrowed: of all subjects that it may be asked about; else NULL */
    apl_instant only_now;       /* narrowed: the time of every evaluation */
    bool is_derived;
    bool has_type;
    bool has_other; /* any leaf but type, name and kind */
    bool has_location;
    bool has_counts;
};

struct apl_expression {
    apl_code code;
    bool is_derived;
};

/* The left side of a leaf, as long as the members that it was made of are the present ones. */
typedef struct apl_kept_value {
    uint64_t member; /* the number of the innermost of them; 0: nothing was kept yet */
    apl_value value;
} apl_kept_value;

/* The state of one evaluation. Lives on the stack of the caller. */
typedef struct apl_run {
    const apl_eval *eval; /* NULL while constants are folded */
    apl_arena *arena;
    const apl_scope *scope;
    size_t bytes;         /* made by functions so far */
    uint64_t steps;       /* members visited by counts so far, and what their conditions looked at */
    uint32_t in_counts;   /* how many counts are being evaluated */
    apl_kept_value *kept; /* APL_KEPT_MAX of them; only in conditions with counts */
    apl_value current[APL_COUNTS_NESTED_MAX];
    uint64_t members[APL_COUNTS_NESTED_MAX]; /* the number of the present member of each count, never twice the same */
    uint64_t member_count;                   /* so far */
} apl_run;

static inline void apl_run_start(apl_run *run, const apl_eval *eval, apl_arena *arena)
{
    run->eval = eval;
    run->arena = arena;
    run->scope = eval ? eval->scope : NULL;
    run->bytes = 0;
    run->steps = 0;
    run->in_counts = 0;
    run->kept = NULL;
    run->member_count = 0;
}

/* Where field() looks. */
static inline const apl_subject *apl_run_origin(const apl_run *run)
{
    return run->eval->origin ? run->eval->origin : run->eval->subject;
}

/* Evaluates an expression; APL_E_INPUT or APL_E_LIMIT when a function fails. */
apl_status apl_code_eval(apl_value *out, const apl_code *code, apl_run *run);

/* How many of the counts around it, the outermost first, the value of the expression depends on; all that there are
 * when it reads anything else. */
uint32_t apl_code_counts_needed(const apl_code *code, uint32_t counts_around);

static inline bool apl_code_is_constant(const apl_code *code)
{
    return code->count == 1 && code->steps[0].kind == APL_STEP_CONSTANT;
}

/* All members that a field with `[*]` selects, as an array; unread when a part was not read. A member that lacks the
 * rest of the path gives "". */
apl_status apl_field_collect(apl_value *out, const apl_subject *subject, apl_field_id field, apl_run *run);

/* The value of a field whose name was computed. */
apl_status apl_field_by_name(apl_value *out, const apl_named_fields *named, apl_str name, const apl_subject *subject);

/* "East US 2" as "EastUS2": blanks do not count in a location. Other values come back as they are. */
#define APL_LOCATION_TEXT_MAX 64
apl_value apl_location_normalise(char buffer[APL_LOCATION_TEXT_MAX], apl_value location);

/* Keeps the message of the thread as the reason of the evaluation's error; returns APL_TRUTH_ERROR. */
apl_truth apl_run_failed(const apl_run *run);

/* Explanations; see trace.c. */
void apl_trace_add(const apl_run *run, const apl_node *node, apl_value found, apl_truth outcome);
void apl_trace_cut(apl_trace *trace, size_t from, size_t to);

#endif
