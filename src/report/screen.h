/* report/screen.h: text for people: its width, its colours, and input made harmless.
 *
 * Whatever came from an input goes through apl_screen_add or apl_screen_fit: control characters, marks that turn the
 * writing direction and bytes that are not UTF-8 are shown as escapes, so that a resource's name can neither move the
 * cursor nor hide itself. */
#ifndef APL_REPORT_SCREEN_H
#define APL_REPORT_SCREEN_H

#include "base/memory.h"

/* The narrowest and widest line. A wider window does not make sentences easier to read. */
#define APL_SCREEN_WIDTH_MIN 60u
#define APL_SCREEN_WIDTH_MAX 120u
#define APL_SCREEN_WIDTH_DEFAULT 100u

typedef struct apl_screen {
    unsigned width;
    bool clips; /* cells of a list are cut to fit; false in a pipe, where the whole value is wanted */
    bool has_color;
    bool is_utf8;     /* letters beyond ASCII are written as they are, else as \u{e9} */
    bool has_drawing; /* bars and the ellipsis as UTF-8 characters, else ASCII */
} apl_screen;

typedef enum apl_style {
    APL_STYLE_PLAIN = 0,
    APL_STYLE_BOLD,
    APL_STYLE_DIM,
    APL_STYLE_CRITICAL,
    APL_STYLE_HIGH,
    APL_STYLE_MEDIUM,
    APL_STYLE_LOW,
    APL_STYLE_GOOD,
} apl_style;

/* Starts a style, or ends it with APL_STYLE_PLAIN; nothing without colour. */
void apl_screen_style(apl_text *out, const apl_screen *screen, apl_style style);
apl_style apl_screen_severity_style(unsigned severity);

/* Columns that the text takes when it is added. */
unsigned apl_screen_width_of(const apl_screen *screen, apl_str text);

/* Adds the whole text, made harmless. */
void apl_screen_add(apl_text *out, const apl_screen *screen, apl_str text);
void apl_screen_add_styled(apl_text *out, const apl_screen *screen, apl_style style, apl_str text);

/* Adds at most `width` columns of it; what is cut is replaced by an ellipsis: at the end, or at the start for ids,
 * whose end says more. APL_CUT_SHORT cuts without one, for ids whose start is as good as the whole. Returns the columns
 * taken. */
typedef enum apl_cut { APL_CUT_END, APL_CUT_START, APL_CUT_SHORT } apl_cut;
unsigned apl_screen_fit(apl_text *out, const apl_screen *screen, apl_str text, unsigned width, apl_cut cut);

/* Adds what has gathered in `line` as one line of the screen's width, and empties it for the next. */
void apl_screen_line(apl_text *out, const apl_screen *screen, apl_text *line);

void apl_screen_spaces(apl_text *out, unsigned count);

/* Adds the text over as many lines as it takes, broken at spaces, each after `indent` columns, the first one continuing
 * at that column. Line ends in the text are kept. Ends with a line end. */
void apl_screen_wrap(apl_text *out, const apl_screen *screen, apl_str text, unsigned indent);

/* A bar of `part` in `whole`, `width` columns at most, one at least when part is not 0. */
void apl_screen_bar(apl_text *out, const apl_screen *screen, uint64_t part, uint64_t whole, unsigned width);

/* 12345 as 12,345. Returns the columns. */
unsigned apl_screen_number(apl_text *out, uint64_t number);

#endif
