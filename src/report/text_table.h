/* report/text_table.h: a listing as aligned columns for a terminal or a pipe.
 *
 * On a terminal every line fits; cells are cut, never wrapped. In a pipe nothing is cut: the values are for the next
 * program. */
#ifndef APL_REPORT_TEXT_TABLE_H
#define APL_REPORT_TEXT_TABLE_H

#include "report/listing.h"
#include "report/output.h"

apl_status apl_text_table(apl_output *output, const apl_listing *listing, const apl_screen *screen);

#endif
