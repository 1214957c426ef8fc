/* store/exposures.c: why each asset has its exposure, written and read back.
 *
 * One packed row an asset: whose setting decided, through what it came (asset numbers, 0: itself, nothing), path,
 * ports and range (strings), width + 1, guarded. */
#include "store/pack.h"
#include "store/read.h"
#include "store/write.h"

static const apl_exposure_evidence *evidence_at(const apl_estate *estate, size_t asset)
{
    uint32_t index = estate->exposure_evidence_of ? estate->exposure_evidence_of[asset] : 0;

    return index ? &estate->exposure_evidence.items[index - 1] : NULL;
}

static uint64_t hash_of(const apl_write *write, apl_asset_id asset)
{
    return asset == APL_ASSET_NONE ? 0 : write->id_hashes[asset];
}

static uint64_t number_of(const apl_write *write, apl_asset_id asset)
{
    return asset == APL_ASSET_NONE ? 0 : (uint64_t)write->numbers[asset];
}

static uint64_t evidence_digest(apl_write *write, const apl_exposure_evidence *evidence)
{
    write->text.size = 0;
    apl_digest_add_number(&write->text, hash_of(write, evidence->asset));
    apl_digest_add_number(&write->text, hash_of(write, evidence->through));
    apl_digest_add(&write->text, evidence->path);
    apl_digest_add(&write->text, evidence->ports);
    apl_digest_add(&write->text, evidence->range);
    apl_digest_add_number(&write->text, (uint64_t)(evidence->width + 1));
    apl_digest_add_number(&write->text, evidence->is_guarded);
    return apl_str_hash(apl_text_str(&write->text));
}

static apl_status put_evidence(void *context, apl_insert *insert, const apl_version *version)
{
    apl_write *write = context;
    const apl_exposure_evidence *evidence = evidence_at(write->estate, version->item);
    const apl_str texts[] = {evidence->path, evidence->ports, evidence->range};

    write->text.size = 0;
    apl_pack_number(&write->text, number_of(write, evidence->asset));
    apl_pack_number(&write->text, number_of(write, evidence->through));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t number;
        apl_status status = apl_strings_number(&number, &write->store->strings, texts[i]);
        if (status != APL_OK)
            return status;
        apl_pack_number(&write->text, (uint64_t)number);
    }
    apl_pack_number(&write->text, (uint64_t)(evidence->width + 1));
    apl_pack_number(&write->text, evidence->is_guarded);
    apl_insert_put_bytes(insert, write->text.data, write->text.size);
    return APL_OK;
}

static const apl_version_table exposures_table = {
    .name = "exposures",
    .open_sql = "SELECT asset, 0, digest FROM exposures WHERE to_scan = " APL_OPEN_SQL " ORDER BY asset",
    .close_sql = "UPDATE exposures SET to_scan = ?1 WHERE to_scan = " APL_OPEN_SQL " AND asset = ?2",
    .insert_start = "INSERT INTO exposures (to_scan, asset, from_scan, digest, why)",
    .insert_row = "(" APL_OPEN_SQL ", ?, ?, ?, ?)",
    .put = put_evidence,
};

apl_status apl_write_exposures(apl_write *write)
{
    apl_versions open;
    apl_versions wanted = {0};
    apl_status status = apl_versions_load(&open, write->db, &exposures_table);

    for (size_t i = 0; i < write->estate->assets.count; i++) {
        const apl_exposure_evidence *evidence = evidence_at(write->estate, i);
        if (evidence == NULL)
            continue;
        apl_version version = {
            .key = write->numbers[i], .digest = evidence_digest(write, evidence), .item = (uint32_t)i};
        APL_PUSH(&wanted, version);
    }
    apl_versions_sort(&wanted);
    if (status == APL_OK) {
        apl_version_change change = {&exposures_table, &open, &wanted, write->scan, write, apl_write_between, write};
        status = apl_versions_write(write->db, &change);
    }
    apl_versions_free(&open);
    apl_versions_free(&wanted);
    return status;
}

static apl_status read_evidence(apl_read *read, apl_asset_id asset, apl_str why)
{
    apl_estate *estate = read->estate;
    uint64_t numbers[7];

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!apl_unpack_number(&numbers[i], &why))
            return apl_fail(APL_E_STORE, "%s: the store is damaged, exposures", read->store->path);
    }
    if (asset == APL_ASSET_NONE)
        return apl_fail(APL_E_STORE, "%s: the store is damaged, an exposure has no asset", read->store->path);
    apl_exposure_evidence evidence = {
        .asset = numbers[0] ? apl_read_place(read, numbers[0]) : APL_ASSET_NONE,
        .through = numbers[1] ? apl_read_place(read, numbers[1]) : APL_ASSET_NONE,
        .path = apl_read_string(read, (int64_t)numbers[2]),
        .ports = apl_read_string(read, (int64_t)numbers[3]),
        .range = apl_read_string(read, (int64_t)numbers[4]),
        .width = (int8_t)(numbers[5] <= 33 ? (int)numbers[5] - 1 : -1),
        .is_guarded = numbers[6] != 0,
    };
    APL_PUSH(&estate->exposure_evidence, evidence);
    estate->exposure_evidence_of[asset] = (uint32_t)estate->exposure_evidence.count;
    return APL_OK;
}

apl_status apl_read_exposures(apl_read *read)
{
    apl_query *query;
    bool has_row = false;
    apl_status status =
        apl_read_query(&query, read, "SELECT asset, why FROM exposures WHERE to_scan > ?1 AND from_scan <= ?1");

    if (status != APL_OK)
        return status;
    read->estate->exposure_evidence_of = apl_memory_new((read->estate->assets.count + 1) * sizeof(uint32_t));
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        apl_asset_id asset = apl_read_place(read, (uint64_t)apl_query_number(query, 0));
        status = read_evidence(read, asset, apl_query_bytes(query, 1));
        if (status != APL_OK)
            break;
    }
    apl_query_free(query);
    return status;
}
