/* graph/component.h: the strong components of a view, that is the sets of nodes that all reach each other.
 *
 * They are numbered so that every edge leads to the same component or one with a smaller number: whoever goes through
 * them in order has seen all that can be reached from one before it. */
#ifndef APL_GRAPH_COMPONENT_H
#define APL_GRAPH_COMPONENT_H

#include "graph/graph.h"

#define APL_COMPONENT_NONE UINT32_MAX

/* Plain and read-only. The members of component c are members[first[c]] to members[first[c + 1] - 1], by number. */
typedef struct apl_components {
    uint32_t count;
    uint32_t *of; /* of each node; APL_COMPONENT_NONE outside the view */
    uint32_t *first;
    apl_node_id *members;
} apl_components;

/* O(nodes + edges); 16 bytes a node and as many again while it runs. */
apl_components *apl_components_new(const apl_graph_view *view);
void apl_components_free(apl_components *components); /* NULL is allowed */

#endif
