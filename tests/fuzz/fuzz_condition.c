/* fuzz/fuzz_condition.c: any JSON as a rule: compiled, and evaluated on one resource.
 *
 * The outcome with an explanation must be that without, and screening by type must never rule out a resource that
 * meets the rule. */
#include "base/limits.h"
#include "condition/condition.h"
#include "model/estate.h"
#include "normalize/subject_json.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char resource[] =
    "{\"id\":\"/a/b\",\"name\":\"n\",\"type\":\"t\",\"kind\":\"k\",\"location\":\"West Europe\",\"tags\":{\"a\":\"b\"},"
    "\"properties\":{\"list\":[{\"x\":1,\"in\":[1,2]},{\"x\":\"2\",\"in\":[]},{}],\"text\":\"Hello\",\"n\":3}}";

static void evaluate(apl_arena *arena, apl_fields *fields, const apl_condition *condition, bool is_partial)
{
    char error[APL_ERROR_BYTES_MAX];
    apl_subject subject;
    apl_trace trace;

    APL_ASSERT(apl_subject_from_json(&subject, arena, fields, NULL, apl_str_from(resource)) == APL_OK);
    ((apl_asset *)(uintptr_t)subject.asset)->unread_groups = is_partial;
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = arena, .error = error};
    apl_truth outcome = apl_condition_eval(condition, &eval);
    APL_ASSERT(outcome != APL_TRUTH_ERROR || error[0] != 0);
    apl_trace_init(&trace, arena);
    eval.trace = &trace;
    APL_ASSERT(apl_condition_eval(condition, &eval) == outcome);
    apl_truth screened = apl_condition_screen_type(condition, APL_STR("t"));
    APL_ASSERT(screened > APL_TRUE || screened == outcome);
    (void)apl_condition_is_applicable(condition, &eval);
    apl_trace_free(&trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_condition *condition = NULL;
    apl_value json;
    apl_compile compile = {.arena = arena, .fields = fields};

    if (size > 0 && apl_json_parse(&json, arena, apl_str_make((const char *)data + 1, size - 1)) == APL_OK &&
        apl_condition_compile(&condition, &compile, json) == APL_OK)
        evaluate(arena, fields, condition, data[0] == '?');
    apl_fields_free(fields);
    apl_arena_free(arena);
    return 0;
}
