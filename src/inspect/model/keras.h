/* inspect/model/keras.h: the architecture of a Keras model, which is JSON wherever it is stored.
 *
 * Loading it makes objects of named modules and classes; Lambda layers carry byte code. */
#ifndef APL_INSPECT_MODEL_KERAS_H
#define APL_INSPECT_MODEL_KERAS_H

#include "inspect/model/model_format.h"

/* True when the value has the shape of such an architecture. */
bool apl_keras_is_model(const apl_json *root);

/* Judges every object in it; issues get `offset`. */
void apl_keras_judge(apl_model_scan *scan, const apl_json *root, uint64_t offset);

#endif
