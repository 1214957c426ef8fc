/* graph/slice.c: breadth-first search with a set of bits for what was visited.
 *
 * The set of a million nodes fits the second cache; what does not are the rows of edges, so the search asks for those
 * of the nodes that come next in the queue. Nodes outside the view count as visited from the start. */
#include "graph/slice.h"

#include "base/memory.h"
#include "graph/walk.h"

#define AHEAD_ROW 16u  /* nodes ahead whose place in the row of edges is asked for */
#define AHEAD_EDGES 8u /* nodes ahead whose edges are asked for */

typedef struct spread {
    const apl_graph_view *view;
    apl_direction direction;
    uint64_t *seen;
    apl_node_id *queue; /* has room for one more than all nodes */
    size_t count;
} spread;

static inline void visit(spread *s, apl_node_id node)
{
    uint64_t word = s->seen[node >> 6];
    uint64_t bit = UINT64_C(1) << (node & 63);

    /* Without a branch, which would be guessed wrong for most new nodes. */
    s->queue[s->count] = node;
    s->count += (word & bit) == 0;
    s->seen[node >> 6] = word | bit;
}

static void run(spread *s)
{
    const apl_graph *graph = s->view->graph;
    const uint32_t *first = s->direction == APL_FORWARD ? graph->out_first : graph->in_first;
    const apl_node_id *nodes = s->direction == APL_FORWARD ? graph->out_node : graph->in_node;

    for (size_t at = 0; at < s->count; at++) {
        if (at + AHEAD_ROW < s->count)
            __builtin_prefetch(&first[s->queue[at + AHEAD_ROW]]);
        if (at + AHEAD_EDGES < s->count)
            __builtin_prefetch(&nodes[first[s->queue[at + AHEAD_EDGES]]]);
        apl_arcs arcs = apl_arcs_of(s->view, s->direction, s->queue[at]);
        while (apl_arcs_next(&arcs))
            visit(s, arcs.node);
    }
}

uint64_t *apl_spread(const apl_graph_view *view, apl_direction direction, apl_nodes sources)
{
    uint32_t count = view->graph->node_count;
    size_t words = apl_bits_words(count);
    spread s = {view, direction, apl_bits_new(count), NULL, 0};

    s.queue = apl_memory_new(((size_t)count + 1) * sizeof *s.queue);
    for (size_t i = 0; view->nodes && i < words; i++)
        s.seen[i] = ~view->nodes[i];
    for (size_t i = 0; i < sources.count; i++)
        visit(&s, sources.items[i]);
    run(&s);
    for (size_t i = 0; view->nodes && i < words; i++)
        s.seen[i] &= view->nodes[i];
    apl_memory_free(s.queue);
    return s.seen;
}

uint64_t *apl_slice(const apl_graph_view *view, apl_nodes entries, apl_nodes targets)
{
    uint64_t *reached = apl_spread(view, APL_FORWARD, entries);
    const apl_graph_view rest = {view->graph, view->overlay, reached};
    uint64_t *slice = apl_spread(&rest, APL_BACKWARD, targets);

    apl_memory_free(reached);
    return slice;
}
