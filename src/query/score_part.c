/* query/score_part.c: makes an estate of what was chosen and has it scored.
 *
 * A stored snapshot does not keep which assets were judged; its judged rules say it by their types. */
#include "query/score_part.h"

#include "base/table.h"
#include "evaluate/score.h"

static bool chooses_rules(const apl_filter *filter)
{
    return filter->frameworks.count != 0 || filter->checks.count != 0;
}

bool apl_score_is_part(const apl_filter *filter)
{
    return apl_filter_chooses_assets(filter) || chooses_rules(filter);
}

/* The types that a chosen rule judges. */
static apl_table *judged_types(const apl_estate *estate, const apl_filter *filter)
{
    apl_table *types = apl_table_new(true);

    for (uint32_t r = 0; r < estate->judged.count; r++) {
        const apl_judged_rule *judged = &estate->judged.items[r];
        for (uint32_t t = 0; t < judged->type_count && apl_filter_takes_rule(filter, judged->rule); t++)
            (void)apl_table_put(types, judged->types[t], r);
    }
    return types;
}

static void add_assets(apl_estate *part, apl_arena *arena, const apl_estate *estate, const apl_filter *filter)
{
    apl_table *types = judged_types(estate, filter);

    part->assets.items = APL_ARENA_ARRAY(arena, apl_asset, estate->assets.count);
    part->assets.count = estate->assets.count;
    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        part->assets.items[i] = *asset;
        part->assets.items[i].is_judged = asset->is_read && apl_table_get(types, asset->type) != APL_TABLE_NONE &&
                                          apl_filter_takes_asset(filter, estate, asset);
    }
    apl_table_free(types);
}

static void add_findings(apl_estate *part, apl_arena *arena, const apl_estate *estate, const apl_filter *filter)
{
    part->findings.items = APL_ARENA_ARRAY(arena, apl_finding, estate->findings.count);
    for (size_t i = 0; i < estate->findings.count; i++) {
        if (apl_filter_takes_rule(filter, estate->findings.items[i].rule))
            part->findings.items[part->findings.count++] = estate->findings.items[i];
    }
}

void apl_score_part(apl_score *out, apl_arena *arena, const apl_snapshot *snapshot, const apl_filter *filter)
{
    const apl_estate *estate = snapshot->estate;
    apl_estate part = {.arena = arena, .vocabulary = estate->vocabulary};

    add_assets(&part, arena, estate, filter);
    add_findings(&part, arena, estate, filter);
    if (!chooses_rules(filter)) {
        part.paths.items = estate->paths.items;
        part.paths.count = estate->paths.count;
    }
    apl_score_set(&part);
    *out = part.score;
}
