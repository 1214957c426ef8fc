/* graph/dominator.c: the dominator tree by the semi-NCA method.
 *
 * Georgiadis, Tarjan, Werneck, "Finding dominators in practice", Journal of Graph Algorithms and Applications 10
 * (2006). All works on numbers of a depth-first search from a node before all entries, which has the number 0: the
 * arrays of a search of small numbers stay near each other. Semidominators are found from the last number to the first,
 * over a forest whose paths are shortened as they are asked; then each node's parent is the first on its parent's way
 * up that is not below its semidominator. */
#include "graph/dominator.h"

#include <string.h>

#include "base/memory.h"
#include "graph/walk.h"

#define UNREACHED UINT32_MAX

typedef struct frame {
    uint32_t number;
    uint32_t at;
    uint32_t chain;
} frame;

/* Of a number: what asking a path needs stands together. */
typedef struct link {
    uint32_t above; /* in the forest of numbers, shortened */
    uint32_t label; /* the number with the least semidominator between here and `above` */
} link;

typedef struct search {
    const apl_graph_view *view;
    uint32_t *number_of;  /* of each node; UNREACHED */
    apl_node_id *node_of; /* of each number, from 1 on */
    uint32_t *parent;     /* of each number in the search tree, later in the tree of dominators */
    uint32_t *semi;
    link *links;
    uint32_t *stack;
    uint32_t count; /* numbers given, 0 included */
} search;

static void number_node(search *s, apl_node_id node, uint32_t parent)
{
    s->number_of[node] = s->count;
    s->node_of[s->count] = node;
    s->parent[s->count] = parent;
    s->count++;
}

static void number_from(search *s, apl_node_id entry, frame *path)
{
    size_t depth = 0;

    if (s->number_of[entry] != UNREACHED || !apl_view_has(s->view, entry))
        return;
    number_node(s, entry, 0);
    apl_arcs arcs = apl_arcs_of(s->view, APL_FORWARD, entry);
    path[depth++] = (frame){s->count - 1, arcs.at, arcs.chain};
    while (depth) {
        frame *top = &path[depth - 1];
        arcs = apl_arcs_of(s->view, APL_FORWARD, s->node_of[top->number]);
        arcs.at = top->at;
        arcs.chain = top->chain;
        bool is_done = true;
        while (is_done && apl_arcs_next(&arcs))
            is_done = s->number_of[arcs.node] != UNREACHED || !apl_view_has(s->view, arcs.node);
        top->at = arcs.at;
        top->chain = arcs.chain;
        if (is_done) {
            depth--;
            continue;
        }
        number_node(s, arcs.node, top->number);
        arcs = apl_arcs_of(s->view, APL_FORWARD, arcs.node);
        for (uint32_t at = arcs.at; at < arcs.end; at++) {
            __builtin_prefetch(&s->number_of[arcs.nodes[at]]);
            __builtin_prefetch(&s->view->graph->out_first[arcs.nodes[at]]);
        }
        path[depth++] = (frame){s->count - 1, arcs.at, arcs.chain};
    }
}

/* The number with the least semidominator on the way up from `number`, as far as the numbers are linked, which are
 * those from `last` on. Shortens the way. */
static inline uint32_t least_on_way(search *s, uint32_t number, uint32_t last)
{
    size_t count = 0;
    uint32_t top = number;

    if (s->links[number].above < last)
        return s->links[number].label;
    while (s->links[top].above >= last) {
        s->stack[count++] = top;
        top = s->links[top].above;
    }
    uint32_t above = s->links[top].above;
    uint32_t best = s->links[top].label;
    while (count) {
        link *at = &s->links[s->stack[--count]];
        if (s->semi[best] < s->semi[at->label])
            at->label = best;
        else
            best = at->label;
        at->above = above;
    }
    return best;
}

static void find_semidominators(search *s)
{
    for (uint32_t v = 0; v < s->count; v++) {
        s->links[v] = (link){s->parent[v], v};
        s->semi[v] = v;
    }
    for (uint32_t v = s->count; v-- > 1;) {
        uint32_t least = s->parent[v];
        apl_arcs arcs = apl_arcs_of(s->view, APL_BACKWARD, s->node_of[v]);
        while (least && apl_arcs_next(&arcs)) {
            uint32_t from = s->number_of[arcs.node];
            if (from == UNREACHED)
                continue;
            uint32_t found = from <= v ? from : s->semi[least_on_way(s, from, v + 1)];
            least = found < least ? found : least;
        }
        s->semi[v] = least;
    }
}

static void find_parents(search *s)
{
    for (uint32_t v = 1; v < s->count; v++) {
        uint32_t parent = s->parent[v];
        while (parent > s->semi[v])
            parent = s->parent[parent];
        s->parent[v] = parent;
    }
}

static apl_dominators *from_numbers(search *s)
{
    uint32_t node_count = s->view->graph->node_count;
    apl_dominators *made = apl_memory_new(sizeof *made);

    made->count = s->count - 1;
    made->order = apl_memory_new((size_t)made->count * sizeof *made->order);
    if (made->count)
        memcpy(made->order, s->node_of + 1, (size_t)made->count * sizeof *made->order);
    made->parent = s->number_of;
    for (uint32_t n = 0; n < node_count; n++) {
        uint32_t parent = made->parent[n] == UNREACHED ? 0 : s->parent[made->parent[n]];
        made->parent[n] = parent ? s->node_of[parent] : APL_NODE_NONE;
    }
    return made;
}

apl_dominators *apl_dominators_new(const apl_graph_view *view, apl_nodes entries)
{
    size_t count = (size_t)view->graph->node_count + 1;
    search s = {.view = view, .count = 1};

    s.number_of = apl_memory_new(count * sizeof *s.number_of);
    s.node_of = apl_memory_new(count * sizeof *s.node_of);
    s.parent = apl_memory_new(count * sizeof *s.parent);
    frame *path = apl_memory_new(count * sizeof *path);
    memset(s.number_of, 0xFF, count * sizeof *s.number_of);
    for (size_t i = 0; i < entries.count; i++)
        number_from(&s, entries.items[i], path);
    apl_memory_free(path);

    s.semi = apl_memory_new(s.count * sizeof *s.semi);
    s.links = apl_memory_new(s.count * sizeof *s.links);
    s.stack = apl_memory_new(s.count * sizeof *s.stack);
    for (size_t i = 0; i < entries.count; i++) {
        /* An entry is reached from before all others, whatever the search came from. */
        if (apl_view_has(view, entries.items[i]))
            s.parent[s.number_of[entries.items[i]]] = 0;
    }
    find_semidominators(&s);
    find_parents(&s);
    apl_memory_free(s.semi);
    apl_memory_free(s.links);
    apl_memory_free(s.stack);
    apl_dominators *made = from_numbers(&s);
    apl_memory_free(s.node_of);
    apl_memory_free(s.parent);
    return made;
}

void apl_dominators_free(apl_dominators *dominators)
{
    if (dominators == NULL)
        return;
    apl_memory_free(dominators->order);
    apl_memory_free(dominators->parent);
    apl_memory_free(dominators);
}

void apl_dominators_sum(uint64_t *weights, const apl_dominators *dominators)
{
    for (uint32_t i = dominators->count; i-- > 0;) {
        apl_node_id node = dominators->order[i];
        if (dominators->parent[node] != APL_NODE_NONE)
            weights[dominators->parent[node]] += weights[node];
    }
}
