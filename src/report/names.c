/* report/names.c: what an asset is called, and the finding of an id.
 *
 * Ids are unique in a snapshot; a finding that is not kept is not found. */
#include "report/names.h"

apl_str apl_report_asset_name(const apl_estate *estate, apl_asset_id asset)
{
    const apl_asset *one = &estate->assets.items[asset];

    return one->name.size ? one->name : one->id;
}

const apl_finding *apl_report_finding(const apl_estate *estate, apl_str id)
{
    for (size_t i = 0; id.size == 32 && i < estate->findings.count; i++) {
        if (memcmp(estate->findings.items[i].id, id.data, 32) == 0)
            return &estate->findings.items[i];
    }
    return NULL;
}
