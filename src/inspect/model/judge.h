/* inspect/model/judge.h: model files, each judged in a worker process.
 *
 * The one way in for commands and scans. What a hostile file does to its reader ends in the worker: the file is then
 * incomplete, and the next one finds a fresh worker. */
#ifndef APL_INSPECT_MODEL_JUDGE_H
#define APL_INSPECT_MODEL_JUDGE_H

#include "inspect/model/inspect.h"

typedef struct apl_model_judge apl_model_judge;

/* Must be called while the program has one thread (bytes/worker.h). `globals` must outlive it. */
apl_status apl_model_judge_new(apl_model_judge **out, const apl_globals *globals);
void apl_model_judge_free(apl_model_judge *judge); /* NULL is allowed */

/* Fills `report`, which was initialised. */
void apl_model_judge_file(apl_model_report *report, apl_model_judge *judge, const apl_model_file *file);

/* The same for scans, which meet files of all kinds: with APL_GUESS_NO_MODEL nothing is filled. */
apl_model_guess apl_model_judge_any(apl_model_report *report, apl_model_judge *judge, const apl_model_file *file);

#endif
