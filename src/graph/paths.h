/* graph/paths.h: the riskiest paths of an attack graph, told in words.
 *
 * For each of the riskiest targets the cheapest ways from any entry, one of each shape; hubs and moves inside one asset
 * are not steps. Deterministic. */
#ifndef APL_GRAPH_PATHS_H
#define APL_GRAPH_PATHS_H

#include "graph/attack.h"
#include "model/path.h"

/* Adds the paths to `out`, the riskiest first. `overlay` changes the graph; NULL for as it is. What paths point to
 * lives in the estate's arena. */
void apl_attack_search(apl_paths *out, apl_attack *attack, const apl_overlay *overlay);

/* A failed finding that is taken as fixed: its check holds on its asset. */
typedef struct apl_attack_fix {
    apl_asset_id asset;
    apl_str check;
} apl_attack_fix;

/* The graph without the steps that the fixes take away: those of techniques that one of the checks breaks, on that
 * asset, on what it holds or at an end; and all that an assignment grants which would be mended. */
apl_overlay *apl_attack_without(const apl_attack *attack, const apl_attack_fix *fixes, size_t fix_count);

/* The assets of targets that an entry reaches, as a set of asset numbers; freed with apl_memory_free. */
uint64_t *apl_attack_reached(const apl_attack *attack, const apl_overlay *overlay);

/* A chain of assets with its causes, as one route gives it: at most `max` steps are written; returns their number. */
typedef struct apl_hop {
    apl_asset_id from;
    apl_asset_id to;
    uint32_t cause; /* the technique's */
    uint32_t grant; /* or APL_CAUSE_NONE */
    uint32_t cost;  /* with what the moves before it cost that are no steps */
} apl_hop;

/* Why the hop holds, in plain words; in `arena`. */
apl_str apl_attack_why(const apl_attack *attack, const apl_hop *hop, apl_arena *arena);

/* Fills the causes of the step, in the arena of the estate: what a fix has to change. These are the checks that break
 * the technique, where it names them, and whatever is wrong with the assignment behind it. The same rule as that of
 * apl_attack_without. */
void apl_attack_add_causes(apl_path_step *step, const apl_attack *attack, const apl_hop *hop);

/* Fills estate->edges with every step of the graph, sorted by its ends; a million at most. */
void apl_attack_list_edges(const apl_attack *attack);

#endif
