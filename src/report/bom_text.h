/* report/bom_text.h: texts that more than one format of bills needs.
 *
 * Formats restrict what may stand where: a URL without a blank, a version of a certain length. What does not fit is
 * not bent but told as a property. */
#ifndef APL_REPORT_BOM_TEXT_H
#define APL_REPORT_BOM_TEXT_H

#include "report/report.h"

/* RFC 3987: an absolute IRI without blanks, controls or characters that must be escaped. */
bool apl_bom_is_url(apl_str text);

/* The bytes of a text with all but unreserved characters and `/` escaped (RFC 3986). */
void apl_bom_add_escaped(apl_text *out, apl_str text);

/* Calls `add` for each property of a part that has no member of its own in any format: kind, type, exposure and so on,
 * who it signs in as and with which roles, and for each fact the path that it was read from. Names start with
 * "aplomb:". */
typedef void apl_bom_add_property(void *context, apl_str name, apl_str value);
void apl_bom_properties(const apl_bom *bom, const apl_bom_part *part, apl_arena *scratch, apl_bom_add_property *add,
                        void *context);

/* The same for the bill as a whole: content, what could not be read. */
void apl_bom_own_properties(const apl_bom *bom, apl_arena *scratch, apl_bom_add_property *add, void *context);

/* "contoso-assist", or "AI estate". */
apl_str apl_bom_title(const apl_bom *bom, apl_arena *arena);

/* Whether a part is told with those who sign in as it instead of standing alone. */
static inline bool apl_bom_is_told_elsewhere(const apl_bom_part *part)
{
    return part->place == APL_BOM_IDENTITY;
}

/* The workload needs what was asked for; an estate what nothing else in it needs. */
static inline bool apl_bom_is_top(const apl_bom *bom, const apl_bom_part *part)
{
    return bom->root_count ? part->is_root : part->user_count == 0;
}

#endif
