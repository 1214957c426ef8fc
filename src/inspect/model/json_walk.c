/* inspect/model/json_walk.c: the explicit stack of the walk.
 *
 * A level is an array or object that was entered; an object is given when it is met and entered by the next call. */
#include "inspect/model/json_walk.h"

static void enter(apl_json_walk *walk, const apl_json *node)
{
    if (walk->depth > APL_JSON_DEPTH_MAX)
        return;
    bool is_object = apl_json_is_object(node);
    walk->stack[walk->depth].is_object = is_object;
    if (is_object)
        walk->stack[walk->depth].members = apl_json_each_member(node);
    else
        walk->stack[walk->depth].items = apl_json_each_item(node);
    walk->depth++;
}

void apl_json_walk_start(apl_json_walk *walk, const apl_json *root)
{
    walk->depth = 0;
    if (apl_json_is_object(root) || apl_json_is_array(root))
        enter(walk, root);
}

const apl_json *apl_json_walk_next(apl_json_walk *walk)
{
    while (walk->depth) {
        size_t top = walk->depth - 1;
        const apl_json *node = NULL;
        if (walk->stack[top].is_object) {
            if (apl_json_next_member(&walk->stack[top].members))
                node = walk->stack[top].members.value;
        } else if (apl_json_next_item(&walk->stack[top].items)) {
            node = walk->stack[top].items.value;
        }
        if (node == NULL) {
            walk->depth--;
            continue;
        }
        if (!apl_json_is_object(node) && !apl_json_is_array(node))
            continue;
        enter(walk, node);
        if (apl_json_is_object(node))
            return node;
    }
    return NULL;
}

apl_str apl_json_text_of(const apl_json *object, const char *key)
{
    const apl_json *member = apl_json_is_object(object) ? apl_json_get(object, apl_str_from(key)) : NULL;

    return member ? apl_json_str(member) : APL_STR_NONE;
}

int64_t apl_json_number_of(const apl_json *object, const char *key)
{
    const apl_json *member = apl_json_is_object(object) ? apl_json_get(object, apl_str_from(key)) : NULL;
    apl_value value = member ? apl_json_scalar(member) : APL_MISSING;

    return value.type == APL_VALUE_INTEGER ? value.integer : -1;
}

bool apl_json_is_true(const apl_json *object, const char *key)
{
    const apl_json *member = apl_json_is_object(object) ? apl_json_get(object, apl_str_from(key)) : NULL;
    apl_value value = member ? apl_json_scalar(member) : APL_MISSING;

    return value.type == APL_VALUE_BOOL && value.boolean;
}
