/* graph/simulate.c: the attack graph as it would be after some fixes.
 *
 * A fix is a check that would hold on an asset. It takes away each step of a technique that names the check as one that
 * breaks it, where the asset stands at one of the places that the technique names with the check. */
#include "graph/bits.h"
#include "graph/paths.h"
#include "graph/slice.h"

static bool is_broken_by(const apl_technique *technique, apl_break_place place, apl_str check)
{
    for (size_t i = 0; i < technique->break_count; i++) {
        if (technique->break_places[i] >> place & 1 && apl_str_equal(technique->breaks[i], check))
            return true;
    }
    return false;
}

/* The assets where a check may break the step, by apl_break_place; APL_ASSET_NONE where there is none. */
static void places_of(apl_asset_id *places, const apl_attack *attack, const apl_cause *cause, const apl_hop *hop)
{
    places[APL_BREAK_AT_ASSET] = cause->on;
    places[APL_BREAK_AT_HOLDER] =
        cause->on == APL_ASSET_NONE ? APL_ASSET_NONE : attack->estate->assets.items[cause->on].parent;
    places[APL_BREAK_AT_TO] = hop->to;
    places[APL_BREAK_AT_FROM] = hop->from;
}

/* Whether the fixes of the assets in `fixed` (asset -> number of its first fix + 1) take the edge away. */
typedef struct fixing {
    const apl_attack *attack;
    const apl_attack_fix *fixes;
    uint32_t *first; /* by asset */
    uint32_t *next;  /* by fix */
} fixing;

static bool has_fix(const fixing *job, apl_asset_id asset, const apl_technique *technique, apl_break_place place)
{
    uint32_t at = asset == APL_ASSET_NONE ? 0 : job->first[asset];

    while (at) {
        if (is_broken_by(technique, place, job->fixes[at - 1].check))
            return true;
        at = job->next[at - 1];
    }
    return false;
}

static bool is_taken_away(const fixing *job, apl_node_id from, apl_node_id to, uint32_t tag)
{
    const apl_attack *attack = job->attack;
    apl_asset_id places[APL_BREAK_PLACE_COUNT];
    bool is_gone = false;

    if (tag == APL_CAUSE_NONE)
        return false;
    const apl_cause *cause = &attack->causes.items[tag];
    if (cause->grant != APL_CAUSE_NONE) {
        apl_asset_id assignment = apl_access_grant(attack->access, cause->grant)->assignment;
        if (assignment != APL_ASSET_NONE && job->first[assignment]) /* any fix of an assignment counts */
            return true;
    }
    if (cause->technique == APL_CAUSE_NONE)
        return false;
    const apl_technique *technique = &attack->techniques->items.items[cause->technique];
    apl_hop hop = {.from = attack->nodes.items[from].asset, .to = attack->nodes.items[to].asset};
    places_of(places, attack, cause, &hop);
    for (unsigned p = 0; !is_gone && p < APL_BREAK_PLACE_COUNT; p++)
        is_gone = has_fix(job, places[p], technique, (apl_break_place)p);
    return is_gone;
}

apl_overlay *apl_attack_without(const apl_attack *attack, const apl_attack_fix *fixes, size_t fix_count)
{
    const apl_graph *graph = attack->graph;
    apl_overlay *overlay = apl_overlay_new(graph);
    fixing job = {.attack = attack, .fixes = fixes};

    job.first = apl_memory_new((attack->estate->assets.count + 1) * sizeof *job.first);
    job.next = apl_memory_new((fix_count + 1) * sizeof *job.next);
    for (size_t i = 0; i < fix_count; i++) {
        job.next[i] = job.first[fixes[i].asset];
        job.first[fixes[i].asset] = (uint32_t)(i + 1);
    }
    for (apl_node_id node = 0; node < graph->node_count; node++) {
        for (apl_edge_id e = graph->out_first[node]; e < graph->out_first[node + 1]; e++) {
            if (is_taken_away(&job, node, graph->out_node[e], graph->out_tag[e]))
                apl_overlay_remove(overlay, e);
        }
    }
    apl_memory_free(job.first);
    apl_memory_free(job.next);
    return overlay;
}

static bool is_named(const apl_path_step *step, apl_asset_id asset, apl_str check)
{
    for (uint32_t i = 0; i < step->cause_count; i++) {
        if (step->causes[i].asset == asset && apl_str_equal(step->causes[i].check, check))
            return true;
    }
    return false;
}

void apl_attack_add_causes(apl_path_step *step, const apl_attack *attack, const apl_hop *hop)
{
    const apl_cause *cause = &attack->causes.items[hop->cause];
    const apl_technique *technique = &attack->techniques->items.items[cause->technique];
    size_t causes_max = technique->break_count * APL_BREAK_PLACE_COUNT + 1;
    apl_path_cause *causes = APL_ARENA_ARRAY(attack->arena, apl_path_cause, causes_max);
    apl_asset_id places[APL_BREAK_PLACE_COUNT];

    places_of(places, attack, cause, hop);
    step->causes = causes;
    for (unsigned p = 0; p < APL_BREAK_PLACE_COUNT; p++) {
        for (size_t b = 0; places[p] != APL_ASSET_NONE && b < technique->break_count; b++) {
            if (technique->break_places[b] >> p & 1 && !is_named(step, places[p], technique->breaks[b]))
                causes[step->cause_count++] = (apl_path_cause){places[p], technique->breaks[b]};
        }
    }
    if (hop->grant != APL_CAUSE_NONE)
        causes[step->cause_count++] =
            (apl_path_cause){apl_access_grant(attack->access, hop->grant)->assignment, APL_STR_NONE};
}

uint64_t *apl_attack_reached(const apl_attack *attack, const apl_overlay *overlay)
{
    apl_graph_view view = {.graph = attack->graph, .overlay = overlay};
    uint64_t *assets = apl_bits_new(attack->estate->assets.count);
    uint64_t *nodes = apl_spread(&view, APL_FORWARD, (apl_nodes){attack->entries.items, attack->entries.count});

    for (size_t i = 0; i < attack->targets.count; i++) {
        apl_node_id node = attack->targets.items[i].node;
        if (apl_bit(nodes, node))
            apl_bit_set(assets, attack->nodes.items[node].asset);
    }
    apl_memory_free(nodes);
    return assets;
}
