/* store/read.c: a snapshot as it was after its scan.
 *
 * All parts are read inside one transaction, so that a scan that is written meanwhile does not mix in. What stands in
 * the file is checked before it is used as a number of anything: it may be damaged, or made by somebody. */
#include "store/read.h"
#include "store/score_text.h"

apl_str apl_read_string(apl_read *read, int64_t number)
{
    if (number <= 0 || (uint64_t)number >= read->text_count)
        return APL_STR_NONE;
    if (read->texts[number].data == NULL)
        read->texts[number] = apl_arena_str(read->estate->arena, apl_strings_text(&read->store->strings, number));
    return read->texts[number];
}

apl_status apl_read_query(apl_query **out, const apl_read *read, const char *sql)
{
    apl_status status = apl_query_new(out, read->db, sql);

    if (status == APL_OK)
        apl_query_put_number(*out, read->scan.number);
    return status;
}

static apl_status read_parts(apl_read *read)
{
    apl_status status = apl_read_assets(read);

    if (status == APL_OK)
        status = apl_read_relations(read);
    if (status == APL_OK)
        status = apl_read_exposures(read);
    if (status == APL_OK)
        status = apl_read_findings(read);
    if (status == APL_OK)
        status = apl_read_coverage(read);
    if (status == APL_OK)
        status = apl_read_paths(read);
    return status;
}

/* What both ways of reading need: the snapshot, the texts and the dictionaries. */
static apl_status begin(apl_read *read, apl_arena *arena, apl_str snapshot_id)
{
    apl_status status = apl_db_run(read->db, "BEGIN");

    if (status == APL_OK)
        status = apl_scan_find(&read->scan, arena, read->store, snapshot_id);
    if (status == APL_OK)
        status = apl_strings_load(&read->store->strings);
    if (status == APL_OK)
        status = apl_dictionaries_load(&read->store->dictionaries);
    return status;
}

/* Reading changed nothing, so taking back is the same as completing, and cannot fail. */
static void end(apl_read *read)
{
    apl_db_give_up(read->db);
}

static apl_status read_snapshot(apl_snapshot *out, apl_arena *arena, apl_read *read, apl_str snapshot_id,
                                bool wants_bodies)
{
    apl_status status = begin(read, arena, snapshot_id);

    if (status != APL_OK)
        return status;
    read->text_count = read->store->strings.texts.count;
    read->texts = APL_ARENA_ARRAY(read->scratch, apl_str, read->text_count);
    status = read_parts(read);
    out->body_rows = read->bodies;
    if (status == APL_OK && wants_bodies)
        status = apl_store_bodies(out, arena, read->store, NULL);
    read->estate->documents = read->scan.info.documents;
    read->estate->passes = read->scan.passes;
    if (status == APL_OK)
        apl_score_read(&read->estate->score, read->estate, read->scan.summary);
    out->scan = read->scan.info;
    return status;
}

apl_status apl_store_read(apl_snapshot *out, apl_arena *arena, apl_store *store, apl_str snapshot_id,
                          const apl_store_read_options *options)
{
    apl_estate *estate = APL_ARENA_NEW(arena, apl_estate);
    apl_read read = {.store = store, .db = store->db, .estate = estate, .arena = arena, .scratch = apl_arena_new()};
    apl_status status;

    *out = (apl_snapshot){.estate = estate};
    apl_estate_init(estate, options->vocabulary);
    status = read_snapshot(out, arena, &read, snapshot_id, options->wants_bodies);
    end(&read);
    apl_arena_free(read.scratch);
    if (status == APL_OK)
        return APL_OK;
    apl_estate_free(estate);
    *out = (apl_snapshot){0};
    return status;
}

apl_status apl_store_asset_number(int64_t *out, apl_store *store, apl_str asset_id)
{
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_query_new(&query, store->db,
                                      "SELECT i.asset, i.id, i.ignores_case FROM id_hashes h JOIN ids i "
                                      "ON i.asset = h.asset WHERE h.hash = ?1 ORDER BY i.asset");

    *out = 0;
    if (status != APL_OK)
        return status;
    apl_query_put_number(query, (int64_t)apl_str_hash_nocase(asset_id));
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        apl_str id = apl_query_text(query, 1);
        bool is_same = apl_query_number(query, 2) ? apl_str_equal_nocase(id, asset_id) : apl_str_equal(id, asset_id);
        if (is_same)
            *out = apl_query_number(query, 0);
    }
    apl_query_free(query);
    return status;
}

static apl_status find_body(int64_t *out, apl_read *read, int64_t asset, apl_str asset_id)
{
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_query_new(&query, read->db,
                                      "SELECT body FROM assets WHERE to_scan = " APL_OPEN_SQL " AND asset = ?2 AND "
                                      "from_scan <= ?1 UNION ALL SELECT body FROM assets WHERE to_scan > ?1 AND "
                                      "to_scan < " APL_OPEN_SQL " AND asset = ?2 AND from_scan <= ?1");

    *out = 0;
    if (status != APL_OK)
        return status;
    apl_query_put_number(query, read->scan.number);
    apl_query_put_number(query, asset);
    status = apl_query_next(&has_row, query);
    if (has_row)
        *out = apl_query_number(query, 0);
    apl_query_free(query);
    if (status == APL_OK && !has_row)
        return apl_fail(APL_E_USAGE, "snapshot %.*s has no asset %.*s", APL_STR_ARG(read->scan.info.id),
                        APL_STR_ARG(asset_id));
    return status;
}

apl_status apl_store_body(apl_value *out, apl_arena *arena, apl_store *store, apl_str snapshot_id, apl_str asset_id)
{
    apl_read read = {.store = store, .db = store->db};
    int64_t asset = 0;
    int64_t body = 0;
    apl_status status = begin(&read, arena, snapshot_id);

    *out = APL_MISSING;
    if (status == APL_OK)
        status = apl_store_asset_number(&asset, store, asset_id);
    if (status == APL_OK)
        status = find_body(&body, &read, asset, asset_id);
    if (status == APL_OK && body)
        status = apl_read_body(out, arena, store, body);
    end(&read);
    return status;
}
