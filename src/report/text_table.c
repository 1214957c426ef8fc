/* report/text_table.c: lays a listing out in columns.
 *
 * Stands under the text format. Widths come from the first rows only, so that a million rows are gone through once; a
 * later, longer cell is cut on a terminal and runs over in a pipe. */
#include "report/text_table.h"

/* Rows that are measured. */
#define MEASURED_ROWS 200

/* Columns between two cells. */
#define GAP 2u

typedef struct table_state {
    const apl_listing *listing;
    const apl_screen *screen;
    unsigned widths[APL_COLUMNS_MAX];
    bool shown[APL_COLUMNS_MAX];
    size_t last; /* the last shown column: nothing is put behind it */
} table_state;

static unsigned clamp(unsigned width, const apl_column *column)
{
    if (column->width_max && width > column->width_max)
        width = column->width_max;
    return width < column->width_min ? column->width_min : width;
}

static void measure(table_state *state, apl_arena *scratch)
{
    const apl_listing *listing = state->listing;
    apl_value cells[APL_COLUMNS_MAX];

    for (size_t i = 0; i < listing->column_count; i++) {
        state->shown[i] = (listing->columns[i].shown_in & APL_IN_TEXT) != 0;
        state->widths[i] = (unsigned)strlen(listing->columns[i].title);
        if (state->shown[i])
            state->last = i;
    }
    for (size_t row = 0; row < listing->row_count && row < MEASURED_ROWS; row++) {
        listing->row(cells, listing, row, scratch);
        for (size_t i = 0; i < listing->column_count; i++) {
            if (!state->shown[i])
                continue;
            unsigned width = apl_screen_width_of(state->screen, apl_cell_text(scratch, cells[i]));
            if (width > state->widths[i])
                state->widths[i] = width;
        }
        apl_arena_reset(scratch);
    }
    for (size_t i = 0; state->screen->clips && i < listing->column_count; i++)
        state->widths[i] = clamp(state->widths[i], &listing->columns[i]);
}

static unsigned line_width(const table_state *state)
{
    unsigned width = 0;

    for (size_t i = 0; i < state->listing->column_count; i++) {
        if (state->shown[i])
            width += state->widths[i] + (width ? GAP : 0);
    }
    return width;
}

/* The shown column that can give most, or APL_COLUMNS_MAX when none can. */
static size_t most_spare(const table_state *state)
{
    size_t best = APL_COLUMNS_MAX;
    unsigned most = 0;

    for (size_t i = 0; i < state->listing->column_count; i++) {
        unsigned least = state->listing->columns[i].width_min;
        if (state->shown[i] && state->widths[i] > least && state->widths[i] - least >= most) {
            most = state->widths[i] - least;
            best = i;
        }
    }
    return best;
}

/* Makes the line fit: columns with the minimum 0 go first, then each time the one that has most to give gets narrower.
 */
static void fit(table_state *state)
{
    for (size_t i = state->listing->column_count; i-- > 0 && line_width(state) > state->screen->width;) {
        if (state->listing->columns[i].width_min == 0)
            state->shown[i] = false;
    }
    for (unsigned width = line_width(state); width > state->screen->width; width--) {
        size_t column = most_spare(state);
        if (column == APL_COLUMNS_MAX)
            break;
        state->widths[column]--;
    }
}

static void write_header(apl_text *out, const table_state *state)
{
    apl_screen_style(out, state->screen, APL_STYLE_BOLD);
    for (size_t i = 0; i < state->listing->column_count; i++) {
        if (!state->shown[i])
            continue;
        apl_str title = apl_str_from(state->listing->columns[i].title);
        unsigned padding = state->widths[i] > title.size ? state->widths[i] - title.size : 0;
        if (state->listing->columns[i].is_number)
            apl_screen_spaces(out, padding);
        apl_screen_fit(out, state->screen, title, state->widths[i], APL_CUT_SHORT);
        if (i != state->last)
            apl_screen_spaces(out, state->listing->columns[i].is_number ? GAP : padding + GAP);
    }
    apl_screen_style(out, state->screen, APL_STYLE_PLAIN);
    apl_text_add_char(out, '\n');
}

static apl_style cell_style(const apl_column *column, apl_str text)
{
    if (!column->is_severity)
        return APL_STYLE_PLAIN;
    for (unsigned i = 0; i < APL_SEVERITY_COUNT; i++) {
        if (apl_str_equal(text, apl_str_from(apl_severity_names[i])))
            return apl_screen_severity_style(i);
    }
    return APL_STYLE_PLAIN;
}

static void write_cell(apl_text *out, const table_state *state, size_t index, apl_str text)
{
    const apl_column *column = &state->listing->columns[index];
    apl_style style = cell_style(column, text);
    unsigned width = apl_screen_width_of(state->screen, text);
    unsigned padding = state->widths[index] > width ? state->widths[index] - width : 0;

    if (column->is_number)
        apl_screen_spaces(out, padding);
    if (style != APL_STYLE_PLAIN)
        apl_screen_style(out, state->screen, style);
    if (state->screen->clips) {
        unsigned taken = apl_screen_fit(out, state->screen, text, state->widths[index], column->cut);
        padding = state->widths[index] > taken ? state->widths[index] - taken : 0;
    } else {
        apl_screen_add(out, state->screen, text);
    }
    if (style != APL_STYLE_PLAIN)
        apl_screen_style(out, state->screen, APL_STYLE_PLAIN);
    if (index != state->last)
        apl_screen_spaces(out, column->is_number ? GAP : padding + GAP);
}

apl_status apl_text_table(apl_output *output, const apl_listing *listing, const apl_screen *screen)
{
    table_state state = {.listing = listing, .screen = screen};
    apl_arena *scratch = apl_arena_new();
    apl_value cells[APL_COLUMNS_MAX];
    apl_status status = APL_OK;

    APL_ASSERT(listing->column_count <= APL_COLUMNS_MAX);
    measure(&state, scratch);
    if (screen->clips)
        fit(&state);
    write_header(&output->text, &state);
    for (size_t row = 0; status == APL_OK && row < listing->row_count; row++) {
        listing->row(cells, listing, row, scratch);
        for (size_t i = 0; i < listing->column_count; i++) {
            if (state.shown[i])
                write_cell(&output->text, &state, i, apl_cell_text(scratch, cells[i]));
        }
        apl_text_add_char(&output->text, '\n');
        apl_arena_reset(scratch);
        status = apl_output_step(output);
    }
    apl_arena_free(scratch);
    return status;
}
