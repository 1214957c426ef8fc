/* graph/cover.h: which few causes, taken away, break most of the paths.
 *
 * Each path breaks when any one of its causes is gone. Choosing the best set is hard (maximum coverage); taking
 * the best next cause again and again breaks at least 63 % of what the best set of the same size breaks. */
#ifndef APL_GRAPH_COVER_H
#define APL_GRAPH_COVER_H

#include <stddef.h>
#include <stdint.h>

/* Plain. The causes of path p are causes[first[p]] to causes[first[p + 1] - 1], each below cause_count; the same one
 * may stand there twice. Weights may add up to 2^63. */
typedef struct apl_cover_paths {
    uint32_t path_count;
    uint32_t cause_count;
    const uint64_t *weights; /* of each path */
    const uint32_t *first;   /* path_count + 1 */
    const uint32_t *causes;
    const uint32_t *prices; /* what taking each cause away costs, at least 1; NULL when all cost the same */
} apl_cover_paths;

typedef struct apl_cover_pick {
    uint32_t cause;
    uint32_t path_count; /* paths that break only now */
    uint64_t gain;       /* their weight */
} apl_cover_pick;

/* Writes at most picks_max picks, those with the most weight for their price first, of equal ones the smaller number,
 * and returns how many. Stops when nothing is left to break. O(causes of all paths + causes x log causes). */
size_t apl_cover(apl_cover_pick *picks, size_t picks_max, const apl_cover_paths *paths);

#endif
