/* graph/component.c: strong components by Pearce's one-array form of Tarjan's algorithm.
 *
 * Pearce, "A space-efficient algorithm for finding strongly connected components", Information Processing Letters 116
 * (2016). In most tenants one component holds most nodes, the core in which everybody can become everybody, and a
 * depth-first search through it waits for memory at each step. So that one is found first, by two breadth-first
 * searches from a node of many edges: what it reaches, and what of that reaches it. What else it reaches lies below it;
 * the rest is numbered after it. If the node was not in the core, two cheap searches were for nothing. */
#include "graph/component.h"

#include "base/memory.h"
#include "graph/slice.h"
#include "graph/walk.h"

/* In `rank`: 0 for nodes not yet visited, small numbers for those on the path or the stack, and numbers from the top
 * for components, LABEL_FIRST minus the component. Nodes outside the view have a label that no component has. */
#define LABEL_FIRST (UINT32_MAX - 1)
#define LABEL_OUTSIDE UINT32_MAX

/* A node of the path that the search is on, and where it stands in its edges. */
typedef struct frame {
    apl_node_id node;
    uint32_t at;
    uint32_t chain;
    uint32_t rank; /* the node's own; when it is found to have a smaller one, it reaches a node further up */
} frame;

typedef struct search {
    const apl_graph_view *view;
    uint32_t *rank;
    frame *path;
    size_t path_count;
    apl_node_id *stack; /* visited nodes whose component is not complete */
    size_t stack_count;
    uint32_t next_rank;
    uint32_t label;
} search;

static void enter(search *s, apl_node_id node)
{
    const apl_graph *graph = s->view->graph;
    const apl_arcs arcs = apl_arcs_of(s->view, APL_FORWARD, node);

    for (uint32_t at = arcs.at; at < arcs.end; at++) {
        __builtin_prefetch(&s->rank[graph->out_node[at]]);
        __builtin_prefetch(&graph->out_first[graph->out_node[at]]);
    }
    s->rank[node] = s->next_rank;
    s->path[s->path_count++] = (frame){node, arcs.at, arcs.chain, s->next_rank};
    s->next_rank++;
}

/* The top of the path has no more edges: it closes a component, or waits on the stack for the one it belongs to. */
static void leave(search *s)
{
    frame done = s->path[--s->path_count];

    if (s->rank[done.node] == done.rank) {
        s->next_rank--;
        while (s->stack_count && s->rank[s->stack[s->stack_count - 1]] >= done.rank) {
            s->rank[s->stack[--s->stack_count]] = s->label;
            s->next_rank--;
        }
        s->rank[done.node] = s->label--;
    } else {
        s->stack[s->stack_count++] = done.node;
    }
    if (s->path_count) {
        uint32_t *above = &s->rank[s->path[s->path_count - 1].node];
        if (s->rank[done.node] < *above)
            *above = s->rank[done.node];
    }
}

static void search_from(search *s, apl_node_id root)
{
    enter(s, root);
    while (s->path_count) {
        frame *top = &s->path[s->path_count - 1];
        apl_arcs arcs = apl_arcs_of(s->view, APL_FORWARD, top->node);
        uint32_t least = s->rank[top->node];
        apl_node_id below = APL_NODE_NONE;

        arcs.at = top->at;
        arcs.chain = top->chain;
        while (apl_arcs_next(&arcs)) {
            uint32_t rank = s->rank[arcs.node];
            if (rank == 0) {
                below = arcs.node;
                break;
            }
            least = rank < least ? rank : least;
        }
        s->rank[top->node] = least;
        top->at = arcs.at;
        top->chain = arcs.chain;
        if (below == APL_NODE_NONE)
            leave(s);
        else
            enter(s, below);
    }
}

/* The node of the view with the most pairs of an edge in and an edge out, or APL_NODE_NONE. */
static apl_node_id busiest(const apl_graph_view *view)
{
    const apl_graph *graph = view->graph;
    apl_node_id best = APL_NODE_NONE;
    uint64_t most = 0;

    for (uint32_t n = 0; n < graph->node_count; n++) {
        uint64_t pairs =
            (uint64_t)(graph->in_first[n + 1] - graph->in_first[n]) * (graph->out_first[n + 1] - graph->out_first[n]);
        if (pairs > most && apl_view_has(view, n)) {
            most = pairs;
            best = n;
        }
    }
    return best;
}

#define CORE_NODES_MIN 1024u /* below this, two more searches cost more than they save */

/* Finds the component of the busiest node, and numbers all that lies below it, then it. */
static void label_core(search *s)
{
    uint32_t count = s->view->graph->node_count;
    apl_node_id node = count < CORE_NODES_MIN ? APL_NODE_NONE : busiest(s->view);

    if (node == APL_NODE_NONE)
        return;
    uint64_t *below = apl_spread(s->view, APL_FORWARD, (apl_nodes){&node, 1});
    const apl_graph_view reached = {s->view->graph, s->view->overlay, below};
    uint64_t *core = apl_spread(&reached, APL_BACKWARD, (apl_nodes){&node, 1});

    for (uint32_t n = 0; n < count; n++) {
        if (apl_bit(below, n) && !apl_bit(core, n) && s->rank[n] == 0)
            search_from(s, n);
    }
    for (uint32_t n = 0; n < count; n++) {
        if (apl_bit(core, n))
            s->rank[n] = s->label;
    }
    s->label--;
    apl_memory_free(below);
    apl_memory_free(core);
}

/* Labels to numbers, and the members of each component by a counting sort. */
static apl_components *from_labels(search *s)
{
    uint32_t node_count = s->view->graph->node_count;
    apl_components *made = apl_memory_new(sizeof *made);
    uint32_t inside = 0;

    made->count = LABEL_FIRST - s->label;
    made->of = s->rank;
    made->first = apl_memory_new(((size_t)made->count + 2) * sizeof *made->first);
    for (uint32_t n = 0; n < node_count; n++) {
        made->of[n] = made->of[n] == LABEL_OUTSIDE ? APL_COMPONENT_NONE : LABEL_FIRST - made->of[n];
        if (made->of[n] != APL_COMPONENT_NONE) {
            made->first[made->of[n] + 2]++;
            inside++;
        }
    }
    for (uint32_t c = 0; c < made->count; c++)
        made->first[c + 2] += made->first[c + 1];
    made->members = apl_memory_new((size_t)inside * sizeof *made->members);
    for (uint32_t n = 0; n < node_count; n++) {
        if (made->of[n] != APL_COMPONENT_NONE)
            made->members[made->first[made->of[n] + 1]++] = n;
    }
    return made;
}

apl_components *apl_components_new(const apl_graph_view *view)
{
    uint32_t count = view->graph->node_count;
    search s = {.view = view, .next_rank = 1, .label = LABEL_FIRST};

    s.rank = apl_memory_new((size_t)count * sizeof *s.rank);
    s.path = apl_memory_new((size_t)count * sizeof *s.path);
    s.stack = apl_memory_new((size_t)count * sizeof *s.stack);
    for (uint32_t n = 0; view->nodes && n < count; n++) {
        if (!apl_bit(view->nodes, n))
            s.rank[n] = LABEL_OUTSIDE;
    }
    label_core(&s);
    for (uint32_t n = 0; n < count; n++) {
        if (s.rank[n] == 0)
            search_from(&s, n);
    }
    apl_memory_free(s.path);
    apl_memory_free(s.stack);
    return from_labels(&s);
}

void apl_components_free(apl_components *components)
{
    if (components == NULL)
        return;
    apl_memory_free(components->of);
    apl_memory_free(components->first);
    apl_memory_free(components->members);
    apl_memory_free(components);
}
