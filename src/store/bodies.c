/* store/bodies.c: gives each body its number in the store, and adds those that are new.
 *
 * A body is known by its digest: what several assets or scans share is kept once. New bodies are numbered in the order
 * of the spool, so that both the spool and the table are passed through from front to back. */
#include <stdlib.h>

#include "store/body_pipe.h"
#include "store/sort.h"
#include "store/write.h"

/* Rows inserted between two looks at what was compressed meanwhile. */
#define ROWS_BETWEEN 256

/* A body that assets of this scan have. */
typedef struct body_item {
    apl_asset_id asset; /* the first one that has it */
    int64_t number;     /* in the store; 0: it has none */
    int64_t low;        /* halves of the digest, as numbers of the table */
    int64_t high;
    uint64_t offset; /* in the spool */
} body_item;

/* A place in the spool. */
typedef struct body_place {
    uint64_t offset;
    uint32_t item;
} body_place;

struct apl_bodies {
    apl_write *write;
    APL_VECTOR(body_item) items;
    apl_hash_items keys;          /* low parts of the digests of the items, sorted when first needed */
    APL_VECTOR(body_place) fresh; /* to be stored, in the order of the spool */
    int64_t last;                 /* number of the last body that was there before */
    const apl_body_job *jobs;     /* by position in `fresh` */
    apl_body_pipe *pipe;          /* NULL when nothing is to be stored */
    size_t stored;
    apl_insert *insert;
};

/* Lists each body once. `out` gets the item of each asset, by position; APL_TABLE_NONE: no body is known. */
static void collect(uint32_t *out, apl_bodies *bodies, const apl_asset_id *assets, size_t count)
{
    apl_table *seen = apl_table_new(false);

    apl_table_reserve(seen, count);
    for (size_t i = 0; i < count; i++) {
        const apl_asset *asset = &bodies->write->estate->assets.items[assets[i]];
        out[i] = APL_TABLE_NONE;
        if (!asset->is_read || (asset->digest.low | asset->digest.high) == 0)
            continue;
        uint32_t next = (uint32_t)bodies->items.count;
        out[i] = apl_table_put(seen, apl_str_make((const char *)&asset->digest, sizeof asset->digest), next);
        if (out[i] != next)
            continue;
        body_item item = {
            .asset = assets[i],
            .low = (int64_t)asset->digest.low,
            .high = (int64_t)asset->digest.high,
            .offset = asset->origin.offset,
        };
        APL_PUSH(&bodies->items, item);
    }
    apl_table_free(seen);
}

/* In the order of the table: by the low part, equal ones by the high part, so by that first. */
static void sort_keys(apl_bodies *bodies)
{
    if (bodies->keys.count == bodies->items.count)
        return;
    APL_RESERVE(&bodies->keys, bodies->items.count);
    for (uint32_t i = 0; i < bodies->items.count; i++) {
        apl_hash_item key = {bodies->items.items[i].high, i};
        APL_PUSH(&bodies->keys, key);
    }
    apl_hash_items_sort(&bodies->keys);
    for (size_t i = 0; i < bodies->keys.count; i++)
        bodies->keys.items[i].hash = bodies->items.items[bodies->keys.items[i].item].low;
    apl_hash_items_sort(&bodies->keys);
}

static apl_status find_in_store(apl_bodies *bodies)
{
    apl_query *query;
    bool has_row;
    apl_status status =
        apl_query_new(&query, bodies->write->db, "SELECT body FROM body_digests WHERE low = ?1 AND high = ?2");

    sort_keys(bodies);
    for (size_t i = 0; i < bodies->keys.count && status == APL_OK; i++) {
        const apl_hash_item *key = &bodies->keys.items[i];
        apl_query_put_number(query, key->hash);
        apl_query_put_number(query, bodies->items.items[key->item].high);
        status = apl_query_next(&has_row, query);
        if (status != APL_OK || !has_row)
            continue;
        bodies->items.items[key->item].number = apl_query_number(query, 0);
        apl_query_stop(query);
    }
    apl_query_free(query);
    return status;
}

static int compare_places(const void *a, const void *b)
{
    const body_place *left = a;
    const body_place *right = b;

    if (left->offset != right->offset)
        return left->offset < right->offset ? -1 : 1;
    return (left->item > right->item) - (left->item < right->item);
}

/* Chooses the bodies that are new and lie in the spool, in its order, and numbers them. */
static void number_fresh(apl_bodies *bodies)
{
    size_t in_order = 1;

    for (uint32_t i = 0; i < bodies->items.count; i++) {
        const body_item *item = &bodies->items.items[i];
        body_place place = {item->offset, i};
        if (item->number == 0 &&
            apl_write_has_spooled(bodies->write, &bodies->write->estate->assets.items[item->asset]))
            APL_PUSH(&bodies->fresh, place);
    }
    while (in_order < bodies->fresh.count &&
           compare_places(&bodies->fresh.items[in_order - 1], &bodies->fresh.items[in_order]) < 0)
        in_order++;
    if (in_order < bodies->fresh.count)
        qsort(bodies->fresh.items, bodies->fresh.count, sizeof *bodies->fresh.items, compare_places);
    for (size_t i = 0; i < bodies->fresh.count; i++)
        bodies->items.items[bodies->fresh.items[i].item].number = bodies->last + 1 + (int64_t)i;
}

static apl_asset_id fresh_asset(const apl_bodies *bodies, size_t i)
{
    return bodies->items.items[bodies->fresh.items[i].item].asset;
}

/* The dictionary of a type, by the place of its name: types are few, and most assets share their texts. */
#define MEMOS 256u

typedef struct type_dictionary {
    apl_str type; /* none: nothing is remembered here */
    int64_t dictionary;
} type_dictionary;

static apl_body_job *make_jobs(apl_bodies *bodies)
{
    apl_write *write = bodies->write;
    apl_body_job *jobs = APL_ARENA_ARRAY(write->arena, apl_body_job, bodies->fresh.count);
    type_dictionary memos[MEMOS] = {0};

    for (size_t i = 0; i < bodies->fresh.count; i++) {
        jobs[i].asset = fresh_asset(bodies, i);
        apl_str type = write->estate->assets.items[jobs[i].asset].type;
        type_dictionary *memo = &memos[((uintptr_t)type.data >> 4) % MEMOS];
        if (memo->type.data != type.data || memo->type.size != type.size || type.size == 0)
            *memo = (type_dictionary){type, apl_dictionary_for(&write->store->dictionaries, type)};
        jobs[i].dictionary = memo->dictionary;
    }
    return jobs;
}

static apl_status train(apl_bodies *bodies)
{
    apl_asset_id *assets = APL_ARENA_ARRAY(bodies->write->arena, apl_asset_id, bodies->fresh.count);

    for (size_t i = 0; i < bodies->fresh.count; i++)
        assets[i] = fresh_asset(bodies, i);
    return apl_dictionaries_train(&bodies->write->store->dictionaries, bodies->write->estate, assets,
                                  bodies->fresh.count);
}

static apl_status store_next(apl_bodies *bodies)
{
    apl_body_frame frame;
    apl_status status = apl_body_pipe_next(&frame, bodies->pipe);

    if (status != APL_OK)
        return status;
    apl_insert_put_number(bodies->insert, bodies->last + 1 + (int64_t)bodies->stored);
    if (bodies->jobs[bodies->stored].dictionary)
        apl_insert_put_number(bodies->insert, bodies->jobs[bodies->stored].dictionary);
    else
        apl_insert_put_null(bodies->insert);
    apl_insert_put_number(bodies->insert, (int64_t)frame.size);
    apl_insert_put_bytes(bodies->insert, frame.data.data, frame.data.size);
    bodies->stored++;
    return apl_insert_add(bodies->insert);
}

static apl_status store_digests(apl_bodies *bodies)
{
    apl_insert *insert;
    apl_status status =
        apl_insert_new(&insert, bodies->write->db, "INSERT INTO body_digests (low, high, body)", "(?, ?, ?)");

    sort_keys(bodies);
    for (size_t i = 0; i < bodies->keys.count && status == APL_OK; i++) {
        const apl_hash_item *key = &bodies->keys.items[i];
        const body_item *item = &bodies->items.items[key->item];
        if (item->number <= bodies->last)
            continue;
        apl_insert_put_number(insert, key->hash);
        apl_insert_put_number(insert, item->high);
        apl_insert_put_number(insert, item->number);
        status = apl_insert_add(insert);
        if (status == APL_OK && i % ROWS_BETWEEN == 0)
            status = apl_bodies_advance(bodies);
    }
    if (status == APL_OK)
        status = apl_insert_finish(insert);
    apl_insert_free(insert);
    return status;
}

static apl_status start_pipe(apl_bodies *bodies)
{
    apl_status status = train(bodies);

    if (status != APL_OK)
        return status;
    bodies->jobs = make_jobs(bodies);
    status = apl_insert_new(&bodies->insert, bodies->write->db, "INSERT INTO bodies (body, dictionary, size, data)",
                            "(?, ?, ?, ?)");
    if (status == APL_OK)
        bodies->pipe = apl_body_pipe_new(bodies->write->estate, &bodies->write->store->dictionaries, bodies->jobs,
                                         bodies->fresh.count);
    return status;
}

apl_status apl_bodies_start(apl_bodies **out, int64_t *numbers, apl_write *write, const apl_asset_id *assets,
                            size_t count)
{
    apl_bodies *bodies = apl_memory_new(sizeof *bodies);
    uint32_t *items = APL_ARENA_ARRAY(write->arena, uint32_t, count);
    apl_status status = apl_db_number(&bodies->last, write->db, "SELECT max(body) FROM bodies");

    *out = bodies;
    bodies->write = write;
    collect(items, bodies, assets, count);
    if (status == APL_OK && bodies->last > 0)
        status = find_in_store(bodies);
    if (status != APL_OK)
        return status;
    number_fresh(bodies);
    for (size_t i = 0; i < count; i++)
        numbers[i] = items[i] == APL_TABLE_NONE ? 0 : bodies->items.items[items[i]].number;
    return bodies->fresh.count ? start_pipe(bodies) : APL_OK;
}

apl_status apl_bodies_advance(apl_bodies *bodies)
{
    apl_status status = APL_OK;

    while (status == APL_OK && bodies->stored < bodies->fresh.count && apl_body_pipe_is_ready(bodies->pipe))
        status = store_next(bodies);
    return status;
}

apl_status apl_bodies_finish(apl_bodies *bodies)
{
    apl_status status = APL_OK;

    if (bodies->pipe)
        status = store_digests(bodies);
    while (status == APL_OK && bodies->stored < bodies->fresh.count)
        status = store_next(bodies);
    if (status == APL_OK && bodies->pipe)
        status = apl_insert_finish(bodies->insert);
    return status;
}

void apl_bodies_free(apl_bodies *bodies)
{
    if (bodies == NULL)
        return;
    apl_body_pipe_free(bodies->pipe);
    apl_insert_free(bodies->insert);
    apl_memory_free(bodies->items.items);
    apl_memory_free(bodies->keys.items);
    apl_memory_free(bodies->fresh.items);
    apl_memory_free(bodies);
}
