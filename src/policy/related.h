/* policy/related.h: looking for related resources, as this folder needs it.
 *
 * A query says what is looked for, a cursor gives the candidates one by one. The index itself is opaque; it is made and
 * freed through policy/policy.h. */
#ifndef APL_POLICY_RELATED_H
#define APL_POLICY_RELATED_H

#include "policy/definition.h"

typedef struct apl_related_query {
    const apl_estate *estate;
    const apl_asset *origin; /* the resource of the `if` */
    apl_str type;
    bool is_extension;      /* the type is an extension type */
    apl_str name;           /* empty: any; `parent/?` takes all children */
    apl_str resource_group; /* the name of another group; empty: that of the origin */
    apl_existence_scope scope;
    apl_arena *arena; /* for ids that are put together */
} apl_related_query;

/* Where related resources are looked for. */
typedef enum apl_related_place {
    APL_PLACE_BELOW = 0, /* children of the origin at any depth: the type is a child type of the origin's */
    APL_PLACE_ATTACHED,  /* directly on the origin: extension types */
    APL_PLACE_GROUP,
    APL_PLACE_SUBSCRIPTION,
    APL_PLACE_SIBLINGS, /* other providers: assets of the same parent */
    APL_PLACE_ACCOUNT,  /* other providers: the same account, project ... */
} apl_related_place;

typedef struct apl_related_cursor {
    const apl_related *related;
    const apl_related_query *query;
    apl_related_place place;
    apl_str scope; /* the id below which they lie, or the account */
    uint32_t next; /* entry number + 1 */
    uint64_t key;
    apl_asset_id only; /* the one that `name` picks, when its id could be put together */
} apl_related_cursor;

/* Whether resources of the type lie on other resources, as diagnostic settings do. */
bool apl_related_is_extension(apl_str type);

/* Starts the search; apl_related_next gives the assets in the order of the estate, then APL_ASSET_NONE.
 * O(1) to start, O(candidates) in all. */
void apl_related_find(apl_related_cursor *cursor, const apl_related *related, const apl_related_query *query);
apl_asset_id apl_related_next(apl_related_cursor *cursor);

/* Whether anything of the type was read in the subscription or account of the origin. O(1). */
bool apl_related_was_read(const apl_related *related, const apl_related_query *query);

/* The coverage row that says that the type was not read where the origin is, or NULL. */
const apl_coverage *apl_related_unread(const apl_related *related, const apl_related_query *query);

#endif
