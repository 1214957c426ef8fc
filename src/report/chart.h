/* report/chart.h: charts as SVG, each with its numbers in text beside or below it.
 *
 * Told apart by place, pattern and words, not by colour alone. A chart has a title for those who hear it. */
#ifndef APL_REPORT_CHART_H
#define APL_REPORT_CHART_H

#include "base/memory.h"

typedef struct apl_chart_bar {
    const char *style; /* critical, high, medium, low, info, good, plain */
    const char *label;
    uint64_t value;
} apl_chart_bar;

/* One bar a row, label before and number behind it. */
void apl_chart_bars(apl_text *out, const char *title, const apl_chart_bar *bars, size_t count);

/* One bar of parts that fill it; nothing when all are 0. */
void apl_chart_parts(apl_text *out, const char *title, const apl_chart_bar *parts, size_t count);

typedef struct apl_chart_point {
    apl_str label; /* a day */
    double value;  /* 0 to 100 */
    double low;
    double high;
} apl_chart_point;

/* A line from 0 to 100 with the interval around it; the last value is written at its end. */
void apl_chart_line(apl_text *out, const char *title, const apl_chart_point *points, size_t count);

/* A half ring filled to `value` of 100, with the interval marked on it. */
void apl_chart_gauge(apl_text *out, const char *title, double value, double low, double high);

#endif
