/* inspect/model/pickle_machine.h: the inside of the pickle machine, for the files pickle*.c only.
 *
 * A value is 64 bits: its kind, and a number that means something for that kind. What has parts is a node with a few of
 * them in a pool. Every array has a maximum; what does not fit becomes VALUE_LOST. */
#ifndef APL_INSPECT_MODEL_PICKLE_MACHINE_H
#define APL_INSPECT_MODEL_PICKLE_MACHINE_H

#include "base/table.h"
#include "inspect/model/pickle.h"

/* Values on the stack: lists are appended in batches, but a tuple lies there whole. 16 MB. */
#define PICKLE_STACK_MAX (2u << 20)
#define PICKLE_MARKS_MAX (1u << 16)
/* The memo of a pickle of some GB; beyond it values are lost. 16 MB. */
#define PICKLE_MEMO_MAX (2u << 20)
#define PICKLE_NODES_MAX (256u << 10)
#define PICKLE_POOL_MAX (1u << 20)
/* Texts that may become names; a name of Python longer than that is no name. */
#define PICKLE_NAME_BYTES_MAX 256u
#define PICKLE_STRINGS_MAX (128u << 10)
#define PICKLE_STRINGS_BYTES_MAX (4u << 20)
#define PICKLE_GLOBALS_MAX 4096u
#define PICKLE_LINE_BYTES_MAX (64u << 10)
/* Pickles inside texts of a pickle: of one, and of all together. */
#define PICKLE_NESTED_MAX 32u
#define PICKLE_NESTED_BYTES_MAX (64u << 10)
/* Object arrays inside each other, each a pickle in the same bytes. */
#define PICKLE_INNER_MAX 8u
/* A value that stands for so many, and so many times the opcodes that made it, is a bomb. */
#define PICKLE_WEIGHT_MAX 1e9
#define PICKLE_WEIGHT_RATIO 1e4

typedef uint64_t value;

typedef enum value_kind {
    VALUE_LOST = 0, /* a limit was met */
    VALUE_MISSING,  /* the memo never had it */
    VALUE_NONE,
    VALUE_BOOL,
    VALUE_INTEGER,
    VALUE_NUMBER, /* a float, or an integer that does not fit */
    VALUE_STRING, /* number of a known text */
    VALUE_TEXT,   /* a text too long for a name */
    VALUE_BYTES,
    VALUE_BUFFER, /* given from outside */
    VALUE_LIST,
    VALUE_TUPLE,
    VALUE_DICT,
    VALUE_SET,
    VALUE_GLOBAL, /* number of a global */
    VALUE_CALL,   /* the result of a call: parts are callee, arguments, state */
    VALUE_PERSISTENT,
    VALUE_EXTENSION,
} value_kind;

#define KIND_SHIFT 56
#define NUMBER_MASK ((UINT64_C(1) << KIND_SHIFT) - 1)
/* A node-less aggregate: the node table was full. */
#define NODE_NONE NUMBER_MASK

static inline value value_make(value_kind kind, uint64_t number)
{
    return (uint64_t)kind << KIND_SHIFT | (number & NUMBER_MASK);
}
static inline value_kind value_kind_of(value of)
{
    return (value_kind)(of >> KIND_SHIFT);
}
static inline uint64_t value_number(value of)
{
    return of & NUMBER_MASK;
}
static inline value value_integer(int64_t number)
{
    int64_t reach = INT64_C(1) << (KIND_SHIFT - 1);
    return number >= -reach && number < reach ? value_make(VALUE_INTEGER, (uint64_t)number)
                                              : value_make(VALUE_NUMBER, 0);
}
/* Of VALUE_INTEGER, signed again. */
static inline int64_t value_signed(value of)
{
    return (int64_t)(of << (64 - KIND_SHIFT)) >> (64 - KIND_SHIFT);
}

typedef struct node {
    double weight;  /* values that it stands for when written out */
    uint32_t first; /* in the pool */
    uint16_t count; /* parts that are kept */
    uint16_t room;
} node;

typedef struct known_global {
    uint32_t module; /* numbers of texts */
    uint32_t name;
    apl_global_kind kind;
} known_global;

typedef struct nested_text {
    apl_str bytes; /* decoded */
    uint64_t offset;
} nested_text;

/* A pickle inside the same bytes (an array of objects of joblib) runs above the values of the outer one. */
typedef struct inner_run {
    size_t stack_base;
    size_t mark_base;
    size_t memo_base;
} inner_run;

struct apl_pickle {
    apl_model_scan *scan;
    apl_input *input;
    apl_arena *arena;
    APL_VECTOR(value) stack;
    APL_VECTOR(uint32_t) marks;
    APL_VECTOR(value) memo;
    APL_VECTOR(node) nodes;
    APL_VECTOR(value) pool;
    APL_VECTOR(apl_str) strings;
    apl_table *string_numbers;
    size_t strings_bytes;
    APL_VECTOR(known_global) globals;
    nested_text nested[PICKLE_NESTED_MAX];
    size_t nested_count;
    bool nested_is_cut;
    inner_run runs[PICKLE_INNER_MAX];
    size_t run_count;
    apl_pickle_outcome outcome;
    uint64_t opcode_at;
    uint64_t frame_end; /* 0: outside frames */
    double weight_max;
    bool is_lost; /* a limit was met that matters */
    /* Facts over all pickles of the member. */
    uint64_t tensors;
    uint64_t parameters;
    uint64_t storage_bytes;
    apl_table *storages; /* keys that were counted */
    bool is_storage_lost;
    bool is_trial; /* what is counted is taken back, so tables stay as they are */
    uint32_t dtype_names[16];
    uint64_t dtype_counts[16];
    size_t dtype_count;
};

/* The stack. Popping below the present run's base is the fault of the pickle. */
bool pickle_push(apl_pickle *machine, value pushed);
value pickle_top(const apl_pickle *machine);
bool pickle_fault(apl_pickle *machine, const char *what);

/* A node of `kind` with the first of `count` values as its parts. */
value pickle_node(apl_pickle *machine, value_kind kind, const value *parts, size_t count);
/* Puts another part into a node where there is room; its weight grows in any case. */
void pickle_add_part(apl_pickle *machine, value to, value part);
value pickle_part(const apl_pickle *machine, value of, size_t index);
size_t pickle_part_count(const apl_pickle *machine, value of);

/* A text as a value; VALUE_TEXT when it is too long, VALUE_LOST when there are too many. */
value pickle_string(apl_pickle *machine, apl_str text);
apl_str pickle_text_of(const apl_pickle *machine, value of);

/* What a name, a call and a change do: pickle_calls.c. Each judges and gives the value that comes of it. */
value pickle_global(apl_pickle *machine, value module, value name);
value pickle_call(apl_pickle *machine, value callee, value arguments);
bool pickle_build(apl_pickle *machine, value target, value state);
void pickle_change(apl_pickle *machine, value target, const value *items, size_t count);

/* pickle_torch.c: tensors, storages, and the raw arrays that joblib puts between opcodes. */
void pickle_tensor(apl_pickle *machine, apl_str name, value arguments);
bool pickle_skip_array(apl_pickle *machine, value state);
bool pickle_is_array_wrapper(const apl_pickle *machine, value target);

/* Keeps bytes that look like a pickle, also as base64 or hexadecimal digits; pickle_nested.c. */
void pickle_look_inside(apl_pickle *machine, uint64_t size);

#endif
