/* store/bodies.c: gives each body its number in the store, and adds those that are new.
 *
 * A body is known by its digest: what several assets or scans share is kept once. New bodies are numbered in the order
 * of the spool, so that both the spool and the table are passed through from front to back. */
#include <stdlib.h>

#include "store/body_pipe.h"
#include "store/write.h"

/* Rows inserted between two looks at what was compressed meanwhile. */
#define ROWS_BETWEEN 256

/* One asset that asks for its body. */
typedef struct body_want {
    apl_digest digest;
    uint64_t offset; /* in the spool */
    size_t position; /* in the caller's list */
    size_t leader;   /* the want of the same digest that is looked up and stored */
    int64_t number;
} body_want;

struct apl_bodies {
    apl_write *write;
    const apl_asset_id *assets;
    APL_VECTOR(body_want) items; /* by digest */
    APL_VECTOR(size_t) fresh;    /* leaders to be stored, in the order of the spool */
    int64_t last;                /* number of the last body that was there before */
    const apl_body_job *jobs;    /* by position in `fresh` */
    apl_body_pipe *pipe;         /* NULL when nothing is to be stored */
    size_t stored;
    apl_insert *insert;
};

static int compare_digests(const void *a, const void *b)
{
    const body_want *left = a;
    const body_want *right = b;

    /* In the order of the table's key, whose numbers are signed. */
    if (left->digest.low != right->digest.low)
        return (int64_t)left->digest.low < (int64_t)right->digest.low ? -1 : 1;
    if (left->digest.high != right->digest.high)
        return (int64_t)left->digest.high < (int64_t)right->digest.high ? -1 : 1;
    return (left->position > right->position) - (left->position < right->position);
}

static void collect(apl_bodies *bodies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const apl_asset *asset = &bodies->write->estate->assets.items[bodies->assets[i]];
        if (!asset->is_read || (asset->digest.low | asset->digest.high) == 0)
            continue;
        body_want want = {.digest = asset->digest, .offset = asset->origin.offset, .position = i};
        APL_PUSH(&bodies->items, want);
    }
    if (bodies->items.count)
        qsort(bodies->items.items, bodies->items.count, sizeof *bodies->items.items, compare_digests);
    for (size_t i = 0; i < bodies->items.count; i++) {
        body_want *want = &bodies->items.items[i];
        bool is_same = i && want[-1].digest.low == want->digest.low && want[-1].digest.high == want->digest.high;
        want->leader = is_same ? want[-1].leader : i;
    }
}

static apl_status find_in_store(apl_bodies *bodies)
{
    apl_query *query;
    bool has_row;
    apl_status status =
        apl_query_new(&query, bodies->write->db, "SELECT body FROM body_digests WHERE low = ?1 AND high = ?2");

    for (size_t i = 0; i < bodies->items.count && status == APL_OK; i++) {
        body_want *want = &bodies->items.items[i];
        if (want->leader != i)
            continue;
        apl_query_put_number(query, (int64_t)want->digest.low);
        apl_query_put_number(query, (int64_t)want->digest.high);
        status = apl_query_next(&has_row, query);
        if (status != APL_OK || !has_row)
            continue;
        want->number = apl_query_number(query, 0);
        apl_query_stop(query);
    }
    apl_query_free(query);
    return status;
}

/* A number and the place in the spool, to sort by. */
typedef struct fresh_place {
    uint64_t offset;
    size_t want;
} fresh_place;

static int compare_places(const void *a, const void *b)
{
    const fresh_place *left = a;
    const fresh_place *right = b;

    if (left->offset != right->offset)
        return left->offset < right->offset ? -1 : 1;
    return (left->want > right->want) - (left->want < right->want);
}

/* Chooses the bodies that are new and lie in the spool, in its order, and numbers them. */
static void number_fresh(apl_bodies *bodies)
{
    int64_t last = bodies->last;
    APL_VECTOR(fresh_place) places = {0};

    for (size_t i = 0; i < bodies->items.count; i++) {
        const body_want *want = &bodies->items.items[i];
        const apl_asset *asset = &bodies->write->estate->assets.items[bodies->assets[want->position]];
        if (want->leader != i || want->number || !apl_write_has_spooled(bodies->write, asset))
            continue;
        fresh_place place = {want->offset, i};
        APL_PUSH(&places, place);
    }
    if (places.count)
        qsort(places.items, places.count, sizeof *places.items, compare_places);
    for (size_t i = 0; i < places.count; i++) {
        bodies->items.items[places.items[i].want].number = ++last;
        APL_PUSH(&bodies->fresh, places.items[i].want);
    }
    apl_memory_free(places.items);
}

static apl_body_job *make_jobs(apl_bodies *bodies)
{
    apl_write *write = bodies->write;
    apl_body_job *jobs = APL_ARENA_ARRAY(write->arena, apl_body_job, bodies->fresh.count);
    apl_str last_type = APL_STR_NONE;
    int64_t dictionary = apl_dictionary_for(&write->store->dictionaries, last_type);

    for (size_t i = 0; i < bodies->fresh.count; i++) {
        jobs[i].asset = bodies->assets[bodies->items.items[bodies->fresh.items[i]].position];
        apl_str type = write->estate->assets.items[jobs[i].asset].type;
        if (!apl_str_equal(type, last_type))
            dictionary = apl_dictionary_for(&write->store->dictionaries, type);
        last_type = type;
        jobs[i].dictionary = dictionary;
    }
    return jobs;
}

static apl_status train(apl_bodies *bodies)
{
    apl_asset_id *assets = APL_ARENA_ARRAY(bodies->write->arena, apl_asset_id, bodies->fresh.count);

    for (size_t i = 0; i < bodies->fresh.count; i++)
        assets[i] = bodies->assets[bodies->items.items[bodies->fresh.items[i]].position];
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

    for (size_t i = 0; i < bodies->items.count && status == APL_OK; i++) {
        const body_want *want = &bodies->items.items[i];
        if (want->leader != i || want->number <= bodies->last)
            continue;
        apl_insert_put_number(insert, (int64_t)want->digest.low);
        apl_insert_put_number(insert, (int64_t)want->digest.high);
        apl_insert_put_number(insert, want->number);
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
    apl_status status = apl_db_number(&bodies->last, write->db, "SELECT max(body) FROM bodies");

    *out = bodies;
    bodies->write = write;
    bodies->assets = assets;
    collect(bodies, count);
    if (status == APL_OK && bodies->last > 0)
        status = find_in_store(bodies);
    if (status != APL_OK)
        return status;
    number_fresh(bodies);
    for (size_t i = 0; i < bodies->items.count; i++)
        numbers[bodies->items.items[i].position] = bodies->items.items[bodies->items.items[i].leader].number;
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
    apl_memory_free(bodies->fresh.items);
    apl_memory_free(bodies);
}
