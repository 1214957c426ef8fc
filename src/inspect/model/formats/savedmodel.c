/* inspect/model/formats/savedmodel.c: saved_model.pb of TensorFlow, and the .meta files of its checkpoints.
 *
 * Both hold graphs with their functions, the names of assets and the objects that Keras makes; tensorflow.c judges. */
#include "inspect/model/protobuf.h"
#include "inspect/model/tensorflow.h"

/* A meta graph begins with its information, in which lists of operators, tags and versions stand. */
static bool is_meta_graph(apl_str bytes)
{
    apl_proto_field field;
    apl_str content;
    uint64_t tag = 0;
    uint64_t size = 0;

    if (!apl_proto_varint(&tag, &bytes) || tag != (1 << 3 | 2) || !apl_proto_varint(&size, &bytes) || size < 2)
        return false;
    if (size > bytes.size)
        size = bytes.size;
    apl_str info = apl_str_slice(bytes, 0, (size_t)size);
    while (apl_proto_next(&field, &content, &info)) {
        if (field.number > 8)
            return false;
        if (field.number == 5 && field.wire == APL_PROTO_BYTES)
            return content.size > 2 && content.data[0] >= '0' && content.data[0] <= '9';
    }
    return info.size != 0 && info.size < size; /* a long list of operators reaches over what is visible */
}

static bool matches(apl_str head)
{
    return head.size > 8 && (head.data[0] == 0x08 || head.data[0] == 0x0A);
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);
    apl_str bytes = apl_str_make((const char *)apl_input_at(input), there);
    uint64_t size = 0;

    if (bytes.data[0] == 0x0A) {
        if (apl_tensorflow_is_graph(bytes) || !is_meta_graph(bytes))
            return false;
        apl_tensorflow_judge(scan, input, APL_TENSORFLOW_META_GRAPH);
        return true;
    }
    if (bytes.data[1] != 1 || bytes.data[2] != 0x12)
        return false;
    bytes = apl_str_slice(bytes, 3, bytes.size);
    if (!apl_proto_varint(&size, &bytes) || !is_meta_graph(bytes))
        return false;
    apl_tensorflow_judge(scan, input, APL_TENSORFLOW_SAVED_MODEL);
    return true;
}

const apl_model_format apl_model_format_savedmodel = {
    .name = "savedmodel",
    .summary = "TensorFlow SavedModel, meta graph",
    .order = 64,
    .matches = matches,
    .inspect = inspect,
};
