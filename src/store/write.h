/* store/write.h: what the parts of one write share; for the files of this folder only.
 *
 * The parts run in this order: digests of all assets, assets, relations, findings with their rules, coverage, attack
 * paths; bodies are written in between as they come out of their compression. Later parts use the numbers that the
 * assets got. */
#ifndef APL_STORE_WRITE_H
#define APL_STORE_WRITE_H

#include "store/handle.h"
#include "store/schema.h"
#include "store/version.h"

/* Bodies on their way into the store: compressed on all cores while this thread writes other rows. */
typedef struct apl_bodies apl_bodies;

typedef struct apl_write {
    apl_store *store;
    apl_db *db;
    const apl_snapshot *snapshot;
    const apl_estate *estate;
    int64_t scan;     /* number of this scan */
    apl_arena *arena; /* as long as the write */
    apl_text text;    /* of one row */
    unsigned threads;
    /* By asset: */
    uint64_t *id_hashes; /* of the id as its provider compares */
    uint64_t *digests;   /* of all that the row says; the lowest bit is 0 until the body is known */
    int64_t *numbers;    /* in the store; 0: not known yet */
    apl_bodies *bodies;
    /* The packed times of reading, when they differ from those in the rows. */
    apl_text reads;
} apl_write;

/* Fills id_hashes and digests. Uses all cores. */
void apl_write_digests(apl_write *write);

apl_status apl_write_assets(apl_write *write);

/* Numbers the bodies of `assets`, in `numbers` by position there (0: it has none), and starts to compress those that
 * the store lacks and the estate spooled. *out is given on failure too. */
apl_status apl_bodies_start(apl_bodies **out, int64_t *numbers, apl_write *write, const apl_asset_id *assets,
                            size_t count);

/* Writes what has been compressed meanwhile, without waiting. */
apl_status apl_bodies_advance(apl_bodies *bodies);

/* Waits for all and writes it. */
apl_status apl_bodies_finish(apl_bodies *bodies);
void apl_bodies_free(apl_bodies *bodies); /* also before the end; NULL is allowed */

apl_status apl_write_relations(apl_write *write);
apl_status apl_write_exposures(apl_write *write);
apl_status apl_write_findings(apl_write *write);
apl_status apl_write_coverage(apl_write *write);
apl_status apl_write_paths(apl_write *write);

/* For loops over many rows: advances the bodies now and then. `context` is the write. */
apl_status apl_write_between(void *context);

/* True when the body of this asset lies in the spool. */
static inline bool apl_write_has_spooled(const apl_write *write, const apl_asset *asset)
{
    return write->estate->spool >= 0 && asset->is_read && asset->origin.size > 0 &&
           (asset->digest.low | asset->digest.high) != 0;
}

/* The number of a text, put into the row. */
static inline apl_status apl_write_put_string(apl_write *write, apl_insert *insert, apl_str text)
{
    int64_t number;
    apl_status status = apl_strings_number(&number, &write->store->strings, text);

    apl_insert_put_number(insert, number);
    return status;
}

/* The same for a text that is mostly that of the row before; *number holds it from row to row, 0 at first. */
static inline apl_status apl_write_put_string_like(apl_write *write, apl_insert *insert, int64_t *number, apl_str text)
{
    apl_status status = apl_strings_number_like(number, &write->store->strings, text);

    apl_insert_put_number(insert, *number);
    return status;
}

/* Parts of a digest: a text with its length, and a number. */
static inline void apl_digest_add(apl_text *buffer, apl_str text)
{
    apl_text_add(buffer, apl_str_make((const char *)&text.size, sizeof text.size));
    apl_text_add(buffer, text);
}
static inline void apl_digest_add_number(apl_text *buffer, uint64_t number)
{
    apl_text_add(buffer, apl_str_make((const char *)&number, sizeof number));
}

/* One row of input for a digest; a name and tags of the largest document stay below it. */
#define APL_DIGEST_BYTES_MAX (128u << 20)

#endif
