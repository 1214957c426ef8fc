/* store/version.c: loading, sorting and merging the keys of a table over time.
 *
 * A merge of two sorted lists, so that a million unchanged rows cost one pass over an index and no query each. */
#include "store/version.h"

#include <inttypes.h>

void apl_versions_free(apl_versions *versions)
{
    apl_memory_free(versions->items);
    *versions = (apl_versions){0};
}

static int compare_keys(const apl_version *a, const apl_version *b)
{
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->subkey != b->subkey)
        return a->subkey < b->subkey ? -1 : 1;
    return 0;
}

/* Where the run that starts at `from` ends: in order, equal keys in the order in which they came. */
static size_t run_end(const apl_versions *versions, size_t from)
{
    size_t end = from + 1;

    while (end < versions->count && compare_keys(&versions->items[end - 1], &versions->items[end]) <= 0)
        end++;
    return end < versions->count ? end : versions->count;
}

/* Merges [from, middle) and [middle, to) of `versions` into the same place of `out`. */
static void merge_runs(apl_version *out, const apl_version *versions, const size_t bounds[3])
{
    size_t left = bounds[0];
    size_t right = bounds[1];

    for (size_t i = bounds[0]; i < bounds[2]; i++) {
        bool takes_left =
            right == bounds[2] || (left < bounds[1] && compare_keys(&versions[left], &versions[right]) <= 0);
        out[i] = versions[takes_left ? left++ : right++];
    }
}

/* One pass over all runs, two by two; returns how many there were. */
static size_t merge_pass(apl_version *out, const apl_versions *versions)
{
    size_t runs = 0;

    for (size_t from = 0; from < versions->count;) {
        size_t middle = run_end(versions, from);
        size_t to = middle < versions->count ? run_end(versions, middle) : middle;
        const size_t bounds[3] = {from, middle, to};
        merge_runs(out, versions->items, bounds);
        runs += to > middle ? 2 : 1;
        from = to;
    }
    return runs;
}

/* Findings come rule by rule and assets mostly in order, so there are few runs to merge. */
void apl_versions_sort(apl_versions *versions)
{
    apl_version *other;

    if (versions->count == 0 || run_end(versions, 0) == versions->count)
        return;
    other = apl_memory_new(versions->count * sizeof *other);
    while (merge_pass(other, versions) > 1) {
        apl_version *merged = other;
        other = versions->items;
        versions->items = merged;
    }
    apl_memory_free(other);
    versions->capacity = versions->count;
}

apl_status apl_versions_load(apl_versions *out, apl_db *db, const apl_version_table *table)
{
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_query_new(&query, db, table->open_sql);

    *out = (apl_versions){0};
    while (status == APL_OK) {
        status = apl_query_next(&has_row, query);
        if (!has_row)
            break;
        apl_version row = {
            .key = apl_query_number(query, 0),
            .subkey = apl_query_number(query, 1),
            .digest = (uint64_t)apl_query_number(query, 2),
        };
        APL_PUSH(out, row);
    }
    apl_query_free(query);
    return status;
}

/* Rows inserted between two calls of `between`. */
#define ROWS_BETWEEN 256

typedef struct version_merge {
    const apl_version_change *change;
    size_t inserted;
    apl_query *close;
    apl_insert *insert;
} version_merge;

static apl_status close_row(version_merge *merge, const apl_version *row)
{
    apl_query_put_number(merge->close, merge->change->scan);
    apl_query_put_number(merge->close, row->key);
    if (merge->change->table->has_subkey)
        apl_query_put_number(merge->close, row->subkey);
    return apl_query_run(merge->close);
}

static apl_status insert_row(version_merge *merge, const apl_version *row)
{
    apl_status status;

    apl_insert_put_number(merge->insert, row->key);
    if (merge->change->table->has_subkey)
        apl_insert_put_number(merge->insert, row->subkey);
    apl_insert_put_number(merge->insert, merge->change->scan);
    apl_insert_put_number(merge->insert, (int64_t)row->digest);
    status = merge->change->table->put(merge->change->context, merge->insert, row);
    if (status == APL_OK)
        status = apl_insert_add(merge->insert);
    if (status == APL_OK && merge->change->between && ++merge->inserted % ROWS_BETWEEN == 0)
        status = merge->change->between(merge->change->between_context);
    return status;
}

/* Closing first: a row that opens may have the key of one that closes. */
static apl_status close_rows(version_merge *merge)
{
    const apl_versions *open = merge->change->open;
    const apl_versions *wanted = merge->change->wanted;
    apl_status status = APL_OK;
    size_t w = 0;

    for (size_t i = 0; i < open->count && status == APL_OK; i++) {
        while (w < wanted->count && compare_keys(&wanted->items[w], &open->items[i]) < 0)
            w++;
        bool is_wanted = w < wanted->count && compare_keys(&wanted->items[w], &open->items[i]) == 0 &&
                         wanted->items[w].digest == open->items[i].digest;
        if (!is_wanted)
            status = close_row(merge, &open->items[i]);
    }
    return status;
}

static apl_status insert_rows(version_merge *merge)
{
    const apl_versions *open = merge->change->open;
    const apl_versions *wanted = merge->change->wanted;
    apl_status status = APL_OK;
    size_t o = 0;

    for (size_t i = 0; i < wanted->count && status == APL_OK; i++) {
        if (i && compare_keys(&wanted->items[i - 1], &wanted->items[i]) == 0)
            return apl_fail(APL_E_STORE, "the scan has two %s with the same key (%" PRId64 ", %" PRId64 ")",
                            merge->change->table->name, wanted->items[i].key, wanted->items[i].subkey);
        while (o < open->count && compare_keys(&open->items[o], &wanted->items[i]) < 0)
            o++;
        bool is_there = o < open->count && compare_keys(&open->items[o], &wanted->items[i]) == 0 &&
                        open->items[o].digest == wanted->items[i].digest;
        if (!is_there)
            status = insert_row(merge, &wanted->items[i]);
    }
    return status;
}

apl_status apl_versions_write(apl_db *db, const apl_version_change *change)
{
    version_merge merge = {.change = change};
    apl_status status = apl_query_new(&merge.close, db, change->table->close_sql);

    if (status == APL_OK)
        status = apl_insert_new(&merge.insert, db, change->table->insert_start, change->table->insert_row);
    if (status == APL_OK)
        status = close_rows(&merge);
    if (status == APL_OK)
        status = insert_rows(&merge);
    if (status == APL_OK)
        status = apl_insert_finish(merge.insert);
    apl_query_free(merge.close);
    apl_insert_free(merge.insert);
    return status;
}
