/* graph/what_if.h: what becomes of the targets when edges go or come, without searching the whole graph again.
 *
 * Made once for a graph, its entries and targets; then each overlay costs about as much as it changes: microseconds for
 * most single fixes, and at worst, when everything's cheapest way breaks, as much as apl_costs. One thread at a time.
 *
 * Memory: 12 bytes a node. */
#ifndef APL_GRAPH_WHAT_IF_H
#define APL_GRAPH_WHAT_IF_H

#include "graph/cost.h"

typedef struct apl_what_if apl_what_if;

/* `view` has no overlay; what it and the rows of nodes point to must outlive the result. When edges are to be added,
 * let the view have all nodes: a slice lacks those that only the new edges bring in. O(nodes + edges). */
apl_what_if *apl_what_if_new(const apl_graph_view *view, apl_nodes entries, apl_nodes targets);
void apl_what_if_free(apl_what_if *what_if); /* NULL is allowed */

/* The cost from the entries to every node as it is. */
const uint32_t *apl_what_if_costs(const apl_what_if *what_if);

/* Fills after[targets]: the cost from the entries to each target with the overlay, which is one of this graph's;
 * APL_COST_NONE for those that are no longer reached. Returns how many nodes had to be looked at. */
size_t apl_what_if_try(uint32_t *after, apl_what_if *what_if, const apl_overlay *overlay);

#endif
