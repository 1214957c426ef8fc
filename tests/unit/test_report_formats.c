/* tests/unit/test_report_formats.c: every format writes every view that it says it can show.
 *
 * Bytes repeat, JSON parses and has the members of the contract in their order, and a hostile name stays a name. Whole
 * outputs are held against the schemas by tests/run/test_outputs.py. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/format.h"
#include "unit/test_report_sample.h"

static const apl_screen pipe_screen = {.width = 100, .is_utf8 = true};

typedef struct fixture {
    sample it;
    apl_filter filter;
    apl_selection selection;
    apl_report report;
    apl_text text;
} fixture;

static void setup(fixture *f, apl_view view)
{
    sample_make(&f->it);
    f->filter = (apl_filter){0};
    apl_selection_make(&f->selection, &f->it.snapshot, &f->filter);
    f->report = (apl_report){.view = view,
                             .snapshot = &f->it.snapshot,
                             .selection = &f->selection,
                             .vocabulary = &f->it.vocabulary,
                             .screen = pipe_screen,
                             .sources = "export.json"};
    apl_text_init(&f->text, 1 << 24);
}

static void teardown(fixture *f)
{
    apl_text_free(&f->text);
    apl_selection_free(&f->selection);
    sample_free(&f->it);
}

/* The output of one format as a zero-terminated text; valid until the next call. */
static const char *write_with(fixture *f, const char *name)
{
    const apl_format *format = apl_format_find(apl_str_from(name));
    apl_output output;

    assert_non_null(format);
    assert_true((format->views & (unsigned)f->report.view) != 0);
    f->text.size = 0;
    apl_output_init(&output, apl_output_to_text, &f->text);
    assert_int_equal(apl_format_write(format, &f->report, &output), APL_OK);
    apl_text_add_char(&f->text, 0);
    return f->text.data;
}

static void every_view_is_written_twice_alike(void **state)
{
    static const apl_view views[] = {APL_VIEW_SCAN, APL_VIEW_INVENTORY, APL_VIEW_FINDINGS};

    (void)state;
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        fixture f;
        setup(&f, views[i]);
        for (size_t j = 0; j < apl_format_table_count; j++) {
            const apl_format *format = apl_format_table[j];
            if ((format->views & (unsigned)views[i]) == 0)
                continue;
            apl_str first = apl_arena_str(f.it.arena, apl_str_from(write_with(&f, format->name)));
            assert_true(first.size > 0);
            assert_string_equal(write_with(&f, format->name), first.data);
            assert_null(strchr(first.data, '\x1b'));
        }
        teardown(&f);
    }
}

static void expect_members(apl_value object, const char *const *names)
{
    for (uint32_t i = 0; names[i]; i++) {
        assert_true(i < object.size);
        assert_true(apl_str_equal(object.members[i].key, apl_str_from(names[i])));
    }
}

static void json_has_the_members_in_order(void **state)
{
    static const char *const top[] = {"schema",   "scan",  "summary", "assets",   "relations",
                                      "findings", "paths", "score",   "coverage", NULL};
    static const char *const asset[] = {"id",       "kind",        "type",        "name", "cloud", "tenant",
                                        "scope",    "location",    "tags",        "read", "ai",    "used_for",
                                        "exposure", "sensitivity", "criticality", NULL};
    static const char *const finding[] = {"id",    "check",    "rule",       "title",       "severity", "status",
                                          "asset", "evidence", "frameworks", "remediation", NULL};
    fixture f;

    (void)state;
    setup(&f, APL_VIEW_SCAN);
    apl_value result = sample_json(f.it.arena, write_with(&f, "json"));
    expect_members(result, top);
    expect_members(apl_value_member(result, "assets").items[0], asset);
    expect_members(apl_value_member(result, "findings").items[0], finding);
    assert_int_equal(apl_value_member(result, "assets").size, 4);
    assert_int_equal(apl_value_at(result, "summary.assets").integer, 3);
    assert_int_equal(apl_value_at(result, "summary.findings.high").integer, 2);
    assert_int_equal(apl_value_at(result, "summary.findings.low").integer, 1);
    assert_int_equal(apl_value_member(result, "score").type, APL_VALUE_NULL);
    apl_value first = apl_value_member(result, "findings").items[0];
    assert_int_equal(apl_value_at(first, "frameworks.ISO42001").size, 2);
    assert_int_equal(apl_value_at(first, "remediation.commands").size, 2);
    assert_true(apl_str_equal(apl_value_str(apl_value_member(apl_value_member(result, "assets").items[1], "name")),
                              APL_STR(SAMPLE_EVIL)));
    teardown(&f);
}

static void json_tells_missing_from_unread(void **state)
{
    fixture f;

    (void)state;
    setup(&f, APL_VIEW_FINDINGS);
    apl_value findings = apl_value_member(sample_json(f.it.arena, write_with(&f, "json")), "findings");
    apl_value manual = findings.items[2];
    assert_true(apl_str_equal(apl_value_str(apl_value_member(manual, "status")), APL_STR("manual")));
    assert_true(apl_str_equal(apl_value_str(apl_value_member(apl_value_member(manual, "evidence").items[0], "state")),
                              APL_STR("unread")));
    assert_true(apl_value_str(apl_value_member(manual, "needs")).size > 0);
    teardown(&f);
}

static void jsonl_says_what_each_line_is(void **state)
{
    static const char *const records[] = {"scan",     "asset",    "asset",    "asset",   "asset",   "relation",
                                          "relation", "relation", "finding",  "finding", "finding", "finding",
                                          "finding",  "coverage", "coverage", "coverage"};
    fixture f;
    apl_str rest;
    apl_str line;
    size_t count = 0;

    (void)state;
    setup(&f, APL_VIEW_SCAN);
    rest = apl_str_from(write_with(&f, "jsonl"));
    while (apl_str_next(&line, &rest, '\n') && line.size) {
        apl_value value = sample_json(f.it.arena, apl_arena_str(f.it.arena, line).data);
        assert_true(count < sizeof records / sizeof records[0]);
        assert_true(apl_str_equal(value.members[0].key, APL_STR("record")));
        assert_true(apl_str_equal(apl_value_str(value.members[0].value), apl_str_from(records[count])));
        count++;
    }
    assert_int_equal(count, sizeof records / sizeof records[0]);
    teardown(&f);
}

static void csv_runs_no_formula(void **state)
{
    fixture f;

    (void)state;
    setup(&f, APL_VIEW_INVENTORY);
    const char *text = write_with(&f, "csv");
    assert_non_null(strstr(text, "kind,name,"));
    assert_non_null(strstr(text, "\r\n"));
    assert_non_null(strstr(text, ",'=cmd|"));
    assert_null(strstr(text, ",=cmd"));
    teardown(&f);
}

static void markdown_stays_a_table(void **state)
{
    fixture f;

    (void)state;
    setup(&f, APL_VIEW_SCAN);
    const char *text = write_with(&f, "markdown");
    assert_null(strstr(text, "<img>"));
    assert_null(strstr(text, " [x]("));
    assert_null(strstr(text, "@all"));
    assert_non_null(strstr(text, "=cmd\\|"));
    teardown(&f);
}

static void sarif_has_levels_and_suppressions(void **state)
{
    fixture f;

    (void)state;
    setup(&f, APL_VIEW_SCAN);
    apl_value run = apl_value_member(sample_json(f.it.arena, write_with(&f, "sarif")), "runs").items[0];
    apl_value results = apl_value_member(run, "results");
    apl_value rules = apl_value_at(run, "tool.driver.rules");
    assert_int_equal(rules.size, 2);
    assert_true(apl_str_equal(
        apl_value_str(apl_value_get(apl_value_member(rules.items[0], "properties"), APL_STR("security-severity"))),
        APL_STR("8.0")));
    assert_int_equal(results.size, 5);
    assert_true(apl_str_equal(apl_value_str(apl_value_member(results.items[0], "level")), APL_STR("error")));
    assert_true(apl_str_equal(apl_value_str(apl_value_member(results.items[2], "kind")), APL_STR("review")));
    assert_true(apl_str_equal(apl_value_str(apl_value_member(results.items[2], "level")), APL_STR("none")));
    assert_int_equal(apl_value_member(results.items[4], "suppressions").size, 1);
    assert_int_equal(apl_value_member(results.items[0], "suppressions").type, APL_VALUE_MISSING);
    teardown(&f);
}

/* The width of the widest line. */
static unsigned widest(const char *text)
{
    apl_str rest = apl_str_from(text);
    apl_str line;
    unsigned width = 0;

    while (apl_str_next(&line, &rest, '\n')) {
        unsigned columns = apl_screen_width_of(&pipe_screen, line);
        width = columns > width ? columns : width;
    }
    return width;
}

static void text_fits_every_width(void **state)
{
    static const apl_view views[] = {APL_VIEW_SCAN, APL_VIEW_INVENTORY, APL_VIEW_FINDINGS};

    (void)state;
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        fixture f;
        setup(&f, views[i]);
        f.report.lists_findings = true;
        for (unsigned width = APL_SCREEN_WIDTH_MIN; width <= APL_SCREEN_WIDTH_MAX; width++) {
            f.report.screen = (apl_screen){.width = width, .clips = true, .is_utf8 = true, .has_drawing = true};
            assert_true(widest(write_with(&f, "text")) <= width);
        }
        teardown(&f);
    }
}

static void listings_fit_every_width(void **state)
{
    apl_scan_options options = {.version = "0"};
    apl_content *content = NULL;
    apl_filter filter = {0};
    apl_summary summary = {.assets = 1234567, .ai_assets = 1234567};
    fixture f;

    (void)state;
    setup(&f, APL_VIEW_LISTING);
    assert_int_equal(apl_content_open(&content, &options), APL_OK);
    const apl_listing listings[] = {
        apl_listing_checks(f.it.arena, content, &filter),
        apl_listing_services(f.it.arena, content, &filter),
        apl_listing_frameworks(f.it.arena, content, &filter),
        apl_listing_snapshots(f.it.arena, &f.it.snapshot.scan, &summary, 1),
    };
    for (size_t i = 0; i < sizeof listings / sizeof listings[0]; i++) {
        assert_true(listings[i].row_count > 0);
        f.report.listing = &listings[i];
        for (unsigned width = APL_SCREEN_WIDTH_MIN; width <= APL_SCREEN_WIDTH_MAX; width += 5) {
            f.report.screen = (apl_screen){.width = width, .clips = true, .is_utf8 = true, .has_drawing = true};
            assert_true(widest(write_with(&f, "text")) <= width);
        }
    }
    apl_content_free(content);
    teardown(&f);
}

static void text_keeps_ids_whole_in_a_pipe(void **state)
{
    fixture f;

    (void)state;
    setup(&f, APL_VIEW_INVENTORY);
    assert_non_null(strstr(write_with(&f, "text"), SAMPLE_CHAT "/deployments/gpt"));
    teardown(&f);
}

static void empty_inventory_says_so(void **state)
{
    fixture f;

    (void)state;
    setup(&f, APL_VIEW_SCAN);
    f.it.estate.assets.count = f.it.estate.findings.count = f.it.estate.relations.count = 0;
    f.selection.assets.count = f.selection.findings.count = 0;
    assert_non_null(strstr(write_with(&f, "text"), "Nothing was recognised"));
    teardown(&f);
}

static apl_status refuse_to_write(void *context, apl_str bytes)
{
    (void)context;
    (void)bytes;
    return apl_fail(APL_E_IO, "full");
}

static void a_failing_sink_stops_every_format(void **state)
{
    const apl_compliance_result nothing = {0};
    fixture f;

    (void)state;
    setup(&f, APL_VIEW_SCAN);
    const apl_bom bom = {.snapshot = f.report.snapshot};
    f.report.bom = &bom;
    f.report.compliance = &nothing;
    f.report.aws_account = APL_STR("123456789012");
    f.report.aws_region = APL_STR("eu-west-1");
    for (size_t i = 0; i < apl_format_table_count; i++) {
        apl_output output;
        apl_output_init(&output, refuse_to_write, NULL);
        assert_int_equal(apl_format_write(apl_format_table[i], &f.report, &output), APL_E_IO);
    }
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_view_is_written_twice_alike),
        cmocka_unit_test(json_has_the_members_in_order),
        cmocka_unit_test(json_tells_missing_from_unread),
        cmocka_unit_test(jsonl_says_what_each_line_is),
        cmocka_unit_test(csv_runs_no_formula),
        cmocka_unit_test(markdown_stays_a_table),
        cmocka_unit_test(sarif_has_levels_and_suppressions),
        cmocka_unit_test(text_fits_every_width),
        cmocka_unit_test(listings_fit_every_width),
        cmocka_unit_test(text_keeps_ids_whole_in_a_pipe),
        cmocka_unit_test(empty_inventory_says_so),
        cmocka_unit_test(a_failing_sink_stops_every_format),
    };

    (void)setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
