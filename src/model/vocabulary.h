/* model/vocabulary.h: the words of the product that are content: kinds, relation types, and what drift is silent about.
 *
 * Read from the YAML files of vocabulary/ at build time, extended by --content. A kind or relation is a small number
 * inside one process; files and answers carry the name. Number 0 is "no kind". */
#ifndef APL_MODEL_VOCABULARY_H
#define APL_MODEL_VOCABULARY_H

#include "base/guess.h"
#include "base/table.h"
#include "json/value.h"
#include "model/bill.h"
#include "model/measure.h"

typedef uint16_t apl_kind;
typedef uint16_t apl_relation_type;

#define APL_KIND_NONE 0
#define APL_RELATION_NONE 0
#define APL_KINDS_MAX 1024
#define APL_RELATION_TYPES_MAX 256

/* Each path that changed is compared with each of these. */
#define APL_QUIET_PATHS_MAX 1024

typedef struct apl_kind_info {
    apl_str name;
    apl_str title;  /* plural, for people: "AI services" */
    bool is_ai;
    bool has_no_network; /* exposure is `none` */
    bool holds_no_data;  /* only a frame around assets: sensitivity passes neither into it nor through it */
    uint8_t bom_place;   /* apl_bom_place */
} apl_kind_info;

/* How sensitivity travels along a relation; several may hold. */
enum {
    APL_CARRIES_BACK = 1,    /* the start is at least as sensitive as the end: a model as what it was trained on */
    APL_CARRIES_FORWARD = 2, /* the end is at least as sensitive as the start */
    APL_CARRIES_LABEL = 4,   /* an end without a label of its own has the start's: what a labelled store contains */
};

typedef struct apl_relation_info {
    apl_str name;
    apl_str title;
    bool makes_ai;      /* an AI asset that has it makes the other end AI, one hop */
    apl_str used_for;   /* "grounding", "training" or empty: what the other end is then used for besides "ai" */
    uint8_t carries;    /* APL_CARRIES_... */
    uint8_t bom_way;    /* apl_bom_way */
    uint8_t bom_flow;   /* apl_bom_flow */
} apl_relation_info;

/* A part of bodies that changes without anybody having changed anything. */
typedef struct apl_quiet_path {
    apl_str path; /* dotted, without array steps; `*` stands for any text */
    apl_str type; /* native types, with `*`; empty: all */
} apl_quiet_path;

typedef struct apl_vocabulary {
    apl_arena *arena;
    APL_VECTOR(apl_quiet_path) quiet;
    APL_VECTOR(apl_measure) measures; /* of bills of materials */
    APL_VECTOR(apl_kind_info) kinds;             /* index = apl_kind; item 0 is empty */
    APL_VECTOR(apl_relation_info) relations;     /* index = apl_relation_type; item 0 is empty */
    apl_table *kinds_by_name;
    apl_table *relations_by_name;
} apl_vocabulary;

void apl_vocabulary_init(apl_vocabulary *vocabulary, apl_arena *arena);
void apl_vocabulary_free(apl_vocabulary *vocabulary);

/* Adds what one content file has: {kinds: {name: {title, ai, network, data, bom}}}, {relations: {name: {title,
 * makes_ai, used_for, sensitivity, needs, flow}}}, {quiet: [{path, type, why}]} or {completeness: {name: measure}}. */
apl_status apl_vocabulary_add(apl_vocabulary *vocabulary, apl_value file, const char *file_name);

apl_kind apl_vocabulary_kind(const apl_vocabulary *vocabulary, apl_str name);
apl_relation_type apl_vocabulary_relation(const apl_vocabulary *vocabulary, apl_str name);

/* Whether drift is silent about this path in bodies of this type. O(quiet paths). */
bool apl_vocabulary_is_quiet(const apl_vocabulary *vocabulary, apl_str type, apl_str path);

/* The name that a wrong word was perhaps meant to be. O(number of names). */
apl_guess apl_vocabulary_nearest_kind(const apl_vocabulary *vocabulary, apl_str word);
apl_guess apl_vocabulary_nearest_relation(const apl_vocabulary *vocabulary, apl_str word);

#endif
