/* evaluate/drift_values.c: cleaning bodies and comparing them value by value.
 *
 * Bodies are hostile and may be as deep as APL_JSON_DEPTH_MAX: both walks keep their own stack. */
#include "evaluate/drift_values.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/limits.h"

/* Hexadecimal digits of a hash that are shown: enough to see that a secret changed. */
#define HASH_DIGITS 12
#define HASH_START "sha256:"

/* Members whose texts may be secrets, by the end of their name. */
static const char *const secret_ends[] = {"password",    "secret",   "apikey",     "accountkey", "accesskey",
                                          "primarykey",  "token",    "secondarykey", "sharedkey", "connectionstring",
                                          "signature",   "credential", "sas",       "sasuri",     NULL};

static bool may_be_secret(apl_str name)
{
    for (const char *const *end = secret_ends; *end; end++) {
        apl_str wanted = apl_str_from(*end);
        if (name.size >= wanted.size &&
            apl_str_equal_nocase(apl_str_slice(name, name.size - wanted.size, name.size), wanted))
            return true;
    }
    return false;
}

static bool is_hash(apl_str text)
{
    return text.size == sizeof HASH_START - 1 + HASH_DIGITS && apl_str_starts(text, APL_STR(HASH_START));
}

static apl_str hash_of(apl_arena *arena, apl_str text)
{
    uint8_t hash[APL_SHA256_BYTES];
    char hex[2 * APL_SHA256_BYTES + 1];

    apl_sha256(hash, &text, 1);
    apl_hex(hex, hash, HASH_DIGITS / 2);
    return apl_arena_format(arena, HASH_START "%s", hex);
}

typedef struct clean_job {
    apl_value source;
    apl_value *target;
    apl_str path; /* without array steps */
    bool is_secret;
} clean_job;

typedef struct cleaning {
    apl_arena *arena;
    const apl_vocabulary *vocabulary;
    apl_str type;
    APL_VECTOR(clean_job) jobs;
} cleaning;

static void clean_object(cleaning *it, const clean_job *job)
{
    apl_member *members = APL_ARENA_ARRAY(it->arena, apl_member, job->source.size);
    uint32_t count = 0;

    for (uint32_t i = 0; i < job->source.size; i++) {
        const apl_member *member = &job->source.members[i];
        apl_str path = member->key;
        if (job->path.size)
            path = apl_arena_format(it->arena, "%.*s.%.*s", APL_STR_ARG(job->path), APL_STR_ARG(member->key));
        if (apl_vocabulary_is_quiet(it->vocabulary, it->type, path))
            continue;
        members[count].key = apl_arena_str(it->arena, member->key);
        APL_PUSH(&it->jobs,
                 ((clean_job){member->value, &members[count].value, path, may_be_secret(member->key)}));
        count++;
    }
    *job->target = apl_value_object(members, count);
}

static void clean_one(cleaning *it, const clean_job *job)
{
    apl_value source = job->source;

    *job->target = source;
    if (source.type == APL_VALUE_OBJECT) {
        clean_object(it, job);
    } else if (source.type == APL_VALUE_ARRAY) {
        apl_value *items = APL_ARENA_ARRAY(it->arena, apl_value, source.size);
        for (uint32_t i = 0; i < source.size; i++)
            APL_PUSH(&it->jobs, ((clean_job){source.items[i], &items[i], job->path, job->is_secret}));
        *job->target = apl_value_array(items, source.size);
    } else if (source.type == APL_VALUE_STRING) {
        apl_str text = apl_value_str(source);
        bool hides = job->is_secret && text.size && !is_hash(text);
        *job->target = apl_value_string(hides ? hash_of(it->arena, text) : apl_arena_str(it->arena, text));
    }
}

apl_value apl_drift_clean(apl_arena *arena, const apl_vocabulary *vocabulary, apl_str type, apl_value body)
{
    cleaning it = {.arena = arena, .vocabulary = vocabulary, .type = type};
    apl_value clean = APL_MISSING;

    APL_PUSH(&it.jobs, ((clean_job){.source = body, .target = &clean}));
    while (it.jobs.count) {
        clean_job job = it.jobs.items[--it.jobs.count];
        clean_one(&it, &job);
    }
    apl_memory_free(it.jobs.items);
    return clean;
}

typedef struct pair {
    apl_value before;
    apl_value after;
    apl_str path;
} pair;

typedef struct comparing {
    apl_arena *arena;
    apl_drift_values *out;
    APL_VECTOR(pair) pairs;
} comparing;

static bool is_nothing(apl_value value)
{
    bool is_empty = value.size == 0 && value.type >= APL_VALUE_STRING;

    return is_empty || value.type <= APL_VALUE_NULL;
}

static int by_key(const void *a, const void *b)
{
    const apl_member *x = a;
    const apl_member *y = b;

    return apl_str_compare_nocase(x->key, y->key);
}

/* The members by name; of names that are the same but for case, the last one in that order. */
static apl_member *sorted_members(apl_arena *arena, apl_value object, size_t *count)
{
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, object.size);

    *count = 0;
    if (object.size == 0)
        return members;
    memcpy(members, object.members, object.size * sizeof *members);
    qsort(members, object.size, sizeof *members, by_key);
    for (uint32_t i = 0; i < object.size; i++) {
        if (*count && apl_str_equal_nocase(members[*count - 1].key, members[i].key))
            (*count)--;
        members[(*count)++] = members[i];
    }
    return members;
}

/* Two sorted lists of members into pairs. `format` makes the path of a member from that of its object. */
static void merge_members(comparing *it, const pair *whole, apl_member *lists[2], const size_t counts[2], bool is_item)
{
    size_t i = 0;
    size_t j = 0;

    while (i < counts[0] || j < counts[1]) {
        int order = i == counts[0] ? 1 : j == counts[1] ? -1 : apl_str_compare_nocase(lists[0][i].key, lists[1][j].key);
        apl_str key = order <= 0 ? lists[0][i].key : lists[1][j].key;
        pair child = {APL_MISSING, APL_MISSING, key};
        if (is_item)
            child.path = apl_arena_format(it->arena, "%.*s[%.*s]", APL_STR_ARG(whole->path), APL_STR_ARG(key));
        else if (whole->path.size)
            child.path = apl_arena_format(it->arena, "%.*s.%.*s", APL_STR_ARG(whole->path), APL_STR_ARG(key));
        if (order <= 0)
            child.before = lists[0][i++].value;
        if (order >= 0)
            child.after = lists[1][j++].value;
        APL_PUSH(&it->pairs, child);
    }
}

static void compare_objects(comparing *it, const pair *whole)
{
    size_t counts[2];
    apl_member *lists[2] = {sorted_members(it->arena, whole->before, &counts[0]),
                            sorted_members(it->arena, whole->after, &counts[1])};

    merge_members(it, whole, lists, counts, false);
}

/* The items as members named by their `name` (id, name, key), sorted; NULL when one has none or two have the same. */
static apl_member *named_items(apl_arena *arena, apl_value array, const char *name)
{
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, array.size);

    for (uint32_t i = 0; i < array.size; i++) {
        members[i] = (apl_member){apl_value_str(apl_value_member(array.items[i], name)), array.items[i]};
        if (members[i].key.size == 0)
            return NULL;
    }
    if (array.size)
        qsort(members, array.size, sizeof *members, by_key);
    for (uint32_t i = 1; i < array.size; i++) {
        if (apl_str_equal_nocase(members[i - 1].key, members[i].key))
            return NULL;
    }
    return members;
}

static bool compare_named_items(comparing *it, const pair *whole)
{
    static const char *const names[] = {"id", "name", "key", NULL};
    const size_t counts[2] = {whole->before.size, whole->after.size};

    for (const char *const *name = names; *name; name++) {
        apl_member *lists[2] = {named_items(it->arena, whole->before, *name),
                                named_items(it->arena, whole->after, *name)};
        if (lists[0] == NULL || lists[1] == NULL)
            continue;
        merge_members(it, whole, lists, counts, true);
        return true;
    }
    return false;
}

static void compare_places(comparing *it, const pair *whole)
{
    uint32_t longer = whole->before.size > whole->after.size ? whole->before.size : whole->after.size;

    for (uint32_t i = 0; i < longer; i++) {
        pair child = {.path = apl_arena_format(it->arena, "%.*s[%u]", APL_STR_ARG(whole->path), i)};
        child.before = i < whole->before.size ? whole->before.items[i] : APL_MISSING;
        child.after = i < whole->after.size ? whole->after.items[i] : APL_MISSING;
        APL_PUSH(&it->pairs, child);
    }
}

static bool has_containers(apl_value array)
{
    for (uint32_t i = 0; i < array.size; i++) {
        if (array.items[i].type >= APL_VALUE_ARRAY)
            return true;
    }
    return false;
}

static int by_text(const void *a, const void *b)
{
    return apl_str_compare(*(const apl_str *)a, *(const apl_str *)b);
}

/* The items of an array as JSON, sorted. */
static apl_str *item_texts(apl_arena *arena, apl_value array)
{
    apl_str *texts = APL_ARENA_ARRAY(arena, apl_str, array.size);
    apl_text text;

    apl_text_init(&text, APL_DOCUMENT_BYTES_MAX);
    for (uint32_t i = 0; i < array.size; i++) {
        text.size = 0;
        apl_value_write(&text, array.items[i], 0);
        texts[i] = apl_arena_str(arena, apl_text_str(&text));
    }
    apl_text_free(&text);
    if (array.size)
        qsort(texts, array.size, sizeof *texts, by_text);
    return texts;
}

static bool same_items(apl_arena *arena, apl_value a, apl_value b)
{
    if (a.size != b.size)
        return false;
    apl_str *left = item_texts(arena, a);
    apl_str *right = item_texts(arena, b);
    for (uint32_t i = 0; i < a.size; i++) {
        if (!apl_str_equal(left[i], right[i]))
            return false;
    }
    return true;
}

static void compare_pair(comparing *it, const pair *whole)
{
    apl_value before = whole->before;
    apl_value after = whole->after;
    bool are_arrays = before.type == APL_VALUE_ARRAY && after.type == APL_VALUE_ARRAY;

    if (is_nothing(before) && is_nothing(after))
        return;
    if (before.type == APL_VALUE_OBJECT && after.type == APL_VALUE_OBJECT) {
        compare_objects(it, whole);
    } else if (are_arrays && (has_containers(before) || has_containers(after))) {
        if (!compare_named_items(it, whole))
            compare_places(it, whole);
    } else if (are_arrays ? !same_items(it->arena, before, after) : !apl_value_equal(before, after)) {
        APL_PUSH(it->out, ((apl_drift_value){whole->path, before, after, APL_STR_NONE}));
    }
}

static int by_path(const void *a, const void *b)
{
    return apl_str_compare_nocase(((const apl_drift_value *)a)->path, ((const apl_drift_value *)b)->path);
}

void apl_drift_compare_values(apl_drift_values *out, apl_arena *arena, apl_value before, apl_value after)
{
    comparing it = {.arena = arena, .out = out};
    size_t first = out->count;

    APL_PUSH(&it.pairs, ((pair){before, after, APL_STR_NONE}));
    while (it.pairs.count) {
        pair next = it.pairs.items[--it.pairs.count];
        compare_pair(&it, &next);
    }
    apl_memory_free(it.pairs.items);
    if (out->count > first)
        qsort(out->items + first, out->count - first, sizeof *out->items, by_path);
}
