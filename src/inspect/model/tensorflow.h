/* inspect/model/tensorflow.h: graphs of TensorFlow, which stand in SavedModels, in files of their own and in neither.
 *
 * A graph is a program: running it reads and writes files where its operators say so. */
#ifndef APL_INSPECT_MODEL_TENSORFLOW_H
#define APL_INSPECT_MODEL_TENSORFLOW_H

#include "inspect/model/model_format.h"

typedef enum apl_tensorflow_root {
    APL_TENSORFLOW_SAVED_MODEL = 1,
    APL_TENSORFLOW_META_GRAPH,
    APL_TENSORFLOW_GRAPH,
    APL_TENSORFLOW_KERAS_METADATA,
} apl_tensorflow_root;

/* Walks the message from the input's position on and judges every operator and every Keras object in it. */
void apl_tensorflow_judge(apl_model_scan *scan, apl_input *input, apl_tensorflow_root root);

/* True when the first node of a graph stands at the front of `bytes`: a name and an operator. */
bool apl_tensorflow_is_graph(apl_str bytes);

#endif
