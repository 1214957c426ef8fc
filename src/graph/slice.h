/* graph/slice.h: what can be reached from some nodes, and what lies between entries and targets.
 *
 * The slice is what every dearer search should be restricted to: what no entry reaches, or reaches no target, is on no
 * attack path. */
#ifndef APL_GRAPH_SLICE_H
#define APL_GRAPH_SLICE_H

#include "graph/graph.h"

/* The set of the nodes of the view that can be reached from `sources`, themselves included, or backward, that reach one
 * of them. The caller frees it with apl_memory_free. O(nodes + edges); 4 bytes a node while it runs. */
uint64_t *apl_spread(const apl_graph_view *view, apl_direction direction, apl_nodes sources);

/* The set of the nodes of the view on some way from an entry to a target, which both belong to it where there is one.
 */
uint64_t *apl_slice(const apl_graph_view *view, apl_nodes entries, apl_nodes targets);

#endif
