/* inspect/model/formats/torchscript_code.c: the program text inside a TorchScript archive.
 *
 * It runs in a machine of PyTorch's own that knows no Python, but some of its operators read and write files, and
 * operators of other libraries are native code that somebody must bring. */
#include "inspect/model/model_format.h"

/* Bytes that are looked at together, so that a name over the end of one window is seen in the next. */
#define OVERLAP_BYTES 256u

static const char *const dangerous[] = {
    "torch.save(",    "torch.load(",         "torch.from_file(",    "torch.tofile(",      "ops.aten.save(",
    "ops.aten.load(", "ops.aten.from_file(", "ops.aten.from_file.", "ops.prim.PythonOp(", "ops.prim.PythonOp.",
};
static const char *const own_spaces[] = {"aten",     "prim",     "prims",  "quantized", "_quantized",       "sparse",
                                         "inductor", "profiler", "onednn", "mkldnn",    "mkldnn_prepacked", "xnnpack",
                                         "rngprims"};

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("class ")) || apl_str_starts(head, APL_STR("def ")) ||
           apl_str_starts(head, APL_STR("op_version_set"));
}

/* The name space of `ops.<space>.` at `at`. */
static void judge_space(apl_model_scan *scan, apl_str text, size_t at, uint64_t offset)
{
    size_t end = at + 4;

    while (end < text.size && text.data[end] != '.' && end - at < 64)
        end++;
    apl_str space = apl_str_slice(text, at + 4, end);
    if (end >= text.size || text.data[end] != '.' || space.size == 0)
        return;
    for (uint32_t i = 0; i < space.size; i++) {
        char c = space.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
            return;
    }
    for (size_t i = 0; i < sizeof own_spaces / sizeof own_spaces[0]; i++) {
        if (apl_str_equal(space, apl_str_from(own_spaces[i])))
            return;
    }
    apl_model_found(scan->report, APL_ISSUE_CUSTOM_OPERATOR, offset + at, "operators of %.*s", APL_STR_ARG(space));
}

static void judge_text(apl_model_scan *scan, apl_str text, uint64_t offset)
{
    for (size_t i = 0; i < sizeof dangerous / sizeof dangerous[0]; i++) {
        long at = apl_str_find(text, apl_str_from(dangerous[i]));
        if (at >= 0)
            apl_model_found(scan->report, APL_ISSUE_DANGEROUS_OPERATOR, offset + (uint64_t)at, "%.*s",
                            (int)strlen(dangerous[i]) - 1, dangerous[i]);
    }
    for (size_t at = 0; at + 4 < text.size;) {
        long hit = apl_str_find(apl_str_slice(text, at, text.size), APL_STR("ops."));
        if (hit < 0)
            break;
        at += (size_t)hit;
        char before = at ? text.data[at - 1] : ' ';
        if (before == ' ' || before == '(' || before == '\n' || before == '[' || before == '=')
            judge_space(scan, text, at, offset);
        at += 4;
    }
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);
    apl_str text = apl_str_make((const char *)apl_input_at(input), there);

    if (!scan->is_member || apl_str_find(scan->name, APL_STR("code/")) < 0 ||
        (apl_str_find(text, APL_STR("__torch__")) < 0 && apl_str_find(text, APL_STR("(Module):")) < 0 &&
         apl_str_find(text, APL_STR(" torch.")) < 0 && apl_str_find(text, APL_STR("ops.")) < 0))
        return false;
    while (there) {
        judge_text(scan, text, input->position);
        if (there < APL_INPUT_WINDOW_BYTES) {
            (void)apl_input_skip(input, there);
            break;
        }
        (void)apl_input_skip(input, there - OVERLAP_BYTES);
        there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);
        text = apl_str_make((const char *)apl_input_at(input), there);
    }
    return true;
}

const apl_model_format apl_model_format_torchscript_code = {
    .name = "torchscript-code",
    .summary = "program text of a TorchScript archive",
    .order = 90,
    .is_text = true,
    .matches = matches,
    .inspect = inspect,
};
