/* link/sort.c: assets in the order of their ids, without reading long ids again and again.
 *
 * Ids of one cloud share long beginnings, so comparing them pair by pair reads the same characters a million times.
 * Here a range of assets is ordered by the eight characters behind what all of its ids have in common, as numbers; what
 * is still equal then is a smaller range with a longer common beginning. An explicit stack, no recursion. */
#include <stdlib.h>

#include "base/threads.h"
#include "link/internal.h"

#define LEAD_BYTES 8u
#define SMALL_RANGE 24u /* below it comparing whole ids is cheaper */

typedef struct key_range {
    size_t from;
    size_t to;
    uint32_t shared; /* characters that all ids of the range share at least */
} key_range;

typedef APL_VECTOR(key_range) key_ranges;

int apl_link_compare_keys(const void *a, const void *b)
{
    const apl_sort_key *key_a = a;
    const apl_sort_key *key_b = b;

    if (key_a->lead != key_b->lead)
        return key_a->lead < key_b->lead ? -1 : 1;
    const apl_asset *x = key_a->asset;
    const apl_asset *y = key_b->asset;
    int order = apl_str_compare_nocase(x->id, y->id);
    if (order == 0)
        order = (x->ids_ignore_case > y->ids_ignore_case) - (x->ids_ignore_case < y->ids_ignore_case);
    return order || x->ids_ignore_case ? order : apl_str_compare(x->id, y->id);
}

static int by_lead(const void *a, const void *b)
{
    uint64_t x = ((const apl_sort_key *)a)->lead;
    uint64_t y = ((const apl_sort_key *)b)->lead;

    return (x > y) - (x < y);
}

/* How many leading characters all ids share, without regard to case; `shared` of them are known to be shared. */
static uint32_t common_start(const apl_sort_key *keys, size_t count, uint32_t shared)
{
    apl_str first = keys[0].asset->id;
    uint32_t most = first.size;

    for (size_t i = 1; i < count && most > shared; i++) {
        apl_str id = keys[i].asset->id;
        uint32_t same = shared;
        while (same < most && same < id.size && apl_char_lower(first.data[same]) == apl_char_lower(id.data[same]))
            same++;
        most = same;
    }
    return most;
}

/* Numbers compare as the characters do, and a shorter id, padded with zeros, comes first. */
static void set_leads(apl_sort_key *keys, size_t count, uint32_t from)
{
    for (size_t i = 0; i < count; i++) {
        apl_str id = keys[i].asset->id;
        keys[i].lead = 0;
        for (uint32_t c = from; c < from + LEAD_BYTES; c++)
            keys[i].lead = keys[i].lead << 8 | (c < id.size ? (unsigned char)apl_char_lower(id.data[c]) : 0);
    }
}

static void sort_by_whole_ids(apl_sort_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        keys[i].lead = 0;
    qsort(keys, count, sizeof *keys, apl_link_compare_keys);
}

/* Orders one range and leaves what is still open in `pending`. */
static void sort_range(apl_sort_key *all, key_range range, bool is_first, key_ranges *pending)
{
    apl_sort_key *keys = all + range.from;
    size_t count = range.to - range.from;
    uint32_t shared = count < SMALL_RANGE ? 0 : common_start(keys, count, range.shared);

    /* No longer beginning than before: the ids are equal, or hold zeros that look like their end. */
    if (count < SMALL_RANGE || (!is_first && shared == range.shared)) {
        sort_by_whole_ids(keys, count);
        return;
    }
    set_leads(keys, count, shared);
    qsort(keys, count, sizeof *keys, by_lead);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && keys[to].lead == keys[from].lead;)
            to++;
        if (to - from > 1)
            APL_PUSH(pending, ((key_range){range.from + from, range.from + to, shared}));
    }
}

typedef struct sort_job {
    apl_sort_key *keys;
    key_ranges first;
} sort_job;

static void sort_ranges(void *context, unsigned thread, size_t from, size_t to)
{
    sort_job *job = context;
    key_ranges pending = {0};

    (void)thread;
    for (size_t i = from; i < to; i++) {
        APL_PUSH(&pending, job->first.items[i]);
        while (pending.count) {
            key_range range = pending.items[--pending.count];
            sort_range(job->keys, range, false, &pending);
        }
    }
    apl_memory_free(pending.items);
}

void apl_link_sort_keys(apl_sort_key *keys, size_t count, unsigned threads)
{
    sort_job job = {.keys = keys};

    if (count == 0)
        return;
    sort_range(keys, (key_range){0, count, 0}, true, &job.first);
    apl_parallel(threads, job.first.count, 1, sort_ranges, &job);
    apl_memory_free(job.first.items);
}
