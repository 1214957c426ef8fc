/* store/write.c: one scan, one transaction.
 *
 * The row in `scans` is written last; nothing of a scan can be seen before the transaction is complete. A failure takes
 * everything back, in the file and in what the open store remembers. */
#include "store/write.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/threads.h"
#include "store/summary.h"

static apl_status check_scan(apl_write *write)
{
    apl_query *query;
    int64_t last;
    bool has_row = false;
    apl_str id = write->snapshot->scan.id;
    apl_status status = apl_db_number(&last, write->db, "SELECT max(scan) FROM scans");

    if (status == APL_OK && last >= APL_SNAPSHOTS_MAX)
        return apl_fail(APL_E_LIMIT, "%s: more than %d snapshots; start a new store with --store", write->store->path,
                        APL_SNAPSHOTS_MAX);
    write->scan = last + 1;
    if (status == APL_OK)
        status = apl_query_new(&query, write->db, "SELECT 1 FROM scans WHERE id = ?1");
    if (status != APL_OK)
        return status;
    apl_query_put_text(query, id);
    status = apl_query_next(&has_row, query);
    apl_query_free(query);
    if (has_row)
        return apl_fail(APL_E_STORE, "%s: snapshot %.*s is in the store already", write->store->path, APL_STR_ARG(id));
    return status;
}

static void add_sources(apl_text *out, const apl_scan_info *scan)
{
    apl_text_add_char(out, '[');
    for (size_t i = 0; i < scan->source_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, scan->sources[i]);
    }
    apl_text_add_char(out, ']');
}

static void put_scan(apl_query *query, apl_write *write, apl_str sources, apl_str summary)
{
    const apl_scan_info *scan = &write->snapshot->scan;

    apl_query_put_number(query, write->scan);
    apl_query_put_text(query, scan->id);
    apl_query_put_text(query, scan->started);
    apl_query_put_text(query, scan->finished);
    apl_query_put_text(query, scan->version);
    apl_query_put_text(query, scan->content);
    apl_query_put_number(query, (int64_t)scan->documents);
    apl_query_put_number(query, (int64_t)write->estate->passes);
    apl_query_put_text(query, sources);
    apl_query_put_text(query, summary);
    if (write->reads.size)
        apl_query_put_bytes(query, write->reads.data, write->reads.size);
    else
        apl_query_put_null(query);
}

static apl_status write_scan(apl_write *write)
{
    apl_query *query;
    apl_text summary;
    apl_status status = apl_query_new(&query, write->db,
                                      "INSERT INTO scans (scan, id, started, finished, version, content, documents, "
                                      "passes, sources, summary, reads) "
                                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");

    if (status != APL_OK)
        return status;
    apl_text_init(&summary, APL_SUMMARY_BYTES_MAX);
    apl_summary_write(&summary, apl_snapshot_summary(write->snapshot), write->estate);
    write->text.size = 0;
    add_sources(&write->text, &write->snapshot->scan);
    put_scan(query, write, apl_text_str(&write->text), apl_text_str(&summary));
    status = apl_query_run(query);
    apl_text_free(&summary);
    apl_query_free(query);
    return status;
}

apl_status apl_write_between(void *context)
{
    return apl_bodies_advance(((apl_write *)context)->bodies);
}

static apl_status write_parts(apl_write *write)
{
    apl_status status = check_scan(write);

    if (status == APL_OK)
        status = apl_strings_load(&write->store->strings);
    if (status == APL_OK)
        status = apl_dictionaries_load(&write->store->dictionaries);
    if (status != APL_OK)
        return status;
    apl_write_digests(write);
    status = apl_write_assets(write);
    if (status == APL_OK)
        status = apl_write_relations(write);
    if (status == APL_OK)
        status = apl_write_exposures(write);
    if (status == APL_OK)
        status = apl_write_findings(write);
    if (status == APL_OK)
        status = apl_write_coverage(write);
    if (status == APL_OK)
        status = apl_write_paths(write);
    if (status == APL_OK)
        status = apl_bodies_finish(write->bodies);
    if (status == APL_OK)
        status = apl_strings_finish(&write->store->strings);
    if (status == APL_OK)
        status = write_scan(write);
    apl_bodies_free(write->bodies);
    return status;
}

static apl_status write_in_transaction(apl_write *write)
{
    apl_status status = apl_db_run(write->db, "BEGIN IMMEDIATE");

    if (status != APL_OK)
        return status;
    status = write_parts(write);
    if (status == APL_OK)
        status = apl_db_run(write->db, "COMMIT");
    if (status == APL_OK && write->scan == 1)
        apl_store_after_first_scan(write->store);
    if (status == APL_OK)
        return APL_OK;
    apl_db_give_up(write->db);
    apl_strings_forget(&write->store->strings);
    apl_dictionaries_forget(&write->store->dictionaries);
    return status;
}

apl_status apl_store_write(apl_store *store, const apl_snapshot *snapshot)
{
    const apl_estate *estate = snapshot->estate;
    size_t count = estate->assets.count;
    apl_write write = {
        .store = store,
        .db = store->db,
        .snapshot = snapshot,
        .estate = estate,
        .arena = apl_arena_new(),
        .threads = apl_threads_default(),
    };
    apl_status status;

    APL_ASSERT(store->for_writing);
    APL_ASSERT(count == 0 || apl_estate_find(estate, estate->assets.items[0].id) == 0);
    apl_text_init(&write.text, APL_DIGEST_BYTES_MAX);
    apl_text_init(&write.reads, APL_DIGEST_BYTES_MAX);
    write.id_hashes = APL_ARENA_ARRAY(write.arena, uint64_t, count);
    write.digests = APL_ARENA_ARRAY(write.arena, uint64_t, count);
    write.numbers = APL_ARENA_ARRAY(write.arena, int64_t, count);
    status = write_in_transaction(&write);
    apl_text_free(&write.text);
    apl_text_free(&write.reads);
    apl_arena_free(write.arena);
    return status;
}
