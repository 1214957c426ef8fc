/* condition/fold.h: comparing text without regard to case.
 *
 * Two texts are equal when their code points are equal after full case folding (CaseFolding.txt of Unicode, so that
 * "STRASSE" equals the German word with a sharp s). They are ordered by their folded code points. Nothing here
 * allocates but the two functions that return text. Bytes that are not UTF-8 stand for themselves. */
#ifndef APL_CONDITION_FOLD_H
#define APL_CONDITION_FOLD_H

#include "base/memory.h"
#include "base/str.h"

/* The code point at *at, which moves behind it. A byte that is not UTF-8 gives 0xDC00 + byte. */
uint32_t apl_utf8_next(apl_str text, uint32_t *at);

/* Number of code points, and the byte offset of code point `index` (the size of the text when there are fewer). */
size_t apl_utf8_length(apl_str text);
uint32_t apl_utf8_offset(apl_str text, size_t index);

bool apl_fold_equal(apl_str a, apl_str b);
int apl_fold_compare(apl_str a, apl_str b);
bool apl_fold_starts(apl_str text, apl_str prefix);
bool apl_fold_ends(apl_str text, apl_str suffix);

/* Byte offset of the first or last place of `part`, or -1. */
long apl_fold_find(apl_str text, apl_str part);
long apl_fold_find_last(apl_str text, apl_str part);

/* `*` stands for any run of characters. */
bool apl_fold_like(apl_str text, apl_str pattern);

/* `#` is a digit, `?` a letter, `.` any character, everything else itself; the lengths must agree. */
bool apl_fold_match(apl_str text, apl_str pattern, bool ignores_case);

apl_str apl_fold_lower(apl_arena *arena, apl_str text);
apl_str apl_fold_upper(apl_arena *arena, apl_str text);

/* Eight bytes of ASCII in lower case; the high bit of every byte must be clear. */
static inline uint64_t apl_fold_word(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t from_a = word + ones * (0x80 - 'A');
    uint64_t above_z = word + ones * (0x80 - 'Z' - 1);

    return word | (((from_a & ~above_z) & (ones * 0x80)) >> 2);
}

static inline uint64_t apl_fold_load(const char *data)
{
    uint64_t word;

    memcpy(&word, data, sizeof word);
    return word;
}

#define APL_FOLD_HIGH UINT64_C(0x8080808080808080)

static inline bool apl_fold_is_ascii(apl_str text)
{
    uint64_t bits = 0;
    uint32_t at = 0;

    for (; at + 8 <= text.size; at += 8)
        bits |= apl_fold_load(text.data + at);
    if (text.size >= 8) /* the last eight once more are cheaper than what is left one by one */
        return ((bits | apl_fold_load(text.data + text.size - 8)) & APL_FOLD_HIGH) == 0;
    for (; at < text.size; at++)
        bits |= (uint64_t)(unsigned char)text.data[at];
    return (bits & APL_FOLD_HIGH) == 0;
}

/* Whether eight characters are ASCII and equal those of `lower`, which are in lower case. */
static inline bool apl_fold_word_is(const char *text, const char *lower)
{
    uint64_t word = apl_fold_load(text);

    return (word & APL_FOLD_HIGH) == 0 && apl_fold_word(word) == apl_fold_load(lower);
}

/* Whether `text` equals `lower`, which is ASCII, in lower case, and of the same size. The one comparison of the hot
 * path. */
static inline bool apl_fold_equal_ascii(const char *text, const char *lower, uint32_t size)
{
    uint32_t at = 0;

    for (; at + 8 <= size; at += 8) {
        if (!apl_fold_word_is(text + at, lower + at))
            return false;
    }
    if (size >= 8)
        return at == size || apl_fold_word_is(text + size - 8, lower + size - 8);
    for (; at < size; at++) {
        if (apl_char_lower(text[at]) != lower[at])
            return false;
    }
    return true;
}

#endif
