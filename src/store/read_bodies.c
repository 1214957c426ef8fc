/* store/read_bodies.c: bodies back out of their compressed frames.
 *
 * A frame carries a checksum, so damage is told and never shown as a document. Sizes are checked against the limit of a
 * document before memory is taken. */
#include "base/limits.h"
#include "store/read.h"
#include "json/json.h"

typedef struct body_reader {
    apl_store *store;
    apl_query *query;
    ZSTD_DCtx *zstd;
    apl_text text;
} body_reader;

static apl_status reader_open(body_reader *reader, apl_store *store)
{
    *reader = (body_reader){.store = store, .zstd = ZSTD_createDCtx()};
    if (reader->zstd == NULL)
        apl_die("out of memory");
    apl_text_init(&reader->text, APL_DOCUMENT_BYTES_MAX);
    return apl_query_new(&reader->query, store->db, "SELECT dictionary, size, data FROM bodies WHERE body = ?1");
}

static void reader_close(body_reader *reader)
{
    apl_query_free(reader->query);
    apl_text_free(&reader->text);
    (void)ZSTD_freeDCtx(reader->zstd);
}

/* Expands the present row into reader->text. */
static apl_status expand(body_reader *reader, int64_t body)
{
    const ZSTD_DDict *dictionary =
        apl_dictionary_decompress(&reader->store->dictionaries, apl_query_number(reader->query, 0));
    int64_t size = apl_query_number(reader->query, 1);
    apl_str data = apl_query_bytes(reader->query, 2);
    size_t got;

    if (size < 0 || size > APL_DOCUMENT_BYTES_MAX || (dictionary == NULL && !apl_query_is_null(reader->query, 0)))
        return apl_fail(APL_E_STORE, "%s: the store is damaged, body %lld", reader->store->path, (long long)body);
    if ((size_t)size > reader->text.capacity) {
        reader->text.data = apl_memory_grow(reader->text.data, (size_t)size);
        reader->text.capacity = (size_t)size;
    }
    got = ZSTD_decompress_usingDDict(reader->zstd, reader->text.data, (size_t)size, data.data, data.size, dictionary);
    if (ZSTD_isError(got) || got != (size_t)size)
        return apl_fail(APL_E_STORE, "%s: the store is damaged, body %lld: %s", reader->store->path, (long long)body,
                        ZSTD_isError(got) ? ZSTD_getErrorName(got) : "too short");
    reader->text.size = got;
    return APL_OK;
}

static apl_status read_one(apl_value *out, apl_arena *arena, body_reader *reader, int64_t body)
{
    bool has_row = false;
    apl_status status;

    apl_query_put_number(reader->query, body);
    status = apl_query_next(&has_row, reader->query);
    if (status == APL_OK && !has_row)
        return apl_fail(APL_E_STORE, "%s: the store is damaged, body %lld is missing", reader->store->path,
                        (long long)body);
    if (status == APL_OK)
        status = expand(reader, body);
    if (has_row)
        apl_query_stop(reader->query);
    return status == APL_OK ? apl_json_parse(out, arena, apl_text_str(&reader->text)) : status;
}

apl_status apl_read_body(apl_value *out, apl_arena *arena, apl_store *store, int64_t body)
{
    body_reader reader;
    apl_status status = reader_open(&reader, store);

    if (status == APL_OK)
        status = read_one(out, arena, &reader, body);
    reader_close(&reader);
    return status;
}

apl_status apl_store_bodies(apl_snapshot *snapshot, apl_arena *arena, apl_store *store, apl_store_wants *wants)
{
    body_reader reader;
    size_t count = snapshot->estate->assets.count;
    apl_value *bodies = APL_ARENA_ARRAY(arena, apl_value, count);
    apl_status status = reader_open(&reader, store);

    for (size_t i = 0; i < count && status == APL_OK; i++) {
        if (snapshot->body_rows[i] && (wants == NULL || wants(snapshot->estate, (apl_asset_id)i)))
            status = read_one(&bodies[i], arena, &reader, snapshot->body_rows[i]);
    }
    reader_close(&reader);
    snapshot->bodies = bodies;
    return status;
}
