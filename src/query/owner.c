/* query/owner.c: the owner out of tags and relations.
 *
 * Which tags mean an owner is a list in the order of how directly they do. */
#include "query/owner.h"

#include <stdlib.h>

#include "base/table.h"

static apl_str owner_by_tags(const apl_asset *asset)
{
    static const char *const names[] = {
        "owner", "owners", "technical-owner", "technicalowner", "business-owner", "contact", "team", "owned-by", NULL};

    for (size_t i = 0; names[i]; i++) {
        apl_str owner = apl_str_trim(apl_value_str(apl_value_member(asset->tags, names[i])));
        if (owner.size)
            return owner;
    }
    return APL_STR_NONE;
}

static apl_str owner_by_relation(const apl_estate *estate, apl_asset_id asset)
{
    apl_relation_type owns = apl_vocabulary_relation(estate->vocabulary, APL_STR("owns"));

    if (estate->relations_in == NULL)
        return APL_STR_NONE;
    for (uint32_t i = estate->relations_in[asset]; i < estate->relations_in[asset + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[i]];
        const apl_asset *from = &estate->assets.items[relation->from];
        if (relation->type == owns)
            return from->name.size ? from->name : from->id;
    }
    return APL_STR_NONE;
}

apl_str apl_owner_of(const apl_estate *estate, apl_asset_id asset)
{
    apl_asset_id at = asset;
    apl_str owner = APL_STR_NONE;

    for (int step = 0; step < APL_OWNER_STEPS_MAX && at != APL_ASSET_NONE && owner.size == 0; step++) {
        owner = owner_by_tags(&estate->assets.items[at]);
        at = estate->assets.items[at].parent;
    }
    return owner.size ? owner : owner_by_relation(estate, asset);
}

static int by_owner(const void *a, const void *b)
{
    const apl_owner_sum *x = a;
    const apl_owner_sum *y = b;

    return apl_str_compare_nocase(x->owner, y->owner);
}

const apl_owner_sum *apl_owner_sums(size_t *count, apl_arena *arena, const apl_estate *estate,
                                    const apl_selection *selection)
{
    APL_VECTOR(apl_owner_sum) sums = {0};
    apl_table *numbers = apl_table_new(true);
    uint32_t *sum_of = apl_memory_new((estate->assets.count + 1) * sizeof *sum_of); /* by asset: number + 1 */
    apl_owner_sum *out;

    for (size_t i = 0; i < selection->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[selection->findings.items[i]];
        if (finding->status != APL_STATUS_FAIL)
            continue;
        if (sum_of[finding->asset] == 0) {
            apl_str owner = apl_owner_of(estate, finding->asset);
            uint32_t number = apl_table_put(numbers, owner, (uint32_t)sums.count);
            if (number == sums.count)
                APL_PUSH(&sums, ((apl_owner_sum){.owner = owner}));
            sum_of[finding->asset] = number + 1;
        }
        sums.items[sum_of[finding->asset] - 1].findings[finding->severity]++;
    }
    if (sums.count)
        qsort(sums.items, sums.count, sizeof *sums.items, by_owner);
    out = APL_ARENA_ARRAY(arena, apl_owner_sum, sums.count);
    for (size_t i = 0; i < sums.count; i++)
        out[i] = sums.items[i];
    *count = sums.count;
    apl_memory_free(sums.items);
    apl_memory_free(sum_of);
    apl_table_free(numbers);
    return out;
}
