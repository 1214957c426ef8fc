/* bom/bom.h: the bill of materials of a workload or an estate.
 *
 * A bill has its parts in the order of the estate's assets, so that two bills of one input are the same. A part
 * needs others; facts about it are texts as its documents gave them, each with the path it was read from. Made
 * from a scan that kept what bills tell (apl_scan_options.wants_bom); read-only then. */
#ifndef APL_BOM_BOM_H
#define APL_BOM_BOM_H

#include "model/scan.h"
#include "normalize/services.h"

#define APL_BOM_SERIAL_BYTES 37

typedef struct apl_bom_value {
    apl_bom_fact fact;
    apl_str text;
    apl_str path; /* in the asset's document; empty: part of its id or name */
} apl_bom_value;

/* That a part needs another one. Of one pair there may be several, with different relations. */
typedef struct apl_bom_need {
    uint32_t part;
    apl_relation_type relation;
} apl_bom_need;

typedef struct apl_bom_part {
    apl_asset_id asset;
    uint8_t place; /* apl_bom_place, never APL_BOM_NOWHERE */
    bool is_root;
    const apl_bom_value *values; /* by fact; of one fact in the order of the document */
    size_t value_count;
    const apl_bom_need *needs; /* by part, then relation */
    size_t need_count;
    const apl_bom_need *users; /* the parts that need this one, the same way */
    size_t user_count;
} apl_bom_part;

typedef struct apl_bom {
    const apl_snapshot *snapshot;
    const apl_bom_part *parts;
    size_t part_count;
    const apl_asset_id *roots; /* that were asked for; none: the whole AI estate */
    size_t root_count;
    const uint32_t *findings; /* failed ones on the parts, in the order of the estate */
    size_t finding_count;
    char serial[APL_BOM_SERIAL_BYTES]; /* UUID (RFC 9562, version 8) of what the bill says: the same for the same */
} apl_bom;

typedef struct apl_bom_options {
    const apl_snapshot *snapshot;
    const apl_services *services;
    apl_arena *arena; /* the bill lives here, and no longer than the snapshot */
    const apl_asset_id *roots;
    size_t root_count; /* 0: every AI asset */
} apl_bom_options;

/* O(assets + relations + findings). */
void apl_bom_make(apl_bom *out, const apl_bom_options *options);

/* The first text of the fact, or empty. O(values of the part). */
apl_str apl_bom_text(const apl_bom_part *part, apl_bom_fact fact);

/* The part of that asset, or NULL. O(log parts). */
const apl_bom_part *apl_bom_find(const apl_bom *bom, apl_asset_id asset);

#endif
