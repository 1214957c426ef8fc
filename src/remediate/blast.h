/* remediate/blast.h: what a change of an asset breaks, in words, and the assets that would notice.
 *
 * The words are about the setting that is changed; the assets come from the estate: those that need this one, and those
 * that lie in it. A change that nobody described says so: silence would be taken for safety. */
#ifndef APL_REMEDIATE_BLAST_H
#define APL_REMEDIATE_BLAST_H

#include "remediate/patch.h"

/* Named; the others are counted. */
#define APL_BLAST_SHOWN_MAX 20

typedef struct apl_neighbour {
    apl_asset_id asset;
    apl_relation_type relation;
} apl_neighbour;

typedef struct apl_blast {
    apl_str breaks;   /* what stops working, a sentence each */
    apl_str is_final; /* why there is no way back; empty: there is */
    const apl_neighbour *neighbours;
    size_t shown;
    size_t count; /* of all */
} apl_blast;

/* `changes` may be none: then only the neighbours are known. Texts are in the arena or constant. O(relations of the
 * asset). */
void apl_blast_of(apl_blast *out, apl_arena *arena, const apl_estate *estate, apl_asset_id asset,
                  const apl_changes *changes);

#endif
