/* report/cyclonedx.h: a bill of materials in CycloneDX JSON, for the formats of its versions.
 *
 * https://cyclonedx.org/specification/overview: models, data, applications, configurations, libraries, containers and
 * platforms are components; what answers requests is a service. */
#ifndef APL_REPORT_CYCLONEDX_H
#define APL_REPORT_CYCLONEDX_H

#include "report/report.h"

typedef enum apl_cyclonedx_version {
    APL_CYCLONEDX_1_6,
    APL_CYCLONEDX_1_7, /* knows that a component is used but not shipped */
} apl_cyclonedx_version;

apl_status apl_cyclonedx_write(apl_output *output, const apl_report *report, apl_cyclonedx_version version);

#endif
