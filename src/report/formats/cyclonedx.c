/* report/formats/cyclonedx.c: a bill of materials as CycloneDX 1.7, what `aplomb bom` gives unless asked otherwise.
 *
 * report/cyclonedx.c writes both versions. */
#include "report/cyclonedx.h"
#include "report/format.h"

static apl_status write_cyclonedx(apl_output *output, const apl_report *report)
{
    return apl_cyclonedx_write(output, report, APL_CYCLONEDX_1_7);
}

const apl_format apl_format_cyclonedx = {
    .name = "cyclonedx",
    .summary = "bill of materials, CycloneDX 1.7 JSON",
    .extension = "cdx.json",
    .views = APL_VIEW_BOM,
    .write = write_cyclonedx,
};
