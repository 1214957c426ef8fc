/* report/path_graph.c: the assets and steps of the selected attack paths, each once.
 *
 * Sorted, so that the same paths give the same picture. */
#include "report/path_graph.h"

#include <stdlib.h>

static int by_ends(const void *a, const void *b)
{
    const apl_path_step *x = *(const apl_path_step *const *)a;
    const apl_path_step *y = *(const apl_path_step *const *)b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    int order = apl_str_compare(x->technique, y->technique);
    return order ? order : apl_str_compare(x->relation, y->relation);
}

static void keep_edges(apl_path_graph *graph)
{
    size_t kept = 0;

    if (graph->edges.count)
        qsort(graph->edges.items, graph->edges.count, sizeof *graph->edges.items, by_ends);
    for (size_t i = 0; i < graph->edges.count; i++) {
        if (kept == 0 || by_ends(&graph->edges.items[kept - 1], &graph->edges.items[i]) != 0)
            graph->edges.items[kept++] = graph->edges.items[i];
    }
    graph->edges.count = kept;
}

apl_path_graph apl_path_graph_make(const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_selection *selection = report->selection;
    uint8_t *seen = apl_memory_new(estate->assets.count + 1); /* role + 1 */
    apl_path_graph graph = {0};

    for (size_t i = 0; i < selection->paths.count; i++) {
        const apl_path *path = &estate->paths.items[selection->paths.items[i]];
        for (uint32_t s = 0; s < path->step_count; s++) {
            uint8_t *to = &seen[path->steps[s].to];
            APL_PUSH(&graph.edges, &path->steps[s]);
            *to = *to ? *to : APL_PATH_BETWEEN + 1;
        }
        seen[path->entry] = APL_PATH_ENTRY + 1;
        seen[path->target] = APL_PATH_TARGET + 1;
    }
    for (uint32_t a = 0; a < estate->assets.count; a++) {
        if (seen[a])
            APL_PUSH(&graph.nodes, ((apl_path_node){a, (apl_path_role)(seen[a] - 1)}));
    }
    keep_edges(&graph);
    apl_memory_free(seen);
    return graph;
}

void apl_path_graph_free(apl_path_graph *graph)
{
    apl_memory_free(graph->nodes.items);
    apl_memory_free(graph->edges.items);
    *graph = (apl_path_graph){0};
}
