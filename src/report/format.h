/* report/format.h: what an output format is.
 *
 * A family: each file of formats/ defines one `apl_format_<name>`, and the build writes the table. A format may show
 * only some views; the command line refuses the others before anything is read. */
#ifndef APL_REPORT_FORMAT_H
#define APL_REPORT_FORMAT_H

#include "report/report.h"

typedef struct apl_format {
    const char *name;
    const char *summary;
    const char *extension;
    unsigned views; /* of apl_view */
    apl_status (*write)(apl_output *output, const apl_report *report);
} apl_format;

extern const apl_format *const apl_format_table[];
extern const size_t apl_format_table_count;

/* The format of that name, or NULL. */
const apl_format *apl_format_find(apl_str name);

/* Everything a format writes, from start to flushed end. */
apl_status apl_format_write(const apl_format *format, const apl_report *report, apl_output *output);

#endif
