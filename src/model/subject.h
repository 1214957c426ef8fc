/* model/subject.h: one asset as the condition language sees it.
 *
 * A subject is cheap to make (a few pointers), read-only, and knows nothing of conditions. Values come back as
 * they stood in the document; `missing` and `unread` are values too. */
#ifndef APL_MODEL_SUBJECT_H
#define APL_MODEL_SUBJECT_H

#include "model/plan.h"
#include "model/record.h"

typedef struct apl_asset apl_asset;
typedef struct apl_estate apl_estate;

typedef struct apl_subject {
    const apl_estate *estate; /* may be NULL: then derived facts are unread */
    const apl_asset *asset;
    const apl_plan *plan;
} apl_subject;

/* While a count runs, `[*]` of the array `array` means the member `index` only. Innermost first. */
typedef struct apl_scope {
    const struct apl_scope *outer;
    uint32_t array;
    uint32_t index;
    uint32_t edge; /* of a derived array of relations: where the walk that gave the member goes on; or 0 */
} apl_scope;

/* A field without `[*]`, or what stands before its first `[*]` (the array itself). O(1). */
apl_value apl_subject_value(const apl_subject *subject, apl_field_id field);

/* True when the field, for the type of this subject, has `[*]` in its path. An alias may hide it: the path decides. */
bool apl_subject_has_star(const apl_subject *subject, apl_field_id field);

/* Walks the members that a field with `[*]` selects, in document order. Without `[*]` it gives the one value.
 * A member that lacks the rest of the path is given as missing. An array that is missing or empty gives nothing;
 * `is_unread` tells when an array on the way was not read, `is_missing` when the outermost one was not there. */
typedef struct apl_walk {
    const apl_subject *subject;
    const apl_binding *binding;
    apl_value root;
    const apl_scope *scope;
    apl_value arrays[APL_STARS_MAX]; /* the arrays that are being walked */
    uint32_t indexes[APL_STARS_MAX];
    uint32_t ends[APL_STARS_MAX];
    uint16_t steps[APL_STARS_MAX]; /* the step behind each `[*]` */
    uint32_t ids[APL_STARS_MAX];   /* the number of each array, for apl_scope */
    uint32_t edge;       /* of a derived array of relations: the place in the estate's list to go on from ... */
    uint32_t edge_index; /* ... and the number of the next relation that is found from there */
    uint8_t depth;
    bool is_derived; /* the members are no part of the document */
    bool is_started;
    bool is_unread;
    bool is_missing;
    bool missing_is_unread;
    bool is_given; /* the member at the innermost index was given already */
} apl_walk;

void apl_walk_start(apl_walk *walk, const apl_subject *subject, apl_field_id field, const apl_scope *scope);
bool apl_walk_next(apl_value *out, apl_walk *walk);

/* The path of the field in the document of this type, for evidence: `properties.logs[*].enabled`. */
apl_str apl_subject_path(apl_arena *arena, const apl_subject *subject, apl_field_id field);

/* Well-known facts of the subject. */
apl_str apl_subject_id(const apl_subject *subject);
apl_str apl_subject_type(const apl_subject *subject);
apl_str apl_subject_name(const apl_subject *subject);

#endif
