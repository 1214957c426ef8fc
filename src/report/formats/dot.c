/* report/formats/dot.c: the selected attack paths as one graph in the DOT language of Graphviz.
 *
 * Each asset is a node once, each step an edge once, whatever number of paths use it. */
#include "report/format.h"
#include "report/names.h"
#include "report/path_graph.h"

static void add_label(apl_text *out, apl_str text)
{
    apl_text_add_char(out, '"');
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '"' || c == '\\')
            apl_text_add_char(out, '\\');
        apl_text_add_char(out, (unsigned char)c < 0x20 ? ' ' : c);
    }
    apl_text_add_char(out, '"');
}

static apl_status write_dot(apl_output *output, const apl_report *report)
{
    static const char *const shapes[] = {"box", "oval", "octagon"};
    const apl_estate *estate = report->snapshot->estate;
    apl_path_graph graph = apl_path_graph_make(report);
    apl_text *out = &output->text;

    apl_text_add(out, APL_STR("digraph attack_paths {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n"));
    for (size_t i = 0; i < graph.nodes.count; i++) {
        apl_text_add_format(out, "  n%u [shape=%s, label=", graph.nodes.items[i].asset,
                            shapes[graph.nodes.items[i].role]);
        add_label(out, apl_report_asset_name(estate, graph.nodes.items[i].asset));
        apl_text_add(out, APL_STR("];\n"));
        (void)apl_output_step(output);
    }
    for (size_t i = 0; i < graph.edges.count; i++) {
        const apl_path_step *step = graph.edges.items[i];
        apl_text_add_format(out, "  n%u -> n%u [label=", step->from, step->to);
        add_label(out, step->technique.size ? step->technique : step->relation);
        apl_text_add(out, APL_STR("];\n"));
        (void)apl_output_step(output);
    }
    apl_text_add(out, APL_STR("}\n"));
    apl_path_graph_free(&graph);
    return apl_output_step(output);
}

const apl_format apl_format_dot = {
    .name = "dot",
    .summary = "attack paths as a graph for Graphviz",
    .extension = "dot",
    .views = APL_VIEW_PATHS,
    .write = write_dot,
};
