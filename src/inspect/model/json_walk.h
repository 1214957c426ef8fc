/* inspect/model/json_walk.h: all objects of a JSON value, one after the other, without recursion.
 *
 * For formats that look for a member wherever it stands. The parser has bounded the depth. */
#ifndef APL_INSPECT_MODEL_JSON_WALK_H
#define APL_INSPECT_MODEL_JSON_WALK_H

#include "base/limits.h"
#include "json/json.h"

typedef struct apl_json_walk {
    struct {
        apl_json_members members;
        apl_json_items items;
        bool is_object;
    } stack[APL_JSON_DEPTH_MAX + 1];
    size_t depth;
} apl_json_walk;

void apl_json_walk_start(apl_json_walk *walk, const apl_json *root);

/* The next object below the root, one before those inside it. NULL after the last one. */
const apl_json *apl_json_walk_next(apl_json_walk *walk);

/* Text, number and truth of a member; an empty text, -1 and false when it is not there or something else. */
apl_str apl_json_text_of(const apl_json *object, const char *key);
int64_t apl_json_number_of(const apl_json *object, const char *key);
bool apl_json_is_true(const apl_json *object, const char *key);

#endif
