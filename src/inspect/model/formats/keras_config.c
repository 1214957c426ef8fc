/* inspect/model/formats/keras_config.c: the config.json inside a .keras file, and architectures saved as JSON.
 *
 * What may stand in one is judged in keras.c, which the HDF5 format shares. */
#include "inspect/model/keras.h"

static bool inspect_json(apl_model_scan *scan, const apl_json *root)
{
    if (!apl_keras_is_model(root))
        return false;
    apl_keras_judge(scan, root, 0);
    return true;
}

const apl_model_format apl_model_format_keras_config = {
    .name = "keras-config",
    .summary = "architecture of a Keras model",
    .order = 40,
    .inspect_json = inspect_json,
    .json_mark = "\"class_name\"",
};
