/* graph/reach.h: which nodes reach which targets, all pairs at once.
 *
 * Nodes of one component reach the same targets, so a row of bits is kept for each component of the view. Restrict the
 * view to the nodes that reach a target (apl_spread backward, or the slice), unless edges are to be added later.
 *
 * Memory: a bit for each component and target, which must not pass APL_REACH_BYTES_MAX. */
#ifndef APL_GRAPH_REACH_H
#define APL_GRAPH_REACH_H

#include "graph/graph.h"

typedef struct apl_reach apl_reach;

/* Targets are numbered as they stand in `targets`; those outside the view are reached by nobody. Fails with
 * APL_E_LIMIT. O(edges + edges between components x targets / 64); passes of 1,024 targets go to as many threads. */
apl_status apl_reach_new(apl_reach **out, const apl_graph_view *view, apl_nodes targets, unsigned threads);
void apl_reach_free(apl_reach *reach); /* NULL is allowed */

/* True when the node reaches the target with this number; a target reaches itself. O(1). */
bool apl_reach_has(const apl_reach *reach, apl_node_id node, uint32_t target);

/* How many targets the node reaches. */
uint32_t apl_reach_target_count(const apl_reach *reach, apl_node_id node);

/* Fills counts[targets]: how many nodes of the view reach each. O(components x targets). */
void apl_reach_node_counts(uint32_t *counts, const apl_reach *reach);

/* True when an edge from `from` to `to` would let somebody reach a target that he does not reach now. O(targets / 64).
 */
bool apl_reach_would_change(const apl_reach *reach, apl_node_id from, apl_node_id to);

/* Takes an edge more into account. Both nodes must be of the view. The first call indexes the components backward; from
 * then on it costs as much as there are edges into components that reach more than before. Returns how many those are.
 */
uint32_t apl_reach_add_edge(apl_reach *reach, apl_node_id from, apl_node_id to);

#endif
