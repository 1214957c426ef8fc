/* inspect/model/report.c: issues and facts, in and out of JSON.
 *
 * The verdict is never kept: it follows from the effects of the issues, so that no path through a format can forget to
 * lower it. */
#include "inspect/model/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "json/json.h"

void apl_model_report_init(apl_model_report *report)
{
    *report = (apl_model_report){.arena = apl_arena_new()};
}

void apl_model_report_free(apl_model_report *report)
{
    for (size_t i = 0; i < report->facts.count; i++) {
        apl_memory_free(report->facts.items[i].members.items);
        apl_memory_free(report->facts.items[i].items.items);
    }
    apl_memory_free(report->issues.items);
    apl_memory_free(report->facts.items);
    apl_arena_free(report->arena);
    *report = (apl_model_report){0};
}

/* By effect. */
static const char *const names[] = {"clean", "incomplete", "suspicious", "malicious"};

const char *apl_model_verdict(const apl_model_report *report)
{
    if (report->format.size == 0 && report->effect == APL_EFFECT_NOTE)
        return "not-a-model";
    return names[report->effect];
}

void apl_model_found(apl_model_report *report, apl_issue kind, uint64_t offset, const char *format, ...)
{
    const apl_issue_info *info = apl_issue_info_of(kind);
    char detail[APL_MODEL_DETAIL_BYTES_MAX];
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    size_t kept = size < 0 ? 0 : (size_t)size < sizeof detail ? (size_t)size : sizeof detail - 1;
    apl_str text = apl_str_make(detail, kept);

    if (info->effect > report->effect)
        report->effect = info->effect;
    for (size_t i = 0; i < report->issues.count; i++) {
        const apl_model_issue *known = &report->issues.items[i];
        if (known->kind == kind && apl_str_equal(known->detail, text) && apl_str_equal(known->member, report->member))
            return;
    }
    apl_model_issue made = {kind, text, report->member, offset};
    if (report->issues.count < APL_MODEL_ISSUES_MAX) {
        made.detail = apl_arena_str(report->arena, text);
        APL_PUSH(&report->issues, made);
        return;
    }
    report->issues_left_out++;
    apl_model_issue *last = &report->issues.items[APL_MODEL_ISSUES_MAX - 1];
    if (info->effect > apl_issue_info_of(last->kind)->effect) { /* what decides the verdict is always shown */
        made.detail = apl_arena_str(report->arena, text);
        *last = made;
    }
}

apl_model_mark apl_model_report_mark(const apl_model_report *report)
{
    apl_model_mark mark = {report->issues.count, report->issues_left_out, report->facts.count, report->effect, {0}};

    if (report->issues.count == APL_MODEL_ISSUES_MAX)
        mark.last = report->issues.items[APL_MODEL_ISSUES_MAX - 1];
    return mark;
}

void apl_model_report_rewind(apl_model_report *report, apl_model_mark mark)
{
    for (size_t i = mark.facts; i < report->facts.count; i++) {
        apl_memory_free(report->facts.items[i].members.items);
        apl_memory_free(report->facts.items[i].items.items);
    }
    report->issues.count = mark.issues;
    if (mark.issues == APL_MODEL_ISSUES_MAX)
        report->issues.items[APL_MODEL_ISSUES_MAX - 1] = mark.last;
    report->issues_left_out = mark.left_out;
    report->facts.count = mark.facts;
    report->effect = mark.effect;
}

static apl_model_fact *fact_of(apl_model_report *report, const char *name)
{
    apl_str wanted = apl_str_from(name);

    for (size_t i = 0; i < report->facts.count; i++) {
        if (apl_str_equal(report->facts.items[i].name, wanted))
            return &report->facts.items[i];
    }
    if (report->facts.count == APL_MODEL_FACTS_MAX)
        return NULL;
    apl_model_fact made = {.name = apl_arena_str(report->arena, wanted)};
    APL_PUSH(&report->facts, made);
    return &report->facts.items[report->facts.count - 1];
}

const apl_model_fact *apl_model_fact_get(const apl_model_report *report, const char *name)
{
    for (size_t i = 0; i < report->facts.count; i++) {
        if (apl_str_equal(report->facts.items[i].name, apl_str_from(name)))
            return &report->facts.items[i];
    }
    return NULL;
}

static apl_str cut(apl_str text)
{
    return text.size > APL_MODEL_FACT_BYTES_MAX ? apl_str_slice(text, 0, APL_MODEL_FACT_BYTES_MAX) : text;
}

void apl_model_fact_text(apl_model_report *report, const char *name, apl_str text)
{
    apl_model_fact *fact = text.size ? fact_of(report, name) : NULL;

    if (fact && fact->value.type == APL_VALUE_MISSING)
        fact->value = apl_value_string(apl_arena_str(report->arena, cut(text)));
}

void apl_model_fact_add(apl_model_report *report, const char *name, uint64_t number)
{
    apl_model_fact *fact = fact_of(report, name);
    int64_t before = 0;
    int64_t sum = 0;

    if (fact == NULL)
        return;
    if (fact->value.type == APL_VALUE_INTEGER)
        before = fact->value.integer;
    if (number > INT64_MAX || __builtin_add_overflow(before, (int64_t)number, &sum))
        sum = INT64_MAX;
    fact->value = apl_value_integer(sum);
}

void apl_model_fact_count(apl_model_report *report, const char *name, apl_str of, uint64_t number)
{
    apl_model_fact *fact = fact_of(report, name);

    if (fact == NULL)
        return;
    for (size_t i = 0; i < fact->members.count; i++) {
        apl_member *member = &fact->members.items[i];
        if (apl_str_equal(member->key, of)) {
            if ((uint64_t)member->value.integer < INT64_MAX - number)
                member->value.integer += (int64_t)number;
            return;
        }
    }
    if (fact->members.count == APL_MODEL_FACT_ITEMS_MAX)
        return;
    apl_member made = {apl_arena_str(report->arena, cut(of)), apl_value_integer((int64_t)(number & INT64_MAX))};
    APL_PUSH(&fact->members, made);
}

void apl_model_fact_item(apl_model_report *report, const char *name, apl_str item)
{
    apl_model_fact *fact = item.size ? fact_of(report, name) : NULL;

    if (fact == NULL || fact->items.count == APL_MODEL_FACT_ITEMS_MAX)
        return;
    for (size_t i = 0; i < fact->items.count; i++) {
        if (apl_str_equal(apl_value_str(fact->items.items[i]), cut(item)))
            return;
    }
    APL_PUSH(&fact->items, apl_value_string(apl_arena_str(report->arena, cut(item))));
}

static void write_text(apl_text *out, const char *name, apl_str text)
{
    apl_text_add_format(out, "\"%s\":", name);
    apl_json_write_string(out, text);
}

static void write_issue(apl_text *out, const apl_model_issue *issue)
{
    const apl_issue_info *info = apl_issue_info_of(issue->kind);

    apl_text_add_format(out, "{\"id\":\"%s\",\"severity\":\"%s\",", info->id, info->severity);
    write_text(out, "detail", issue->detail);
    apl_text_add_format(out, ",\"offset\":%llu", (unsigned long long)issue->offset);
    if (issue->member.size) {
        apl_text_add_char(out, ',');
        write_text(out, "member", issue->member);
    }
    apl_text_add_char(out, '}');
}

static void write_fact(apl_text *out, const apl_model_fact *fact)
{
    apl_json_write_string(out, fact->name);
    apl_text_add_char(out, ':');
    if (fact->members.count)
        apl_value_write(out, apl_value_object(fact->members.items, fact->members.count), 0);
    else if (fact->items.count)
        apl_value_write(out, apl_value_array(fact->items.items, fact->items.count), 0);
    else
        apl_value_write(out, fact->value, 0);
}

void apl_model_report_write(apl_text *out, const apl_model_report *report)
{
    write_text(out, "format", report->format);
    apl_text_add_format(out, ",\"verdict\":\"%s\",\"issues\":[", apl_model_verdict(report));
    for (size_t i = 0; i < report->issues.count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        write_issue(out, &report->issues.items[i]);
    }
    apl_text_add(out, APL_STR("],\"facts\":{"));
    for (size_t i = 0; i < report->facts.count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        write_fact(out, &report->facts.items[i]);
    }
    apl_text_add_char(out, '}');
    if (report->issues_left_out)
        apl_text_add_format(out, ",\"issues_left_out\":%zu", report->issues_left_out);
}

static void read_fact(apl_model_report *report, const apl_member *member)
{
    apl_model_fact made = {.name = member->key, .value = member->value};

    if (report->facts.count == APL_MODEL_FACTS_MAX)
        return;
    for (uint32_t i = 0; member->value.type == APL_VALUE_OBJECT && i < member->value.size; i++)
        APL_PUSH(&made.members, member->value.members[i]);
    for (uint32_t i = 0; member->value.type == APL_VALUE_ARRAY && i < member->value.size; i++)
        APL_PUSH(&made.items, member->value.items[i]);
    APL_PUSH(&report->facts, made);
}

apl_status apl_model_report_read(apl_model_report *report, apl_str json)
{
    apl_value value = APL_MISSING;
    apl_status status = apl_json_parse(&value, report->arena, json);

    if (status != APL_OK)
        return status;
    apl_value issues = apl_value_member(value, "issues");
    apl_value facts = apl_value_member(value, "facts");
    if (issues.type != APL_VALUE_ARRAY || facts.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_INPUT, "no report of a model file");
    report->format = apl_value_str(apl_value_member(value, "format"));
    for (uint32_t i = 0; i < issues.size; i++) {
        apl_issue kind = apl_issue_of_id(apl_value_str(apl_value_member(issues.items[i], "id")));
        if (kind == APL_ISSUE_COUNT_)
            return apl_fail(APL_E_INPUT, "a report with an unknown issue");
        apl_model_issue made = {
            .kind = kind,
            .detail = apl_value_str(apl_value_member(issues.items[i], "detail")),
            .member = apl_value_str(apl_value_member(issues.items[i], "member")),
            .offset = (uint64_t)apl_value_member(issues.items[i], "offset").integer,
        };
        if (apl_issue_info_of(kind)->effect > report->effect)
            report->effect = apl_issue_info_of(kind)->effect;
        APL_PUSH(&report->issues, made);
    }
    apl_str verdict = apl_value_str(apl_value_member(value, "verdict"));
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) { /* also of issues that were left out */
        if (apl_str_equal(verdict, apl_str_from(names[i])) && i > report->effect)
            report->effect = (apl_issue_effect)i;
    }
    for (uint32_t i = 0; i < facts.size; i++)
        read_fact(report, &facts.members[i]);
    apl_value left_out = apl_value_member(value, "issues_left_out");
    report->issues_left_out = left_out.type == APL_VALUE_INTEGER ? (size_t)left_out.integer : 0;
    return APL_OK;
}
