/* inspect/model/template.h: chat templates, which are programs in the Jinja language.
 *
 * A lexer for what stands between {{ }} and {% %}: names, attributes, texts put together by + and ~ or by |attr. It
 * evaluates nothing but texts, and reports what reaches for the interpreter behind the template engine. */
#ifndef APL_INSPECT_MODEL_TEMPLATE_H
#define APL_INSPECT_MODEL_TEMPLATE_H

#include "inspect/model/report.h"

/* A template; the longest published ones have some 20 KB. */
#define APL_TEMPLATE_BYTES_MAX (256u << 10)

/* Judges the template; issues go to the report, with offsets from `offset` on. `what` names it in details. */
void apl_template_judge(apl_model_report *report, apl_str template, uint64_t offset, const char *what);

#endif
