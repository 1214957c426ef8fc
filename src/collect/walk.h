/* collect/walk.h: which call is made when: level by level, always in the same order.
 *
 * The roots come first, then what lies below what the roots gave, and so on. Inside a level the first parents of all
 * subscriptions come before the second ones, because rates are counted by subscription: so all of them are asked at
 * once. The order follows from the lines alone, never from who answered first; that makes two runs equal, and lets one
 * that was broken off be resumed.
 * Parents of the present and of the next level are in memory: an id and a few facts each. */
#ifndef APL_COLLECT_WALK_H
#define APL_COLLECT_WALK_H

#include "collect/parent.h"
#include "json/json.h"

/* Levels: roots, resource, child, its child ... The deepest that services have is 7. */
#define APL_WALK_LEVELS_MAX 16u

/* Subscriptions that one query of Resource Graph names: up to 1,000 are allowed, but what one query gives is held until
 * its last page came, and is asked again when it was broken off. */
#define APL_WALK_BATCH 50u

typedef struct apl_walk_roots {
    apl_str tenant;
    const apl_str *subscriptions; /* sorted */
    size_t subscription_count;
    const apl_str *sources; /* providers whose calls are made: azure, entra, ... */
    size_t source_count;
} apl_walk_roots;

typedef struct apl_walker apl_walker;

/* The calls and the texts of the roots must outlive the walker. */
apl_walker *apl_walker_new(const apl_calls *calls, const apl_walk_roots *roots);
void apl_walker_free(apl_walker *walker); /* NULL is allowed */

/* Puts a parent beside the roots, of a type or step; before the first call. */
void apl_walker_add_root(apl_walker *walker, apl_str type, apl_str id, const apl_json *facts);

/* The next call of this level; false at its end. The parent is valid until the next level begins. */
bool apl_walker_next(const apl_call **call, const apl_parent **parent, apl_walker *walker);

/* Goes to the next level, when everything of this one was taken; false when nothing lies below. */
bool apl_walker_descend(apl_walker *walker);
unsigned apl_walker_level(const apl_walker *walker);

/* Calls of this level that were given so far, and how many it has at most. */
uint64_t apl_walker_done(const apl_walker *walker);
uint64_t apl_walker_total(const apl_walker *walker);

/* Takes a line of a document or step that was written: what lies below it comes in the next level. False for a document
 * that an overlapping list of the same call gave before: it is not to be written again. */
bool apl_walker_take(apl_walker *walker, const apl_call *call, const apl_json *line);

#endif
