/* normalize/document.h: one document on its way from a parsed value to an asset.
 *
 * For the files of normalize and its shapes only. Everything here belongs to the page and is gone with it, but for
 * what apl_document_take keeps. */
#ifndef APL_NORMALIZE_DOCUMENT_H
#define APL_NORMALIZE_DOCUMENT_H

#include "normalize/normalizer.h"
#include "normalize/project.h"

/* A node that waits to be opened, with what its page says of it. Texts belong to the page. */
typedef struct apl_document {
    const apl_json *body;
    apl_str wrapper; /* the member of its page that held it */
    apl_str source;
    apl_str tenant;
    apl_str scope;
    apl_str type;
    apl_str id;
    apl_str api;
    apl_str asked;  /* names with commas between: what the body lacks of them makes no row partial */
    apl_str holder; /* id of the asset that this is a part of; empty: a document of its own */
    apl_instant read_at;
    unsigned depth;    /* of pages around it */
    bool is_partial;   /* a summary: what is not in it was not read */
    bool has_no_shape; /* it was opened as a shape already, and what is left of it is a page */
    bool is_typed;     /* the type was said (by an envelope or a shape), so the body is not opened any further */
} apl_document;

/* A coverage row that was counted lately, found by the addresses of what it is about. */
#define APL_READ_ROWS 1024 /* a power of two */
typedef struct apl_read_row {
    const apl_plan *plan;
    const char *scope;
    uint32_t row;
} apl_read_row;

struct apl_normalizer {
    apl_normalizer_options options;
    apl_arena *keep;    /* assets and columns */
    apl_arena *scratch; /* one value */
    apl_projector *projector;
    apl_projector *recogniser; /* keeps in scratch */
    bool has_recognised;       /* since the scratch arena was reset */
    apl_json_reader *spare;    /* for documents that are put together from a table */
    apl_asset_list assets;
    apl_coverage_list coverage;
    apl_table *coverage_rows;
    apl_read_row read_rows[APL_READ_ROWS];
    uint64_t documents;
    unsigned made_ids; /* of the present value, for documents without one */
    APL_VECTOR(apl_document) pending;
    const apl_place *place;
    apl_text spooled;
};

/* Puts a document on the stack of what is to be opened. */
void apl_document_push(apl_normalizer *normalizer, const apl_document *document);

/* Puts what stands inside the document and is an asset of its own (`parts` of the type) on the stack. */
void apl_document_push_parts(apl_normalizer *normalizer, const apl_document *document, const apl_type *type,
                             const apl_asset *holder);

/* Sets id, name, type and location of the asset to what the body itself says, for conditions that run before the asset
 * is identified. Texts belong to the page. */
void apl_document_facts(apl_asset *asset, const apl_document *document);

/* Ends of the way; each counts the document in one coverage row, but for a part, which is none. */
void apl_document_take(apl_normalizer *normalizer, const apl_document *document, const apl_type *type,
                       const apl_recognition *recognition);
void apl_document_unsupported(apl_normalizer *normalizer, const apl_document *document, apl_str type);
void apl_document_unread(apl_normalizer *normalizer, const apl_coverage *row);
void apl_document_empty_list(apl_normalizer *normalizer, const apl_document *document);

/* Adds `count` documents to the coverage row with these values, made when it is not there; its number. */
uint32_t apl_coverage_count(apl_normalizer *normalizer, const apl_coverage *row);

/* Limit on pages inside pages. */
#define APL_PAGE_DEPTH_MAX 8

/* Replaces the texts at the path by what may be shown of them. The texts belong to `arena`. */
void apl_document_hide(apl_arena *arena, const apl_hidden_path *path, const apl_json *body);

#endif
