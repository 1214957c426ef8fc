/* scan/models.h: model files among the sources of a scan, as documents.
 *
 * For the files of scan only. One thread. */
#ifndef APL_SCAN_MODELS_H
#define APL_SCAN_MODELS_H

#include "bytes/files.h"
#include "inspect/model/judge.h"

typedef struct apl_scan_models apl_scan_models;

/* `globals` becomes its own. Must be called while the program has one thread (bytes/worker.h); what was made is given
 * back by the caller also after a failure. */
apl_status apl_scan_models_new(apl_scan_models **out, apl_globals *globals);
void apl_scan_models_free(apl_scan_models *models);

/* Judges the file when it is a model, and writes what was found as one document. False when it is none: nothing is
 * written then. *is_whole says that there is nothing else in the file that could be read as documents. */
bool apl_scan_models_read(apl_text *document, bool *is_whole, apl_scan_models *models, const apl_file *file);

#endif
