/* report/screen.c: measures and writes text for a terminal, never letting an input speak to the terminal itself.
 *
 * Stands under the text and Markdown formats and under every message of the command line. Width is that of the C
 * library for a UTF-8 locale (wcwidth); a character it does not know takes one column. */
#include "report/screen.h"

#include <stdio.h>
#include <wchar.h>

#define GLYPH_BYTES_MAX 12

/* One character as it will be written. */
typedef struct glyph {
    char bytes[GLYPH_BYTES_MAX];
    uint8_t size;
    uint8_t width;
    uint8_t taken; /* bytes of the input */
} glyph;

/* The code point at the start of the bytes and its length; length 0 when they are not UTF-8. */
static uint32_t decode(uint8_t *length, const unsigned char *at, size_t left)
{
    uint32_t code = at[0];
    uint8_t size = at[0] < 0x80 ? 1 : (at[0] & 0xE0) == 0xC0 ? 2 : (at[0] & 0xF0) == 0xE0 ? 3 : 4;
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};

    *length = 0;
    if (size > left || (at[0] >= 0x80 && at[0] < 0xC2) || at[0] > 0xF4)
        return 0;
    if (size > 1)
        code &= 0x7Fu >> size;
    for (uint8_t i = 1; i < size; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3Fu);
    }
    if (code < least[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    *length = size;
    return code;
}

/* Characters that act instead of showing: controls, direction marks, invisible ones. */
static bool is_acting(uint32_t code)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},      {0x61C, 0x61C},
                  {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x206F},
                  {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i].from && code <= ranges[i].to)
            return true;
    }
    return false;
}

static void escape(glyph *out, uint32_t code, bool is_byte)
{
    int size;

    if (code == '\n' || code == '\t' || code == '\r')
        size = snprintf(out->bytes, sizeof out->bytes, "\\%c", code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
    else if (is_byte)
        size = snprintf(out->bytes, sizeof out->bytes, "\\x%02x", code & 0xFFu);
    else
        size = snprintf(out->bytes, sizeof out->bytes, "\\u{%x}", code);
    out->size = out->width = (uint8_t)size;
}

static glyph next_glyph(const apl_screen *screen, apl_str text, size_t at)
{
    const unsigned char *bytes = (const unsigned char *)text.data + at;
    glyph out = {.taken = 1};
    uint32_t code;

    if (bytes[0] >= 0x20 && bytes[0] < 0x7F) {
        out.bytes[0] = (char)bytes[0];
        out.size = out.width = 1;
        return out;
    }
    code = decode(&out.taken, bytes, text.size - at);
    if (out.taken == 0) {
        out.taken = 1;
        escape(&out, bytes[0], true);
    } else if (code < 0x80 || is_acting(code) || !screen->is_utf8) {
        escape(&out, code, code < 0x80);
    } else {
        int width = wcwidth((wchar_t)code);
        out.size = out.taken;
        memcpy(out.bytes, bytes, out.taken);
        out.width = (uint8_t)(width < 0 ? 1 : width);
    }
    return out;
}

/* The length of the run of printable ASCII at `at`; most text is nothing else, and needs no look at each glyph. */
static size_t plain_run(apl_str text, size_t at)
{
    size_t end = at;

    while (end < text.size && text.data[end] >= 0x20 && text.data[end] < 0x7F)
        end++;
    return end - at;
}

static const char *style_code(apl_style style)
{
    static const char *const codes[] = {"0", "1", "2", "1;31", "31", "33", "36", "32"};

    return codes[style];
}

void apl_screen_style(apl_text *out, const apl_screen *screen, apl_style style)
{
    if (screen->has_color)
        apl_text_add_format(out, "\x1b[%sm", style_code(style));
}

apl_style apl_screen_severity_style(unsigned severity)
{
    static const apl_style styles[] = {APL_STYLE_DIM, APL_STYLE_LOW, APL_STYLE_MEDIUM, APL_STYLE_HIGH,
                                       APL_STYLE_CRITICAL};

    return severity < sizeof styles / sizeof styles[0] ? styles[severity] : APL_STYLE_PLAIN;
}

unsigned apl_screen_width_of(const apl_screen *screen, apl_str text)
{
    unsigned width = 0;

    for (size_t i = 0; i < text.size;) {
        size_t plain = plain_run(text, i);
        width += (unsigned)plain;
        i += plain;
        if (i < text.size) {
            glyph one = next_glyph(screen, text, i);
            width += one.width;
            i += one.taken;
        }
    }
    return width;
}

void apl_screen_add(apl_text *out, const apl_screen *screen, apl_str text)
{
    for (size_t i = 0; i < text.size;) {
        size_t plain = plain_run(text, i);
        apl_text_add(out, apl_str_make(text.data + i, plain));
        i += plain;
        if (i < text.size) {
            glyph one = next_glyph(screen, text, i);
            apl_text_add(out, apl_str_make(one.bytes, one.size));
            i += one.taken;
        }
    }
}

void apl_screen_add_styled(apl_text *out, const apl_screen *screen, apl_style style, apl_str text)
{
    if (style != APL_STYLE_PLAIN)
        apl_screen_style(out, screen, style);
    apl_screen_add(out, screen, text);
    if (style != APL_STYLE_PLAIN)
        apl_screen_style(out, screen, APL_STYLE_PLAIN);
}

/* Adds the characters that lie wholly in the columns [from, to) of the text; returns the columns added. */
static unsigned add_columns(apl_text *out, const apl_screen *screen, apl_str text, unsigned from, unsigned to)
{
    unsigned column = 0;
    unsigned added = 0;

    for (size_t i = 0; i < text.size && column < to;) {
        glyph one = next_glyph(screen, text, i);
        if (column >= from && column + one.width <= to) {
            apl_text_add(out, apl_str_make(one.bytes, one.size));
            added += one.width;
        }
        column += one.width;
        i += one.taken;
    }
    return added;
}

unsigned apl_screen_fit(apl_text *out, const apl_screen *screen, apl_str text, unsigned width, apl_cut cut)
{
    apl_str ellipsis = screen->has_drawing ? APL_STR("\xE2\x80\xA6") : APL_STR("..");
    unsigned ellipsis_width = screen->has_drawing ? 1 : 2;
    unsigned whole = apl_screen_width_of(screen, text);
    unsigned taken = ellipsis_width;

    if (whole <= width) {
        apl_screen_add(out, screen, text);
        return whole;
    }
    if (width <= ellipsis_width || cut == APL_CUT_SHORT)
        return add_columns(out, screen, text, 0, width);
    if (cut == APL_CUT_START) {
        apl_text_add(out, ellipsis);
        taken += add_columns(out, screen, text, whole - (width - ellipsis_width), whole + 1);
    } else {
        taken += add_columns(out, screen, text, 0, width - ellipsis_width);
        apl_text_add(out, ellipsis);
    }
    return taken;
}

void apl_screen_line(apl_text *out, const apl_screen *screen, apl_text *line)
{
    apl_screen_fit(out, screen, apl_text_str(line), screen->width, APL_CUT_END);
    apl_text_add_char(out, '\n');
    line->size = 0;
}

void apl_screen_spaces(apl_text *out, unsigned count)
{
    static const char spaces[] = "                                ";

    for (unsigned chunk; count > 0; count -= chunk) {
        chunk = count < sizeof spaces - 1 ? count : (unsigned)sizeof spaces - 1;
        apl_text_add(out, apl_str_make(spaces, chunk));
    }
}

/* The end of the next word of a line. On a terminal a word longer than the line is broken; in a pipe it stays whole. */
static size_t word_end(const apl_screen *screen, apl_str line, size_t at, unsigned width)
{
    unsigned column = 0;
    size_t end = at;

    while (end < line.size && line.data[end] != ' ') {
        glyph one = next_glyph(screen, line, end);
        if (screen->clips && column + one.width > width)
            break;
        column += one.width;
        end += one.taken;
    }
    return end;
}

static void wrap_line(apl_text *out, const apl_screen *screen, apl_str line, unsigned indent)
{
    unsigned width = screen->width > indent + 20 ? screen->width - indent : 20;
    unsigned column = 0;
    size_t at = 0;

    while (at < line.size) {
        size_t end = word_end(screen, line, at, width);
        apl_str word = apl_str_slice(line, at, end);
        unsigned taken = apl_screen_width_of(screen, word);
        if (column && column + 1 + taken > width) {
            apl_text_add_char(out, '\n');
            apl_screen_spaces(out, indent);
            column = 0;
        } else if (column) {
            apl_text_add_char(out, ' ');
            column++;
        }
        apl_screen_add(out, screen, word);
        column += taken;
        at = end;
        while (at < line.size && line.data[at] == ' ')
            at++;
    }
}

void apl_screen_wrap(apl_text *out, const apl_screen *screen, apl_str text, unsigned indent)
{
    apl_str rest = apl_str_trim(text);
    apl_str line;
    bool is_first = true;

    while (apl_str_next(&line, &rest, '\n')) {
        if (!is_first)
            apl_screen_spaces(out, indent);
        is_first = false;
        wrap_line(out, screen, line, indent);
        apl_text_add_char(out, '\n');
    }
    if (is_first)
        apl_text_add_char(out, '\n');
}

void apl_screen_bar(apl_text *out, const apl_screen *screen, uint64_t part, uint64_t whole, unsigned width)
{
    uint64_t columns = whole ? (part * width + whole - 1) / whole : 0;

    for (uint64_t i = 0; i < columns; i++)
        apl_text_add(out, screen->has_drawing ? APL_STR("\xE2\x96\x88") : APL_STR("#"));
}

unsigned apl_screen_number(apl_text *out, uint64_t number)
{
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    unsigned columns = 0;

    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) {
            apl_text_add_char(out, ',');
            columns++;
        }
        apl_text_add_char(out, digits[i]);
        columns++;
    }
    return columns;
}
