/* condition/functions/table.c: the table of functions, and what all functions share.
 *
 * The table comes from list.inc. The helpers check arguments and give memory with a limit, so that a rule that builds
 * texts of texts ends with a message and not with the memory of the machine. */
#include "base/limits.h"
#include "condition/operators.h"
#include "condition/program.h"

/* All results of one evaluation together: sixteen of the largest. */
#define RESULT_BYTES_MAX (16u * APL_FUNCTION_BYTES_MAX)

static const apl_function table[] = {
#define APL_FUNCTION(symbol, name, min, max, flags, help) {name, min, max, flags, symbol, help},
#include "condition/functions/list.inc"
#undef APL_FUNCTION
};
#define TABLE_COUNT (sizeof table / sizeof table[0])

static const char *const names[] = {
#define APL_FUNCTION(symbol, name, min, max, flags, help) name,
#include "condition/functions/list.inc"
#undef APL_FUNCTION
    NULL,
};

static const char *const template_only[] = {
    "copyIndex",
    "deployer",
    "deployment",
    "environment",
    "extensionResourceId",
    "filter",
    "groupBy",
    "lambda",
    "lambdaVariables",
    "list",
    "listAccountSas",
    "listKeys",
    "listSecrets",
    "managementGroup",
    "managementGroupResourceId",
    "map",
    "mapValues",
    "newGuid",
    "pickZones",
    "providers",
    "reduce",
    "reference",
    "references",
    "resourceId",
    "sort",
    "subscriptionResourceId",
    "tenant",
    "tenantResourceId",
    "toObject",
    "variables",
};

const char *const *apl_expression_functions(void)
{
    return names;
}

const apl_function *apl_function_table(size_t *count)
{
    *count = TABLE_COUNT;
    return table;
}

const apl_function *apl_function_find(apl_str name)
{
    size_t low = 0;
    size_t high = TABLE_COUNT;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = apl_str_compare_nocase(name, apl_str_from(table[middle].name));
        if (order == 0)
            return &table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

bool apl_function_is_template_only(apl_str name)
{
    for (size_t i = 0; i < sizeof template_only / sizeof template_only[0]; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(template_only[i])))
            return true;
    }
    return false;
}

/* Stands in the table for functions that are terms of their own; never called. */
apl_status apl_fn_compiled(apl_value *out, const apl_call *call)
{
    *out = APL_NULL;
    return apl_fail(APL_E_INPUT, "%s() cannot be called here", call->function->name);
}

apl_status apl_call_alloc(void **out, const apl_call *call, size_t size)
{
    *out = NULL;
    if (size > APL_FUNCTION_BYTES_MAX)
        return apl_fail(APL_E_LIMIT, "%s(): the result is larger than %u bytes", call->function->name,
                        APL_FUNCTION_BYTES_MAX);
    call->run->bytes += size;
    if (call->run->bytes > RESULT_BYTES_MAX)
        return apl_fail(APL_E_LIMIT, "%s(): the results of all functions are larger than %u bytes",
                        call->function->name, RESULT_BYTES_MAX);
    *out = apl_arena_alloc(call->run->arena, size);
    return APL_OK;
}

apl_status apl_call_items(apl_value **out, const apl_call *call, size_t count)
{
    void *memory = NULL;

    if (count > APL_FUNCTION_ITEMS_MAX)
        return apl_fail(APL_E_LIMIT, "%s(): the result has more than %d items", call->function->name,
                        APL_FUNCTION_ITEMS_MAX);
    apl_status status = apl_call_alloc(&memory, call, count * sizeof(apl_value));
    *out = memory;
    return status;
}

apl_status apl_call_members(apl_member **out, const apl_call *call, size_t count)
{
    void *memory = NULL;

    if (count > APL_FUNCTION_ITEMS_MAX)
        return apl_fail(APL_E_LIMIT, "%s(): the result has more than %d members", call->function->name,
                        APL_FUNCTION_ITEMS_MAX);
    apl_status status = apl_call_alloc(&memory, call, count * sizeof(apl_member));
    *out = memory;
    return status;
}

apl_status apl_call_text(apl_value *out, const apl_call *call, apl_str text)
{
    void *memory = NULL;
    apl_status status = apl_call_alloc(&memory, call, (size_t)text.size + 1);

    if (status == APL_OK) {
        if (text.size)
            memcpy(memory, text.data, text.size);
        *out = apl_value_string(apl_str_make(memory, text.size));
    }
    return status;
}

apl_status apl_call_wrong(const apl_call *call, uint32_t argument, const char *needed)
{
    return apl_fail(APL_E_INPUT, "%s(): argument %u must be %s, not %s", call->function->name, argument + 1, needed,
                    apl_value_type_name(call->arguments[argument]));
}

apl_status apl_call_need_text(apl_str *out, const apl_call *call, uint32_t argument)
{
    *out = apl_value_str(call->arguments[argument]);
    return call->arguments[argument].type == APL_VALUE_STRING ? APL_OK : apl_call_wrong(call, argument, "a text");
}

apl_status apl_call_need_number(apl_value *out, const apl_call *call, uint32_t argument)
{
    *out = call->arguments[argument];
    if (out->type == APL_VALUE_STRING && apl_text_number(out, apl_value_str(*out)))
        return APL_OK;
    return apl_value_is_number(*out) ? APL_OK : apl_call_wrong(call, argument, "a number");
}

apl_status apl_call_need_integer(int64_t *out, const apl_call *call, uint32_t argument)
{
    apl_value number;
    apl_status status = apl_call_need_number(&number, call, argument);

    *out = 0;
    if (status != APL_OK)
        return status;
    if (number.type == APL_VALUE_REAL) {
        if (!(number.real >= -9e18 && number.real <= 9e18) || number.real > (double)(int64_t)number.real ||
            number.real < (double)(int64_t)number.real)
            return apl_call_wrong(call, argument, "a whole number");
        number.integer = (int64_t)number.real;
    }
    *out = number.integer;
    return APL_OK;
}

apl_status apl_call_need_bool(bool *out, const apl_call *call, uint32_t argument)
{
    apl_value value = call->arguments[argument];

    *out = false;
    if (value.type == APL_VALUE_BOOL)
        *out = value.boolean;
    else if (apl_str_equal_nocase(apl_value_str(value), APL_STR("true")))
        *out = true;
    else if (!apl_str_equal_nocase(apl_value_str(value), APL_STR("false")))
        return apl_call_wrong(call, argument, "true or false");
    return APL_OK;
}

apl_status apl_call_to_text(apl_str *out, const apl_call *call, apl_value value)
{
    char buffer[APL_SCALAR_TEXT_MAX];
    apl_value kept = APL_NULL;
    apl_status status = APL_OK;

    *out = APL_STR("");
    if (value.type == APL_VALUE_NULL)
        return APL_OK;
    if (value.type == APL_VALUE_STRING) {
        *out = apl_value_str(value);
        return APL_OK;
    }
    if (value.type == APL_VALUE_BOOL) {
        *out = value.boolean ? APL_STR("True") : APL_STR("False");
        return APL_OK;
    }
    if (apl_scalar_text(out, buffer, value)) {
        status = apl_call_text(&kept, call, *out);
    } else {
        apl_text text;
        apl_text_init(&text, APL_FUNCTION_BYTES_MAX);
        apl_value_write(&text, value, 0);
        status = text.is_cut ? apl_fail(APL_E_LIMIT, "%s(): the text is larger than %u bytes", call->function->name,
                                        APL_FUNCTION_BYTES_MAX)
                             : apl_call_text(&kept, call, apl_text_str(&text));
        apl_text_free(&text);
    }
    *out = apl_value_str(kept);
    return status;
}
