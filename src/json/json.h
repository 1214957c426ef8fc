/* json/json.h: reading JSON, the one face over yyjson.
 *
 * Two ways in. apl_json_parse gives an apl_value tree, for content, parameters and tests. The hot way is a reader with
 * one reused pool: it parses a text, and the caller looks at `const apl_json *` nodes through the inline
 * functions below; nothing is copied, and the nodes are gone with the next text. */
#ifndef APL_JSON_JSON_H
#define APL_JSON_JSON_H

#include <yyjson.h>

#include "json/value.h"

/* Parses one text. Messages name line, column and what was wrong. A text with anything behind it is an error. */
apl_status apl_json_parse(apl_value *out, apl_arena *arena, apl_str text);

typedef struct apl_json_reader apl_json_reader;
typedef struct yyjson_val apl_json;

apl_json_reader *apl_json_reader_new(void);
void apl_json_reader_free(apl_json_reader *reader);

/* Parses the value that starts at `text` (leading white space and a byte order mark are skipped); *used is the
 * number of bytes it took. Values deeper than APL_JSON_DEPTH_MAX are refused. On failure *used is the offset of
 * the fault. *out is NULL with APL_OK when there was only white space. Valid until the next call. */
apl_status apl_json_read(const apl_json **out, size_t *used, apl_json_reader *reader, apl_str text);

/* The same without copying the text: it is changed by parsing, and the nodes point into it. There must be
 * APL_JSON_PADDING bytes behind it that may be written to for a moment. */
#define APL_JSON_PADDING 8
apl_status apl_json_read_in_place(const apl_json **out, size_t *used, apl_json_reader *reader, char *text, size_t size);

static inline bool apl_json_is_object(const apl_json *node)
{
    return yyjson_is_obj((yyjson_val *)node);
}
static inline bool apl_json_is_array(const apl_json *node)
{
    return yyjson_is_arr((yyjson_val *)node);
}
static inline bool apl_json_is_string(const apl_json *node)
{
    return yyjson_is_str((yyjson_val *)node);
}
static inline bool apl_json_is_null(const apl_json *node)
{
    return yyjson_is_null((yyjson_val *)node);
}
static inline size_t apl_json_size(const apl_json *node)
{
    return yyjson_get_len((yyjson_val *)node);
}
static inline apl_str apl_json_str(const apl_json *node)
{
    return yyjson_is_str((yyjson_val *)node)
               ? apl_str_make(yyjson_get_str((yyjson_val *)node), yyjson_get_len((yyjson_val *)node))
               : APL_STR_NONE;
}

/* The member of that exact name, or NULL. */
static inline const apl_json *apl_json_get(const apl_json *object, apl_str key)
{
    return yyjson_obj_getn((yyjson_val *)object, key.data, key.size);
}

/* for (apl_json_members m = apl_json_each_member(object); apl_json_next_member(&m);) ... m.key, m.value */
typedef struct apl_json_members {
    yyjson_obj_iter iterator;
    apl_str key;
    const apl_json *value;
} apl_json_members;

static inline apl_json_members apl_json_each_member(const apl_json *object)
{
    return (apl_json_members){.iterator = yyjson_obj_iter_with((yyjson_val *)object)};
}
static inline bool apl_json_next_member(apl_json_members *members)
{
    yyjson_val *key = yyjson_obj_iter_next(&members->iterator);
    if (key == NULL)
        return false;
    members->key = apl_str_make(yyjson_get_str(key), yyjson_get_len(key));
    members->value = yyjson_obj_iter_get_val(key);
    return true;
}

/* for (apl_json_items i = apl_json_each_item(array); apl_json_next_item(&i);) ... i.value */
typedef struct apl_json_items {
    yyjson_arr_iter iterator;
    const apl_json *value;
} apl_json_items;

static inline apl_json_items apl_json_each_item(const apl_json *array)
{
    return (apl_json_items){.iterator = yyjson_arr_iter_with((yyjson_val *)array)};
}
static inline bool apl_json_next_item(apl_json_items *items)
{
    items->value = yyjson_arr_iter_next(&items->iterator);
    return items->value != NULL;
}

/* How many values the node holds, itself and names included; a cheap measure of how full a document is. O(1). */
static inline size_t apl_json_weight(const apl_json *node)
{
    return yyjson_is_ctn((yyjson_val *)node) ? node->uni.ofs / sizeof(yyjson_val) : 1;
}

/* A copy of the whole node as a value in `arena`; strings are copied too. */
apl_value apl_json_value(apl_arena *arena, const apl_json *node);

/* A number, boolean, null or string as a value whose text still belongs to the reader. */
apl_value apl_json_scalar(const apl_json *node);

/* Makes a string of it another one, whose text must live as long as the node; for the last to look at it. */
static inline void apl_json_set_string(const apl_json *node, apl_str text)
{
    (void)yyjson_set_strn((yyjson_val *)(uintptr_t)node, text.data, text.size);
}

/* Compact JSON text of the node. False when memory for it is above `out->bytes_max`. */
bool apl_json_write(apl_text *out, const apl_json *node);

#endif
