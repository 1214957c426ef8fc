/* bom/gather.c: which assets a bill is about.
 *
 * From the roots down through what they contain, and from every part to what it needs: along relations, and up to the
 * assets that it lies in, as far as these are more than a frame. Each asset is met once. */
#include "bom/gathering.h"

static void add(apl_bom_gathering *it, apl_asset_id asset)
{
    if (it->marks[asset] & APL_BOM_IS_PART || apl_bom_place_of(it->estate, asset) == APL_BOM_NOWHERE)
        return;
    it->marks[asset] |= APL_BOM_IS_PART;
    it->queue[it->queued++] = asset;
}

/* Everything that the roots contain, also below what is no part itself. */
static void add_contents(apl_bom_gathering *it)
{
    const apl_estate *estate = it->estate;
    apl_relation_type contains = apl_vocabulary_relation(estate->vocabulary, APL_STR("contains"));
    uint32_t *pending = apl_memory_new((estate->assets.count + 1) * sizeof *pending);
    size_t count = 0;

    for (uint32_t asset = 0; asset < estate->assets.count; asset++) {
        if (it->marks[asset] & APL_BOM_IS_ROOT)
            pending[count++] = asset;
    }
    while (count) {
        apl_asset_id asset = pending[--count];
        it->marks[asset] |= APL_BOM_IS_BELOW;
        add(it, asset);
        for (uint32_t r = estate->relations_out[asset]; r < estate->relations_out[asset + 1]; r++) {
            const apl_relation *relation = &estate->relations.items[r];
            uint8_t *mark = &it->marks[relation->to];
            if (relation->type != contains || *mark & (APL_BOM_IS_BELOW | APL_BOM_IS_ROOT))
                continue;
            *mark |= APL_BOM_IS_BELOW;
            pending[count++] = relation->to;
        }
    }
    apl_memory_free(pending);
}

static void add_needs(apl_bom_gathering *it, apl_asset_id asset)
{
    const apl_estate *estate = it->estate;
    const apl_relation_info *types = estate->vocabulary->relations.items;
    apl_asset_id parent = estate->assets.items[asset].parent;

    if (apl_bom_place_of(estate, asset) == APL_BOM_IDENTITY)
        return;
    for (uint32_t r = estate->relations_out[asset]; r < estate->relations_out[asset + 1]; r++) {
        if (types[estate->relations.items[r].type].bom_way == APL_BOM_NEEDS_END)
            add(it, estate->relations.items[r].to);
    }
    for (uint32_t r = estate->relations_in[asset]; r < estate->relations_in[asset + 1]; r++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[r]];
        if (types[relation->type].bom_way == APL_BOM_NEEDS_START)
            add(it, relation->from);
    }
    if (parent != APL_ASSET_NONE && !estate->vocabulary->kinds.items[estate->assets.items[parent].kind].holds_no_data)
        add(it, parent);
}

void apl_bom_gather(apl_bom_gathering *it)
{
    const apl_bom_options *options = it->options;

    for (size_t i = 0; i < options->root_count; i++)
        it->marks[options->roots[i]] |= APL_BOM_IS_ROOT;
    add_contents(it);
    for (uint32_t asset = 0; options->root_count == 0 && asset < it->estate->assets.count; asset++) {
        if (it->estate->assets.items[asset].is_ai)
            add(it, asset);
    }
    for (size_t next = 0; next < it->queued; next++)
        add_needs(it, it->queue[next]);
}
