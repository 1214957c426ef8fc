/* condition/functions/functions.h: the functions of expressions, as a family.
 *
 * functions/list.inc is the one place that names them: one line a function gives its name, number of arguments and
 * help; the function itself stands in the file of its group. A function gets arguments that are there (never missing,
 * never unread: those decide the outcome before it is called), allocates with apl_call_alloc and fails through
 * apl_fail. Pure functions of constants are evaluated when the rule is compiled. */
#ifndef APL_CONDITION_FUNCTIONS_FUNCTIONS_H
#define APL_CONDITION_FUNCTIONS_FUNCTIONS_H

#include "condition/condition.h"

typedef struct apl_function apl_function;
struct apl_run;

typedef struct apl_call {
    const apl_function *function;
    const apl_value *arguments;
    uint32_t count;
    struct apl_run *run;
} apl_call;

typedef apl_status (*apl_function_run)(apl_value *out, const apl_call *call);

enum {
    APL_FUNCTION_PURE = 0,
    APL_FUNCTION_CONTEXT = 1 << 0, /* depends on the time, the request or the surroundings of the resource */
    APL_FUNCTION_SUBJECT =
        1 << 1, /* looks at the resource or its surroundings; not in conditions of modify operations */
    APL_FUNCTION_COMPILED = 1 << 2, /* the compiler turns it into a term of its own */
    APL_FUNCTION_OURS = 1 << 3,     /* Azure does not allow it in policy rules */
};

#define APL_ARGUMENTS_ANY 255

struct apl_function {
    const char *name;
    uint8_t arguments_min;
    uint8_t arguments_max;
    uint8_t flags;
    apl_function_run run;
    const char *help;
};

/* The function of that name in any casing, or NULL. O(log n). */
const apl_function *apl_function_find(apl_str name);

/* The table itself, sorted by name without regard to case. */
const apl_function *apl_function_table(size_t *count);

/* True for functions of deployment templates that policy rules cannot use. */
bool apl_function_is_template_only(apl_str name);

/* Room for a result in the arena of the evaluation; fails above APL_FUNCTION_BYTES_MAX, or when all results of the
 * evaluation together pass a maximum. */
apl_status apl_call_alloc(void **out, const apl_call *call, size_t size);
apl_status apl_call_items(apl_value **out, const apl_call *call, size_t count);
apl_status apl_call_members(apl_member **out, const apl_call *call, size_t count);

/* Gives *out a copy of `text`. */
apl_status apl_call_text(apl_value *out, const apl_call *call, apl_str text);

/* Arguments by what they must be; the message names the function and the argument. */
apl_status apl_call_need_text(apl_str *out, const apl_call *call, uint32_t argument);
apl_status apl_call_need_integer(int64_t *out, const apl_call *call, uint32_t argument);
apl_status apl_call_need_number(apl_value *out, const apl_call *call, uint32_t argument);
apl_status apl_call_need_bool(bool *out, const apl_call *call, uint32_t argument);
apl_status apl_call_wrong(const apl_call *call, uint32_t argument, const char *needed);

/* A value as string() writes it: texts as they are, True, False, numbers, and JSON for arrays and objects. */
apl_status apl_call_to_text(apl_str *out, const apl_call *call, apl_value value);

#define APL_FUNCTION(symbol, name, min, max, flags, help) apl_status symbol(apl_value *out, const apl_call *call);
#include "condition/functions/list.inc"
#undef APL_FUNCTION

#endif
