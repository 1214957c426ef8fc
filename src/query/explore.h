/* query/explore.h: the security explorer: entities THAT conditions and connections.
 *
 *     ai-agent THAT uses-tool (mcp-server THAT exposure = internet) AND NOT guarded-by guardrail
 *
 * docs/explore.md is the grammar. A query becomes a short program over sets of assets, so that asking costs as much as
 * looking at each asset and relation once for each condition. Nothing is guessed: a word that names nothing is an
 * error that points at it. */
#ifndef APL_QUERY_EXPLORE_H
#define APL_QUERY_EXPLORE_H

#include "query/filter.h"

#define APL_EXPLORE_STEPS_MAX 1024 /* words of one query; nobody types more */
#define APL_EXPLORE_DEPTH_MAX 64   /* parentheses in each other */

typedef enum apl_explore_step_kind {
    APL_EXPLORE_ENTITY,  /* pushes the assets of the kinds and types */
    APL_EXPLORE_FACT,    /* pushes those for which a fact holds */
    APL_EXPLORE_FINDING, /* pushes those with an open finding */
    APL_EXPLORE_PATH,    /* pushes those on an attack path */
    APL_EXPLORE_LINK,    /* turns a set into those that are linked to it */
    APL_EXPLORE_AND,
    APL_EXPLORE_OR,
    APL_EXPLORE_NOT,
} apl_explore_step_kind;

typedef enum apl_explore_fact {
    APL_FACT_ID,
    APL_FACT_NAME,
    APL_FACT_TYPE,
    APL_FACT_CLOUD,
    APL_FACT_TENANT,
    APL_FACT_SCOPE,
    APL_FACT_LOCATION,
    APL_FACT_EXPOSURE,
    APL_FACT_SENSITIVITY,
    APL_FACT_CRITICALITY,
    APL_FACT_USED_FOR,
    APL_FACT_TAG, /* tag:NAME */
    APL_FACT_AI,
    APL_FACT_READ,
} apl_explore_fact;

typedef struct apl_explore_step {
    apl_explore_step_kind kind;
    apl_explore_fact fact;
    bool is_negated;            /* a fact with != */
    bool is_incoming;           /* a link with BY */
    apl_relation_type relation; /* of a link */
    apl_str tag;
    apl_words words;     /* kinds and types, values of a fact, checks of a finding */
    unsigned severities; /* of a finding; 0: any */
} apl_explore_step;

typedef struct apl_explore {
    apl_explore_step steps[APL_EXPLORE_STEPS_MAX];
    size_t count;
} apl_explore;

/* Compiles the query; texts go to `arena`. APL_E_USAGE says which word is wrong, where it stands and what may have been
 * meant. */
apl_status apl_explore_compile(apl_explore *out, apl_arena *arena, apl_str query, const apl_vocabulary *vocabulary);

/* Puts the assets that the query means into the selection, instead of what it had. */
void apl_explore_run(apl_selection *out, const apl_explore *explore, const apl_snapshot *snapshot);

#endif
