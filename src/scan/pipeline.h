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

/* Begins to make the attack graph and to fill estate->paths. After exposure; assets are renumbered before it returns.
 * What is left is done beside the caller, who may judge meanwhile, on one thread more than `threads` where that is not
 * 1: until apl_pipeline_attack_wait nobody else touches the paths, edges and arena of the estate. `content` and
 * `options` must outlive the result. */
apl_attack_run *apl_pipeline_attack(apl_estate *estate, const apl_content *content, const apl_scan_options *options,
                                    unsigned threads);

/* Returns when the paths are there. */
apl_status apl_pipeline_attack_wait(apl_attack_run *run);
void apl_pipeline_attack_free(apl_attack_run *run); /* after waiting; NULL is allowed */

/* What the fixes that the options name would do; *out is NULL when they name none, else it is freed by
 * apl_snapshot_free. After evaluation. */
apl_status apl_pipeline_simulate(apl_simulation **out, apl_attack_run *run, const apl_scan_options *options);

/* The same, step by step, for apl_scan_try; `run` was made with keeps_graph. */
void apl_pipeline_try(apl_scan_trial *steps, size_t step_count, apl_attack_run *run, apl_estate *estate);

#endif
