/* graph/overlay.c: a change of a frozen graph.
 *
 * What-if questions take edges away, a delta adds some; both leave the graph as it is, so that other threads go on
 * reading it. Costs a bit an edge, and 8 bytes a node once an edge was added. */
#include "graph/overlay.h"

#include "base/limits.h"
#include "graph/bits.h"

apl_overlay *apl_overlay_new(const apl_graph *graph)
{
    apl_overlay *overlay = apl_memory_new(sizeof *overlay);

    overlay->graph = graph;
    overlay->removed = apl_bits_new(graph->edge_count);
    return overlay;
}

void apl_overlay_free(apl_overlay *overlay)
{
    if (overlay == NULL)
        return;
    apl_memory_free(overlay->removed);
    apl_memory_free(overlay->added.items);
    apl_memory_free(overlay->out_head);
    apl_memory_free(overlay->in_head);
    apl_memory_free(overlay);
}

void apl_overlay_remove(apl_overlay *overlay, apl_edge_id edge)
{
    APL_ASSERT(edge < overlay->graph->edge_count);
    overlay->removed_count += !apl_bit(overlay->removed, edge);
    apl_bit_set(overlay->removed, edge);
}

void apl_overlay_restore(apl_overlay *overlay, apl_edge_id edge)
{
    APL_ASSERT(edge < overlay->graph->edge_count);
    overlay->removed_count -= apl_bit(overlay->removed, edge);
    apl_bit_clear(overlay->removed, edge);
}

apl_edge_id apl_overlay_add(apl_overlay *overlay, apl_node_id from, apl_node_id to, uint32_t cost, uint32_t tag)
{
    const apl_graph *graph = overlay->graph;

    APL_ASSERT(from < graph->node_count);
    APL_ASSERT(to < graph->node_count);
    APL_ASSERT(cost <= APL_EDGE_COST_MAX);
    if (overlay->added.count == APL_OVERLAY_EDGES_MAX)
        return APL_EDGE_NONE;
    if (overlay->out_head == NULL) {
        overlay->out_head = apl_memory_new((size_t)graph->node_count * sizeof *overlay->out_head);
        overlay->in_head = apl_memory_new((size_t)graph->node_count * sizeof *overlay->in_head);
    }
    APL_PUSH(&overlay->added,
             ((apl_overlay_edge){{from, to, cost, tag}, overlay->out_head[from], overlay->in_head[to]}));
    overlay->out_head[from] = (uint32_t)overlay->added.count;
    overlay->in_head[to] = (uint32_t)overlay->added.count;
    return graph->edge_count + (apl_edge_id)overlay->added.count - 1;
}

uint32_t apl_overlay_added_count(const apl_overlay *overlay)
{
    return (uint32_t)overlay->added.count;
}
