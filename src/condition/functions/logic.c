/* condition/functions/logic.c: comparisons, and values without arguments.
 *
 * Comparing follows the operators of conditions (no case, coercion of numbers and booleans), so that
 * "[equals(field('a'), 'X')]" and {"field": "a", "equals": "X"} agree. and(), or(), if() and coalesce() are steps of
 * the compiled expression, because they do not look at all of their arguments. */
#include "condition/operators.h"
#include "condition/program.h"

apl_status apl_fn_true(apl_value *out, const apl_call *call)
{
    (void)call;
    *out = apl_value_bool(true);
    return APL_OK;
}

apl_status apl_fn_false(apl_value *out, const apl_call *call)
{
    (void)call;
    *out = apl_value_bool(false);
    return APL_OK;
}

apl_status apl_fn_null(apl_value *out, const apl_call *call)
{
    (void)call;
    *out = APL_NULL;
    return APL_OK;
}

apl_status apl_fn_not(apl_value *out, const apl_call *call)
{
    bool argument = false;
    apl_status status = apl_call_need_bool(&argument, call, 0);

    *out = apl_value_bool(!argument);
    return status;
}

apl_status apl_fn_equals(apl_value *out, const apl_call *call)
{
    *out = apl_value_bool(apl_values_equal(call->arguments[0], call->arguments[1]));
    return APL_OK;
}

static apl_status compare(apl_value *out, const apl_call *call, apl_operator base)
{
    apl_truth truth = APL_TRUTH_ERROR;

    if (call->arguments[0].type == APL_VALUE_NULL)
        return apl_call_wrong(call, 0, "a number or a text");
    truth = apl_operator_apply(base, call->arguments[0], call->arguments[1]);
    *out = apl_value_bool(truth == APL_TRUE);
    return truth == APL_TRUTH_ERROR ? apl_fail_context(APL_E_INPUT, "%s()", call->function->name) : APL_OK;
}

apl_status apl_fn_less(apl_value *out, const apl_call *call)
{
    return compare(out, call, APL_OP_LESS);
}

apl_status apl_fn_less_or_equals(apl_value *out, const apl_call *call)
{
    return compare(out, call, APL_OP_LESS_OR_EQUALS);
}

apl_status apl_fn_greater(apl_value *out, const apl_call *call)
{
    return compare(out, call, APL_OP_GREATER);
}

apl_status apl_fn_greater_or_equals(apl_value *out, const apl_call *call)
{
    return compare(out, call, APL_OP_GREATER_OR_EQUALS);
}
