/* store/digests.c: one number for all that the row of an asset says.
 *
 * Made of texts, never of numbers that a process or a store gave out, so that it is the same in every scan. The time of
 * reading and the place in a source file are left out: they change without the asset changing. */
#include "base/limits.h"
#include "base/threads.h"
#include "store/write.h"

/* Assets in one run of a thread. */
#define GRAIN 4096

typedef struct digest_job {
    apl_write *write;
    apl_text buffers[APL_THREADS_MAX];
} digest_job;

static void hash_ids(void *context, unsigned thread, size_t from, size_t to)
{
    digest_job *job = context;

    (void)thread;
    for (size_t i = from; i < to; i++) {
        const apl_asset *asset = &job->write->estate->assets.items[i];
        job->write->id_hashes[i] = asset->ids_ignore_case ? apl_str_hash_nocase(asset->id) : apl_str_hash(asset->id);
    }
}

static void add_asset(apl_text *buffer, const apl_write *write, const apl_asset *asset)
{
    const apl_vocabulary *vocabulary = write->estate->vocabulary;

    apl_digest_add(buffer, asset->id);
    apl_digest_add(buffer, asset->name);
    apl_digest_add(buffer, asset->full_name);
    apl_digest_add(buffer, vocabulary->kinds.items[asset->kind].name);
    apl_digest_add(buffer, asset->type);
    apl_digest_add(buffer, asset->tenant);
    apl_digest_add(buffer, asset->scope);
    apl_digest_add(buffer, asset->location);
    apl_digest_add(buffer, asset->source);
    apl_digest_add(buffer, asset->why_unread);
    if (asset->tags.type == APL_VALUE_OBJECT)
        apl_value_write(buffer, asset->tags, 0);
    apl_digest_add_number(buffer, asset->parent == APL_ASSET_NONE ? 0 : write->id_hashes[asset->parent]);
    apl_digest_add_number(buffer, asset->digest.low);
    apl_digest_add_number(buffer, asset->digest.high);
    apl_digest_add_number(buffer, asset->unread_groups);
    if (asset->sensitivity_from != APL_ASSET_NONE)
        apl_digest_add_number(buffer, write->id_hashes[asset->sensitivity_from]);
    const uint8_t facts[] = {asset->cloud,    asset->exposure, asset->sensitivity, asset->criticality,
                             asset->used_for, asset->is_read,  asset->is_ai,       asset->ids_ignore_case};
    apl_text_add(buffer, apl_str_make((const char *)facts, sizeof facts));
}

static void digest_assets(void *context, unsigned thread, size_t from, size_t to)
{
    digest_job *job = context;
    apl_text *buffer = &job->buffers[thread];

    for (size_t i = from; i < to; i++) {
        buffer->size = 0;
        add_asset(buffer, job->write, &job->write->estate->assets.items[i]);
        job->write->digests[i] = apl_str_hash(apl_text_str(buffer)) & ~UINT64_C(1);
    }
}

void apl_write_digests(apl_write *write)
{
    digest_job *job = APL_ARENA_NEW(write->arena, digest_job);
    size_t count = write->estate->assets.count;

    job->write = write;
    for (unsigned i = 0; i < write->threads; i++)
        apl_text_init(&job->buffers[i], APL_DIGEST_BYTES_MAX);
    apl_parallel(write->threads, count, GRAIN, hash_ids, job);
    apl_parallel(write->threads, count, GRAIN, digest_assets, job);
    for (unsigned i = 0; i < write->threads; i++)
        apl_text_free(&job->buffers[i]);
}
