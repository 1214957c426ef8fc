/* store/paths.c: attack paths, written and read back.
 *
 * A path is known by its id; one that got riskier closes its row and opens the next. Rows are read after the assets,
 * which they name by id. */
#include <stdlib.h>

#include "store/path_text.h"
#include "store/read.h"
#include "store/write.h"

static apl_status put_path(void *context, apl_insert *insert, const apl_version *version)
{
    apl_write *write = context;

    write->text.size = 0;
    apl_path_write(&write->text, write->estate, &write->estate->paths.items[version->item]);
    apl_insert_put_text(insert, apl_text_str(&write->text));
    return APL_OK;
}

static const apl_version_table paths_table = {
    .name = "paths",
    .open_sql = "SELECT path, 0, digest FROM paths WHERE to_scan = " APL_OPEN_SQL " ORDER BY path",
    .close_sql = "UPDATE paths SET to_scan = ?1 WHERE to_scan = " APL_OPEN_SQL " AND path = ?2",
    .insert_start = "INSERT INTO paths (to_scan, path, from_scan, digest, text)",
    .insert_row = "(" APL_OPEN_SQL ", ?, ?, ?, ?)",
    .put = put_path,
};

apl_status apl_write_paths(apl_write *write)
{
    const apl_estate *estate = write->estate;
    apl_versions wanted = {0};
    apl_versions open;
    apl_version_change change = {&paths_table, &open, &wanted, write->scan, write, apl_write_between, write};

    for (uint32_t i = 0; i < estate->paths.count; i++) {
        write->text.size = 0;
        apl_path_write(&write->text, estate, &estate->paths.items[i]);
        apl_version version = {
            .key = (int64_t)apl_str_hash(apl_str_from(estate->paths.items[i].id)),
            .digest = apl_str_hash(apl_text_str(&write->text)),
            .item = i,
        };
        APL_PUSH(&wanted, version);
    }
    apl_versions_sort(&wanted);
    apl_status status = apl_versions_load(&open, write->db, &paths_table);
    if (status == APL_OK)
        status = apl_versions_write(write->db, &change);
    apl_versions_free(&open);
    apl_versions_free(&wanted);
    return status;
}

static int by_risk(const void *a, const void *b)
{
    const apl_path *x = a;
    const apl_path *y = b;

    if (x->risk != y->risk)
        return x->risk > y->risk ? -1 : 1;
    return memcmp(x->id, y->id, APL_PATH_ID_BYTES);
}

apl_status apl_read_paths(apl_read *read)
{
    apl_estate *estate = read->estate;
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_read_query(&query, read, "SELECT text FROM paths WHERE to_scan > ?1 AND from_scan <= ?1");

    if (status != APL_OK)
        return status;
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        apl_path path;
        if (!apl_path_read(&path, estate, apl_query_text(query, 0))) {
            status = apl_fail(APL_E_STORE, "the store is damaged, an attack path of this snapshot");
            break;
        }
        APL_PUSH(&estate->paths, path);
    }
    apl_query_free(query);
    if (estate->paths.count)
        qsort(estate->paths.items, estate->paths.count, sizeof *estate->paths.items, by_risk);
    return status;
}
