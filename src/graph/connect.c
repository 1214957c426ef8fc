/* graph/connect.c: matches and grants to a graph of numbers.
 *
 * Moves between known assets become edges as they are; permissions are the work of grants.c. Every edge carries the
 * number of its cause. What one asset's control implies is a move of cost 0 inside it, and no step of a path. */
#include <stdlib.h>

#include "base/limits.h"
#include "graph/connecting.h"

#define UNREAD_LIKELIHOOD 0.5 /* of a technique, where a setting that it rests on was not read */

apl_node_id apl_attack_node_of(apl_connecting *at, apl_asset_id asset, unsigned capability)
{
    apl_attack *attack = at->attack;
    uint32_t *place = &attack->node_of[(size_t)asset * APL_CAPABILITY_COUNT + capability];

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

static void add_moves(apl_connecting *at)
{
    const apl_attack *attack = at->attack;

    for (size_t i = 0; i < attack->moves.count; i++) {
        const apl_move *move = &attack->moves.items[i];
        apl_node_id from = apl_attack_node_of(at, move->from, move->takes);
        apl_node_id to = apl_attack_node_of(at, move->to, move->gives);
        apl_graph_add_edge(at->builder, from, to, apl_attack_move_cost(attack, move, 1.0), move->cause);
    }
}

/* Control gives the rest, and whoever reads, writes or calls can open a connection. */
static void add_implied(apl_connecting *at, apl_asset_id asset)
{
    const uint32_t *nodes = &at->attack->node_of[(size_t)asset * APL_CAPABILITY_COUNT];

    for (unsigned from = 0; from < APL_CAPABILITY_COUNT; from++) {
        for (unsigned to = from + 1; nodes[from] && to < APL_CAPABILITY_COUNT; to++) {
            bool is_implied = from == APL_CAPABILITY_CONTROL || to == APL_CAPABILITY_REACH;
            if (is_implied && nodes[to])
                apl_graph_add_edge(at->builder, nodes[from] - 1, nodes[to] - 1, 0, APL_CAUSE_NONE);
        }
    }
}

static void find_entries(apl_attack *attack)
{
    for (size_t i = 0; apl_entries[i].id; i++) {
        apl_asset_id asset = apl_estate_find(attack->estate, apl_str_from(apl_entries[i].id));
        if (asset == APL_ASSET_NONE)
            continue;
        uint32_t node = attack->node_of[(size_t)asset * APL_CAPABILITY_COUNT + APL_CAPABILITY_CONTROL];
        if (node)
            APL_PUSH(&attack->entries, node - 1);
    }
}

/* How much more or less it matters, by labels; without any, an asset counts a little less than a labelled one. */
static double weight_of(const apl_asset *asset)
{
    static const double by_sensitivity[] = {
        [APL_LEVEL_UNKNOWN] = 0.85, [APL_LEVEL_NONE] = 0.6, [APL_LEVEL_LOW] = 0.7,
        [APL_LEVEL_MEDIUM] = 0.9,   [APL_LEVEL_HIGH] = 1.0, [APL_LEVEL_CRITICAL] = 1.0,
    };
    static const double by_criticality[] = {
        [APL_LEVEL_UNKNOWN] = 0.95, [APL_LEVEL_NONE] = 0.7, [APL_LEVEL_LOW] = 0.7,
        [APL_LEVEL_MEDIUM] = 0.95,  [APL_LEVEL_HIGH] = 1.0, [APL_LEVEL_CRITICAL] = 1.0,
    };

    return by_sensitivity[asset->sensitivity] * by_criticality[asset->criticality];
}

static bool target_takes(const apl_target *target, const apl_asset *asset)
{
    for (size_t i = 0; i < target->type_count; i++) {
        if (apl_str_equal_nocase(target->types[i], asset->type))
            return true;
    }
    for (size_t i = 0; i < target->kind_count; i++) {
        if (target->kinds[i] == asset->kind)
            return true;
    }
    return false;
}

static bool target_holds(const apl_attack *attack, const apl_target *target, apl_asset_id id, apl_arena *scratch)
{
    apl_subject subject = apl_estate_subject(attack->estate, id);
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = scratch};

    if (!target_takes(target, &attack->estate->assets.items[id]))
        return false;
    return target->when == NULL || (subject.plan && apl_condition_eval(target->when, &eval) == APL_TRUE);
}

/* An asset may be worth reaching in several ways; of several targets on one node the one with the most impact counts.
 */
static void find_targets_of(apl_attack *attack, apl_asset_id id, apl_arena *scratch)
{
    const apl_asset *asset = &attack->estate->assets.items[id];

    for (unsigned c = 0; c < APL_CAPABILITY_COUNT; c++) {
        uint32_t node = attack->node_of[(size_t)id * APL_CAPABILITY_COUNT + c];
        apl_attack_target best = {.impact = 0};
        for (uint32_t t = 0; node && t < attack->techniques->targets.count; t++) {
            const apl_target *target = &attack->techniques->targets.items[t];
            double impact = target->impact * weight_of(asset);
            if ((unsigned)target->needs == c && impact > best.impact && target_holds(attack, target, id, scratch))
                best = (apl_attack_target){node - 1, t, impact};
        }
        if (best.impact > 0)
            APL_PUSH(&attack->targets, best);
    }
}

static int by_node(const void *a, const void *b)
{
    const apl_attack_target *x = a;
    const apl_attack_target *y = b;

    return (x->node > y->node) - (x->node < y->node);
}

/* Assets that only targets name must have a node, so that they can be reached by what control implies. */
static void add_target_nodes(apl_connecting *at)
{
    apl_attack *attack = at->attack;

    for (apl_asset_id id = 0; id < attack->estate->assets.count; id++) {
        const uint32_t *nodes = &attack->node_of[(size_t)id * APL_CAPABILITY_COUNT];
        bool is_in_graph = false;
        for (unsigned c = 0; c < APL_CAPABILITY_COUNT; c++)
            is_in_graph = is_in_graph || nodes[c];
        for (size_t t = 0; is_in_graph && t < attack->techniques->targets.count; t++) {
            const apl_target *target = &attack->techniques->targets.items[t];
            if (target_takes(target, &attack->estate->assets.items[id]))
                (void)apl_attack_node_of(at, id, target->needs);
        }
    }
}

apl_status apl_attack_connect(apl_attack *attack, apl_access *access)
{
    apl_connecting at = {.attack = attack, .access = access, .builder = apl_graph_builder_new()};
    size_t asset_count = attack->estate->assets.count;

    at.arena = apl_arena_new();
    attack->access = access;
    attack->node_of = apl_memory_new((asset_count * APL_CAPABILITY_COUNT + 1) * sizeof *attack->node_of);
    add_moves(&at);
    apl_attack_add_grants(&at);
    add_target_nodes(&at);
    for (apl_asset_id id = 0; id < asset_count; id++)
        add_implied(&at, id);
    find_entries(attack);
    for (apl_asset_id id = 0; id < asset_count; id++) {
        find_targets_of(attack, id, at.arena);
        apl_arena_reset(at.arena);
    }
    if (attack->targets.count)
        qsort(attack->targets.items, attack->targets.count, sizeof *attack->targets.items, by_node);
    apl_status status = apl_graph_freeze(&attack->graph, at.builder);
    apl_graph_builder_free(at.builder);
    apl_arena_free(at.arena);
    return status;
}

void apl_attack_free(apl_attack *attack)
{
    apl_memory_free(attack->causes.items);
    apl_memory_free(attack->moves.items);
    apl_memory_free(attack->permissions.items);
    apl_memory_free(attack->nodes.items);
    apl_memory_free(attack->node_of);
    apl_memory_free(attack->entries.items);
    apl_memory_free(attack->targets.items);
    apl_graph_free(attack->graph);
    *attack = (apl_attack){0};
}
