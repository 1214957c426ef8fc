/* store/scans.c: the list of snapshots, and finding one of them by what people type.
 *
 * Reads the table `scans` only, so it costs nothing at any size of estate. */
#include <inttypes.h>

#include "base/limits.h"
#include "store/handle.h"
#include "store/summary.h"
#include "json/json.h"

#define COLUMNS "scan, id, started, finished, version, content, documents, sources"

static apl_status read_sources(apl_scan_info *info, apl_arena *arena, apl_str text)
{
    apl_value list;
    apl_str *sources;
    apl_status status = apl_json_parse(&list, arena, text);

    if (status != APL_OK || list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_STORE, "the store is damaged, sources of a scan");
    sources = APL_ARENA_ARRAY(arena, apl_str, list.size);
    for (uint32_t i = 0; i < list.size; i++)
        sources[i] = apl_value_str(list.items[i]);
    info->sources = sources;
    info->source_count = list.size;
    return APL_OK;
}

static apl_status read_info(apl_scan_info *out, apl_arena *arena, const apl_query *row)
{
    *out = (apl_scan_info){
        .id = apl_arena_str(arena, apl_query_text(row, 1)),
        .started = apl_arena_str(arena, apl_query_text(row, 2)),
        .finished = apl_arena_str(arena, apl_query_text(row, 3)),
        .version = apl_arena_str(arena, apl_query_text(row, 4)),
        .content = apl_arena_str(arena, apl_query_text(row, 5)),
        .documents = (uint64_t)apl_query_number(row, 6),
    };
    return read_sources(out, arena, apl_query_text(row, 7));
}

apl_status apl_store_scans(apl_scan_info **out, size_t *count, apl_arena *arena, apl_store *store)
{
    apl_query *query = NULL;
    bool has_row = false;
    int64_t rows;
    apl_status status = apl_db_number(&rows, store->db, "SELECT count(*) FROM scans");

    *out = NULL;
    *count = 0;
    if (status == APL_OK && rows > APL_SNAPSHOTS_MAX)
        return apl_fail(APL_E_LIMIT, "%s: more than %d snapshots", store->path, APL_SNAPSHOTS_MAX);
    if (status == APL_OK)
        status = apl_query_new(&query, store->db, "SELECT " COLUMNS " FROM scans ORDER BY scan DESC LIMIT ?1");
    if (status != APL_OK)
        return status;
    *out = APL_ARENA_ARRAY(arena, apl_scan_info, rows);
    apl_query_put_number(query, rows); /* what another process adds meanwhile is not for this list */
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        status = read_info(&(*out)[*count], arena, query);
        if (status != APL_OK)
            break;
        ++*count;
    }
    apl_query_free(query);
    return status;
}

static apl_status read_row(apl_scan_row *out, apl_arena *arena, const apl_query *row)
{
    *out = (apl_scan_row){
        .number = apl_query_number(row, 0),
        .summary = apl_arena_str(arena, apl_query_text(row, 8)),
        .reads = apl_arena_str(arena, apl_query_bytes(row, 9)),
        .passes = (uint64_t)apl_query_number(row, 10),
    };
    return read_info(&out->info, arena, row);
}

/* Goes to the first row that answers to the id, and says whether a second one does too. */
static apl_status find_rows(apl_scan_row *out, bool *is_ambiguous, apl_arena *arena, apl_query *query)
{
    bool has_row = false;
    apl_status status = apl_query_next(&has_row, query);

    out->number = 0;
    *is_ambiguous = false;
    if (status != APL_OK || !has_row)
        return status;
    status = read_row(out, arena, query);
    if (status == APL_OK)
        status = apl_query_next(is_ambiguous, query);
    return status;
}

#define ROW "SELECT " COLUMNS ", summary, reads, passes FROM scans "

static apl_status find_latest(apl_scan_row *out, apl_arena *arena, apl_store *store)
{
    apl_query *query;
    bool is_ambiguous = false;
    apl_status status = apl_query_new(&query, store->db, ROW "ORDER BY scan DESC LIMIT 1");

    if (status == APL_OK)
        status = find_rows(out, &is_ambiguous, arena, query);
    apl_query_free(query);
    if (status == APL_OK && out->number == 0)
        return apl_fail(APL_E_STORE, "%s: " APL_NO_SNAPSHOT, store->path);
    return status;
}

static apl_status find_by_id(apl_scan_row *out, apl_arena *arena, apl_store *store, apl_str id)
{
    apl_query *query;
    bool is_ambiguous = false;
    /* The whole id comes first, should it be the beginning of another. */
    apl_status status =
        apl_query_new(&query, store->db, ROW "WHERE substr(id, 1, length(?1)) = lower(?1) ORDER BY length(id) LIMIT 2");

    if (status != APL_OK)
        return status;
    apl_query_put_text(query, id);
    status = find_rows(out, &is_ambiguous, arena, query);
    apl_query_free(query);
    if (status != APL_OK)
        return status;
    if (out->number == 0)
        return apl_fail(APL_E_USAGE, "%s: there is no snapshot %.*s; `aplomb history` lists them", store->path,
                        APL_STR_ARG(id));
    if (is_ambiguous && out->info.id.size != id.size)
        return apl_fail(APL_E_USAGE, "%s: several snapshots begin with %.*s; give more of the id", store->path,
                        APL_STR_ARG(id));
    return APL_OK;
}

apl_status apl_scan_find(apl_scan_row *out, apl_arena *arena, apl_store *store, apl_str snapshot_id)
{
    if (snapshot_id.size == 0 || apl_str_equal_nocase(snapshot_id, APL_STR("latest")))
        return find_latest(out, arena, store);
    return find_by_id(out, arena, store, snapshot_id);
}

apl_status apl_store_summary(apl_summary *out, apl_store *store, apl_str snapshot_id)
{
    apl_arena *arena = apl_arena_new();
    apl_scan_row scan = {0};
    apl_status status = apl_scan_find(&scan, arena, store, snapshot_id);

    *out = (apl_summary){0};
    if (status == APL_OK)
        status = apl_summary_read(out, scan.summary);
    apl_arena_free(arena);
    return status;
}

apl_status apl_store_points(apl_store_point **out, size_t *count, apl_arena *arena, apl_store *store,
                            const apl_store_points_options *options)
{
    apl_scan_row last = {0};
    apl_query *query = NULL;
    bool has_row = false;
    apl_status status = apl_scan_find(&last, arena, store, options->snapshot_id);

    *count = 0;
    *out = APL_ARENA_ARRAY(arena, apl_store_point, options->most);
    if (status == APL_OK)
        status = apl_query_new(&query, store->db, ROW "WHERE scan <= ?1 ORDER BY scan DESC LIMIT ?2");
    if (status != APL_OK)
        return status;
    apl_query_put_number(query, last.number);
    apl_query_put_number(query, (int64_t)options->most);
    while (*count < options->most && (status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        apl_scan_row row;
        apl_store_point *point = &(*out)[*count];
        status = read_row(&row, arena, query);
        if (status == APL_OK)
            status = apl_summary_point(point, arena, row.summary);
        if (status != APL_OK)
            break;
        point->scan = row.info;
        ++*count;
    }
    apl_query_free(query);
    for (size_t i = 0; i < *count / 2; i++) {
        apl_store_point newer = (*out)[i];
        (*out)[i] = (*out)[*count - 1 - i];
        (*out)[*count - 1 - i] = newer;
    }
    return status;
}
