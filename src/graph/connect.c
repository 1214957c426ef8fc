/* graph/connect.c: matches and grants to a graph of numbers.
 *
 * Moves between known assets become edges as they are; permissions are the work of grants.c. Every edge carries the
 * number of its cause. What one asset's control implies is a move of cost 0 inside it, and no step of a path. */
#include "base/limits.h"
#include "graph/connecting.h"

#define UNREAD_LIKELIHOOD 0.5 /* of a technique, where a setting that it rests on was not read */

apl_node_id apl_attack_node_of(apl_connecting *at, apl_asset_id asset, unsigned capability)
{
    apl_attack *attack = at->attack;
    uint32_t *place = &at->node_of[(size_t)asset * APL_CAPABILITY_COUNT + capability];

    if (*place == 0) {
        apl_node_id node = apl_graph_add_nodes(at->builder, 1);
        APL_ASSERT(node == attack->nodes.count);
        APL_PUSH(&attack->nodes, ((apl_attack_node){asset, (uint8_t)capability}));
        *place = node + 1;
    }
    return *place - 1;
}

apl_node_id apl_attack_hub(apl_connecting *at)
{
    apl_node_id node = apl_graph_add_nodes(at->builder, 1);

    APL_ASSERT(node == at->attack->nodes.count);
    APL_PUSH(&at->attack->nodes, ((apl_attack_node){APL_ASSET_NONE, 0}));
    return node;
}

uint32_t apl_attack_move_cost(const apl_attack *attack, const apl_move *move, double factor)
{
    const apl_cause *cause = &attack->causes.items[move->cause];
    double likelihood = attack->techniques->items.items[cause->technique].likelihood;

    return apl_step_cost(likelihood * factor * (cause->is_uncertain ? UNREAD_LIKELIHOOD : 1.0));
}

/* A node that leads somewhere gets its number where it is first named, whether or not the edge is made: numbers decide
 * between equal paths, and leaving edges out must not change which is shown. */
static void add_moves(apl_connecting *at)
{
    const apl_attack *attack = at->attack;

    for (size_t i = 0; i < attack->moves.count; i++) {
        const apl_move *move = &attack->moves.items[i];
        if (!apl_attack_leads(at, move->from, move->takes))
            continue;
        apl_node_id from = apl_attack_node_of(at, move->from, move->takes);
        if (!apl_attack_leads(at, move->to, move->gives))
            continue;
        apl_node_id to = apl_attack_node_of(at, move->to, move->gives);
        apl_graph_add_edge(at->builder, from, to, apl_attack_move_cost(attack, move, 1.0), move->cause);
    }
}

/* Control gives the rest, and whoever reads, writes or calls can open a connection. */
static void add_implied(apl_connecting *at, apl_asset_id asset)
{
    const uint32_t *nodes = &at->node_of[(size_t)asset * APL_CAPABILITY_COUNT];

    for (unsigned from = 0; from < APL_CAPABILITY_COUNT; from++) {
        for (unsigned to = from + 1; nodes[from] && to < APL_CAPABILITY_COUNT; to++) {
            bool is_implied = from == APL_CAPABILITY_CONTROL || to == APL_CAPABILITY_REACH;
            if (is_implied && nodes[to])
                apl_graph_add_edge(at->builder, nodes[from] - 1, nodes[to] - 1, 0, APL_CAUSE_NONE);
        }
    }
}

static void find_entries(apl_connecting *at)
{
    apl_attack *attack = at->attack;

    for (size_t i = 0; apl_entries[i].id; i++) {
        apl_asset_id asset = apl_estate_find(attack->estate, apl_str_from(apl_entries[i].id));
        if (asset == APL_ASSET_NONE)
            continue;
        uint32_t node = at->node_of[(size_t)asset * APL_CAPABILITY_COUNT + APL_CAPABILITY_CONTROL];
        if (node)
            APL_PUSH(&attack->entries, node - 1);
    }
}

static void free_moves(apl_moves *moves)
{
    apl_memory_free(moves->items);
    *moves = (apl_moves){0};
}

apl_status apl_attack_connect(apl_attack *attack, apl_access *access, bool keeps_all, unsigned threads)
{
    apl_connecting at = {.attack = attack, .access = access, .builder = apl_graph_builder_new()};
    size_t asset_count = attack->estate->assets.count;

    at.arena = apl_arena_new();
    attack->access = access;
    apl_attack_find_worths(&at, threads);
    apl_attack_find_leads(&at, keeps_all);
    at.node_of = apl_memory_new((asset_count * APL_CAPABILITY_COUNT + 1) * sizeof *at.node_of);
    add_moves(&at);
    free_moves(&attack->moves);
    apl_attack_add_grants(&at);
    free_moves(&attack->permissions);
    apl_memory_free(at.leads);
    apl_attack_add_target_nodes(&at);
    for (apl_asset_id id = 0; id < asset_count; id++)
        add_implied(&at, id);
    find_entries(&at);
    apl_attack_find_targets(&at);
    apl_memory_free(at.worths.items);
    apl_memory_free(at.node_of);
    apl_status status = apl_graph_freeze(&attack->graph, at.builder);
    apl_graph_builder_free(at.builder);
    apl_arena_free(at.arena);
    return status;
}

void apl_attack_free(apl_attack *attack)
{
    apl_memory_free(attack->causes.items);
    free_moves(&attack->moves);
    free_moves(&attack->permissions);
    apl_memory_free(attack->nodes.items);
    apl_memory_free(attack->entries.items);
    apl_memory_free(attack->targets.items);
    apl_graph_free(attack->graph);
    *attack = (apl_attack){0};
}
