/* base/str.c: comparing, cutting and hashing strings that know their length.
 *
 * Used by every stage. Nothing here allocates. Pattern matching is linear in the text for each star, with
 * no recursion, so that a hostile pattern costs no more than size times size. */
#include "base/str.h"

#include <xxhash.h>

apl_str apl_str_from(const char *text)
{
    return text ? apl_str_make(text, strlen(text)) : APL_STR_NONE;
}

/* Eight characters at a time: ids and names mostly differ late and seldom in case. */
#define WORD_BYTES 8u

static uint64_t word_at(const char *text)
{
    uint64_t word;

    memcpy(&word, text, sizeof word);
    return word;
}

/* ASCII capitals of the eight characters become small letters; bytes from 0x80 stay as they are. */
static uint64_t fold_word(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = word & (ones * 0x7F);
    uint64_t from_a = low + ones * (0x80 - 'A');
    uint64_t past_z = low + ones * (0x80 - 'Z' - 1);
    uint64_t is_capital = (from_a & ~past_z & ~word) & (ones * 0x80);

    return word | (is_capital >> 2);
}

/* How many leading characters of both are the same without regard to case, in whole words. */
static uint32_t equal_words(apl_str a, apl_str b, uint32_t shared)
{
    uint32_t i = 0;

    for (; i + WORD_BYTES <= shared; i += WORD_BYTES) {
        uint64_t x = word_at(a.data + i);
        uint64_t y = word_at(b.data + i);
        if (x != y && fold_word(x) != fold_word(y))
            break;
    }
    return i;
}

bool apl_str_equal_nocase(apl_str a, apl_str b)
{
    if (a.size != b.size)
        return false;
    for (uint32_t i = equal_words(a, b, a.size); i < a.size; i++) {
        if (a.data[i] != b.data[i] && apl_char_lower(a.data[i]) != apl_char_lower(b.data[i]))
            return false;
    }
    return true;
}

bool apl_str_starts(apl_str text, apl_str prefix)
{
    return text.size >= prefix.size && apl_str_equal(apl_str_slice(text, 0, prefix.size), prefix);
}

bool apl_str_starts_nocase(apl_str text, apl_str prefix)
{
    return text.size >= prefix.size && apl_str_equal_nocase(apl_str_slice(text, 0, prefix.size), prefix);
}

bool apl_str_ends(apl_str text, apl_str suffix)
{
    return text.size >= suffix.size && apl_str_equal(apl_str_slice(text, text.size - suffix.size, text.size), suffix);
}

int apl_str_compare(apl_str a, apl_str b)
{
    uint32_t shared = a.size < b.size ? a.size : b.size;
    int order = shared ? memcmp(a.data, b.data, shared) : 0;

    if (order != 0)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

int apl_str_compare_nocase(apl_str a, apl_str b)
{
    uint32_t shared = a.size < b.size ? a.size : b.size;

    for (uint32_t i = equal_words(a, b, shared); i < shared; i++) {
        unsigned char x = (unsigned char)apl_char_lower(a.data[i]);
        unsigned char y = (unsigned char)apl_char_lower(b.data[i]);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return (a.size > b.size) - (a.size < b.size);
}

long apl_str_find(apl_str text, apl_str part)
{
    if (part.size == 0)
        return 0;
    const char *at = text.size ? memmem(text.data, text.size, part.data, part.size) : NULL;
    return at ? (long)(at - text.data) : -1;
}

/* Sixteen characters side by side; compilers make one vector instruction of each operation. */
typedef unsigned char block __attribute__((vector_size(16)));
#define BLOCK_BYTES 16u

static block block_of(unsigned char c)
{
    return (block){c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c};
}

static block block_at(const char *text)
{
    block bytes;

    memcpy(&bytes, text, sizeof bytes);
    return bytes;
}

/* One end of what is looked for: a byte, and the bit that a capital lacks. */
typedef struct end_mark {
    block byte;
    block bit;
} end_mark;

static end_mark end_of(char c)
{
    char lower = apl_char_lower(c);
    unsigned char bit = lower >= 'a' && lower <= 'z' ? 0x20 : 0;

    return (end_mark){block_of((unsigned char)lower), block_of(bit)};
}

static bool is_part_at(apl_str text, uint32_t at, apl_str part)
{
    return apl_str_equal_nocase(apl_str_slice(text, at, at + part.size), part);
}

/* The first of the sixteen places from `from` on where the part stands, when both its ends are found there; else -1. */
static long part_in_block(apl_str text, uint32_t from, apl_str part, const end_mark *ends)
{
    block found = (block)(((block_at(text.data + from) | ends[0].bit) == ends[0].byte) &
                          ((block_at(text.data + from + part.size - 1) | ends[1].bit) == ends[1].byte));
    uint64_t halves[2];

    memcpy(halves, &found, sizeof halves);
    if ((halves[0] | halves[1]) == 0)
        return -1;
    for (uint32_t i = 0; i < BLOCK_BYTES; i++) {
        if (found[i] && is_part_at(text, from + i, part))
            return (long)(from + i);
    }
    return -1;
}

/* The same where there are fewer than sixteen places. */
static long part_in_few(apl_str text, uint32_t places, apl_str part)
{
    char bytes[BLOCK_BYTES] = {0};
    end_mark first = end_of(part.data[0]);

    memcpy(bytes, text.data, places);
    block found = (block)((block_at(bytes) | first.bit) == first.byte);
    uint64_t halves[2];
    memcpy(halves, &found, sizeof halves);
    if ((halves[0] | halves[1]) == 0)
        return -1;
    for (uint32_t i = 0; i < places; i++) {
        if (found[i] && is_part_at(text, i, part))
            return (long)i;
    }
    return -1;
}

/* Most texts do not hold the part, so first and last character are looked for at sixteen places at once, and the whole
 * is compared only where both stand. The last sixteen places overlap those before them. */
long apl_str_find_nocase(apl_str text, apl_str part)
{
    long found = -1;

    if (part.size == 0)
        return 0;
    if (part.size > text.size)
        return -1;
    uint32_t places = text.size - part.size + 1;
    if (places < BLOCK_BYTES)
        return part_in_few(text, places, part);
    const end_mark ends[] = {end_of(part.data[0]), end_of(part.data[part.size - 1])};
    for (uint32_t i = 0; found < 0 && i + BLOCK_BYTES <= places; i += BLOCK_BYTES)
        found = part_in_block(text, i, part, ends);
    if (found < 0 && places % BLOCK_BYTES)
        found = part_in_block(text, places - BLOCK_BYTES, part, ends);
    return found;
}

long apl_str_find_last_char(apl_str text, char c)
{
    const char *at = text.size ? memrchr(text.data, c, text.size) : NULL;

    return at ? (long)(at - text.data) : -1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

apl_str apl_str_trim(apl_str text)
{
    size_t from = 0;
    size_t to = text.size;

    while (from < to && is_space(text.data[from]))
        from++;
    while (to > from && is_space(text.data[to - 1]))
        to--;
    return apl_str_slice(text, from, to);
}

bool apl_str_next(apl_str *part, apl_str *rest, char separator)
{
    if (rest->data == NULL)
        return false;
    const char *at = rest->size ? memchr(rest->data, separator, rest->size) : NULL;
    if (at == NULL) {
        *part = *rest;
        *rest = APL_STR_NONE;
        return true;
    }
    size_t size = (size_t)(at - rest->data);
    *part = apl_str_slice(*rest, 0, size);
    *rest = apl_str_slice(*rest, size + 1, rest->size);
    return true;
}

/* A pattern is texts between stars. The first begins the text and the last ends it; each of the others is taken where
 * it comes first, which leaves most to those behind it. */
bool apl_str_like_nocase(apl_str text, apl_str pattern)
{
    apl_str part;

    if (pattern.size == 0 || memchr(pattern.data, '*', pattern.size) == NULL)
        return apl_str_equal_nocase(text, pattern);
    (void)apl_str_next(&part, &pattern, '*');
    if (!apl_str_starts_nocase(text, part))
        return false;
    for (;;) {
        text = apl_str_slice(text, part.size, text.size);
        (void)apl_str_next(&part, &pattern, '*');
        if (pattern.data == NULL) /* the last one */
            break;
        long at = apl_str_find_nocase(text, part);
        if (at < 0)
            return false;
        text = apl_str_slice(text, (size_t)at, text.size);
    }
    return text.size >= part.size && apl_str_equal_nocase(apl_str_slice(text, text.size - part.size, text.size), part);
}

uint64_t apl_str_hash(apl_str text)
{
    return XXH3_64bits(text.data ? text.data : "", text.size);
}

#define FOLD_BYTES 256

uint64_t apl_str_hash_nocase(apl_str text)
{
    char folded[FOLD_BYTES];
    uint64_t seed = 0;

    /* Long texts are folded and hashed block by block, each block seeding the next. */
    for (uint32_t from = 0; from < text.size || from == 0; from += FOLD_BYTES) {
        uint32_t size = text.size - from < FOLD_BYTES ? text.size - from : FOLD_BYTES;
        uint32_t i = 0;
        for (; i + WORD_BYTES <= size; i += WORD_BYTES) {
            uint64_t word = fold_word(word_at(text.data + from + i));
            memcpy(folded + i, &word, sizeof word);
        }
        for (; i < size; i++)
            folded[i] = apl_char_lower(text.data[from + i]);
        seed = XXH3_64bits_withSeed(folded, size, seed);
    }
    return seed;
}

bool apl_str_is_among(apl_str text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (apl_str_equal(text, apl_str_from(names[i])))
            return true;
    }
    return false;
}

#define DISTANCE_NAME_MAX 128

unsigned apl_str_distance_nocase(apl_str a, apl_str b, unsigned limit)
{
    unsigned row[DISTANCE_NAME_MAX + 1];

    if (a.size > DISTANCE_NAME_MAX || b.size > DISTANCE_NAME_MAX)
        return limit;
    for (uint32_t j = 0; j <= b.size; j++)
        row[j] = j;
    for (uint32_t i = 1; i <= a.size; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= b.size; j++) {
            unsigned above = row[j];
            unsigned change = apl_char_lower(a.data[i - 1]) == apl_char_lower(b.data[j - 1]) ? 0 : 1;
            unsigned best = diagonal + change;
            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[b.size] < limit ? row[b.size] : limit;
}
