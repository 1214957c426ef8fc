/* graph/overlay.h: the inside of an overlay, for walk.h; callers use graph.h.
 *
 * Edges taken away are a set of bits. Added edges hang in two chains, by the node that they leave and the node where
 * they arrive; the arrays of chain heads are made with the first added edge, for an overlay that only removes needs
 * none. */
#ifndef APL_GRAPH_OVERLAY_H
#define APL_GRAPH_OVERLAY_H

#include "base/memory.h"
#include "graph/graph.h"

/* Places in `added` are kept plus 1, so that 0 ends a chain. */
typedef struct apl_overlay_edge {
    apl_edge edge;
    uint32_t next_out;
    uint32_t next_in;
} apl_overlay_edge;

struct apl_overlay {
    const apl_graph *graph;
    uint64_t *removed;
    uint32_t removed_count;
    APL_VECTOR(apl_overlay_edge) added;
    uint32_t *out_head;
    uint32_t *in_head;
};

#endif
