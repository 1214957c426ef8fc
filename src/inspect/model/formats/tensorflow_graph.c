/* inspect/model/formats/tensorflow_graph.c: a frozen graph of TensorFlow: nodes and functions, weights as constants.
 *
 * It has no magic; what tells it is that it begins with a node that has a name and an operator. */
#include "inspect/model/tensorflow.h"

static bool matches(apl_str head)
{
    return head.size > 8 && head.data[0] == 0x0A && apl_tensorflow_is_graph(head);
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    apl_tensorflow_judge(scan, input, APL_TENSORFLOW_GRAPH);
    return true;
}

const apl_model_format apl_model_format_tensorflow_graph = {
    .name = "tensorflow-graph",
    .summary = "TensorFlow graph with its weights",
    .order = 62,
    .matches = matches,
    .inspect = inspect,
};
