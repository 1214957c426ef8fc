/* report/formats/junit.c: JUnit XML, for build servers that show tests.
 *
 * A rule is a suite, a finding of it a test case: failed, passed, or skipped when somebody accepted it. What could not
 * be decided is an error, never skipped: unread is not clean. There is no official schema; Jenkins' is the strictest of
 * those in use, and holds. */
#include "report/format.h"
#include "report/names.h"
#include "report/remedy.h"
#include "report/row.h"

#define SENTENCE_BYTES_MAX (1u << 20)

typedef struct suite_counts {
    size_t failures;
    size_t errors;
    size_t skipped;
} suite_counts;

/* Text of an element or attribute. XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF: they
 * are left out. */
static void add_text(apl_text *out, apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool is_not_character = c == 0xEF && i + 2 < text.size && (unsigned char)text.data[i + 1] == 0xBF &&
                                ((unsigned char)text.data[i + 2] | 1) == 0xBF;
        if (is_not_character)
            i += 2;
        else if (c == '<')
            apl_text_add(out, APL_STR("&lt;"));
        else if (c == '>')
            apl_text_add(out, APL_STR("&gt;"));
        else if (c == '&')
            apl_text_add(out, APL_STR("&amp;"));
        else if (c == '"')
            apl_text_add(out, APL_STR("&quot;"));
        else if (c == '\n' || c == '\t')
            apl_text_add_format(out, "&#%d;", c);
        else if (c >= 0x20)
            apl_text_add_char(out, (char)c);
    }
}

static void add_attribute(apl_text *out, const char *name, apl_str text)
{
    apl_text_add_format(out, " %s=\"", name);
    add_text(out, text);
    apl_text_add_char(out, '"');
}

static const apl_finding *finding_at(const apl_report *report, size_t i)
{
    return &report->snapshot->estate->findings.items[report->selection->findings.items[i]];
}

/* Where the suite ends that starts at `from`; findings of a rule stand together unless their severities differ. */
static size_t suite_end(suite_counts *counts, const apl_report *report, size_t from)
{
    const apl_rule_info *rule = finding_at(report, from)->rule;
    size_t i = from;

    *counts = (suite_counts){0};
    for (; i < report->selection->findings.count && finding_at(report, i)->rule == rule; i++) {
        apl_finding_status status = (apl_finding_status)finding_at(report, i)->status;
        counts->failures += status == APL_STATUS_FAIL;
        counts->errors += status == APL_STATUS_MANUAL || status == APL_STATUS_ERROR;
        counts->skipped += status == APL_STATUS_MUTED || status == APL_STATUS_EXEMPT;
    }
    return i;
}

static void add_verdict(apl_text *out, const apl_report *report, const apl_finding *finding, apl_arena *scratch)
{
    bool is_failure = finding->status == APL_STATUS_FAIL;
    bool is_accepted = finding->status == APL_STATUS_MUTED || finding->status == APL_STATUS_EXEMPT;
    const char *element = is_failure ? "failure" : is_accepted ? "skipped" : "error";
    apl_remedy remedy = apl_remedy_make(scratch, report->snapshot->estate, finding->asset, finding->rule);
    apl_text sentence;

    apl_text_init(&sentence, SENTENCE_BYTES_MAX);
    apl_finding_sentence(&sentence, finding);
    apl_text_add_format(out, "<%s type=\"%s\"", element,
                        is_failure ? apl_severity_names[finding->severity] : apl_status_names[finding->status]);
    add_attribute(out, "message", apl_text_str(&sentence));
    apl_text_add_char(out, '>');
    add_text(out, apl_str_trim(finding->rule->why));
    if (remedy.summary.size) {
        apl_text_add(out, APL_STR("\nFix: "));
        add_text(out, apl_str_trim(remedy.summary));
    }
    for (size_t i = 0; i < remedy.command_count; i++) {
        apl_text_add(out, APL_STR("\n  "));
        add_text(out, remedy.commands[i]);
    }
    if (finding->needs.size) {
        apl_text_add(out, APL_STR("\nNeeds: "));
        add_text(out, finding->needs);
    }
    apl_text_add_format(out, "</%s>", element);
    apl_text_free(&sentence);
}

static void write_case(apl_text *out, const apl_report *report, const apl_finding *finding, apl_arena *scratch)
{
    const apl_estate *estate = report->snapshot->estate;

    apl_text_add(out, APL_STR("<testcase"));
    add_attribute(out, "name", apl_report_asset_name(estate, finding->asset));
    add_attribute(out, "classname", estate->assets.items[finding->asset].id);
    apl_text_add_char(out, '>');
    if (finding->status != APL_STATUS_PASS)
        add_verdict(out, report, finding, scratch);
    apl_text_add(out, APL_STR("</testcase>\n"));
    apl_arena_reset(scratch);
}

static apl_status write_suite(apl_output *output, const apl_report *report, size_t from, apl_arena *scratch)
{
    const apl_rule_info *rule = finding_at(report, from)->rule;
    apl_text *out = &output->text;
    apl_status status = APL_OK;
    suite_counts counts;
    size_t end = suite_end(&counts, report, from);

    apl_text_add(out, APL_STR("<testsuite"));
    add_attribute(out, "name", rule->title.size ? rule->title : rule->id);
    add_attribute(out, "package", rule->id);
    apl_text_add_format(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", end - from,
                        counts.failures, counts.errors, counts.skipped);
    add_attribute(out, "timestamp", report->snapshot->scan.started);
    apl_text_add(out, APL_STR(">\n"));
    for (size_t i = from; status == APL_OK && i < end; i++) {
        write_case(out, report, finding_at(report, i), scratch);
        status = apl_output_step(output);
    }
    apl_text_add(out, APL_STR("</testsuite>\n"));
    return status;
}

static apl_status write_junit(apl_output *output, const apl_report *report)
{
    apl_arena *scratch = apl_arena_new();
    apl_text *out = &output->text;
    apl_status status = APL_OK;
    suite_counts all = {0};
    suite_counts one;
    size_t count = report->selection->findings.count;

    for (size_t i = 0; i < count;) {
        i = suite_end(&one, report, i);
        all.failures += one.failures;
        all.errors += one.errors;
    }
    apl_text_add(out, APL_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"aplomb\""));
    apl_text_add_format(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n", count, all.failures, all.errors);
    for (size_t i = 0; status == APL_OK && i < count;) {
        status = write_suite(output, report, i, scratch);
        i = suite_end(&one, report, i);
    }
    apl_text_add(out, APL_STR("</testsuites>\n"));
    apl_arena_free(scratch);
    return status;
}

const apl_format apl_format_junit = {
    .name = "junit",
    .summary = "JUnit XML, a test case a finding, for build servers",
    .extension = "xml",
    .views = APL_VIEW_SCAN | APL_VIEW_FINDINGS | APL_VIEW_REPORT,
    .write = write_junit,
};
