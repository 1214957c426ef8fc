/* inspect/model/formats/keras_metadata.c: keras_metadata.pb, which stood beside a SavedModel from Keras 2.5 to 2.14.
 *
 * One message an object: its number, its path, what it is, and its description as JSON. */
#include "inspect/model/protobuf.h"
#include "inspect/model/tensorflow.h"

static bool matches(apl_str head)
{
    uint64_t tag = 0;
    uint64_t size = 0;
    apl_proto_field field;
    apl_str content;
    bool has_path = false;

    if (!apl_proto_varint(&tag, &head) || tag != (1 << 3 | 2) || !apl_proto_varint(&size, &head))
        return false;
    while (apl_proto_next(&field, &content, &head)) {
        if (field.number == 3 && apl_str_starts(content, APL_STR("root")))
            has_path = true;
        if (field.number == 4)
            return has_path && apl_str_starts(content, APL_STR("_tf_keras"));
    }
    return false;
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    apl_tensorflow_judge(scan, input, APL_TENSORFLOW_KERAS_METADATA);
    return true;
}

const apl_model_format apl_model_format_keras_metadata = {
    .name = "keras-metadata",
    .summary = "Keras objects of a TensorFlow SavedModel",
    .order = 61,
    .matches = matches,
    .inspect = inspect,
};
