/* normalize/arm_id.h: what an Azure resource id says by itself.
 *
 * Form: /subscriptions/S/resourceGroups/G/providers/NS/type/name/childType/childName, with extension resources behind
 * a second /providers/. Segment names compare without regard to case (Azure Resource Manager, "Resource IDs"). All
 * results point into the id. */
#ifndef APL_NORMALIZE_ARM_ID_H
#define APL_NORMALIZE_ARM_ID_H

#include "base/memory.h"
#include "base/str.h"

/* True when the text has the form of an ARM id: it starts with /subscriptions/, /providers/ or /tenants/, or is `/`,
 * the root scope. */
bool apl_arm_is_id(apl_str id);

/* The value of a segment: "subscriptions" gives S. Empty when it is not there. */
apl_str apl_arm_segment(apl_str id, apl_str segment);

/* NS/type/childType of the last resource in the id, built in `arena`; Microsoft.Resources/... for subscriptions and
 * resource groups. Empty when the id has no such form. */
apl_str apl_arm_type(apl_arena *arena, apl_str id);

/* The id of what contains it: parent resource, resource group, subscription; empty at the top. */
apl_str apl_arm_parent(apl_str id);

/* The names of the last resource and its parents, joined by `/`: account/deployment. */
apl_str apl_arm_full_name(apl_arena *arena, apl_str id);

#endif
