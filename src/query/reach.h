/* query/reach.h: who can reach an asset and how, and what a principal reaches.
 *
 * Effective rights, asked of the access layer one by one, for what `explain` shows. What counts as a right on an asset
 * comes from the techniques: the permissions that they take, by what these give. Nothing is judged here. */
#ifndef APL_QUERY_REACH_H
#define APL_QUERY_REACH_H

#include "access/access.h"
#include "graph/technique.h"

/* In the order of what they open. */
typedef enum apl_can {
    APL_CAN_CONTROL = 0, /* changes it, or gives away roles on it */
    APL_CAN_KEYS,        /* gets a key, which opens it whatever roles say */
    APL_CAN_DATA,        /* reads what it holds */
    APL_CAN_WRITE,       /* changes what it holds */
    APL_CAN_USE,         /* calls it */
} apl_can;
#define APL_CAN_COUNT 5
extern const char *const apl_can_names[]; /* by apl_can */

/* One thing that one principal can do to one asset, and the best way to it. */
typedef struct apl_right {
    uint8_t can; /* apl_can */
    apl_decision decision; /* allow, conditional or unknown */
    apl_asset_id assignment;
    const apl_grant *grant; /* NULL: an owner, or only a deny assignment in the way */
    uint32_t holder;        /* identity that has the grant: the principal or a group of it */
    bool is_after_joining;
    bool is_uncertain; /* a setting that decides whether it works was not read */
} apl_right;

typedef struct apl_rights_list {
    apl_right items[APL_CAN_COUNT];
    size_t count; /* in the order of apl_can */
} apl_rights_list;

/* One principal of an asset, or one asset of a principal. */
typedef struct apl_reached {
    uint32_t identity;
    apl_asset_id asset;
    unsigned marks; /* of the identity */
    apl_rights_list rights;
} apl_reached;

typedef struct apl_owner {
    apl_asset_id owner; /* or APL_ASSET_NONE: a text in a tag */
    apl_str text;
    apl_str as; /* "owns", "tag owner", "owns entra://..." of the identity that the asset has */
} apl_owner;

typedef struct apl_reach_answer {
    const apl_access *access;
    bool has_rights;                 /* something is known that could be done to it, so that nobody means nobody */
    bool was_read;                   /* the assignments that decide */
    bool is_principal;               /* `reached` has assets; else principals */
    APL_VECTOR(apl_reached) reached; /* who or what can most first, then by id */
    APL_VECTOR(apl_owner) owners;
} apl_reach_answer;

typedef struct apl_reach_options {
    const apl_access *access;
    const apl_estate *estate; /* with columns */
    const apl_techniques *techniques;
    apl_arena *arena;
    apl_instant now;
} apl_reach_options;

/* True when there is something to tell: a principal, or an AI or sensitive asset of a kind that is worth reaching. */
bool apl_query_has_reach(const apl_estate *estate, const apl_techniques *techniques, apl_asset_id asset);

/* What of the estate the answer rests on, beside the asset itself; only those need columns. */
bool apl_query_reach_reads(const apl_estate *estate, apl_asset_id asset);

/* `out` is freed by apl_query_reach_free. About a microsecond for each (principal, right), or (asset, right). */
void apl_query_reach(apl_reach_answer *out, const apl_reach_options *options, apl_asset_id asset);
void apl_query_reach_free(apl_reach_answer *answer);

#endif
