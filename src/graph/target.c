/* graph/target.c: which nodes are worth reaching, and how much.
 *
 * Targets are content (techniques/targets.yaml). Types and kinds are few and assets many, so each pair of them is asked
 * once which capabilities its targets need. */
#include <stdlib.h>

#include "graph/connecting.h"

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

uint8_t apl_attack_target_needs(apl_target_mask *known, const apl_attack *attack, const apl_asset *asset)
{
    size_t place = (((uintptr_t)asset->type.data >> 4) ^ asset->kind) % APL_TARGET_MASKS;
    apl_target_mask *mask = &known[place];

    if (mask->type == asset->type.data && mask->type_size == asset->type.size && mask->kind == asset->kind)
        return mask->needs;
    *mask = (apl_target_mask){asset->type.data, asset->type.size, asset->kind, 0};
    for (size_t t = 0; t < attack->techniques->targets.count; t++) {
        const apl_target *target = &attack->techniques->targets.items[t];
        if (target_takes(target, asset))
            mask->needs |= (uint8_t)(1u << target->needs);
    }
    return mask->needs;
}

void apl_attack_add_target_nodes(apl_connecting *at)
{
    const apl_estate *estate = at->attack->estate;
    apl_target_mask *known = apl_memory_new(APL_TARGET_MASKS * sizeof *known);

    for (apl_asset_id id = 0; id < estate->assets.count; id++) {
        const uint32_t *nodes = &at->node_of[(size_t)id * APL_CAPABILITY_COUNT];
        bool is_in_graph = false;
        for (unsigned c = 0; c < APL_CAPABILITY_COUNT; c++)
            is_in_graph = is_in_graph || nodes[c];
        uint8_t needs = is_in_graph ? apl_attack_target_needs(known, at->attack, &estate->assets.items[id]) : 0;
        for (unsigned c = 0; c < APL_CAPABILITY_COUNT; c++) {
            if (needs >> c & 1u)
                (void)apl_attack_node_of(at, id, c);
        }
    }
    apl_memory_free(known);
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
static void find_targets_of(apl_connecting *at, apl_asset_id id, uint8_t needs)
{
    apl_attack *attack = at->attack;
    double weight = weight_of(&attack->estate->assets.items[id]);

    for (unsigned c = 0; c < APL_CAPABILITY_COUNT; c++) {
        uint32_t node = needs >> c & 1u ? at->node_of[(size_t)id * APL_CAPABILITY_COUNT + c] : 0;
        apl_attack_target best = {.impact = 0};
        for (uint32_t t = 0; node && t < attack->techniques->targets.count; t++) {
            const apl_target *target = &attack->techniques->targets.items[t];
            double impact = target->impact * weight;
            if ((unsigned)target->needs == c && impact > best.impact && target_holds(attack, target, id, at->arena))
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

void apl_attack_find_targets(apl_connecting *at)
{
    apl_attack *attack = at->attack;
    const apl_estate *estate = attack->estate;
    apl_target_mask *known = apl_memory_new(APL_TARGET_MASKS * sizeof *known);

    for (apl_asset_id id = 0; id < estate->assets.count; id++) {
        uint8_t needs = apl_attack_target_needs(known, attack, &estate->assets.items[id]);
        if (needs)
            find_targets_of(at, id, needs);
        apl_arena_reset(at->arena);
    }
    if (attack->targets.count)
        qsort(attack->targets.items, attack->targets.count, sizeof *attack->targets.items, by_node);
    apl_memory_free(known);
}
