/* graph/simulate.c: the attack graph as it would be after some fixes.
 *
 * A fix is a check that would hold on an asset. It takes away each step of a technique that names the check as one that
 * breaks it, where the asset is the one that the technique is on, holds that one, or is at an end. */
#include "graph/bits.h"
#include "graph/paths.h"
#include "graph/slice.h"

static bool is_broken_by(const apl_technique *technique, apl_str check)
{
    for (size_t i = 0; i < technique->break_count; i++) {
        if (apl_str_equal(technique->breaks[i], check))
            return true;
    }
    return false;
}

static apl_asset_id parent_of(const apl_attack *attack, apl_asset_id asset)
{
    return asset == APL_ASSET_NONE ? APL_ASSET_NONE : attack->estate->assets.items[asset].parent;
}

/* Whether the fixes of the assets in `fixed` (asset -> number of its first fix + 1) take the edge away. */
typedef struct fixing {
    const apl_attack *attack;
    const apl_attack_fix *fixes;
    uint32_t *first; /* by asset */
    uint32_t *next;  /* by fix */
} fixing;

static bool has_fix(const fixing *job, apl_asset_id asset, const apl_technique *technique)
{
    uint32_t at = asset == APL_ASSET_NONE ? 0 : job->first[asset];

    while (at) {
        /* Without a technique the asset is an assignment: any fix of it counts. */
        if (technique == NULL || is_broken_by(technique, job->fixes[at - 1].check))
            return true;
        at = job->next[at - 1];
    }
    return false;
}

static bool is_taken_away(const fixing *job, apl_node_id from, apl_node_id to, uint32_t tag)
{
    const apl_attack *attack = job->attack;

    if (tag == APL_CAUSE_NONE)
        return false;
    const apl_cause *cause = &attack->causes.items[tag];
    if (cause->grant != APL_CAUSE_NONE &&
        has_fix(job, apl_access_grant(attack->access, cause->grant)->assignment, NULL))
        return true;
    if (cause->technique == APL_CAUSE_NONE)
        return false;
    const apl_technique *technique = &attack->techniques->items.items[cause->technique];
    return has_fix(job, cause->on, technique) || has_fix(job, parent_of(attack, cause->on), technique) ||
           has_fix(job, attack->nodes.items[from].asset, technique) ||
           has_fix(job, attack->nodes.items[to].asset, technique);
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
