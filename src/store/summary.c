/* store/summary.c: {"assets":0,"ai_assets":0,"paths":0,"partial":false,"findings":{"low":0...},"status":{"fail":0...},
 * "frameworks":{"ISO42001":{"controls":0,"pass":0,"fail":0,"unread":0}},"score":null}.
 *
 * Small and read rarely, so it goes through the plain JSON parser. */
#include "store/summary.h"

#include <inttypes.h>

#include "json/json.h"
#include "store/score_text.h"

static void write_counts(apl_text *out, const char *const *names, const uint64_t *counts, size_t count)
{
    apl_text_add_char(out, '{');
    for (size_t i = 0; i < count; i++)
        apl_text_add_format(out, "%s\"%s\":%" PRIu64, i ? "," : "", names[i], counts[i]);
    apl_text_add_char(out, '}');
}

static void write_frameworks(apl_text *out, const apl_estate *estate)
{
    apl_text_add_char(out, '{');
    for (size_t i = 0; i < estate->framework_count; i++) {
        const apl_framework_count *one = &estate->framework_counts[i];
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, one->framework);
        apl_text_add_format(out,
                            ":{\"controls\":%" PRIu32 ",\"pass\":%" PRIu32 ",\"fail\":%" PRIu32
                            ",\"unread\":%" PRIu32 "}",
                            one->controls, one->passing, one->failing, one->unread);
    }
    apl_text_add_char(out, '}');
}

void apl_summary_write(apl_text *out, apl_summary summary, const apl_estate *estate)
{
    apl_text_add_format(
        out, "{\"assets\":%" PRIu64 ",\"ai_assets\":%" PRIu64 ",\"paths\":%" PRIu64 ",\"partial\":%s,\"findings\":",
        summary.assets, summary.ai_assets, summary.paths, summary.is_partial ? "true" : "false");
    write_counts(out, apl_severity_names, summary.findings, APL_SEVERITY_COUNT);
    apl_text_add(out, APL_STR(",\"status\":"));
    write_counts(out, apl_status_names, summary.by_status, APL_STATUS_COUNT);
    apl_text_add(out, APL_STR(",\"frameworks\":"));
    write_frameworks(out, estate);
    apl_text_add(out, APL_STR(",\"score\":"));
    apl_score_write(out, estate);
    apl_text_add_char(out, '}');
}

static uint64_t count_of(apl_value object, const char *name)
{
    apl_value value = apl_value_member(object, name);

    return value.type == APL_VALUE_INTEGER && value.integer > 0 ? (uint64_t)value.integer : 0;
}

static void read_counts(uint64_t *counts, apl_value object, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counts[i] = count_of(object, names[i]);
}

static double number_of(apl_value object, const char *name)
{
    apl_value value = apl_value_member(object, name);

    return apl_value_is_number(value) ? apl_value_number(value) : 0;
}

static void summary_of(apl_summary *out, apl_value value)
{
    apl_value partial = apl_value_member(value, "partial");

    out->assets = count_of(value, "assets");
    out->ai_assets = count_of(value, "ai_assets");
    out->paths = count_of(value, "paths");
    out->is_partial = partial.type == APL_VALUE_BOOL && partial.boolean;
    read_counts(out->findings, apl_value_member(value, "findings"), apl_severity_names, APL_SEVERITY_COUNT);
    read_counts(out->by_status, apl_value_member(value, "status"), apl_status_names, APL_STATUS_COUNT);
}

static void frameworks_of(const apl_framework_count **out, size_t *count, apl_arena *arena, apl_value object)
{
    uint32_t size = object.type == APL_VALUE_OBJECT ? object.size : 0;
    apl_framework_count *list = APL_ARENA_ARRAY(arena, apl_framework_count, size);

    for (uint32_t i = 0; i < size; i++) {
        apl_value one = object.members[i].value;
        list[i] = (apl_framework_count){
            .framework = object.members[i].key,
            .controls = (uint32_t)count_of(one, "controls"),
            .passing = (uint32_t)count_of(one, "pass"),
            .failing = (uint32_t)count_of(one, "fail"),
            .unread = (uint32_t)count_of(one, "unread"),
        };
    }
    *out = list;
    *count = size;
}

apl_status apl_summary_point(apl_store_point *out, apl_arena *arena, apl_str text)
{
    apl_value value;
    apl_status status = apl_json_parse(&value, arena, text);

    if (status != APL_OK)
        return apl_fail_context(status, "the store is damaged, summary of a scan");
    apl_value score = apl_value_member(value, "score");
    summary_of(&out->summary, value);
    frameworks_of(&out->frameworks, &out->framework_count, arena, apl_value_member(value, "frameworks"));
    out->has_score = score.type == APL_VALUE_OBJECT;
    out->score = number_of(score, "value");
    out->score_low = number_of(score, "low");
    out->score_high = number_of(score, "high");
    return APL_OK;
}

apl_status apl_summary_read(apl_summary *out, apl_str text)
{
    apl_arena *arena = apl_arena_new();
    apl_value value;
    apl_status status = apl_json_parse(&value, arena, text);

    *out = (apl_summary){0};
    if (status == APL_OK)
        summary_of(out, value);
    apl_arena_free(arena);
    return status == APL_OK ? APL_OK : apl_fail_context(status, "the store is damaged, summary of a scan");
}
