/* condition/fold.c: code points and full case folding over utf8proc, with a short way for ASCII.
 *
 * Used by the operators and by the text functions of expressions. Texts are folded while they are compared, so that
 * nothing is allocated. A hostile text and pattern cost no more than size times size. */
#include "condition/fold.h"

#include <utf8proc.h>

#define POINT_OF_BYTE 0xDC00u

uint32_t apl_utf8_next(apl_str text, uint32_t *at)
{
    unsigned char first = (unsigned char)text.data[*at];
    utf8proc_int32_t point = -1;

    if (first < 0x80) {
        (*at)++;
        return first;
    }
    utf8proc_ssize_t size =
        utf8proc_iterate((const utf8proc_uint8_t *)text.data + *at, (utf8proc_ssize_t)(text.size - *at), &point);
    if (size <= 0) {
        (*at)++;
        return POINT_OF_BYTE + first;
    }
    *at += (uint32_t)size;
    return (uint32_t)point;
}

size_t apl_utf8_length(apl_str text)
{
    size_t length = 0;

    for (uint32_t at = 0; at < text.size; length++)
        (void)apl_utf8_next(text, &at);
    return length;
}

uint32_t apl_utf8_offset(apl_str text, size_t index)
{
    uint32_t at = 0;

    for (size_t i = 0; i < index && at < text.size; i++)
        (void)apl_utf8_next(text, &at);
    return at;
}

static bool is_byte(uint32_t point)
{
    return point >= POINT_OF_BYTE && point < POINT_OF_BYTE + 0x100;
}

/* ---- a text as its folded code points, one after the other ---- */

/* One code point folds to at most three. */
#define FOLDED_MAX 4
#define FOLDED_END UINT32_MAX

typedef struct folded {
    apl_str text;
    uint32_t at;
    uint8_t next;
    uint8_t count; /* of the code points that the last one folded to */
    utf8proc_int32_t points[FOLDED_MAX];
} folded;

static uint32_t folded_slow(folded *f)
{
    uint32_t point = apl_utf8_next(f->text, &f->at);
    int boundary = 0;

    if (is_byte(point))
        return point;
    utf8proc_ssize_t count =
        utf8proc_decompose_char((utf8proc_int32_t)point, f->points, FOLDED_MAX, UTF8PROC_CASEFOLD, &boundary);
    if (count < 1 || count > FOLDED_MAX)
        return point;
    f->count = (uint8_t)count;
    f->next = 1;
    return (uint32_t)f->points[0];
}

static uint32_t folded_next(folded *f)
{
    if (f->next < f->count)
        return (uint32_t)f->points[f->next++];
    if (f->at >= f->text.size)
        return FOLDED_END;
    if ((unsigned char)f->text.data[f->at] < 0x80)
        return (uint32_t)(unsigned char)apl_char_lower(f->text.data[f->at++]);
    return folded_slow(f);
}

static folded folded_from(apl_str text, uint32_t at)
{
    folded f;

    f.text = text;
    f.at = at;
    f.next = 0;
    f.count = 0;
    return f;
}

/* Whether `prefix` stands at byte `from` of `text`. */
static bool starts_at(apl_str text, uint32_t from, apl_str prefix)
{
    folded t = folded_from(text, from);
    folded p = folded_from(prefix, 0);

    for (;;) {
        uint32_t wanted = folded_next(&p);
        if (wanted == FOLDED_END)
            return true;
        if (folded_next(&t) != wanted)
            return false;
    }
}

int apl_fold_compare(apl_str a, apl_str b)
{
    if (apl_fold_is_ascii(a) && apl_fold_is_ascii(b))
        return apl_str_compare_nocase(a, b);
    folded x = folded_from(a, 0);
    folded y = folded_from(b, 0);

    for (;;) {
        uint32_t p = folded_next(&x);
        uint32_t q = folded_next(&y);
        if (p == q && p == FOLDED_END)
            return 0;
        if (p == q)
            continue;
        if (p == FOLDED_END || q == FOLDED_END)
            return p == FOLDED_END ? -1 : 1;
        return p < q ? -1 : 1;
    }
}

bool apl_fold_equal(apl_str a, apl_str b)
{
    return apl_fold_compare(a, b) == 0;
}

bool apl_fold_starts(apl_str text, apl_str prefix)
{
    if (apl_fold_is_ascii(text) && apl_fold_is_ascii(prefix))
        return apl_str_starts_nocase(text, prefix);
    return starts_at(text, 0, prefix);
}

static size_t folded_length(apl_str text)
{
    folded f = folded_from(text, 0);
    size_t length = 0;

    while (folded_next(&f) != FOLDED_END)
        length++;
    return length;
}

bool apl_fold_ends(apl_str text, apl_str suffix)
{
    size_t length = folded_length(text);
    size_t wanted = folded_length(suffix);
    folded t = folded_from(text, 0);
    folded s = folded_from(suffix, 0);
    uint32_t point = 0;

    if (wanted > length)
        return false;
    for (size_t i = 0; i < length - wanted; i++)
        (void)folded_next(&t);
    do {
        point = folded_next(&s);
        if (folded_next(&t) != point)
            return false;
    } while (point != FOLDED_END);
    return true;
}

long apl_fold_find(apl_str text, apl_str part)
{
    uint32_t at = 0;

    if (apl_fold_is_ascii(text) && apl_fold_is_ascii(part))
        return apl_str_find_nocase(text, part);
    while (!starts_at(text, at, part)) {
        if (at >= text.size)
            return -1;
        (void)apl_utf8_next(text, &at);
    }
    return (long)at;
}

/* Where the code point that ends at `end` starts. */
static uint32_t previous(apl_str text, uint32_t end)
{
    uint32_t start = end;

    for (int steps = 0; steps < 4 && start > 0; steps++) {
        start--;
        if (((unsigned char)text.data[start] & 0xC0) != 0x80)
            break;
    }
    uint32_t at = start;
    (void)apl_utf8_next(text, &at);
    return at == end ? start : end - 1;
}

long apl_fold_find_last(apl_str text, apl_str part)
{
    uint32_t at = text.size;

    while (!starts_at(text, at, part)) {
        if (at == 0)
            return -1;
        at = previous(text, at);
    }
    return (long)at;
}

bool apl_fold_like(apl_str text, apl_str pattern)
{
    folded t = folded_from(text, 0);
    folded p = folded_from(pattern, 0);
    folded star = p;
    folded resume = t;
    bool has_star = false;

    if (apl_fold_is_ascii(text) && apl_fold_is_ascii(pattern))
        return apl_str_like_nocase(text, pattern);
    for (;;) {
        folded next_t = t;
        folded next_p = p;
        uint32_t point = folded_next(&next_t);
        uint32_t wanted = folded_next(&next_p);
        if (wanted == '*') {
            p = next_p;
            star = p;
            resume = t;
            has_star = true;
        } else if (point == FOLDED_END) {
            return wanted == FOLDED_END;
        } else if (point == wanted) {
            t = next_t;
            p = next_p;
        } else if (has_star) {
            (void)folded_next(&resume);
            t = resume;
            p = star;
        } else {
            return false;
        }
    }
}

/* One code point to one; what folds to several stays. */
static uint32_t fold_point(uint32_t point)
{
    utf8proc_int32_t points[FOLDED_MAX];
    int boundary = 0;

    if (point < 0x80)
        return (uint32_t)(unsigned char)apl_char_lower((char)point);
    if (is_byte(point) ||
        utf8proc_decompose_char((utf8proc_int32_t)point, points, FOLDED_MAX, UTF8PROC_CASEFOLD, &boundary) != 1)
        return point;
    return (uint32_t)points[0];
}

static bool is_letter(uint32_t point)
{
    if (point < 0x80)
        return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z');
    if (is_byte(point))
        return false;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)point);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

static bool point_matches(uint32_t point, uint32_t wanted, bool ignores_case)
{
    if (wanted == '#')
        return point >= '0' && point <= '9';
    if (wanted == '?')
        return is_letter(point);
    if (wanted == '.')
        return true;
    return ignores_case ? fold_point(point) == fold_point(wanted) : point == wanted;
}

bool apl_fold_match(apl_str text, apl_str pattern, bool ignores_case)
{
    uint32_t t = 0;
    uint32_t p = 0;

    while (t < text.size && p < pattern.size) {
        uint32_t point = apl_utf8_next(text, &t);
        if (!point_matches(point, apl_utf8_next(pattern, &p), ignores_case))
            return false;
    }
    return t == text.size && p == pattern.size;
}

/* Each code point of `text` through `map`; a code point never takes more than four bytes. */
static apl_str mapped(apl_arena *arena, apl_str text, utf8proc_int32_t (*map)(utf8proc_int32_t))
{
    char *out = apl_arena_alloc_raw(arena, (size_t)text.size * 4 + 1);
    size_t size = 0;

    for (uint32_t at = 0; at < text.size;) {
        uint32_t point = apl_utf8_next(text, &at);
        if (is_byte(point)) {
            out[size++] = (char)(point - POINT_OF_BYTE);
        } else {
            size += (size_t)utf8proc_encode_char(map((utf8proc_int32_t)point), (utf8proc_uint8_t *)out + size);
        }
    }
    out[size] = 0;
    return apl_str_make(out, size);
}

apl_str apl_fold_lower(apl_arena *arena, apl_str text)
{
    return mapped(arena, text, utf8proc_tolower);
}

apl_str apl_fold_upper(apl_arena *arena, apl_str text)
{
    return mapped(arena, text, utf8proc_toupper);
}
