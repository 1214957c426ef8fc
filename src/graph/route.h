/* graph/route.h: the cheapest paths from the entries to one target, in the order of their cost.
 *
 * A path has no node twice, and no entry but its first node: what comes before an entry adds nothing. The search goes
 * from the target backward and needs the cost from the entries to every node, which is computed once for all targets,
 * so that a hundred paths cost about a millisecond.
 *
 *     apl_routes *routes = apl_routes_new(&options);
 *     apl_routes_start(routes, target);
 *     while (wanted-- && apl_routes_next(&route, routes))
 *         take(&route);
 *     apl_routes_free(routes);
 *
 * An apl_routes belongs to one thread; each thread has its own. */
#ifndef APL_GRAPH_ROUTE_H
#define APL_GRAPH_ROUTE_H

#include "graph/cost.h"

typedef struct apl_routes_options {
    const apl_graph_view *view;
    const uint64_t *entries;   /* set of nodes */
    const apl_cost_tree *tree; /* forward from the entries, over the same view */
    /* Of paths that differ only in parallel edges, give only the cheapest. */
    bool only_best_of_parallel;
    /* Steps of work a target; 0 stands for APL_ROUTES_WORK_MAX. */
    uint64_t work_max;
} apl_routes_options;

/* From the entry to the target; edges[i] leads from nodes[i] to nodes[i + 1]. */
typedef struct apl_route {
    uint32_t cost;
    uint32_t edge_count;
    const apl_node_id *nodes;
    const apl_edge_id *edges;
} apl_route;

typedef struct apl_routes apl_routes;

/* What the options point to must outlive the result. */
apl_routes *apl_routes_new(const apl_routes_options *options);
void apl_routes_free(apl_routes *routes); /* NULL is allowed */

/* Turns to another target. */
void apl_routes_start(apl_routes *routes, apl_node_id target);

/* The next path, which is valid until the next call; false after the last one and when the work has reached its limit.
 * Among paths of one cost the order is fixed but arbitrary. */
bool apl_routes_next(apl_route *out, apl_routes *routes);

/* True when the search stopped at the limit of work: there may be more paths. */
bool apl_routes_is_cut(const apl_routes *routes);

/* Steps of work so far on this target. */
uint64_t apl_routes_work(const apl_routes *routes);

#endif
