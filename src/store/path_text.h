/* store/path_text.h: one attack path as the JSON text of its row.
 *
 * Assets stand in it by their ids, so that a row says the same in every snapshot. */
#ifndef APL_STORE_PATH_TEXT_H
#define APL_STORE_PATH_TEXT_H

#include "model/estate.h"

void apl_path_write(apl_text *out, const apl_estate *estate, const apl_path *path);

/* Reads it back; texts go to the estate's arena. False when it is damaged or names an asset that the estate lacks. */
bool apl_path_read(apl_path *out, const apl_estate *estate, apl_str text);

#endif
