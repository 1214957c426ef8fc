/* bom/bom.c: a bill out of a snapshot: the parts, their facts and needs, what failed on them, and its serial number.
 *
 * Stands over the other files here; it writes nothing. */
#include "bom/bom.h"

#include "bom/gathering.h"

#define PART_BYTES_MAX (64u << 20) /* of the text that is hashed for one part; the rest is not looked at */

static void make_parts(apl_bom_gathering *it)
{
    it->parts = APL_ARENA_ARRAY(it->options->arena, apl_bom_part, it->queued);
    for (uint32_t asset = 0; asset < it->estate->assets.count; asset++) {
        if (!(it->marks[asset] & APL_BOM_IS_PART))
            continue;
        apl_bom_part *part = &it->parts[it->part_count++];
        part->asset = asset;
        part->place = (uint8_t)apl_bom_place_of(it->estate, asset);
        part->is_root = (it->marks[asset] & APL_BOM_IS_ROOT) != 0;
        it->part_of[asset] = (uint32_t)it->part_count;
        apl_bom_fill(part, it->options);
    }
}

static void collect_findings(apl_bom *out, const apl_bom_gathering *it)
{
    const apl_estate *estate = it->estate;
    uint32_t *numbers = APL_ARENA_ARRAY(it->options->arena, uint32_t, estate->findings.count);

    for (uint32_t f = 0; f < estate->findings.count; f++) {
        const apl_finding *finding = &estate->findings.items[f];
        bool is_part = (it->marks[finding->asset] & APL_BOM_IS_PART) != 0;
        if (finding->status == APL_STATUS_FAIL && is_part)
            numbers[out->finding_count++] = f;
    }
    out->findings = numbers;
}

/* Everything that the bill says of a part but its findings, each text with its length before it. */
static void add_part(apl_text *out, const apl_estate *estate, const apl_bom_part *part)
{
    const apl_asset *asset = &estate->assets.items[part->asset];

    apl_text_add_format(out, "%u %u %u %u %u %.*s %u %.*s\n", part->place, asset->is_read, asset->exposure,
                        asset->sensitivity, asset->id.size, APL_STR_ARG(asset->id), asset->name.size,
                        APL_STR_ARG(asset->name));
    for (size_t i = 0; i < part->value_count; i++)
        apl_text_add_format(out, "%u %u %.*s\n", (unsigned)part->values[i].fact, part->values[i].text.size,
                            APL_STR_ARG(part->values[i].text));
    for (size_t i = 0; i < part->need_count; i++)
        apl_text_add_format(out, "%u %.*s\n", part->needs[i].part,
                            APL_STR_ARG(estate->vocabulary->relations.items[part->needs[i].relation].name));
}

/* One digest over the digests of the parts, so that an estate of any size needs the text of one part at a time. */
static void set_serial(apl_bom *bom)
{
    const apl_estate *estate = bom->snapshot->estate;
    uint8_t hash[APL_SHA256_BYTES] = {0};
    char hex[2 * APL_SHA256_BYTES + 1];
    apl_text text;

    apl_text_init(&text, PART_BYTES_MAX);
    for (size_t i = 0; i < bom->part_count; i++) {
        text.size = 0;
        add_part(&text, estate, &bom->parts[i]);
        apl_str parts[2] = {apl_str_make((const char *)hash, sizeof hash), apl_text_str(&text)};
        apl_sha256(hash, parts, 2);
    }
    for (size_t i = 0; i < bom->finding_count; i++) {
        const char *id = estate->findings.items[bom->findings[i]].id;
        apl_str parts[2] = {apl_str_make((const char *)hash, sizeof hash), apl_str_from(id)};
        apl_sha256(hash, parts, 2);
    }
    apl_text_free(&text);
    hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x80); /* RFC 9562: version 8, of the maker's own design */
    hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80); /* and its variant */
    apl_hex(hex, hash, 16);
    size_t at = 0;
    for (size_t i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            bom->serial[at++] = '-';
        bom->serial[at++] = hex[i];
    }
    bom->serial[at] = 0;
}

void apl_bom_make(apl_bom *out, const apl_bom_options *options)
{
    const apl_estate *estate = options->snapshot->estate;
    size_t count = estate->assets.count + 1;
    apl_bom_gathering it = {
        .options = options,
        .estate = estate,
        .marks = apl_memory_new(count),
        .queue = apl_memory_new(count * sizeof(uint32_t)),
        .part_of = apl_memory_new(count * sizeof(uint32_t)),
    };

    *out = (apl_bom){.snapshot = options->snapshot, .roots = options->roots, .root_count = options->root_count};
    apl_bom_gather(&it);
    make_parts(&it);
    apl_bom_connect(&it);
    collect_findings(out, &it);
    out->parts = it.parts;
    out->part_count = it.part_count;
    set_serial(out);
    apl_memory_free(it.marks);
    apl_memory_free(it.queue);
    apl_memory_free(it.part_of);
}

apl_str apl_bom_text(const apl_bom_part *part, apl_bom_fact fact)
{
    for (size_t i = 0; i < part->value_count; i++) {
        if (part->values[i].fact == fact)
            return part->values[i].text;
    }
    return APL_STR_NONE;
}

const apl_bom_part *apl_bom_find(const apl_bom *bom, apl_asset_id asset)
{
    size_t low = 0;
    size_t high = bom->part_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bom->parts[middle].asset < asset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < bom->part_count && bom->parts[low].asset == asset ? &bom->parts[low] : NULL;
}
