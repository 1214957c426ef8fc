/* query/explain.h: the one thing that an id names.
 *
 * Tried in this order: asset id, finding or path id or the unique start of one (four digits at least), rule id,
 * check, technique id, kind, type, asset name. The answer points into the snapshot and the content. */
#ifndef APL_QUERY_EXPLAIN_H
#define APL_QUERY_EXPLAIN_H

#include "model/scan.h"
#include "scan/scan.h"

typedef enum apl_explained_as {
    APL_EXPLAINED_ASSET,
    APL_EXPLAINED_FINDING,
    APL_EXPLAINED_CHECK, /* one rule of it, or several services' */
    APL_EXPLAINED_KIND,
    APL_EXPLAINED_PATH,
    APL_EXPLAINED_TECHNIQUE, /* all its shapes */
} apl_explained_as;

typedef struct apl_explained {
    apl_explained_as as;
    apl_asset_id asset;          /* ASSET; FINDING: the asset it is about; else APL_ASSET_NONE */
    const apl_finding *finding;  /* FINDING */
    const apl_rule_info **rules; /* CHECK: all of them, sorted by id; FINDING: the one */
    size_t rule_count;
    apl_kind kind;                                /* KIND */
    APL_VECTOR(uint32_t) findings;                /* ASSET, CHECK: numbers of its findings; KIND: none */
    APL_VECTOR(uint32_t) assets;                  /* KIND: its assets */
    const apl_path *path;                         /* PATH */
    APL_VECTOR(const apl_technique *) techniques; /* TECHNIQUE */
    APL_VECTOR(uint32_t)
    paths; /* numbers of the attack paths that touch the asset, use the technique, or that fixing the
              finding breaks */
} apl_explained;

/* Finds what `id` names; APL_E_USAGE with the nearest name when nothing does. `snapshot` or `content` may be NULL. The
 * rules are in `arena`. O(findings + assets). */
typedef struct apl_explain_options {
    const apl_snapshot *snapshot;
    const apl_content *content;
    apl_arena *arena;
} apl_explain_options;

apl_status apl_explain(apl_explained *out, const apl_explain_options *options, apl_str id);
void apl_explained_free(apl_explained *explained);

/* Why an asset that is no AI kind counts as AI: the relations from AI assets that make it so. Numbers of relations, in
 * the order of the estate; `out` needs apl_memory_free of its items. */
typedef struct apl_relation_list {
    APL_VECTOR(uint32_t) numbers;
} apl_relation_list;
void apl_explain_used_for(apl_relation_list *out, const apl_estate *estate, apl_asset_id asset);

/* The relations that leave or reach the asset: a span of relation numbers. O(1). */
size_t apl_explain_relation_count(const apl_estate *estate, apl_asset_id asset, bool incoming);
uint32_t apl_explain_relation(const apl_estate *estate, apl_asset_id asset, bool incoming, size_t index);

#endif
