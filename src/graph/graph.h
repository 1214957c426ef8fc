/* graph/graph.h: nodes and edges as numbers, built once and then read-only.
 *
 * A node is a number that the builder gives out; an edge goes from node to node, costs 0 to 1,000 (0 for a move that is
 * no step) and carries a tag of the caller, which says what made it. Parallel edges and self loops are allowed.
 * Freezing sorts: edges are numbered by (from, cost, to, tag), so that the same edges give the same graph in whatever
 * order they were added, and searches that go by number are deterministic. Any number of threads may read a frozen
 * graph.
 *
 * Memory: 16 bytes an edge while building; frozen 20 bytes an edge and 8 a node. A million nodes and eight million
 * edges are 168 MB, and freezing peaks at 300 MB. */
#ifndef APL_GRAPH_GRAPH_H
#define APL_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef uint32_t apl_node_id;
typedef uint32_t apl_edge_id;

#define APL_NODE_NONE UINT32_MAX
#define APL_EDGE_NONE UINT32_MAX

/* The dearest edge; searches by cost keep one bucket for each cost up to it. */
#define APL_EDGE_COST_MAX 1000u

/* Nodes in a row, such as the entries or the targets; they belong to the caller. */
typedef struct apl_nodes {
    const apl_node_id *items;
    size_t count;
} apl_nodes;

/* The edges that leave node n are those numbered out_first[n] to out_first[n + 1] - 1, the cheapest first. Those that
 * arrive at n stand at the places in_first[n] to in_first[n + 1] - 1 of the in_ arrays, by the number of the edge. */
typedef struct apl_graph {
    uint32_t node_count;
    uint32_t edge_count;
    uint32_t *out_first;
    apl_node_id *out_node;
    uint16_t *out_cost;
    uint32_t *out_tag;
    uint32_t *in_first;
    apl_node_id *in_node;
    uint16_t *in_cost;
    apl_edge_id *in_edge;
} apl_graph;

typedef struct apl_graph_builder apl_graph_builder;

apl_graph_builder *apl_graph_builder_new(void);
void apl_graph_builder_free(apl_graph_builder *builder); /* NULL is allowed */

/* The first of `count` new nodes, which are numbered in a row. */
apl_node_id apl_graph_add_nodes(apl_graph_builder *builder, uint32_t count);

/* Both nodes must have been added. O(1). */
void apl_graph_add_edge(apl_graph_builder *builder, apl_node_id from, apl_node_id to, uint32_t cost, uint32_t tag);

/* Sorts and indexes the edges, and empties the builder. Fails with APL_E_LIMIT when more nodes or edges were added than
 * base/limits.h allows. O(nodes + edges). */
apl_status apl_graph_freeze(apl_graph **out, apl_graph_builder *builder);
void apl_graph_free(apl_graph *graph); /* NULL is allowed */

/* A change of a frozen graph: edges taken away and edges added, without building anew. Added edges are numbered from
 * edge_count on, in the order in which they were added. One writer, or any number of readers. */
typedef struct apl_overlay apl_overlay;

apl_overlay *apl_overlay_new(const apl_graph *graph);
void apl_overlay_free(apl_overlay *overlay); /* NULL is allowed */

/* Takes an edge of the graph away, or puts it back. O(1). */
void apl_overlay_remove(apl_overlay *overlay, apl_edge_id edge);
void apl_overlay_restore(apl_overlay *overlay, apl_edge_id edge);

/* Returns the number of the new edge, or APL_EDGE_NONE when there are APL_OVERLAY_EDGES_MAX already. O(1). */
apl_edge_id apl_overlay_add(apl_overlay *overlay, apl_node_id from, apl_node_id to, uint32_t cost, uint32_t tag);

uint32_t apl_overlay_added_count(const apl_overlay *overlay);

/* What searches look at: the graph, changed by `overlay` (NULL for none), and of its nodes only those in the set
 * `nodes` (NULL for all). */
typedef struct apl_graph_view {
    const apl_graph *graph;
    const apl_overlay *overlay;
    const uint64_t *nodes;
} apl_graph_view;

typedef enum apl_direction {
    APL_FORWARD,
    APL_BACKWARD,
} apl_direction;

/* One edge, also one that an overlay added. */
typedef struct apl_edge {
    apl_node_id from;
    apl_node_id to;
    uint32_t cost;
    uint32_t tag;
} apl_edge;

/* O(log nodes), for the graph does not keep where each edge starts. */
apl_edge apl_graph_edge(const apl_graph_view *view, apl_edge_id edge);

#endif
