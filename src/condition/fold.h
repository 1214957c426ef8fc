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

/* Up to seven bytes as one word; which place a byte takes depends on `size` alone. */
static inline uint64_t apl_fold_load_short(const char *data, uint32_t size)
{
    uint32_t low = 0;
    uint32_t high = 0;

    if (size >= 4) {
        memcpy(&low, data, sizeof low);
        memcpy(&high, data + size - 4, sizeof high);
        return low | (uint64_t)high << 32;
    }
    if (size == 0)
        return 0;
    return (uint64_t)(unsigned char)data[0] | (uint64_t)(unsigned char)data[size / 2] << 8 |
           (uint64_t)(unsigned char)data[size - 1] << 16;
}

static inline bool apl_fold_is_ascii(apl_str text)
{
    uint64_t bits = 0;

    if (text.size < 8)
        return (apl_fold_load_short(text.data, text.size) & APL_FOLD_HIGH) == 0;
    for (uint32_t at = 0; at + 8 <= text.size; at += 8)
        bits |= apl_fold_load(text.data + at);
    /* The last eight once more are cheaper than what is left one by one. */
    return ((bits | apl_fold_load(text.data + text.size - 8)) & APL_FOLD_HIGH) == 0;
}

/* How a text begins compared with one in lower case. */
typedef enum apl_fold_start {
    APL_FOLD_DIFFERS = 0,
    APL_FOLD_SAME,
    APL_FOLD_OPEN, /* it has characters that are not ASCII, which may fold to anything */
} apl_fold_start;

static inline apl_fold_start apl_fold_words(uint64_t text, uint64_t lower)
{
    if (text & APL_FOLD_HIGH)
        return APL_FOLD_OPEN;
    return apl_fold_word(text) == lower ? APL_FOLD_SAME : APL_FOLD_DIFFERS;
}

/* Compares the first `size` bytes of `text` with `lower`, which is ASCII in lower case. Each character folds for
 * itself, so that an ASCII character that differs where all before it agree decides, whatever comes behind it. The one
 * comparison of the hot path. */
static inline apl_fold_start apl_fold_starts_ascii(const char *text, const char *lower, uint32_t size)
{
    if (size < 8)
        return apl_fold_words(apl_fold_load_short(text, size), apl_fold_load_short(lower, size));
    for (uint32_t at = 0; at + 8 <= size; at += 8) {
        apl_fold_start start = apl_fold_words(apl_fold_load(text + at), apl_fold_load(lower + at));
        if (start != APL_FOLD_SAME)
            return start;
    }
    return apl_fold_words(apl_fold_load(text + size - 8), apl_fold_load(lower + size - 8));
}

#endif
