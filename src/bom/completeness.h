/* bom/completeness.h: how much of what a measure asks for a bill tells.
 *
 * An element is told by a share of the parts that it is asked of; one that is asked of no part of the bill does not
 * count. With groups, the formula is that of the OWASP AIBOM generator (src/models/scoring.py): per model, the weight
 * of each group times the share of its elements, less a factor for missing critical or important ones; the mean over
 * the models. */
#ifndef APL_BOM_COMPLETENESS_H
#define APL_BOM_COMPLETENESS_H

#include "bom/bom.h"

typedef struct apl_bom_told {
    const apl_measure_element *element;
    size_t told;  /* parts that tell it */
    size_t asked; /* parts that it is asked of; 0: does not count */
} apl_bom_told;

typedef struct apl_bom_completeness {
    const apl_measure *measure;
    double score;              /* 0-100; NaN when nothing counts */
    const apl_bom_told *items; /* one an element, in the order of the measure */
} apl_bom_completeness;

/* In `arena`. O(elements * parts). */
void apl_bom_measure(apl_bom_completeness *out, apl_arena *arena, const apl_bom *bom, const apl_measure *measure);

#endif
