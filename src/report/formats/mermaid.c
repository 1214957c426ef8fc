/* report/formats/mermaid.c: the selected attack paths as a Mermaid flowchart, which wikis and pull requests draw.
 *
 * Text inside quotes; what Mermaid would read as its own signs is written as entity codes. */
#include "report/format.h"
#include "report/names.h"
#include "report/path_graph.h"

static void add_label(apl_text *out, apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20)
            apl_text_add_char(out, ' ');
        else if (strchr("\"#;<>|[]{}()`", c))
            apl_text_add_format(out, "#%u;", c);
        else
            apl_text_add_char(out, (char)c);
    }
}

static apl_status write_mermaid(apl_output *output, const apl_report *report)
{
    static const char *const opens[] = {"[\"", "([\"", "{{\""};
    static const char *const closes[] = {"\"]", "\"])", "\"}}"};
    const apl_estate *estate = report->snapshot->estate;
    apl_path_graph graph = apl_path_graph_make(report);
    apl_text *out = &output->text;

    apl_text_add(out, APL_STR("flowchart LR\n"));
    for (size_t i = 0; i < graph.nodes.count; i++) {
        const apl_path_node *node = &graph.nodes.items[i];
        apl_text_add_format(out, "  n%u%s", node->asset, opens[node->role]);
        add_label(out, apl_report_asset_name(estate, node->asset));
        apl_text_add_format(out, "%s\n", closes[node->role]);
        (void)apl_output_step(output);
    }
    for (size_t i = 0; i < graph.edges.count; i++) {
        const apl_path_step *step = graph.edges.items[i];
        apl_text_add_format(out, "  n%u -->|\"", step->from);
        add_label(out, step->technique.size ? step->technique : step->relation);
        apl_text_add_format(out, "\"| n%u\n", step->to);
        (void)apl_output_step(output);
    }
    apl_path_graph_free(&graph);
    return apl_output_step(output);
}

const apl_format apl_format_mermaid = {
    .name = "mermaid",
    .summary = "attack paths as a Mermaid flowchart",
    .extension = "mmd",
    .views = APL_VIEW_PATHS,
    .write = write_mermaid,
};
