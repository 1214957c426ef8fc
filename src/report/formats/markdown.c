/* report/formats/markdown.c: tables for pull requests, wikis and tickets.
 *
 * A scan gives counts, findings, assets by kind and what was not read. What comes from an input is escaped: no name may
 * become a link, an image, a heading, HTML or a new table row. */
#include "report/format.h"

/* Rows of one table: beyond it nobody reads, and most hosts refuse the page. */
#define MARKDOWN_ROWS_MAX 5000

static const apl_screen page = {.width = APL_SCREEN_WIDTH_MAX, .is_utf8 = true};

/* The character as Markdown may show it, or NULL when it means nothing there. */
static const char *escaped(char c)
{
    switch (c) {
    case '\n':
        return "<br>";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '@':
        return "&#64;"; /* no mention of a person or team */
    default:
        return NULL;
    }
}

/* The text on one line, with every character that Markdown or HTML would act on escaped. */
static void add_cell(apl_text *out, apl_str cell)
{
    uint32_t from = 0;

    for (uint32_t i = 0; i < cell.size; i++) {
        const char *other = escaped(cell.data[i]);
        if (other == NULL && (cell.data[i] == 0 || strchr("\\`*_[]|#!~$", cell.data[i]) == NULL))
            continue;
        apl_screen_add(out, &page, apl_str_slice(cell, from, i));
        if (other) {
            apl_text_add(out, apl_str_from(other));
        } else {
            apl_text_add_char(out, '\\');
            apl_text_add_char(out, cell.data[i]);
        }
        from = i + 1;
    }
    if (cell.size)
        apl_screen_add(out, &page, apl_str_slice(cell, from, cell.size));
}

static void write_header(apl_text *out, const apl_listing *listing)
{
    for (size_t i = 0; i < listing->column_count; i++) {
        if (listing->columns[i].shown_in & APL_IN_MARKDOWN)
            apl_text_add_format(out, "| %s ", listing->columns[i].title);
    }
    apl_text_add(out, APL_STR("|\n"));
    for (size_t i = 0; i < listing->column_count; i++) {
        if (listing->columns[i].shown_in & APL_IN_MARKDOWN)
            apl_text_add(out, listing->columns[i].is_number ? APL_STR("| ---: ") : APL_STR("| --- "));
    }
    apl_text_add(out, APL_STR("|\n"));
}

static apl_status write_table(apl_output *output, const apl_listing *listing)
{
    apl_arena *scratch = apl_arena_new();
    apl_value cells[APL_COLUMNS_MAX];
    apl_status status = APL_OK;
    apl_text *out = &output->text;
    size_t count = listing->row_count < MARKDOWN_ROWS_MAX ? listing->row_count : MARKDOWN_ROWS_MAX;

    if (count)
        write_header(out, listing);
    else
        apl_text_add_format(out, "%s\n", listing->empty);
    for (size_t row = 0; status == APL_OK && row < count; row++) {
        listing->row(cells, listing, row, scratch);
        for (size_t i = 0; i < listing->column_count; i++) {
            if ((listing->columns[i].shown_in & APL_IN_MARKDOWN) == 0)
                continue;
            apl_text_add(out, APL_STR("| "));
            add_cell(out, apl_cell_text(scratch, cells[i]));
            apl_text_add_char(out, ' ');
        }
        apl_text_add(out, APL_STR("|\n"));
        apl_arena_reset(scratch);
        status = apl_output_step(output);
    }
    if (count < listing->row_count)
        apl_text_add_format(out, "\nand %zu more.\n", listing->row_count - count);
    apl_arena_free(scratch);
    return status;
}

static void write_counts(apl_text *out, const apl_report *report)
{
    apl_summary summary = apl_snapshot_summary(report->snapshot);

    apl_text_add(out, APL_STR("# AI security posture\n\n"));
    apl_text_add_format(out, "%llu assets, %llu of them AI, from %llu documents (aplomb ",
                        (unsigned long long)summary.assets, (unsigned long long)summary.ai_assets,
                        (unsigned long long)report->snapshot->scan.documents);
    add_cell(out, report->snapshot->scan.version);
    apl_text_add(out, APL_STR(").\n\n| Severity | Findings |\n| --- | ---: |\n"));
    for (int i = APL_SEVERITY_COUNT - 1; i >= 0; i--)
        apl_text_add_format(out, "| %s | %llu |\n", apl_severity_names[i], (unsigned long long)summary.findings[i]);
    apl_text_add_char(out, '\n');
}

static void write_kinds(apl_text *out, const apl_estate *estate)
{
    uint64_t *counts = apl_memory_new(estate->vocabulary->kinds.count * sizeof *counts);
    bool is_first = true;

    for (size_t i = 0; i < estate->assets.count; i++) {
        if (estate->assets.items[i].is_ai && estate->assets.items[i].is_read)
            counts[estate->assets.items[i].kind]++;
    }
    for (size_t kind = 1; kind < estate->vocabulary->kinds.count; kind++) {
        if (counts[kind] == 0)
            continue;
        if (is_first)
            apl_text_add(out, APL_STR("\n## AI assets\n\n| Kind | Assets |\n| --- | ---: |\n"));
        is_first = false;
        apl_text_add(out, APL_STR("| "));
        add_cell(out, estate->vocabulary->kinds.items[kind].title);
        apl_text_add_format(out, " | %llu |\n", (unsigned long long)counts[kind]);
    }
    apl_memory_free(counts);
}

static apl_status write_coverage(apl_output *output, const apl_estate *estate)
{
    apl_text *out = &output->text;
    bool is_first = true;

    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        if (row->state == APL_COVERAGE_READ)
            continue;
        if (is_first)
            apl_text_add(out, APL_STR("\n## Not or not wholly read\n\n| State | Source | Scope | Type | Count | Why | "
                                      "Needs |\n| --- | --- | --- | --- | ---: | --- | --- |\n"));
        is_first = false;
        apl_text_add_format(out, "| %s | ", apl_coverage_names[row->state]);
        const apl_str before[] = {row->source, row->scope, row->type};
        for (size_t j = 0; j < sizeof before / sizeof before[0]; j++) {
            add_cell(out, before[j]);
            apl_text_add(out, APL_STR(" | "));
        }
        apl_text_add_format(out, "%llu | ", (unsigned long long)row->count);
        add_cell(out, row->why);
        apl_text_add(out, APL_STR(" | "));
        add_cell(out, row->needs);
        apl_text_add(out, APL_STR(" |\n"));
        if (apl_output_step(output) != APL_OK)
            break;
    }
    return output->status;
}

static void write_cautions(apl_text *out, const apl_compliance_result *compliance)
{
    apl_text_add_char(out, '\n');
    for (size_t f = 0; f < compliance->framework_count; f++) {
        if (compliance->frameworks[f].framework->caution.size == 0)
            continue;
        add_cell(out, compliance->frameworks[f].framework->caution);
        apl_text_add(out, APL_STR("\n\n"));
    }
}

static apl_status write_markdown(apl_output *output, const apl_report *report)
{
    apl_listing listing = apl_report_listing(report);
    apl_status status;

    if (report->view == APL_VIEW_SCAN) {
        write_counts(&output->text, report);
        apl_text_add(&output->text, APL_STR("## Findings\n\n"));
    }
    status = write_table(output, &listing);
    if (report->view == APL_VIEW_SCAN)
        write_kinds(&output->text, report->snapshot->estate);
    if (status == APL_OK && report->view == APL_VIEW_COMPLIANCE)
        write_cautions(&output->text, report->compliance);
    if (status == APL_OK && report->view != APL_VIEW_LISTING && report->view != APL_VIEW_DRIFT &&
        report->view != APL_VIEW_FIX)
        status = write_coverage(output, report->snapshot->estate);
    return status;
}

const apl_format apl_format_markdown = {
    .name = "markdown",
    .summary = "tables for pull requests, wikis and tickets",
    .extension = "md",
    .views = APL_VIEW_SCAN | APL_VIEW_INVENTORY | APL_VIEW_FINDINGS | APL_VIEW_LISTING | APL_VIEW_PATHS |
             APL_VIEW_COMPLIANCE | APL_VIEW_DRIFT | APL_VIEW_FIX,
    .write = write_markdown,
};
