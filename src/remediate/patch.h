/* remediate/patch.h: changes of one document, and the way back.
 *
 * A rule says what to set by paths with dots, as policies do. Against the document that was read this becomes RFC 6902
 * operations with exact pointers and the value that stood there, so that anybody can check them before they are run and
 * undo them afterwards. Values are immutable: every result is a new document in the arena. One thread an arena. */
#ifndef APL_REMEDIATE_PATCH_H
#define APL_REMEDIATE_PATCH_H

#include "model/estate.h"

/* Steps of one path. Bodies are never nested deeper (APL_JSON_DEPTH_MAX). */
#define APL_PATCH_DEPTH_MAX 64

/* Operations of one document: a path with [*] gives one a member. */
#define APL_CHANGES_MAX 1000

typedef enum apl_change_kind {
    APL_CHANGE_ADD = 0,
    APL_CHANGE_REPLACE,
    APL_CHANGE_REMOVE,
} apl_change_kind;
extern const char *const apl_change_names[]; /* "add", "replace", "remove", NULL */

/* Plain. */
typedef struct apl_change {
    apl_change_kind kind;
    apl_str pointer;  /* RFC 6901, with the names as the document spells them */
    apl_value value;  /* missing with remove */
    apl_value before; /* what stood there; missing: nothing */
} apl_change;

typedef struct apl_changes {
    const apl_change *items;
    size_t count;
} apl_changes;

typedef struct apl_patch_list {
    const apl_patch *items;
    size_t count;
} apl_patch_list;

/* What the patches change in `body`: nothing where it is so already. *after is the changed document. APL_E_INPUT where
 * a path does not fit the document, with the reason. Everything is in the arena. */
apl_status apl_changes_make(apl_changes *out, apl_value *after, apl_arena *arena, apl_value body, apl_patch_list list);

/* The document with the operations done, in order. APL_E_INPUT where a pointer names nothing. */
apl_status apl_changes_apply(apl_value *out, apl_arena *arena, apl_value body, const apl_changes *changes);

/* The operations that lead back, in their order. */
apl_changes apl_changes_invert(apl_arena *arena, const apl_changes *changes);

/* What a server that merges (RFC 7396) must be sent for them; `after` is the document with them done, because lists go
 * whole. False where an object takes the place of another: merging would keep what the first one had. */
bool apl_changes_merge(apl_value *out, apl_arena *arena, const apl_changes *changes, apl_value after);

/* The value at a pointer, or missing. */
apl_value apl_pointer_value(apl_value body, apl_str pointer);

/* The pointer as a path with dots: properties.rules[0].name */
apl_str apl_pointer_path(apl_arena *arena, apl_str pointer);

#endif
