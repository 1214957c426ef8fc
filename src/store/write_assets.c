/* store/write_assets.c: assets and their relations.
 *
 * Numbers first: each asset of the scan is found among those that hold, then among all that the store ever saw, or gets
 * a new number. Then only what differs is written. */
#include "store/pack.h"
#include "store/sort.h"
#include "store/write.h"

_Static_assert(APL_EXPOSURE_INTERNET == 4, "the store keeps the number of an exposure");
_Static_assert(APL_LEVEL_CRITICAL == 5, "the store keeps the number of a level");

/* Texts of a row that are numbers there, but for the tags. */
#define ASSET_STRINGS 8

typedef struct asset_write {
    apl_write *write;
    apl_versions open;
    apl_versions wanted;
    int64_t *bodies;                /* by asset; only of those that changed */
    uint64_t *held;                 /* by asset: the digest of the row that holds; 0 with is_held false */
    bool *is_held;                  /* by asset */
    bool *is_respelled;             /* by asset: its id has other letters than in `ids` */
    bool has_other_times;           /* an unchanged asset was read at another time than its row says */
    int64_t strings[ASSET_STRINGS]; /* of the row before */
} asset_write;

/* The same but for a body that this scan did not keep. */
static bool is_unchanged(const asset_write *assets, apl_asset_id i)
{
    const apl_write *write = assets->write;
    bool has_body = assets->held[i] & 1;

    return assets->is_held[i] && (assets->held[i] & ~UINT64_C(1)) == write->digests[i] &&
           (has_body || !apl_write_has_spooled(write, &write->estate->assets.items[i]));
}

static void match_row(asset_write *assets, const apl_query *row)
{
    const apl_estate *estate = assets->write->estate;
    apl_version version = {.key = apl_query_number(row, 0), .digest = (uint64_t)apl_query_number(row, 1)};
    apl_str id = apl_query_text(row, 3);
    apl_asset_id found = apl_estate_find(estate, id);

    APL_PUSH(&assets->open, version);
    if (found == APL_ASSET_NONE || estate->assets.items[found].ids_ignore_case != (apl_query_number(row, 4) != 0))
        return;
    assets->write->numbers[found] = version.key;
    assets->held[found] = version.digest;
    assets->is_held[found] = true;
    assets->is_respelled[found] = !apl_str_equal(estate->assets.items[found].id, id);
    if (is_unchanged(assets, found) && estate->assets.items[found].read_at != apl_query_number(row, 2))
        assets->has_other_times = true;
}

static apl_status match_rows(asset_write *assets)
{
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_query_new(
        &query, assets->write->db,
        "SELECT a.asset, a.digest, a.read_at, i.id, i.ignores_case FROM assets a JOIN ids i ON i.asset = a.asset "
        "WHERE a.to_scan = " APL_OPEN_SQL " ORDER BY a.asset");

    if (status != APL_OK)
        return status;
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row)
        match_row(assets, query);
    apl_query_free(query);
    return status;
}

/* Ids given between two looks at the bodies. */
#define IDS_BETWEEN 256

/* Giving numbers to the assets that do not hold yet. */
typedef struct id_numbering {
    asset_write *assets;
    apl_query *find;
    apl_insert *ids;
    apl_insert *hashes;
    int64_t last;         /* number of the last asset that was there before */
    bool has_earlier;     /* the store saw assets before */
    apl_hash_items fresh; /* the new ones, numbered from `last` on */
} id_numbering;

static bool is_same_id(const apl_asset *asset, apl_str id, bool ignores_case)
{
    if (asset->ids_ignore_case != ignores_case)
        return false;
    return ignores_case ? apl_str_equal_nocase(asset->id, id) : apl_str_equal(asset->id, id);
}

static apl_status find_earlier(id_numbering *numbering, apl_asset_id i)
{
    apl_write *write = numbering->assets->write;
    const apl_asset *asset = &write->estate->assets.items[i];
    bool has_row = false;
    apl_status status;

    apl_query_put_number(numbering->find, (int64_t)apl_str_hash_nocase(asset->id));
    while ((status = apl_query_next(&has_row, numbering->find)) == APL_OK && has_row) {
        apl_str id = apl_query_text(numbering->find, 1);
        if (!is_same_id(asset, id, apl_query_number(numbering->find, 2) != 0))
            continue;
        write->numbers[i] = apl_query_number(numbering->find, 0);
        numbering->assets->is_respelled[i] = !apl_str_equal(asset->id, id);
        apl_query_stop(numbering->find);
        break;
    }
    return status;
}

static apl_status add_id(id_numbering *numbering, apl_asset_id i)
{
    apl_write *write = numbering->assets->write;
    const apl_asset *asset = &write->estate->assets.items[i];
    uint64_t hash = asset->ids_ignore_case ? write->id_hashes[i] : apl_str_hash_nocase(asset->id);
    apl_hash_item fresh = {(int64_t)hash, (uint32_t)numbering->fresh.count};

    APL_PUSH(&numbering->fresh, fresh);
    write->numbers[i] = numbering->last + (int64_t)numbering->fresh.count;
    apl_insert_put_number(numbering->ids, write->numbers[i]);
    apl_insert_put_text(numbering->ids, asset->id);
    apl_insert_put_number(numbering->ids, asset->ids_ignore_case);
    return apl_insert_add(numbering->ids);
}

static apl_status add_hashes(id_numbering *numbering)
{
    apl_status status = APL_OK;

    apl_hash_items_sort(&numbering->fresh);
    for (size_t i = 0; i < numbering->fresh.count && status == APL_OK; i++) {
        apl_insert_put_number(numbering->hashes, numbering->fresh.items[i].hash);
        apl_insert_put_number(numbering->hashes, numbering->last + 1 + numbering->fresh.items[i].item);
        status = apl_insert_add(numbering->hashes);
    }
    return status == APL_OK ? apl_insert_finish(numbering->hashes) : status;
}

static apl_status number_rest(id_numbering *numbering)
{
    const apl_write *write = numbering->assets->write;
    apl_status status = APL_OK;

    for (apl_asset_id i = 0; i < write->estate->assets.count && status == APL_OK; i++) {
        if (write->numbers[i])
            continue;
        if (numbering->has_earlier)
            status = find_earlier(numbering, i);
        if (status == APL_OK && write->numbers[i] == 0)
            status = add_id(numbering, i);
        if (status == APL_OK && i % IDS_BETWEEN == 0)
            status = apl_bodies_advance(write->bodies);
    }
    if (status == APL_OK)
        status = apl_insert_finish(numbering->ids);
    return status == APL_OK ? add_hashes(numbering) : status;
}

static apl_status number_assets(asset_write *assets)
{
    id_numbering numbering = {.assets = assets};
    apl_db *db = assets->write->db;
    apl_status status = apl_db_number(&numbering.last, db, "SELECT max(asset) FROM ids");

    numbering.has_earlier = numbering.last > 0;
    if (status == APL_OK)
        status = apl_query_new(&numbering.find, db,
                               "SELECT i.asset, i.id, i.ignores_case FROM id_hashes h JOIN ids i ON i.asset = h.asset "
                               "WHERE h.hash = ?1");
    if (status == APL_OK)
        status = apl_insert_new(&numbering.ids, db, "INSERT INTO ids (asset, id, ignores_case)", "(?, ?, ?)");
    if (status == APL_OK)
        status = apl_insert_new(&numbering.hashes, db, "INSERT INTO id_hashes (hash, asset)", "(?, ?)");
    if (status == APL_OK)
        status = number_rest(&numbering);
    apl_query_free(numbering.find);
    apl_insert_free(numbering.ids);
    apl_insert_free(numbering.hashes);
    apl_memory_free(numbering.fresh.items);
    return status;
}

/* Numbers the bodies of the assets that changed, and starts to compress them. */
static apl_status start_bodies(asset_write *assets)
{
    apl_write *write = assets->write;
    size_t count = write->estate->assets.count;
    apl_asset_id *changed = APL_ARENA_ARRAY(write->arena, apl_asset_id, count);
    int64_t *bodies = APL_ARENA_ARRAY(write->arena, int64_t, count);
    size_t changed_count = 0;
    apl_status status;

    for (apl_asset_id i = 0; i < count; i++) {
        if (!is_unchanged(assets, i))
            changed[changed_count++] = i;
    }
    status = apl_bodies_start(&write->bodies, bodies, write, changed, changed_count);
    for (size_t i = 0; i < changed_count; i++)
        assets->bodies[changed[i]] = bodies[i];
    return status;
}

/* All that shall hold. */
static void want_assets(asset_write *assets)
{
    const apl_write *write = assets->write;

    for (apl_asset_id i = 0; i < write->estate->assets.count; i++) {
        uint64_t digest = write->digests[i] | (assets->bodies[i] != 0);
        apl_version version = {.key = write->numbers[i], .item = i};
        version.digest = is_unchanged(assets, i) ? assets->held[i] : digest;
        APL_PUSH(&assets->wanted, version);
    }
    apl_versions_sort(&assets->wanted);
}

/* What follows the last slash of an id: the name of most assets. */
static apl_str name_in_id(apl_str id)
{
    long slash = apl_str_find_last_char(id, '/');

    return slash < 0 ? id : apl_str_slice(id, (size_t)slash + 1, id.size);
}

static void put_text_or_null(apl_insert *insert, apl_str text)
{
    if (text.size)
        apl_insert_put_text(insert, text);
    else
        apl_insert_put_null(insert);
}

static void put_asset_or_null(const apl_write *write, apl_insert *insert, apl_asset_id asset)
{
    if (asset == APL_ASSET_NONE)
        apl_insert_put_null(insert);
    else
        apl_insert_put_number(insert, write->numbers[asset]);
}

static apl_status put_strings(asset_write *assets, apl_insert *insert, const apl_asset *asset)
{
    apl_write *write = assets->write;
    const apl_str texts[ASSET_STRINGS] = {
        write->estate->vocabulary->kinds.items[asset->kind].name,
        asset->type,
        apl_str_from(apl_cloud_names[asset->cloud]),
        asset->tenant,
        asset->scope,
        asset->location,
        asset->source,
        asset->why_unread,
    };
    apl_status status = APL_OK;

    for (size_t i = 0; i < ASSET_STRINGS && status == APL_OK; i++)
        status = apl_write_put_string_like(write, insert, &assets->strings[i], texts[i]);
    if (status != APL_OK)
        return status;
    write->text.size = 0;
    if (asset->tags.type == APL_VALUE_OBJECT)
        apl_value_write(&write->text, asset->tags, 0);
    return apl_write_put_string(write, insert, apl_text_str(&write->text));
}

static apl_status put_asset(void *context, apl_insert *insert, const apl_version *version)
{
    asset_write *assets = context;
    apl_write *write = assets->write;
    const apl_asset *asset = &write->estate->assets.items[version->item];
    bool has_usual_name = apl_str_equal(asset->name, name_in_id(asset->id));
    apl_status status;

    put_text_or_null(insert, assets->is_respelled[version->item] ? asset->id : APL_STR_NONE);
    if (has_usual_name)
        apl_insert_put_null(insert);
    else
        apl_insert_put_text(insert, asset->name);
    put_text_or_null(insert, asset->full_name);
    status = put_strings(assets, insert, asset);
    put_asset_or_null(write, insert, asset->parent);
    apl_insert_put_number(insert, (asset->is_read ? 1 : 0) | (asset->is_ai ? 2 : 0));
    apl_insert_put_number(insert, asset->used_for);
    apl_insert_put_number(insert, asset->exposure);
    apl_insert_put_number(insert, asset->sensitivity);
    apl_insert_put_number(insert, asset->criticality);
    apl_insert_put_number(insert, asset->unread_groups);
    apl_insert_put_number(insert, asset->read_at);
    if (assets->bodies[version->item])
        apl_insert_put_number(insert, assets->bodies[version->item]);
    else
        apl_insert_put_null(insert);
    apl_insert_put_number(insert, (int64_t)asset->digest.low);
    apl_insert_put_number(insert, (int64_t)asset->digest.high);
    put_asset_or_null(write, insert, asset->sensitivity_from);
    return status;
}

static const apl_version_table assets_table = {
    .name = "assets",
    .open_sql = NULL, /* loaded with the ids */
    .close_sql = "UPDATE assets SET to_scan = ?1 WHERE to_scan = " APL_OPEN_SQL " AND asset = ?2",
    .insert_start = "INSERT INTO assets (to_scan, asset, from_scan, digest, id, name, full_name, kind, type, "
                    "cloud, tenant, scope, location, source, why_unread, tags, parent, flags, used_for, "
                    "exposure, sensitivity, criticality, unread_groups, read_at, body, body_low, body_high, "
                    "sensitivity_from)",
    .insert_row = "(" APL_OPEN_SQL ", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    .put = put_asset,
};

/* The times of all assets, in the order of their numbers. */
static void pack_times(const asset_write *assets)
{
    apl_reads_packer packer = {.out = &assets->write->reads};

    for (size_t i = 0; i < assets->wanted.count; i++)
        apl_reads_pack(&packer, assets->write->estate->assets.items[assets->wanted.items[i].item].read_at);
    apl_reads_pack_end(&packer);
}

apl_status apl_write_assets(apl_write *write)
{
    size_t count = write->estate->assets.count;
    asset_write assets = {
        .write = write,
        .bodies = APL_ARENA_ARRAY(write->arena, int64_t, count),
        .held = APL_ARENA_ARRAY(write->arena, uint64_t, count),
        .is_held = APL_ARENA_ARRAY(write->arena, bool, count),
        .is_respelled = APL_ARENA_ARRAY(write->arena, bool, count),
    };
    apl_status status = match_rows(&assets);

    if (status == APL_OK)
        status = start_bodies(&assets);
    if (status == APL_OK)
        status = number_assets(&assets);
    if (status == APL_OK) {
        apl_version_change change = {&assets_table, &assets.open,      &assets.wanted, write->scan,
                                     &assets,       apl_write_between, write};
        want_assets(&assets);
        if (assets.has_other_times)
            pack_times(&assets);
        status = apl_versions_write(write->db, &change);
    }
    apl_versions_free(&assets.open);
    apl_versions_free(&assets.wanted);
    return status;
}

/* The hash of one relation; those of an asset are added up, so that their order does not matter. */
static uint64_t relation_digest(apl_write *write, const apl_relation *relation)
{
    const apl_str name = write->estate->vocabulary->relations.items[relation->type].name;

    write->text.size = 0;
    apl_digest_add(&write->text, name);
    apl_digest_add_number(&write->text, write->id_hashes[relation->to]);
    apl_digest_add(&write->text, relation->evidence);
    return apl_str_hash(apl_text_str(&write->text));
}

/* Strings of the last relation of a type: most of its relations have the same evidence. */
typedef struct relation_strings {
    int64_t type;
    int64_t evidence;
} relation_strings;

typedef struct relation_write {
    apl_write *write;
    relation_strings *strings; /* by type */
} relation_write;

static apl_status put_relations(void *context, apl_insert *insert, const apl_version *version)
{
    const relation_write *relations = context;
    apl_write *write = relations->write;
    const apl_estate *estate = write->estate;
    apl_asset_id from = estate->relations.items[version->item].from;
    apl_status status = APL_OK;

    write->text.size = 0;
    for (size_t i = version->item; i < estate->relations.count && estate->relations.items[i].from == from; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        const apl_str name = estate->vocabulary->relations.items[relation->type].name;
        relation_strings *last = &relations->strings[relation->type];
        status = apl_strings_number_like(&last->type, &write->store->strings, name);
        if (status == APL_OK)
            status = apl_strings_number_like(&last->evidence, &write->store->strings, relation->evidence);
        if (status != APL_OK)
            return status;
        apl_pack_number(&write->text, (uint64_t)last->type);
        apl_pack_number(&write->text, (uint64_t)write->numbers[relation->to]);
        apl_pack_number(&write->text, (uint64_t)last->evidence);
    }
    apl_insert_put_bytes(insert, write->text.data, write->text.size);
    return status;
}

static const apl_version_table relations_table = {
    .name = "relation lists",
    .open_sql = "SELECT asset, 0, digest FROM relations WHERE to_scan = " APL_OPEN_SQL " ORDER BY asset",
    .close_sql = "UPDATE relations SET to_scan = ?1 WHERE to_scan = " APL_OPEN_SQL " AND asset = ?2",
    .insert_start = "INSERT INTO relations (to_scan, asset, from_scan, digest, ends)",
    .insert_row = "(" APL_OPEN_SQL ", ?, ?, ?, ?)",
    .put = put_relations,
};

apl_status apl_write_relations(apl_write *write)
{
    const apl_estate *estate = write->estate;
    relation_write relations = {write,
                                APL_ARENA_ARRAY(write->arena, relation_strings, estate->vocabulary->relations.count)};
    apl_versions open;
    apl_versions wanted = {0};
    apl_status status = apl_versions_load(&open, write->db, &relations_table);

    for (size_t i = 0; i < estate->relations.count; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        if (i == 0 || relation[-1].from != relation->from) {
            apl_version version = {.key = write->numbers[relation->from], .item = (uint32_t)i};
            APL_PUSH(&wanted, version);
        }
        wanted.items[wanted.count - 1].digest += relation_digest(write, relation);
    }
    apl_versions_sort(&wanted);
    if (status == APL_OK) {
        apl_version_change change = {&relations_table,  &open, &wanted, write->scan, &relations,
                                     apl_write_between, write};
        status = apl_versions_write(write->db, &change);
    }
    apl_versions_free(&open);
    apl_versions_free(&wanted);
    return status;
}
