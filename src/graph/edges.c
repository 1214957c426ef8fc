/* graph/edges.c: every step of the attack graph, for lists and tests.
 *
 * What goes through hubs is written out, so that each row is one step between two assets. That is a product of
 * principals and assets; EDGES_MAX bounds it, and the list says when it was cut. */
#include <math.h>
#include <stdlib.h>

#include "graph/paths.h"

#define EDGES_MAX 1000000

typedef struct open_way {
    apl_node_id node;
    uint32_t grant;
    uint32_t cost;
} open_way;

typedef struct listing_edges {
    const apl_attack *attack;
    apl_estate *estate;
    apl_graph_view view;
    APL_VECTOR(open_way) open;
} listing_edges;

static void add_edge(listing_edges *job, apl_asset_id from, const apl_edge *edge, const open_way *at)
{
    const apl_attack *attack = job->attack;
    const apl_cause *cause = &attack->causes.items[edge->tag];
    const apl_technique *technique = &attack->techniques->items.items[cause->technique];
    uint32_t grant = cause->grant != APL_CAUSE_NONE ? cause->grant : at->grant;
    apl_hop hop = {from, attack->nodes.items[edge->to].asset, edge->tag, grant, at->cost + edge->cost};
    apl_attack_edge row = {
        .step =
            {
                .from = from,
                .to = hop.to,
                .technique = technique->id,
                .relation = job->estate->vocabulary->relations.items[technique->relation].name,
                .likelihood = exp(-(double)hop.cost * 7.0 / 1000.0),
            },
        .gives = apl_str_from(apl_capability_names[attack->nodes.items[edge->to].capability]),
    };

    if (grant != APL_CAUSE_NONE && from == hop.to)
        return; /* a right over oneself is no step */
    row.step.why = apl_attack_why(attack, &hop, attack->arena);
    apl_attack_add_causes(&row.step, attack, &hop);
    APL_PUSH(&job->estate->edges, row);
}

/* The steps that start at one node: straight ones, and those behind hubs. */
static void follow(listing_edges *job, apl_node_id start)
{
    const apl_attack *attack = job->attack;
    const apl_graph *graph = attack->graph;
    apl_asset_id from = attack->nodes.items[start].asset;

    job->open.count = 0;
    APL_PUSH(&job->open, ((open_way){start, APL_CAUSE_NONE, 0}));
    while (job->open.count && job->estate->edges.count < EDGES_MAX) {
        open_way at = job->open.items[--job->open.count];
        for (uint32_t e = graph->out_first[at.node]; e < graph->out_first[at.node + 1]; e++) {
            apl_edge edge = {at.node, graph->out_node[e], graph->out_cost[e], graph->out_tag[e]};
            bool is_hub = attack->nodes.items[edge.to].asset == APL_ASSET_NONE;
            if (is_hub) {
                uint32_t grant = edge.tag == APL_CAUSE_NONE ? at.grant : attack->causes.items[edge.tag].grant;
                APL_PUSH(&job->open, ((open_way){edge.to, grant, at.cost + edge.cost}));
            } else if (edge.tag != APL_CAUSE_NONE) {
                add_edge(job, from, &edge, &at);
            }
        }
    }
}

static int by_ends(const void *a, const void *b)
{
    const apl_attack_edge *left = a;
    const apl_attack_edge *right = b;
    const apl_path_step *x = &left->step;
    const apl_path_step *y = &right->step;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    int order = apl_str_compare(x->technique, y->technique);
    if (order == 0)
        order = apl_str_compare(x->relation, y->relation);
    if (order == 0)
        order = apl_str_compare(left->gives, right->gives);
    return order ? order : apl_str_compare(x->why, y->why);
}

void apl_attack_list_edges(const apl_attack *attack)
{
    apl_estate *estate = attack->estate;
    listing_edges job = {.attack = attack, .estate = estate, .view = {.graph = attack->graph}};

    for (apl_node_id node = 0; node < attack->nodes.count; node++) {
        if (attack->nodes.items[node].asset != APL_ASSET_NONE)
            follow(&job, node);
    }
    if (estate->edges.count)
        qsort(estate->edges.items, estate->edges.count, sizeof *estate->edges.items, by_ends);
    apl_memory_free(job.open.items);
}
