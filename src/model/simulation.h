/* model/simulation.h: what would become of the attack paths and the score if some findings were fixed.
 *
 * The graph is searched again without the steps that the fixes take away; nothing is deleted from a list. */
#ifndef APL_MODEL_SIMULATION_H
#define APL_MODEL_SIMULATION_H

#include "model/path.h"
#include "model/score.h"

typedef struct apl_simulation {
    const apl_str *fixes; /* ids of the findings that are taken as fixed */
    size_t fix_count;
    const uint32_t *broken; /* numbers of the estate's paths that are gone */
    size_t broken_count;
    apl_paths paths;        /* what is left, the riskiest first */
    const uint32_t *unreachable; /* assets that were a target of a path and that no entry reaches any more */
    size_t unreachable_count;
    double score_before;
    double score_after;
    bool has_score;
} apl_simulation;

/* Gives the paths and the struct itself back; the rest is the estate's. NULL is allowed. */
static inline void apl_simulation_free(apl_simulation *simulation)
{
    if (simulation)
        apl_memory_free(simulation->paths.items);
    apl_memory_free(simulation);
}

#endif
