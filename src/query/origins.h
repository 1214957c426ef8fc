/* query/origins.h: why an asset is as sensitive as it is, and which assignments apply to it.
 *
 * Both are read off the estate when somebody asks, so the estate holds no product of assets and assignments. */
#ifndef APL_QUERY_ORIGINS_H
#define APL_QUERY_ORIGINS_H

#include "model/estate.h"

/* One step back to where a level came from. */
typedef struct apl_sensitivity_hop {
    apl_asset_id asset;
    apl_asset_id from;          /* APL_ASSET_NONE: a label of its own; the last hop */
    apl_relation_type relation; /* by which it came; APL_RELATION_NONE with the last hop */
    apl_str evidence;           /* the path of that relation; last hop: `tags.<name>`, or `label` */
} apl_sensitivity_hop;

typedef struct apl_sensitivity_hops {
    APL_VECTOR(apl_sensitivity_hop) items;
} apl_sensitivity_hops;

/* From the asset to the label; nothing when its sensitivity is unknown. Texts are in `arena`; `out` needs
 * apl_memory_free of its items. O(hops x relations of one asset). */
void apl_query_sensitivity(apl_sensitivity_hops *out, const apl_estate *estate, apl_asset_id asset, apl_arena *arena);

/* One assignment at the asset's own scope or above. */
typedef struct apl_applied {
    apl_asset_id assignment; /* of a role, a policy, a denial; an exemption, a lock */
    apl_asset_id scope;      /* the asset itself, or what holds it */
    apl_asset_id principal;  /* whom it is for, or APL_ASSET_NONE */
    apl_asset_id definition; /* the role or policy, or APL_ASSET_NONE */
    bool is_exempt;          /* the asset or what holds it is left out of this policy assignment */
} apl_applied;

typedef struct apl_applied_list {
    APL_VECTOR(apl_applied) items;
} apl_applied_list;

/* From the asset upwards, at each scope in the order of ids. `out` needs apl_memory_free of its items. */
void apl_query_applied(apl_applied_list *out, const apl_estate *estate, apl_asset_id asset);

#endif
