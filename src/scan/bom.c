/* scan/bom.c: bills of materials with the content of a run.
 *
 * Only scan/ knows what content is made of; the bill is made in bom/. */
#include "scan/content.h"

void apl_scan_bom(apl_bom *out, const apl_content *content, apl_bom_options options)
{
    options.services = content->services;
    apl_bom_make(out, &options);
}
