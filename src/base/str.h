/* base/str.h: a string that knows its length and does not own its bytes.
 *
 * The bytes belong to an arena, a document or the program text; they need no terminating zero. Case
 * folding here is ASCII only: resource types, ids and property names of the providers are ASCII. Text
 * that people wrote is folded by apl_fold (base/fold.h). */
#ifndef APL_BASE_STR_H
#define APL_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct apl_str {
    const char *data;
    uint32_t size;
} apl_str;

#define APL_STR(literal) ((apl_str){(literal), (uint32_t)(sizeof(literal) - 1)})
#define APL_STR_NONE ((apl_str){NULL, 0})
/* For printf: "%.*s", APL_STR_ARG(text) */
#define APL_STR_ARG(text) (int)(text).size, (text).data ? (text).data : ""

apl_str apl_str_from(const char *text); /* NULL gives the empty string */

static inline apl_str apl_str_make(const char *data, size_t size)
{
    return (apl_str){data, (uint32_t)size};
}

static inline bool apl_str_equal(apl_str a, apl_str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline char apl_char_lower(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char)(c + 32) : c;
}

bool apl_str_equal_nocase(apl_str a, apl_str b);
bool apl_str_starts_nocase(apl_str text, apl_str prefix);
bool apl_str_starts(apl_str text, apl_str prefix);
bool apl_str_ends(apl_str text, apl_str suffix);

/* Byte order; shorter first when one is the start of the other. */
int apl_str_compare(apl_str a, apl_str b);
int apl_str_compare_nocase(apl_str a, apl_str b);

/* Position of `part` in `text`, or -1. */
long apl_str_find(apl_str text, apl_str part);
long apl_str_find_nocase(apl_str text, apl_str part);
long apl_str_find_last_char(apl_str text, char c);

static inline apl_str apl_str_slice(apl_str text, size_t from, size_t to)
{
    return (apl_str){text.data ? text.data + from : NULL, (uint32_t)(to - from)};
}

apl_str apl_str_trim(apl_str text);

/* Cuts the next part off the front of *rest at `separator`; false when nothing is left. */
bool apl_str_next(apl_str *part, apl_str *rest, char separator);

/* `*` matches any run of characters, in any number; case does not matter. No other character is special. */
bool apl_str_like_nocase(apl_str text, apl_str pattern);

/* A hash of the bytes, and of the bytes folded to ASCII lower case. */
uint64_t apl_str_hash(apl_str text);
uint64_t apl_str_hash_nocase(apl_str text);

/* Whether the text is one of the names of an array. O(count). */
bool apl_str_is_among(apl_str text, const char *const *names, size_t count);
#define APL_STR_IS_AMONG(text, names) apl_str_is_among((text), (names), sizeof(names) / sizeof(names)[0])

/* Edits (insert, delete, replace) between two names, at most `limit`; for "did you mean". */
unsigned apl_str_distance_nocase(apl_str a, apl_str b, unsigned limit);

#endif
