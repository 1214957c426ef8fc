/* report/formats/csv.c: comma-separated values as RFC 4180 has them, for spreadsheets.
 *
 * A scan and the findings view give findings, the inventory gives assets, a listing its rows. A cell that a spreadsheet
 * would run as a formula (it starts with = + - @, a tab or a line end) gets an apostrophe: names are foreign text. */
#include "report/format.h"

static bool starts_formula(apl_str cell)
{
    return cell.size > 0 && cell.data[0] != 0 && strchr("=+-@\t\r\n", cell.data[0]) != NULL;
}

static bool needs_quotes(apl_str cell)
{
    for (uint32_t i = 0; i < cell.size; i++) {
        char c = cell.data[i];
        if (c == '"' || c == ',' || c == '\n' || c == '\r' || c == ';')
            return true;
    }
    return false;
}

/* A control character would act on a terminal and means nothing in a spreadsheet; line ends and tabs stay. */
static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7F;
}

static void write_cell(apl_text *out, apl_str cell, bool is_text)
{
    bool quotes = needs_quotes(cell);
    uint32_t from = 0;

    if (quotes)
        apl_text_add_char(out, '"');
    if (is_text && starts_formula(cell))
        apl_text_add_char(out, '\'');
    for (uint32_t i = 0; i < cell.size; i++) {
        if (cell.data[i] != '"' && !is_control(cell.data[i]))
            continue;
        apl_text_add(out, apl_str_slice(cell, from, i));
        apl_text_add(out, cell.data[i] == '"' ? APL_STR("\"\"") : APL_STR("\xEF\xBF\xBD"));
        from = i + 1;
    }
    if (cell.size)
        apl_text_add(out, apl_str_slice(cell, from, cell.size));
    if (quotes)
        apl_text_add_char(out, '"');
}

static void write_header(apl_text *out, const apl_listing *listing)
{
    bool is_first = true;

    for (size_t i = 0; i < listing->column_count; i++) {
        if ((listing->columns[i].shown_in & APL_IN_CSV) == 0)
            continue;
        apl_text_add(out, is_first ? APL_STR_NONE : APL_STR(","));
        apl_text_add(out, apl_str_from(listing->columns[i].name));
        is_first = false;
    }
    apl_text_add(out, APL_STR("\r\n"));
}

static void write_row(apl_text *out, const apl_listing *listing, const apl_value *cells, apl_arena *scratch)
{
    bool is_first = true;

    for (size_t i = 0; i < listing->column_count; i++) {
        if ((listing->columns[i].shown_in & APL_IN_CSV) == 0)
            continue;
        apl_text_add(out, is_first ? APL_STR_NONE : APL_STR(","));
        write_cell(out, apl_cell_text(scratch, cells[i]), !apl_value_is_number(cells[i]));
        is_first = false;
    }
    apl_text_add(out, APL_STR("\r\n"));
}

static apl_status write_csv(apl_output *output, const apl_report *report)
{
    apl_listing listing = apl_report_listing(report);
    apl_arena *scratch = apl_arena_new();
    apl_value cells[APL_COLUMNS_MAX];
    apl_status status = APL_OK;

    write_header(&output->text, &listing);
    for (size_t row = 0; status == APL_OK && row < listing.row_count; row++) {
        listing.row(cells, &listing, row, scratch);
        write_row(&output->text, &listing, cells, scratch);
        apl_arena_reset(scratch);
        status = apl_output_step(output);
    }
    apl_arena_free(scratch);
    return status;
}

const apl_format apl_format_csv = {
    .name = "csv",
    .summary = "comma-separated values: findings, or what else is a table",
    .extension = "csv",
    .views = APL_VIEW_SCAN | APL_VIEW_INVENTORY | APL_VIEW_FINDINGS | APL_VIEW_LISTING | APL_VIEW_PATHS |
             APL_VIEW_COMPLIANCE | APL_VIEW_DRIFT | APL_VIEW_REPORT | APL_VIEW_FIX,
    .write = write_csv,
};
