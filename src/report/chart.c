/* report/chart.c: draws in a fixed box of user units; the page scales it.
 *
 * Numbers are rounded to a tenth of a unit, so that the same figures give the same bytes. */
#include "report/chart.h"

#include <math.h>

#include "report/page.h"

#define ROW_HEIGHT 22
#define BAR_LEFT 70
#define BAR_WIDTH 180

static void open_chart(apl_text *out, const char *title, const char *class_name, int width, int height)
{
    apl_text_add_format(
        out,
        "<svg class=\"chart %s\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"xMinYMid\" role=\"img\" aria-label=\"",
        class_name, width, height);
    apl_page_text(out, apl_str_from(title));
    apl_text_add(out, APL_STR("\">"));
}

/* Hatches, so that parts differ in grey too. One set a chart; their names must be the same everywhere to be shared. */
static void add_patterns(apl_text *out)
{
    apl_text_add(out, APL_STR("<defs>"
                              "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                              "patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0V6\"/></pattern>"
                              "<pattern id=\"dots\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
                              "<circle class=\"dot\" cx=\"2\" cy=\"2\" r=\"1\"/></pattern></defs>"));
}

void apl_chart_bars(apl_text *out, const char *title, const apl_chart_bar *bars, size_t count)
{
    uint64_t most = 1;

    for (size_t i = 0; i < count; i++)
        most = bars[i].value > most ? bars[i].value : most;
    open_chart(out, title, "bars", BAR_LEFT + BAR_WIDTH + 60, (int)count * ROW_HEIGHT);
    for (size_t i = 0; i < count; i++) {
        int y = (int)i * ROW_HEIGHT;
        double width = (double)bars[i].value / (double)most * BAR_WIDTH;
        if (bars[i].value && width < 2)
            width = 2;
        apl_text_add_format(out, "<text x=\"%d\" y=\"%d\" class=\"end\">%s</text>", BAR_LEFT - 8, y + 15,
                            bars[i].label);
        apl_text_add_format(out,
                            "<rect class=\"track\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"12\" rx=\"2\"/>"
                            "<rect class=\"fill %s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"12\" rx=\"2\"/>",
                            BAR_LEFT, y + 5, BAR_WIDTH, bars[i].style, BAR_LEFT, y + 5, width);
        apl_text_add_format(out, "<text x=\"%d\" y=\"%d\" class=\"value\">", BAR_LEFT + BAR_WIDTH + 8, y + 15);
        apl_page_number(out, bars[i].value);
        apl_text_add(out, APL_STR("</text>"));
    }
    apl_text_add(out, APL_STR("</svg>"));
}

/* The pattern that lies over a part: none for what is good, hatches for what fails, dots for what is unknown. */
static const char *pattern_of(const char *style)
{
    if (strcmp(style, "critical") == 0)
        return "hatch";
    return strcmp(style, "medium") == 0 ? "dots" : NULL;
}

void apl_chart_parts(apl_text *out, const char *title, const apl_chart_bar *parts, size_t count)
{
    uint64_t whole = 0;
    double x = 0;

    for (size_t i = 0; i < count; i++)
        whole += parts[i].value;
    if (whole == 0)
        return;
    open_chart(out, title, "parts", 200, 12);
    add_patterns(out);
    for (size_t i = 0; i < count; i++) {
        double width = 200.0 * (double)parts[i].value / (double)whole;
        const char *pattern = pattern_of(parts[i].style);
        if (parts[i].value)
            apl_text_add_format(out, "<rect class=\"fill %s\" x=\"%.1f\" width=\"%.1f\" height=\"12\"/>",
                                parts[i].style, x, width);
        if (parts[i].value && pattern)
            apl_text_add_format(out, "<rect fill=\"url(#%s)\" x=\"%.1f\" width=\"%.1f\" height=\"12\"/>", pattern, x,
                                width);
        x += width;
    }
    apl_text_add(out, APL_STR("</svg>"));
}

#define LINE_WIDTH 300.0
#define LINE_HEIGHT 110.0
#define LINE_LEFT 24.0

static double x_of(size_t i, size_t count)
{
    return LINE_LEFT + (count > 1 ? (LINE_WIDTH - LINE_LEFT - 36) * (double)i / (double)(count - 1) : 0);
}

static double y_of(double value)
{
    return 8 + (LINE_HEIGHT - 26) * (1 - value / 100);
}

static void add_interval(apl_text *out, const apl_chart_point *points, size_t count)
{
    apl_text_add(out, APL_STR("<path class=\"band\" d=\""));
    for (size_t i = 0; i < count; i++)
        apl_text_add_format(out, "%c%.1f %.1f", i ? 'L' : 'M', x_of(i, count), y_of(points[i].high));
    for (size_t i = count; i > 0; i--)
        apl_text_add_format(out, "L%.1f %.1f", x_of(i - 1, count), y_of(points[i - 1].low));
    apl_text_add(out, APL_STR("Z\"/>"));
}

void apl_chart_line(apl_text *out, const char *title, const apl_chart_point *points, size_t count)
{
    if (count == 0)
        return;
    open_chart(out, title, "line", (int)LINE_WIDTH, (int)LINE_HEIGHT);
    for (int mark = 0; mark <= 100; mark += 50)
        apl_text_add_format(out,
                            "<path class=\"grid\" d=\"M%.0f %.1fH%.0f\"/><text class=\"small end\" x=\"%.0f\" "
                            "y=\"%.1f\">%d</text>",
                            LINE_LEFT, y_of(mark), LINE_WIDTH - 36, LINE_LEFT - 4, y_of(mark) + 3, mark);
    add_interval(out, points, count);
    apl_text_add(out, APL_STR("<path class=\"trend\" d=\""));
    for (size_t i = 0; i < count; i++)
        apl_text_add_format(out, "%c%.1f %.1f", i ? 'L' : 'M', x_of(i, count), y_of(points[i].value));
    apl_text_add(out, APL_STR("\"/>"));
    for (size_t i = 0; i < count; i++)
        apl_text_add_format(out, "<circle class=\"mark\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>", x_of(i, count),
                            y_of(points[i].value));
    apl_text_add_format(out, "<text class=\"value\" x=\"%.1f\" y=\"%.1f\">%.1f</text>", x_of(count - 1, count) + 6,
                        y_of(points[count - 1].value) + 4, points[count - 1].value);
    apl_text_add_format(out, "<text class=\"small\" x=\"%.0f\" y=\"%.0f\">", LINE_LEFT, LINE_HEIGHT - 3);
    apl_page_text(out, points[0].label);
    apl_text_add(out, APL_STR("</text>"));
    if (count > 1) {
        apl_text_add_format(out, "<text class=\"small end\" x=\"%.0f\" y=\"%.0f\">", LINE_WIDTH - 36, LINE_HEIGHT - 3);
        apl_page_text(out, points[count - 1].label);
        apl_text_add(out, APL_STR("</text>"));
    }
    apl_text_add(out, APL_STR("</svg>"));
}

/* A point on the half ring: 0 is left, 100 is right. */
static void add_ring_point(apl_text *out, double radius, double value)
{
    double angle = acos(-1.0) * (1 - value / 100);

    apl_text_add_format(out, "%.1f %.1f", 80 + radius * cos(angle), 78 - radius * sin(angle));
}

static void add_arc(apl_text *out, const char *class_name, double from, double to)
{
    apl_text_add_format(out, "<path class=\"%s\" d=\"M", class_name);
    add_ring_point(out, 64, from);
    apl_text_add(out, APL_STR("A64 64 0 0 1 "));
    add_ring_point(out, 64, to);
    apl_text_add(out, APL_STR("\"/>"));
}

void apl_chart_gauge(apl_text *out, const char *title, double value, double low, double high)
{
    open_chart(out, title, "gauge", 160, 92);
    add_arc(out, "ring", 0, 100);
    add_arc(out, value >= 75 ? "ring good" : value >= 50 ? "ring medium" : "ring critical", 0, value < 1 ? 1 : value);
    if (high - low >= 0.05) {
        apl_text_add(out, APL_STR("<path class=\"bound\" d=\"M"));
        add_ring_point(out, 54, low);
        apl_text_add(out, APL_STR("L"));
        add_ring_point(out, 74, low);
        apl_text_add(out, APL_STR("M"));
        add_ring_point(out, 54, high);
        apl_text_add(out, APL_STR("L"));
        add_ring_point(out, 74, high);
        apl_text_add(out, APL_STR("\"/>"));
    }
    apl_text_add_format(out,
                        "<text class=\"big\" x=\"80\" y=\"76\">%.1f</text><text class=\"small middle\" x=\"80\" "
                        "y=\"90\">of 100</text></svg>",
                        value);
}
