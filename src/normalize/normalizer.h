/* normalize/normalizer.h: documents to assets, one normalizer a reading thread.
 *
 * A parsed JSON value goes in; whatever documents it holds (a page, an envelope, one resource, a template) come out as
 * assets with their columns, as unread statements, or as unsupported, each counted in coverage. The page's memory may
 * be reused afterwards: everything kept is copied into the normalizer's arena. Relations are made later, by link. */
#ifndef APL_NORMALIZE_NORMALIZER_H
#define APL_NORMALIZE_NORMALIZER_H

#include "normalize/services.h"
#include "json/json.h"

typedef struct apl_normalizer apl_normalizer;

/* Where bodies are kept for the store; shared by all threads. A descriptor of an unlinked file; -1: not kept. */
typedef struct apl_spool {
    int descriptor;
    uint64_t size; /* changed atomically */
} apl_spool;

typedef struct apl_normalizer_options {
    apl_services *services;
    apl_spool *spool;      /* NULL: bodies are not kept */
    bool judges_all_types; /* a type that no service knows is judged too, and a missing id is made up */
} apl_normalizer_options;

apl_normalizer *apl_normalizer_new(const apl_normalizer_options *options);
void apl_normalizer_free(apl_normalizer *normalizer);

/* The text that a value comes from. */
typedef struct apl_place {
    uint32_t file;   /* number of the source file */
    apl_str path;    /* of the file, as in ids: relative to the SOURCE */
    uint64_t offset; /* of the value in the file */
} apl_place;

apl_status apl_normalizer_value(apl_normalizer *normalizer, const apl_json *value, const apl_place *place);

/* A broken file or line: a coverage row of its own, counted as one document when `counts`. */
void apl_normalizer_broken(apl_normalizer *normalizer, const apl_place *place, const char *why, bool counts);

/* A file that is no document at all: counted as unsupported under this name. */
void apl_normalizer_unsupported(apl_normalizer *normalizer, const char *what);

/* True when pages hold their documents in a member of this name. */
bool apl_normalizer_is_wrapper(const apl_normalizer *normalizer, apl_str name);

/* Writes what is still buffered of the bodies to the spool. */
apl_status apl_normalizer_flush(apl_normalizer *normalizer);

/* What was made, in the order it was read; taken by link. The arena goes to the estate. */
typedef APL_VECTOR(apl_asset) apl_asset_list;
typedef APL_VECTOR(apl_coverage) apl_coverage_list;

apl_asset_list *apl_normalizer_assets(apl_normalizer *normalizer);
apl_coverage_list *apl_normalizer_coverage(apl_normalizer *normalizer);
apl_arena *apl_normalizer_take_arena(apl_normalizer *normalizer);
uint64_t apl_normalizer_documents(const apl_normalizer *normalizer);

#endif
