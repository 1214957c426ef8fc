/* store/bodies.c: gives each body its number in the store, and adds those that are new.
 *
 * A body is known by its digest: what several assets or scans share is kept once. New bodies are numbered in the order of
 * the spool, so that both the spool and the table are passed through from front to back. */
#include <stdlib.h>

#include "store/body_pipe.h"
#include "store/write.h"

/* One asset that asks for its body. */
typedef struct body_want {
    apl_digest digest;
    uint64_t offset; /* in the spool */
    size_t position; /* in the caller's list */
    size_t leader;   /* the want of the same digest that is looked up and stored */
    int64_t number;
} body_want;

typedef struct body_wants {
    apl_write *write;
    const apl_asset_id *assets;
    APL_VECTOR(body_want) items; /* by digest */
    APL_VECTOR(size_t) fresh;    /* leaders to be stored */
} body_wants;

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

static void collect(body_wants *wants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const apl_asset *asset = &wants->write->estate->assets.items[wants->assets[i]];
        if (!asset->is_read || (asset->digest.low | asset->digest.high) == 0)
            continue;
        body_want want = {.digest = asset->digest, .offset = asset->origin.offset, .position = i};
        APL_PUSH(&wants->items, want);
    }
    if (wants->items.count)
        qsort(wants->items.items, wants->items.count, sizeof *wants->items.items, compare_digests);
    for (size_t i = 0; i < wants->items.count; i++) {
        body_want *want = &wants->items.items[i];
        bool is_same = i && want[-1].digest.low == want->digest.low && want[-1].digest.high == want->digest.high;
        want->leader = is_same ? want[-1].leader : i;
    }
}

static apl_status find_in_store(body_wants *wants)
{
    apl_query *query;
    bool has_row;
    apl_status status = apl_query_new(&query, wants->write->db,
                                      "SELECT body FROM body_digests WHERE low = ?1 AND high = ?2");

    for (size_t i = 0; i < wants->items.count && status == APL_OK; i++) {
        body_want *want = &wants->items.items[i];
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
static void number_fresh(body_wants *wants, int64_t last)
{
    APL_VECTOR(fresh_place) places = {0};

    for (size_t i = 0; i < wants->items.count; i++) {
        const body_want *want = &wants->items.items[i];
        const apl_asset *asset = &wants->write->estate->assets.items[wants->assets[want->position]];
        if (want->leader != i || want->number || !apl_write_has_spooled(wants->write, asset))
            continue;
        fresh_place place = {want->offset, i};
        APL_PUSH(&places, place);
    }
    if (places.count)
        qsort(places.items, places.count, sizeof *places.items, compare_places);
    for (size_t i = 0; i < places.count; i++) {
        wants->items.items[places.items[i].want].number = ++last;
        APL_PUSH(&wants->fresh, places.items[i].want);
    }
    apl_memory_free(places.items);
}

static apl_body_job *make_jobs(body_wants *wants)
{
    apl_write *write = wants->write;
    apl_body_job *jobs = APL_ARENA_ARRAY(write->arena, apl_body_job, wants->fresh.count);
    apl_str last_type = APL_STR_NONE;
    int64_t dictionary = apl_dictionary_for(&write->store->dictionaries, last_type);

    for (size_t i = 0; i < wants->fresh.count; i++) {
        jobs[i].asset = wants->assets[wants->items.items[wants->fresh.items[i]].position];
        apl_str type = write->estate->assets.items[jobs[i].asset].type;
        if (!apl_str_equal(type, last_type))
            dictionary = apl_dictionary_for(&write->store->dictionaries, type);
        last_type = type;
        jobs[i].dictionary = dictionary;
    }
    return jobs;
}

static apl_status train(body_wants *wants)
{
    apl_asset_id *assets = APL_ARENA_ARRAY(wants->write->arena, apl_asset_id, wants->fresh.count);

    for (size_t i = 0; i < wants->fresh.count; i++)
        assets[i] = wants->assets[wants->items.items[wants->fresh.items[i]].position];
    return apl_dictionaries_train(&wants->write->store->dictionaries, wants->write->estate, assets,
                                  wants->fresh.count);
}

static apl_status store_frames(body_wants *wants, apl_body_pipe *pipe, const apl_body_job *jobs)
{
    apl_query *query;
    apl_body_frame frame;
    apl_status status = apl_query_new(&query, wants->write->db,
                                      "INSERT INTO bodies (body, dictionary, size, data) VALUES (?1, ?2, ?3, ?4)");

    for (size_t i = 0; i < wants->fresh.count && status == APL_OK; i++) {
        status = apl_body_pipe_next(&frame, pipe);
        if (status != APL_OK)
            break;
        apl_query_put_number(query, wants->items.items[wants->fresh.items[i]].number);
        if (jobs[i].dictionary)
            apl_query_put_number(query, jobs[i].dictionary);
        else
            apl_query_put_null(query);
        apl_query_put_number(query, (int64_t)frame.size);
        apl_query_put_bytes(query, frame.data.data, frame.data.size);
        status = apl_query_run(query);
    }
    apl_query_free(query);
    return status;
}

static apl_status store_digests(const body_wants *wants, int64_t last)
{
    apl_query *query;
    apl_status status = apl_query_new(&query, wants->write->db,
                                      "INSERT INTO body_digests (low, high, body) VALUES (?1, ?2, ?3)");

    for (size_t i = 0; i < wants->items.count && status == APL_OK; i++) {
        const body_want *want = &wants->items.items[i];
        if (want->leader != i || want->number <= last)
            continue;
        apl_query_put_number(query, (int64_t)want->digest.low);
        apl_query_put_number(query, (int64_t)want->digest.high);
        apl_query_put_number(query, want->number);
        status = apl_query_run(query);
    }
    apl_query_free(query);
    return status;
}

static apl_status store_fresh(body_wants *wants, int64_t last)
{
    apl_body_pipe *pipe;
    const apl_body_job *jobs;
    apl_status status = train(wants);

    if (status != APL_OK)
        return status;
    jobs = make_jobs(wants);
    pipe = apl_body_pipe_new(wants->write->estate, &wants->write->store->dictionaries, jobs, wants->fresh.count);
    status = store_frames(wants, pipe, jobs);
    apl_body_pipe_free(pipe);
    return status == APL_OK ? store_digests(wants, last) : status;
}

apl_status apl_write_bodies(int64_t *out, apl_write *write, const apl_asset_id *assets, size_t count)
{
    body_wants wants = {.write = write, .assets = assets};
    int64_t last;
    apl_status status = apl_db_number(&last, write->db, "SELECT max(body) FROM bodies");

    collect(&wants, count);
    if (status == APL_OK && last > 0)
        status = find_in_store(&wants);
    if (status == APL_OK)
        number_fresh(&wants, last);
    if (status == APL_OK && wants.fresh.count)
        status = store_fresh(&wants, last);
    for (size_t i = 0; i < count; i++)
        out[i] = 0;
    for (size_t i = 0; i < wants.items.count; i++)
        out[wants.items.items[i].position] = wants.items.items[wants.items.items[i].leader].number;
    apl_memory_free(wants.items.items);
    apl_memory_free(wants.fresh.items);
    return status;
}
