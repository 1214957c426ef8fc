/* scan/pipeline.h: the stages up to a linked estate, and its attack paths.
 *
 * For the files of scan only: a scan and `policy eval` share it and differ in what they judge afterwards. */
#ifndef APL_SCAN_PIPELINE_H
#define APL_SCAN_PIPELINE_H

#include "scan/scan.h"

/* Reads the sources, normalises, links and sets exposure. */
apl_status apl_pipeline_estate(apl_estate *estate, apl_content *content, const apl_scan_options *options);

/* The attack graph of one scan, as long as it is needed. */
typedef struct apl_attack_run apl_attack_run;

/* Makes the attack graph and fills estate->paths. After exposure, before evaluation; assets are renumbered. *out is
 * given on failure too. */
apl_status apl_pipeline_attack(apl_attack_run **out, apl_estate *estate, apl_content *content,
                               const apl_scan_options *options, unsigned threads);
void apl_pipeline_attack_free(apl_attack_run *run); /* NULL is allowed */

/* What the fixes that the options name would do; *out is NULL when they name none, in which case `run` may be NULL too;
 * else it is freed by apl_snapshot_free. After evaluation. */
apl_status apl_pipeline_simulate(apl_simulation **out, apl_attack_run *run, const apl_scan_options *options);

#endif
