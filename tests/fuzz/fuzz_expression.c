/* fuzz/fuzz_expression.c: any bytes as an expression: compiled, and evaluated on one resource.
 *
 * What compiles must evaluate to a value or fail with a message, twice the same. */
#include "base/limits.h"
#include "condition/condition.h"
#include "normalize/subject_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char resource[] =
    "{\"id\":\"/a/b\",\"name\":\"n\",\"type\":\"t\",\"location\":\"West Europe\",\"tags\":{\"a\":\"b\"},"
    "\"properties\":{\"list\":[1,\"x\",{\"y\":[true,null]}],\"text\":\"Hello\",\"number\":3.5}}";

static void evaluate(apl_arena *arena, apl_fields *fields, const apl_expression *expression)
{
    char error[APL_ERROR_BYTES_MAX];
    apl_subject subject;
    apl_value first;
    apl_value second;

    APL_ASSERT(apl_subject_from_json(&subject, arena, fields, NULL, apl_str_from(resource)) == APL_OK);
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = arena, .error = error};
    apl_status status = apl_expression_eval(&first, expression, &eval);
    APL_ASSERT(apl_expression_eval(&second, expression, &eval) == status);
    if (status == APL_OK && first.type != APL_VALUE_UNREAD)
        APL_ASSERT(apl_value_equal(first, second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_expression *expression = NULL;
    apl_str text = apl_arena_format(arena, "[%.*s]", (int)(size < 4096 ? size : 4096), (const char *)data);
    apl_compile compile = {.arena = arena, .fields = fields};

    if (apl_expression_compile(&expression, &compile, apl_value_string(text)) == APL_OK)
        evaluate(arena, fields, expression);
    apl_fields_free(fields);
    apl_arena_free(arena);
    return 0;
}
