/* bom/compare.h: what differs between two bills of materials in CycloneDX JSON, whoever made them.
 *
 * Parts are components and services, at any depth, matched by bom-ref; a part without one is matched by type and name.
 * Times and serial numbers of the documents are no difference. */
#ifndef APL_BOM_COMPARE_H
#define APL_BOM_COMPARE_H

#include "evaluate/drift_values.h"

/* Parts of one bill; a larger one is refused. */
#define APL_BOM_COMPARED_PARTS_MAX (8u << 20)

typedef enum apl_bom_turn {
    APL_BOM_ADDED,
    APL_BOM_REMOVED,
    APL_BOM_CHANGED,
} apl_bom_turn;
extern const char *const apl_bom_turn_names[]; /* by apl_bom_turn */

typedef struct apl_bom_difference {
    apl_bom_turn turn;
    apl_str ref;
    apl_str type; /* of the component, or "service" */
    apl_str name;
    const apl_drift_value *values; /* CHANGED: what, sorted by path; `dependsOn` among them */
    size_t value_count;
} apl_bom_difference;

typedef struct apl_bom_differences {
    const apl_bom_difference *items; /* by ref */
    size_t count;
    size_t by_turn[3];
} apl_bom_differences;

/* In `arena`. `names` are those of the files, for messages. APL_E_USAGE when one is no CycloneDX document or has a
 * bom-ref twice. O(n log n) in the parts. */
apl_status apl_bom_compare(apl_bom_differences *out, apl_arena *arena, const apl_value bills[2],
                           const char *const names[2]);

#endif
