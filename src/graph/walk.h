/* graph/walk.h: how every search sees the edges of a view.
 *
 *     apl_arcs arcs = apl_arcs_of(view, APL_FORWARD, node);
 *     while (apl_arcs_next(&arcs))
 *         look_at(arcs.node, arcs.cost, apl_arcs_edge(&arcs));
 *
 * Gives the edges of the graph that the overlay leaves, then those that it adds. The set of nodes of the view is not
 * looked at: a search has a cheaper place for that, such as the set of what it has visited. */
#ifndef APL_GRAPH_WALK_H
#define APL_GRAPH_WALK_H

#include "graph/bits.h"
#include "graph/graph.h"
#include "graph/overlay.h"

typedef struct apl_arcs {
    apl_node_id node; /* the other end of the present edge */
    uint32_t cost;
    uint32_t place; /* of the present edge; its number when it is an added one */
    uint32_t at;
    uint32_t end;
    uint32_t chain;
    const apl_node_id *nodes;
    const uint16_t *costs;
    const apl_edge_id *edges; /* NULL where the place is the number */
    const uint64_t *removed;  /* NULL when nothing is */
    const apl_overlay *overlay;
    bool is_forward;
    bool is_added;
} apl_arcs;

static inline apl_arcs apl_arcs_of(const apl_graph_view *view, apl_direction direction, apl_node_id node)
{
    const apl_graph *graph = view->graph;
    const apl_overlay *overlay = view->overlay;
    bool is_forward = direction == APL_FORWARD;
    const uint32_t *first = is_forward ? graph->out_first : graph->in_first;
    apl_arcs arcs = {
        .at = first[node],
        .end = first[node + 1],
        .nodes = is_forward ? graph->out_node : graph->in_node,
        .costs = is_forward ? graph->out_cost : graph->in_cost,
        .edges = is_forward ? NULL : graph->in_edge,
        .is_forward = is_forward,
    };

    if (overlay) {
        arcs.overlay = overlay;
        arcs.removed = overlay->removed_count ? overlay->removed : NULL;
        if (overlay->out_head)
            arcs.chain = is_forward ? overlay->out_head[node] : overlay->in_head[node];
    }
    return arcs;
}

static inline bool apl_arcs_next_added(apl_arcs *arcs)
{
    if (arcs->chain == 0)
        return false;
    const apl_overlay_edge *added = &arcs->overlay->added.items[arcs->chain - 1];
    arcs->node = arcs->is_forward ? added->edge.to : added->edge.from;
    arcs->cost = added->edge.cost;
    arcs->place = arcs->overlay->graph->edge_count + arcs->chain - 1;
    arcs->is_added = true;
    arcs->chain = arcs->is_forward ? added->next_out : added->next_in;
    return true;
}

static inline bool apl_arcs_next(apl_arcs *arcs)
{
    while (arcs->at < arcs->end) {
        uint32_t at = arcs->at++;
        if (arcs->removed && apl_bit(arcs->removed, arcs->edges ? arcs->edges[at] : at))
            continue;
        arcs->place = at;
        arcs->node = arcs->nodes[at];
        arcs->cost = arcs->costs[at];
        return true;
    }
    return apl_arcs_next_added(arcs);
}

/* The number of the present edge: backward it is read from memory only here, for most searches do not ask. */
static inline apl_edge_id apl_arcs_edge(const apl_arcs *arcs)
{
    return arcs->edges && !arcs->is_added ? arcs->edges[arcs->place] : arcs->place;
}

/* True when the view has the node. */
static inline bool apl_view_has(const apl_graph_view *view, apl_node_id node)
{
    return view->nodes == NULL || apl_bit(view->nodes, node);
}

#endif
