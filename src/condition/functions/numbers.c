/* condition/functions/numbers.c: arithmetic and conversions to numbers and booleans.
 *
 * Whole numbers have 64 bits; passing them is an error, not a wrap. A text that is a number counts as one, as
 * everywhere in the language. div and mod work on whole numbers, as in the templates of Azure. */
#include <math.h>

#include "condition/program.h"

typedef bool (*integer_operation)(int64_t a, int64_t b, int64_t *out);
typedef double (*real_operation)(double a, double b);

static bool add_integers(int64_t a, int64_t b, int64_t *out)
{
    return __builtin_add_overflow(a, b, out);
}

static bool sub_integers(int64_t a, int64_t b, int64_t *out)
{
    return __builtin_sub_overflow(a, b, out);
}

static bool mul_integers(int64_t a, int64_t b, int64_t *out)
{
    return __builtin_mul_overflow(a, b, out);
}

static double add_reals(double a, double b)
{
    return a + b;
}

static double sub_reals(double a, double b)
{
    return a - b;
}

static double mul_reals(double a, double b)
{
    return a * b;
}

static apl_status overflow(const apl_call *call)
{
    return apl_fail(APL_E_INPUT, "%s(): the result is no number of 64 bits", call->function->name);
}

static apl_status calculate(apl_value *out, const apl_call *call, integer_operation integers, real_operation reals)
{
    apl_value a;
    apl_value b;
    int64_t result = 0;
    apl_status status = apl_call_need_number(&a, call, 0);

    if (status == APL_OK)
        status = apl_call_need_number(&b, call, 1);
    if (status != APL_OK)
        return status;
    if (a.type == APL_VALUE_REAL || b.type == APL_VALUE_REAL) {
        *out = apl_value_real(reals(apl_value_number(a), apl_value_number(b)));
        return isfinite(out->real) ? APL_OK : overflow(call);
    }
    if (integers(a.integer, b.integer, &result))
        return overflow(call);
    *out = apl_value_integer(result);
    return APL_OK;
}

apl_status apl_fn_add(apl_value *out, const apl_call *call)
{
    return calculate(out, call, add_integers, add_reals);
}

apl_status apl_fn_sub(apl_value *out, const apl_call *call)
{
    return calculate(out, call, sub_integers, sub_reals);
}

apl_status apl_fn_mul(apl_value *out, const apl_call *call)
{
    return calculate(out, call, mul_integers, mul_reals);
}

static apl_status divide(apl_value *out, const apl_call *call, bool wants_rest)
{
    int64_t a = 0;
    int64_t b = 0;
    apl_status status = apl_call_need_integer(&a, call, 0);

    if (status == APL_OK)
        status = apl_call_need_integer(&b, call, 1);
    if (status != APL_OK)
        return status;
    if (b == 0)
        return apl_fail(APL_E_INPUT, "%s(): division by zero", call->function->name);
    if (b == -1) { /* INT64_MIN / -1 does not exist */
        int64_t negated = 0;
        if (!wants_rest && sub_integers(0, a, &negated))
            return overflow(call);
        *out = apl_value_integer(wants_rest ? 0 : negated);
        return APL_OK;
    }
    *out = apl_value_integer(wants_rest ? a % b : a / b);
    return APL_OK;
}

apl_status apl_fn_div(apl_value *out, const apl_call *call)
{
    return divide(out, call, false);
}

apl_status apl_fn_mod(apl_value *out, const apl_call *call)
{
    return divide(out, call, true);
}

/* The numbers are the arguments, or the items of the only argument. */
static apl_status extreme(apl_value *out, const apl_call *call, int wanted_order)
{
    apl_call numbers = *call;
    apl_value number;
    int order = 0;

    if (call->count == 1 && call->arguments[0].type == APL_VALUE_ARRAY) {
        numbers.arguments = call->arguments[0].items;
        numbers.count = call->arguments[0].size;
    }
    if (numbers.count == 0)
        return apl_fail(APL_E_INPUT, "%s(): the array is empty", call->function->name);
    for (uint32_t i = 0; i < numbers.count; i++) {
        apl_status status = apl_call_need_number(&number, &numbers, i);
        if (status != APL_OK)
            return status;
        if (i == 0 || (apl_values_compare(&order, number, *out) && order == wanted_order))
            *out = number;
    }
    return APL_OK;
}

apl_status apl_fn_max(apl_value *out, const apl_call *call)
{
    return extreme(out, call, 1);
}

apl_status apl_fn_min(apl_value *out, const apl_call *call)
{
    return extreme(out, call, -1);
}

apl_status apl_fn_int(apl_value *out, const apl_call *call)
{
    apl_value number;
    apl_status status = apl_call_need_number(&number, call, 0);

    if (status != APL_OK)
        return status;
    if (number.type == APL_VALUE_REAL) {
        if (!(number.real >= -9e18 && number.real <= 9e18))
            return overflow(call);
        number = apl_value_integer((int64_t)number.real);
    }
    *out = number;
    return APL_OK;
}

apl_status apl_fn_float(apl_value *out, const apl_call *call)
{
    apl_value number;
    apl_status status = apl_call_need_number(&number, call, 0);

    if (status == APL_OK)
        *out = apl_value_real(apl_value_number(number));
    return status;
}

apl_status apl_fn_bool(apl_value *out, const apl_call *call)
{
    apl_value value = call->arguments[0];
    bool result = false;
    apl_value number;

    if (value.type == APL_VALUE_STRING && apl_text_number(&number, apl_value_str(value)))
        value = number;
    if (apl_value_is_number(value)) {
        double real = apl_value_number(value);
        *out = apl_value_bool(real > 0 || real < 0);
        return APL_OK;
    }
    apl_status status = apl_call_need_bool(&result, call, 0);
    *out = apl_value_bool(result);
    return status;
}
