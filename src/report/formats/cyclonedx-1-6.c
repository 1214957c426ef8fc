/* report/formats/cyclonedx-1-6.c: a bill of materials as CycloneDX 1.6 (ECMA-424), for tools that do not know 1.7.
 *
 * Only what 1.7 added is missing. */
#include "report/cyclonedx.h"
#include "report/format.h"

static apl_status write_cyclonedx(apl_output *output, const apl_report *report)
{
    return apl_cyclonedx_write(output, report, APL_CYCLONEDX_1_6);
}

const apl_format apl_format_cyclonedx_1_6 = {
    .name = "cyclonedx-1.6",
    .summary = "bill of materials, CycloneDX 1.6 JSON",
    .extension = "cdx.json",
    .views = APL_VIEW_BOM,
    .write = write_cyclonedx,
};
