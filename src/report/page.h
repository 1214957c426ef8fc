/* report/page.h: the parts that HTML pages are made of.
 *
 * One file without a script: style inside, held by its hash in a strict Content-Security-Policy, light and dark by what
 * the reader prefers, and a print style for A4. Whatever came from an input goes through apl_page_text. */
#ifndef APL_REPORT_PAGE_H
#define APL_REPORT_PAGE_H

#include "report/report.h"

/* Opens the page down to its main part: title, what was looked at, when. */
void apl_page_open(apl_text *out, const apl_report *report, const char *title);
void apl_page_close(apl_text *out, const apl_report *report);

/* Text as HTML: escaped, control characters and turned writing shown as what they are. Safe in attributes too. */
void apl_page_text(apl_text *out, apl_str text);

/* `<h2 id="...">title</h2>` of a section, and its end. `wide` sections take the whole width. */
void apl_page_section(apl_text *out, const char *id, const char *title);
void apl_page_section_end(apl_text *out);

/* `<td class="...">text</td>`; class may be NULL. */
void apl_page_cell(apl_text *out, const char *class_name, apl_str text);
void apl_page_number(apl_text *out, uint64_t number);

/* A word in a frame: severity, level or state, readable without colour. `style` is one of critical, high, medium, low,
 * info, good, plain. */
void apl_page_badge(apl_text *out, const char *style, const char *word);

/* Kinds of pages; all end with the same foot. */
apl_status apl_page_executive(apl_output *output, const apl_report *report);
apl_status apl_page_technical(apl_output *output, const apl_report *report);
apl_status apl_page_controls(apl_output *output, const apl_report *report);
apl_status apl_page_owners(apl_output *output, const apl_report *report);

/* A finding as rows of a table share it: severity, asset, what it rests on, how to fix it. */
void apl_page_finding(apl_text *out, const apl_report *report, const apl_finding *finding, apl_arena *scratch);

#endif
