/* store/body_pipe.c: pieces of work in a ring, between the threads that compress and the one that writes.
 *
 * Piece number p uses place p modulo APL_PIECES_MAX of the ring. A thread that takes a piece waits until its place is
 * free; the caller waits until its piece is ready. Pieces are taken in order, so the one the caller waits for is always
 * being worked on. */
#include "store/body_pipe.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/threads.h"

/* Pieces in flight; with the two limits below a few tens of megabytes at most, but for bodies of unusual size. */
#define APL_PIECES_MAX 8
#define PIECE_JOBS_MAX 256
#define PIECE_BYTES_MAX (2u << 20)

typedef struct pipe_piece {
    size_t from; /* jobs */
    size_t to;
} pipe_piece;

/* A place of the ring: one compressed piece. */
typedef struct pipe_place {
    apl_queue *free;      /* holds one token while nobody uses the place */
    apl_queue *ready;     /* holds one token while the caller may read it */
    atomic_bool is_ready; /* the token is there or about to be */
    apl_text data;
    size_t ends[PIECE_JOBS_MAX]; /* of each frame in data */
    size_t sizes[PIECE_JOBS_MAX];
    apl_status status;
    char message[APL_ERROR_BYTES_MAX];
} pipe_place;

struct apl_body_pipe {
    const apl_estate *estate;
    const apl_dictionaries *dictionaries;
    const apl_body_job *jobs;
    APL_VECTOR(pipe_piece) pieces;
    pipe_place ring[APL_PIECES_MAX];
    atomic_size_t next_piece;
    apl_threads *threads;
    size_t piece;   /* the one the caller reads */
    size_t job;     /* inside it */
    bool is_inside; /* the caller holds the place */
};

static void cut_into_pieces(apl_body_pipe *pipe, size_t job_count)
{
    pipe_piece piece = {0, 0};
    size_t bytes = 0;

    for (size_t i = 0; i < job_count; i++) {
        size_t size = pipe->estate->assets.items[pipe->jobs[i].asset].origin.size;
        if (piece.to > piece.from && (piece.to - piece.from == PIECE_JOBS_MAX || bytes + size > PIECE_BYTES_MAX)) {
            APL_PUSH(&pipe->pieces, piece);
            piece.from = i;
            bytes = 0;
        }
        piece.to = i + 1;
        bytes += size;
    }
    if (piece.to > piece.from)
        APL_PUSH(&pipe->pieces, piece);
}

/* What one thread works with. */
typedef struct pipe_worker {
    apl_body_pipe *pipe;
    ZSTD_CCtx *zstd;
    int64_t dictionary; /* that zstd refers to */
    apl_text bodies;    /* of the present piece, as they lie in the spool */
} pipe_worker;

static apl_status compress_body(pipe_place *place, pipe_worker *compressor, const apl_body_job *job, apl_str body)
{
    const apl_body_pipe *pipe = compressor->pipe;
    size_t bound = place->data.size + ZSTD_compressBound(body.size);
    size_t got;

    if (bound > place->data.capacity) {
        place->data.capacity = bound * 2;
        place->data.data = apl_memory_grow(place->data.data, place->data.capacity);
    }
    if (job->dictionary != compressor->dictionary)
        (void)ZSTD_CCtx_refCDict(compressor->zstd, apl_dictionary_compress(pipe->dictionaries, job->dictionary));
    compressor->dictionary = job->dictionary;
    got = ZSTD_compress2(compressor->zstd, place->data.data + place->data.size, place->data.capacity - place->data.size,
                         body.data, body.size);
    if (ZSTD_isError(got))
        return apl_fail(APL_E_STORE, "a body cannot be compressed: %s", ZSTD_getErrorName(got));
    place->data.size += got;
    return APL_OK;
}

static const apl_origin *origin_of(const apl_body_pipe *pipe, size_t job)
{
    return &pipe->estate->assets.items[pipe->jobs[job].asset].origin;
}

/* Where the run of jobs from `from` on ends whose bodies lie one behind the other in the spool. */
static size_t run_end(const apl_body_pipe *pipe, size_t from, size_t to)
{
    size_t end = from + 1;

    while (end < to &&
           origin_of(pipe, end)->offset == origin_of(pipe, end - 1)->offset + origin_of(pipe, end - 1)->size)
        end++;
    return end;
}

static void compress_piece(pipe_place *place, pipe_worker *compressor, pipe_piece piece)
{
    const apl_body_pipe *pipe = compressor->pipe;
    apl_text *bodies = &compressor->bodies;
    size_t read = piece.from; /* jobs before it are in `bodies` */
    size_t at = 0;            /* there */

    place->data.size = 0;
    place->status = APL_OK;
    for (size_t i = piece.from; i < piece.to && place->status == APL_OK; i++) {
        size_t size = origin_of(pipe, i)->size;
        if (i == read) {
            const apl_origin *last;
            read = run_end(pipe, i, piece.to);
            last = origin_of(pipe, read - 1);
            bodies->size = at = 0;
            place->status = apl_estate_spooled(bodies, pipe->estate, origin_of(pipe, i)->offset,
                                               last->offset + last->size - origin_of(pipe, i)->offset);
        }
        if (place->status == APL_OK)
            place->status = compress_body(place, compressor, &pipe->jobs[i], apl_str_make(bodies->data + at, size));
        at += size;
        place->ends[i - piece.from] = place->data.size;
        place->sizes[i - piece.from] = size;
    }
    /* Messages belong to a thread; the caller repeats this one in its own. */
    if (place->status != APL_OK)
        (void)snprintf(place->message, sizeof place->message, "%s", apl_error_message());
}

static void work(void *context, unsigned thread)
{
    apl_body_pipe *pipe = context;
    pipe_worker compressor = {.pipe = pipe, .zstd = ZSTD_createCCtx()};

    (void)thread;
    if (compressor.zstd == NULL)
        apl_die("out of memory");
    apl_text_init(&compressor.bodies, SIZE_MAX); /* a piece is of a bounded size, but for one body alone */
    (void)ZSTD_CCtx_setParameter(compressor.zstd, ZSTD_c_compressionLevel, 1);
    (void)ZSTD_CCtx_setParameter(compressor.zstd, ZSTD_c_checksumFlag, 1);
    (void)ZSTD_CCtx_setParameter(compressor.zstd, ZSTD_c_dictIDFlag, 0); /* the row says which one */
    for (;;) {
        size_t next = atomic_fetch_add(&pipe->next_piece, 1);
        if (next >= pipe->pieces.count)
            break;
        pipe_place *place = &pipe->ring[next % APL_PIECES_MAX];
        if (apl_queue_pop(place->free) == NULL)
            break;
        compress_piece(place, &compressor, pipe->pieces.items[next]);
        atomic_store(&place->is_ready, true);
        apl_queue_push(place->ready, place);
    }
    apl_text_free(&compressor.bodies);
    (void)ZSTD_freeCCtx(compressor.zstd);
}

apl_body_pipe *apl_body_pipe_new(const apl_estate *estate, const apl_dictionaries *dictionaries,
                                 const apl_body_job *jobs, size_t job_count)
{
    apl_body_pipe *pipe = apl_memory_new(sizeof *pipe);

    pipe->estate = estate;
    pipe->dictionaries = dictionaries;
    pipe->jobs = jobs;
    atomic_init(&pipe->next_piece, 0);
    cut_into_pieces(pipe, job_count);
    for (size_t i = 0; i < APL_PIECES_MAX; i++) {
        pipe_place *place = &pipe->ring[i];
        place->free = apl_queue_new(1);
        place->ready = apl_queue_new(1);
        atomic_init(&place->is_ready, false);
        apl_text_init(&place->data, SIZE_MAX);
        apl_queue_push(place->free, place);
    }
    unsigned threads = apl_threads_default();
    if (threads > pipe->pieces.count)
        threads = (unsigned)pipe->pieces.count;
    pipe->threads = apl_threads_start(threads, work, pipe);
    return pipe;
}

bool apl_body_pipe_is_ready(const apl_body_pipe *pipe)
{
    bool is_at_end = pipe->is_inside && pipe->job == pipe->pieces.items[pipe->piece].to;

    if (pipe->is_inside && !is_at_end)
        return true;
    return atomic_load(&pipe->ring[(pipe->piece + is_at_end) % APL_PIECES_MAX].is_ready);
}

/* Gives the place that was read back, and waits for the next one. */
static void go_to_next_piece(apl_body_pipe *pipe)
{
    if (pipe->is_inside) {
        pipe_place *done = &pipe->ring[pipe->piece % APL_PIECES_MAX];
        apl_queue_push(done->free, done);
        pipe->piece++;
    }
    APL_ASSERT(pipe->piece < pipe->pieces.count);
    pipe_place *place = &pipe->ring[pipe->piece % APL_PIECES_MAX];
    (void)apl_queue_pop(place->ready);
    atomic_store(&place->is_ready, false);
    pipe->is_inside = true;
    pipe->job = pipe->pieces.items[pipe->piece].from;
}

apl_status apl_body_pipe_next(apl_body_frame *frame, apl_body_pipe *pipe)
{
    if (!pipe->is_inside || pipe->job == pipe->pieces.items[pipe->piece].to)
        go_to_next_piece(pipe);

    const pipe_place *place = &pipe->ring[pipe->piece % APL_PIECES_MAX];
    size_t at = pipe->job - pipe->pieces.items[pipe->piece].from;
    if (place->status != APL_OK)
        return apl_fail(place->status, "%s", place->message);
    size_t from = at ? place->ends[at - 1] : 0;
    frame->data = apl_str_make(place->data.data + from, place->ends[at] - from);
    frame->size = place->sizes[at];
    pipe->job++;
    return APL_OK;
}

void apl_body_pipe_free(apl_body_pipe *pipe)
{
    if (pipe == NULL)
        return;
    for (size_t i = 0; i < APL_PIECES_MAX; i++)
        apl_queue_close(pipe->ring[i].free);
    apl_threads_join(pipe->threads);
    for (size_t i = 0; i < APL_PIECES_MAX; i++) {
        apl_queue_free(pipe->ring[i].free);
        apl_queue_free(pipe->ring[i].ready);
        apl_text_free(&pipe->ring[i].data);
    }
    apl_memory_free(pipe->pieces.items);
    apl_memory_free(pipe);
}
