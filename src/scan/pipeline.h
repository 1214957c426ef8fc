/* scan/pipeline.h: the stages up to a linked estate, and its attack paths.
 *
 * For the files of scan only: a scan and `policy eval` share it and differ in what they judge afterwards. */
#ifndef APL_SCAN_PIPELINE_H
#define APL_SCAN_PIPELINE_H

#include "scan/scan.h"

/* Reads the sources, normalises, links and sets exposure. */
apl_status apl_pipeline_estate(apl_estate *estate, apl_content *content, const apl_scan_options *options);

/* Finds attack paths: techniques, access, graph, search. After exposure, before evaluation; assets are renumbered. */
apl_status apl_pipeline_paths(apl_estate *estate, apl_content *content, const apl_scan_options *options,
                              unsigned threads);

#endif
