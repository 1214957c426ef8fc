/* unit/test_condition.h: conditions and expressions as tables of texts, for the tests of src/condition.
 *
 * A case is a rule and a resource in JSON and the outcome that is expected. Everything of a case lives in one arena. */
#ifndef APL_TESTS_UNIT_TEST_CONDITION_H
#define APL_TESTS_UNIT_TEST_CONDITION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "condition/condition.h"
#include "model/estate.h"
#include "normalize/subject_json.h"
#include "json/json.h"

typedef struct condition_case {
    const char *rule;
    const char *resource;
    apl_truth expected;
} condition_case;

/* What is put around a case; everything may be NULL. */
typedef struct case_setting {
    const char *parameters;
    const char *resource_group;
    const char *subscription;
    const char *origin; /* the resource of the `if` while an existenceCondition runs */
    const char *api_version;
    const apl_aliases *aliases;
    bool is_partial; /* what is missing in the resource was not read */
} case_setting;

typedef struct case_run {
    apl_arena *arena;
    apl_fields *fields;
    apl_condition *condition;
    apl_subject subject;
    apl_subject origin;
    apl_eval eval;
    char error[APL_ERROR_BYTES_MAX];
} case_run;

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* 2026-11-23T08:00:00Z */
static inline apl_instant case_now(void)
{
    apl_instant now = 0;

    (void)apl_instant_parse(&now, APL_STR("2026-11-23T08:00:00Z"));
    return now;
}

/* JSON with ` for ", so that rules can be read in C. */
static inline apl_value case_json(apl_arena *arena, const char *text)
{
    apl_value value = APL_MISSING;
    apl_str copy;

    if (text == NULL)
        return value;
    copy = apl_arena_str(arena, apl_str_from(text));
    for (uint32_t i = 0; i < copy.size; i++) {
        if (copy.data[i] == '`')
            ((char *)(uintptr_t)copy.data)[i] = '"';
    }
    if (apl_json_parse(&value, arena, copy) != APL_OK)
        fail_msg("%s: %s", text, apl_error_message());
    return value;
}

/* The object with an id, which every resource has, unless it has one. */
static inline apl_value with_id(apl_arena *arena, apl_value resource)
{
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, resource.size + 1u);

    if (apl_value_member(resource, "id").type != APL_VALUE_MISSING)
        return resource;
    for (uint32_t i = 0; i < resource.size; i++)
        members[i] = resource.members[i];
    members[resource.size] = (apl_member){APL_STR("id"), apl_value_string(APL_STR("/resource"))};
    return apl_value_object(members, resource.size + 1u);
}

static inline void case_subject(apl_subject *out, case_run *run, const case_setting *setting, const char *json)
{
    apl_value value = with_id(run->arena, case_json(run->arena, json ? json : "{}"));
    apl_text text;

    apl_text_init(&text, 1u << 20);
    apl_value_write(&text, value, 0);
    if (apl_subject_from_json(out, run->arena, run->fields, setting->aliases, apl_text_str(&text)) != APL_OK)
        fail_msg("%s: %s", json, apl_error_message());
    apl_text_free(&text);
    if (setting->is_partial)
        ((apl_asset *)(uintptr_t)out->asset)->unread_groups = 1;
}

static inline apl_compile case_compile(case_run *run, const case_setting *setting)
{
    run->arena = apl_arena_new();
    run->fields = apl_fields_new();
    return (apl_compile){.arena = run->arena,
                         .fields = run->fields,
                         .aliases = setting->aliases,
                         .parameters = case_json(run->arena, setting->parameters),
                         .file = "rule.json",
                         .path = APL_STR("if")};
}

static inline void case_prepare(case_run *run, const case_setting *setting, const char *resource)
{
    case_subject(&run->subject, run, setting, resource);
    run->origin = run->subject;
    if (setting->origin)
        case_subject(&run->origin, run, setting, setting->origin);
    run->error[0] = 0;
    run->eval = (apl_eval){.subject = &run->subject,
                           .origin = setting->origin ? &run->origin : &run->subject,
                           .arena = run->arena,
                           .now = case_now(),
                           .resource_group = case_json(run->arena, setting->resource_group),
                           .subscription = case_json(run->arena, setting->subscription),
                           .api_version = apl_str_from(setting->api_version),
                           .error = run->error};
}

static inline void case_begin(case_run *run, const case_setting *setting, const char *rule, const char *resource)
{
    apl_compile compile = case_compile(run, setting);
    apl_value json = case_json(run->arena, rule);

    if (apl_condition_compile(&run->condition, &compile, json) != APL_OK)
        fail_msg("%s: %s", rule, apl_error_message());
    case_prepare(run, setting, resource);
}

static inline void case_end(case_run *run)
{
    apl_fields_free(run->fields);
    apl_arena_free(run->arena);
}

static inline const char *truth_name(apl_truth truth)
{
    static const char *const names[] = {"false", "true", "unread", "error"};

    return names[truth];
}

/* The outcome, which must be the same with and without an explanation. */
static inline apl_truth case_outcome(const case_setting *setting, const char *rule, const char *resource)
{
    case_run run;
    apl_trace trace;

    case_begin(&run, setting, rule, resource);
    apl_truth outcome = apl_condition_eval(run.condition, &run.eval);
    apl_trace_init(&trace, run.arena);
    run.eval.trace = &trace;
    apl_truth explained = apl_condition_eval(run.condition, &run.eval);
    if (explained != outcome)
        fail_msg("%s on %s: %s, but %s when explained", rule, resource, truth_name(outcome), truth_name(explained));
    if (outcome == APL_TRUTH_ERROR && run.error[0] == 0)
        fail_msg("%s on %s: an error without a reason", rule, resource);
    apl_trace_free(&trace);
    case_end(&run);
    return outcome;
}

static inline void check_cases_with(const case_setting *setting, const condition_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        apl_truth outcome = case_outcome(setting, cases[i].rule, cases[i].resource);
        if (outcome != cases[i].expected)
            fail_msg("%s on %s: expected %s, got %s", cases[i].rule, cases[i].resource, truth_name(cases[i].expected),
                     truth_name(outcome));
    }
}

static inline void check_cases(const condition_case *cases, size_t count)
{
    check_cases_with(&(case_setting){0}, cases, count);
}

#endif
