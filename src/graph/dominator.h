/* graph/dominator.h: nodes that every path from the entries to a node passes.
 *
 * They form a tree: the parent of a node is the last of them before it. The parents of a target, up to the top, are its
 * single choke points; removing one of them cuts all its paths. */
#ifndef APL_GRAPH_DOMINATOR_H
#define APL_GRAPH_DOMINATOR_H

#include "graph/graph.h"

/* Plain and read-only. `order` holds the nodes that the entries reach, each after its parent. */
typedef struct apl_dominators {
    uint32_t count;
    apl_node_id *order;
    apl_node_id *parent; /* of each node; APL_NODE_NONE for entries, for what no single node cuts off and outside */
} apl_dominators;

/* O(edges x log nodes), in practice linear; 4 bytes a node, and 28 while it runs. */
apl_dominators *apl_dominators_new(const apl_graph_view *view, apl_nodes entries);
void apl_dominators_free(apl_dominators *dominators); /* NULL is allowed */

/* Adds to each node's weight those of all nodes that it cuts off: with 1 at each target, weights[n] becomes the number
 * of targets that nobody reaches without passing n. Weights of nodes that the entries do not reach stay. O(nodes). */
void apl_dominators_sum(uint64_t *weights, const apl_dominators *dominators);

#endif
