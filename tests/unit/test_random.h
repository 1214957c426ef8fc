/* unit/test_random.h: random texts and values for the property tests; the same seed gives the same ones everywhere.
 *
 * Values are put together from the leaves up, so that making them needs no recursion. Texts are full of what parsers
 * stumble over: quotes, backslashes, brackets, control characters, characters of two to four bytes. */
#ifndef APL_TESTS_UNIT_TEST_RANDOM_H
#define APL_TESTS_UNIT_TEST_RANDOM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json/json.h"

typedef struct random_source {
    uint64_t state;
} random_source;

/* SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators"). */
static inline uint64_t random_next(random_source *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static inline uint32_t random_below(random_source *random, uint32_t limit)
{
    return (uint32_t)(random_next(random) % limit);
}

static inline apl_str random_text(random_source *random, apl_arena *arena, uint32_t pieces_max)
{
    static const char *const pieces[] = {"a",
                                         "B",
                                         "]",
                                         "[",
                                         "{",
                                         "}",
                                         "\"",
                                         "\\",
                                         ",",
                                         ":",
                                         "\n",
                                         "\x01",
                                         "\x7f",
                                         " ",
                                         "\xC3\xA9",
                                         "\xE2\x82\xAC",
                                         "\xF0\x9F\x98\x80",
                                         "/",
                                         "u0041",
                                         "'",
                                         ".",
                                         "*"};
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    for (uint32_t left = random_below(random, pieces_max + 1); left; left--)
        apl_text_add(&text, apl_str_from(pieces[random_below(random, sizeof pieces / sizeof *pieces)]));
    apl_str made = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

/* A name of few, so that names meet; now and then in other letters. */
static inline apl_str random_name(random_source *random)
{
    static const char *const names[] = {"a", "b", "value", "items", "name", "A", "Value", "c.d", "x y", ""};

    return apl_str_from(names[random_below(random, sizeof names / sizeof *names)]);
}

static inline apl_value random_scalar(random_source *random, apl_arena *arena)
{
    switch (random_below(random, 7)) {
    case 0:
        return APL_NULL;
    case 1:
        return apl_value_bool(random_below(random, 2) != 0);
    case 2:
        return apl_value_integer((int64_t)random_next(random));
    case 3:
        return apl_value_integer((int64_t)random_below(random, 200) - 100);
    case 4:
        return apl_value_real((double)random_below(random, 1000) / 8 + 0.5);
    default:
        return apl_value_string(random_text(random, arena, 8));
    }
}

/* True when one of the first `count` members has the name, whatever its case. */
static inline bool random_has_name(const apl_member *members, size_t count, apl_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (apl_str_equal_nocase(members[i].key, name))
            return true;
    }
    return false;
}

#define RANDOM_POOL 24
#define RANDOM_MEMBERS 4

/* An array or object of values out of the pool; names of one object differ in more than case. */
static inline apl_value random_container(random_source *random, apl_arena *arena, const apl_value *pool, size_t count)
{
    uint32_t wanted = random_below(random, RANDOM_MEMBERS + 1);
    bool is_object = random_below(random, 2) != 0;
    apl_value *items = APL_ARENA_ARRAY(arena, apl_value, RANDOM_MEMBERS);
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, RANDOM_MEMBERS);
    uint32_t made = 0;

    for (uint32_t i = 0; i < wanted; i++) {
        apl_value value = pool[random_below(random, (uint32_t)count)];
        apl_str name = random_name(random);
        if (is_object && random_has_name(members, made, name))
            continue;
        items[made] = value;
        members[made++] = (apl_member){name, value};
    }
    return is_object ? apl_value_object(members, made) : apl_value_array(items, made);
}

/* A value of up to about `containers` containers. */
static inline apl_value random_value(random_source *random, apl_arena *arena, uint32_t containers)
{
    apl_value pool[RANDOM_POOL];
    size_t count = 0;

    while (count < RANDOM_POOL / 2)
        pool[count++] = random_scalar(random, arena);
    for (uint32_t i = random_below(random, containers + 1); i; i--) {
        apl_value made = random_container(random, arena, pool, count);
        size_t at = count < RANDOM_POOL ? count++ : random_below(random, RANDOM_POOL);
        pool[at] = made;
        if (i == 1)
            return made;
    }
    return pool[0];
}

static inline apl_str random_json(apl_arena *arena, apl_value value, int indent)
{
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    apl_value_write(&text, value, indent);
    apl_str made = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

/* The value of a JSON text in which ` stands for ". */
static inline apl_value test_value(apl_arena *arena, const char *text)
{
    apl_str copy = apl_arena_str(arena, apl_str_from(text));
    char *at = (char *)(uintptr_t)copy.data; /* our own copy */
    apl_value value = APL_MISSING;

    for (uint32_t i = 0; i < copy.size; i++) {
        if (at[i] == '`')
            at[i] = '"';
    }
    if (apl_json_parse(&value, arena, copy) != APL_OK)
        fail_msg("%s: %s", text, apl_error_message());
    return value;
}

/* A text as a C string, for assert_string_equal. */
static inline const char *test_text(apl_arena *arena, apl_str text)
{
    return apl_arena_str(arena, text).data;
}

#endif
