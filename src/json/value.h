/* json/value.h: a value as JSON, YAML and the condition language know it.
 *
 * Sixteen bytes, passed by value, never owned: text, items and members belong to an arena. Immutable once
 * built, so any number of threads may read one. Two types do not exist in JSON: `missing` (the document has no
 * such member) and `unread` (nobody knows, because that part was not read). */
#ifndef APL_JSON_VALUE_H
#define APL_JSON_VALUE_H

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"

typedef enum apl_value_type {
    APL_VALUE_MISSING = 0,
    APL_VALUE_UNREAD,
    APL_VALUE_NULL,
    APL_VALUE_BOOL,
    APL_VALUE_INTEGER,
    APL_VALUE_REAL,
    APL_VALUE_STRING,
    APL_VALUE_ARRAY,
    APL_VALUE_OBJECT,
} apl_value_type;

typedef struct apl_member apl_member;

typedef struct apl_value {
    uint8_t type;  /* apl_value_type */
    uint32_t size; /* bytes of a string, items of an array, members of an object */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *string;
        const struct apl_value *items;
        const apl_member *members;
    };
} apl_value;

struct apl_member {
    apl_str key;
    apl_value value;
};

#define APL_MISSING ((apl_value){.type = APL_VALUE_MISSING})
#define APL_UNREAD ((apl_value){.type = APL_VALUE_UNREAD})
#define APL_NULL ((apl_value){.type = APL_VALUE_NULL})

static inline apl_value apl_value_bool(bool boolean)
{
    return (apl_value){.type = APL_VALUE_BOOL, .boolean = boolean};
}
static inline apl_value apl_value_integer(int64_t integer)
{
    return (apl_value){.type = APL_VALUE_INTEGER, .integer = integer};
}
static inline apl_value apl_value_real(double real)
{
    return (apl_value){.type = APL_VALUE_REAL, .real = real};
}
static inline apl_value apl_value_string(apl_str text)
{
    return (apl_value){.type = APL_VALUE_STRING, .size = text.size, .string = text.data};
}
static inline apl_value apl_value_array(const apl_value *items, size_t count)
{
    return (apl_value){.type = APL_VALUE_ARRAY, .size = (uint32_t)count, .items = items};
}
static inline apl_value apl_value_object(const apl_member *members, size_t count)
{
    return (apl_value){.type = APL_VALUE_OBJECT, .size = (uint32_t)count, .members = members};
}

/* The text of a string value; the empty string for every other type. */
static inline apl_str apl_value_str(apl_value value)
{
    return value.type == APL_VALUE_STRING ? apl_str_make(value.string, value.size) : APL_STR_NONE;
}
static inline bool apl_value_is_number(apl_value value)
{
    return value.type == APL_VALUE_INTEGER || value.type == APL_VALUE_REAL;
}
static inline double apl_value_number(apl_value value)
{
    return value.type == APL_VALUE_INTEGER ? (double)value.integer : value.real;
}
static inline bool apl_value_is_there(apl_value value)
{
    return value.type > APL_VALUE_UNREAD;
}

/* The member of that name, without regard to case, or missing; missing too when `value` is no object. The last one
 * wins where a name stands twice. O(members). */
apl_value apl_value_get(apl_value value, apl_str key);
static inline apl_value apl_value_member(apl_value value, const char *key)
{
    return apl_value_get(value, apl_str_from(key));
}

/* Follows names separated by dots; no array step. */
apl_value apl_value_at(apl_value value, const char *dotted);

/* Equal as JSON: same type (integer and real compare as numbers), members in any order, names exact. */
bool apl_value_equal(apl_value a, apl_value b);

/* "string", "array", ... for messages. */
const char *apl_value_type_name(apl_value value);

/* A deep copy into `arena`. */
apl_value apl_value_copy(apl_arena *arena, apl_value value);

/* Writes compact JSON; missing and unread are written as null. With `indent` > 0 over several lines. */
void apl_value_write(apl_text *out, apl_value value, int indent);

/* The number of bytes of the UTF-8 sequence (RFC 3629) at `at`, 0 when it is none; `left` is at least 1. */
size_t apl_utf8_size(const unsigned char *at, size_t left);

/* Writes one JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void apl_json_write_string(apl_text *out, apl_str text);

#endif
