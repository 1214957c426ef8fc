/* report/walk.h: the rows of a report in the order of the contract, for formats that write rows of JSON.
 *
 * json and jsonl differ only in what stands around a row; which rows there are, and in which order, is decided once,
 * here. */
#ifndef APL_REPORT_WALK_H
#define APL_REPORT_WALK_H

#include "report/report.h"

typedef enum apl_section {
    APL_SECTION_ASSETS,
    APL_SECTION_RELATIONS,
    APL_SECTION_FINDINGS,
    APL_SECTION_PATHS,
    APL_SECTION_COVERAGE,
} apl_section;

/* Whether the view of the report has the section. */
bool apl_walk_has(const apl_report *report, apl_section section);

/* Called before each row, where it opens the object, and after it. */
typedef struct apl_walk_frame {
    void (*before)(apl_text *out, const char *record, size_t index);
    void (*after)(apl_text *out);
} apl_walk_frame;

/* Writes the rows of one section. */
apl_status apl_walk_section(apl_output *output, const apl_report *report, apl_section section,
                            const apl_walk_frame *frame);

#endif
